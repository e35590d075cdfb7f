using System.Diagnostics;

namespace ActorTrading.Benchmarks;

/// <summary>Latencies in buckets that grow by about 3 %, from a microsecond to a minute. One writer.</summary>
public sealed class LatencyHistogram
{
    private const double Growth = 1.03;
    private readonly int[] _counts = new int[640];
    private long _max;

    /// <param name="elapsed">In <see cref="Stopwatch"/> ticks.</param>
    public void Add(long elapsed)
    {
        var micros = elapsed * 1e6 / Stopwatch.Frequency;
        _counts[micros <= 1 ? 0 : Math.Min(_counts.Length - 1, (int)(Math.Log(micros) / Math.Log(Growth)) + 1)]++;
        _max = Math.Max(_max, elapsed);
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
        _max = Math.Max(_max, other._max);
    }

    public double MaxMs => _max * 1e3 / Stopwatch.Frequency;

    public double PercentileMs(double fraction)
    {
        var left = (long)Math.Ceiling(_counts.Sum(c => (long)c) * fraction);
        for (var i = 0; i < _counts.Length; i++)
        {
            left -= _counts[i];
            if (left <= 0)
                return Math.Min(MaxMs, Math.Pow(Growth, i) / 1e3);
        }
        return MaxMs;
    }
}
