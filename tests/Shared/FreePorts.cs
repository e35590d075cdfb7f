using System.Net;
using System.Net.Sockets;

namespace ActorTrading.Testing;

/// <summary>Ports for a simulated terminal, which needs them in a row. Below the range that the system hands out, and elsewhere for every process, so that runs beside one another do not meet.</summary>
internal static class FreePorts
{
    private const int First = 10_000;
    private const int Range = 20_000;
    private const int Block = 10;

    private static int _next = Environment.ProcessId * 7 * Block;

    /// <summary>The first of ten ports in a row that were free a moment ago.</summary>
    public static int Next()
    {
        for (var tries = 0; tries < Range / Block; tries++)
        {
            var port = First + (Interlocked.Add(ref _next, Block) & int.MaxValue) % Range;
            if (Enumerable.Range(port, Block).All(IsFree))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No {Block} free ports in a row between {First} and {First + Range}.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
