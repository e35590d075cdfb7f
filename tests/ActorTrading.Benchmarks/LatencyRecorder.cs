using System.Diagnostics;

namespace ActorTrading.Benchmarks;

/// <summary>Collects latencies of one thread or task without allocating; later ones overwrite the oldest when it is full.</summary>
public sealed class LatencyRecorder(int capacity)
{
    private readonly long[] _ticks = new long[capacity];
    private long _count;
    private long _max;

    public void Record(long stopwatchTicks)
    {
        _ticks[_count++ % _ticks.Length] = stopwatchTicks;
        if (stopwatchTicks > _max)
            _max = stopwatchTicks;
    }

    /// <summary>Percentiles over all recorders together.</summary>
    public static Latency Summarise(IReadOnlyCollection<LatencyRecorder> recorders)
    {
        var all = recorders.SelectMany(r => r._ticks.AsSpan(0, (int)Math.Min(r._count, r._ticks.Length)).ToArray()).ToArray();
        if (all.Length == 0)
            return new Latency(0, 0, 0);
        Array.Sort(all);
        return new Latency(Us(all[all.Length / 2]), Us(all[(int)(all.Length * 0.99)]), Us(recorders.Max(r => r._max)));
    }

    private static double Us(long ticks) => ticks * 1e6 / Stopwatch.Frequency;
}
