namespace ActorTrading.Grains;

/// <summary>Counts and copy latencies for the line that an operator watches. Any thread may write.</summary>
public sealed class LiveWindow
{
    /// <summary>The newest latencies kept; older ones are overwritten.</summary>
    private const int Kept = 4096;

    private readonly Lock _lock = new();
    private readonly double[] _copyMs = new double[Kept];
    private long _quotes;
    private long _alerts;
    private long _copies;

    public long QuotesTotal => Interlocked.Read(ref _quotes);

    public long AlertsTotal => Interlocked.Read(ref _alerts);

    public long CopiesTotal
    {
        get
        {
            lock (_lock)
            {
                return _copies;
            }
        }
    }

    public void Quotes(int count) => Interlocked.Add(ref _quotes, count);

    public void Alert() => Interlocked.Increment(ref _alerts);

    public void Copied(TimeSpan elapsed)
    {
        lock (_lock)
        {
            _copyMs[_copies++ % Kept] = elapsed.TotalMilliseconds;
        }
    }

    /// <summary>Median and 99th percentile of the latencies kept, in milliseconds; null before the first.</summary>
    public (double P50, double P99)? CopyLatency()
    {
        double[] sorted;
        lock (_lock)
        {
            var count = (int)Math.Min(_copies, Kept);
            if (count == 0)
            {
                return null;
            }

            sorted = _copyMs[..count];
        }

        Array.Sort(sorted);
        return (sorted[sorted.Length / 2], sorted[Math.Min(sorted.Length - 1, sorted.Length * 99 / 100)]);
    }
}
