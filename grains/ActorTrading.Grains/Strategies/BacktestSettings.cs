namespace ActorTrading.Grains;

/// <summary>How much of a process backtests may take.</summary>
/// <param name="Workers">Threads, of less than normal priority.</param>
/// <param name="RunningPerUserMax">Of one user at the same time; one less than the workers, so that one is left for others.</param>
/// <param name="UnfinishedPerUserMax">Waiting and running, of one user; more are refused.</param>
/// <param name="WaitingMax">Waiting, of all users; more are refused.</param>
/// <param name="TimeMax">Of one run; the clock on the wall.</param>
/// <param name="BarTimeMax">Of the script's code on one bar; what loops forever ends here.</param>
/// <param name="MemoryBytesMax">That a script may hold at once.</param>
/// <param name="BarsMax">Of one run.</param>
public sealed record BacktestSettings(int Workers, int RunningPerUserMax, int UnfinishedPerUserMax, int WaitingMax, TimeSpan TimeMax, TimeSpan BarTimeMax, long MemoryBytesMax, int BarsMax)
{
    public static BacktestSettings Default { get; } = Of(Math.Max(3, Environment.ProcessorCount));

    private static BacktestSettings Of(int workers) =>
        new(workers, workers - 1, 100, 10_000, TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(5), 128L * 1024 * 1024, 1_000_000);
}
