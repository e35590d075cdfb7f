using ActorTrading.Mt5.Simulation;

namespace ActorTrading.Testing;

/// <summary>Ports for simulated terminals. Below the range that the system hands out, and elsewhere for every process, so that runs beside one another do not meet.</summary>
internal static class TestPorts
{
    private const int First = 10_000;
    private const int Range = 20_000;
    private const int Block = 10;

    private static int _next = Environment.ProcessId * 7 * Block;

    /// <summary>The first of ten ports in a row that were free a moment ago.</summary>
    public static int Next() => FreePorts.Block(First + (Interlocked.Add(ref _next, Block) & int.MaxValue) % Range, Block);
}
