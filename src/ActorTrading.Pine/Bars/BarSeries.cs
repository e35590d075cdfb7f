namespace ActorTrading.Pine.Bars;

/// <summary>
/// A chart's bars as parallel arrays, oldest first. Opening times are milliseconds since 1970-01-01 UTC and strictly
/// increase. The arrays are shared, not copied: whoever holds a series may read them at full speed and must not write.
/// </summary>
public sealed class BarSeries
{
    /// <exception cref="ArgumentException">Arrays of different lengths, or times that do not increase.</exception>
    public BarSeries(long[] timeMs, double[] open, double[] high, double[] low, double[] close, double[] volume, Timeframe timeframe)
    {
        if (open.Length != timeMs.Length || high.Length != timeMs.Length || low.Length != timeMs.Length ||
            close.Length != timeMs.Length || volume.Length != timeMs.Length)
            throw new ArgumentException("All columns of a bar series must have the same length.");
        for (int i = 1; i < timeMs.Length; i++)
            if (timeMs[i] <= timeMs[i - 1])
                throw new ArgumentException($"Bar times must increase: bar {i} opens at {timeMs[i]}, bar {i - 1} at {timeMs[i - 1]}.");
        (TimeMs, Open, High, Low, Close, Volume, Timeframe) = (timeMs, open, high, low, close, volume, timeframe);
    }

    public long[] TimeMs { get; }
    public double[] Open { get; }
    public double[] High { get; }
    public double[] Low { get; }
    public double[] Close { get; }
    public double[] Volume { get; }
    public Timeframe Timeframe { get; }

    public int Count => TimeMs.Length;

    public Bar this[int index] => new(TimeMs[index], Open[index], High[index], Low[index], Close[index], Volume[index]);

    /// <summary>When bar <paramref name="index"/> closes, milliseconds UTC: its timeframe's length later, but never after the next bar opens.</summary>
    public long CloseTimeMs(int index)
    {
        long end = Timeframe.EndMs(TimeMs[index]);
        return index + 1 < Count && TimeMs[index + 1] < end ? TimeMs[index + 1] : end;
    }

    /// <summary>The same bars under another name for their timeframe.</summary>
    public BarSeries As(Timeframe timeframe) => new(TimeMs, Open, High, Low, Close, Volume, timeframe);

    /// <summary>Bars <paramref name="start"/> to <paramref name="start"/> + <paramref name="count"/> − 1, copied.</summary>
    public BarSeries Slice(int start, int count) => new(
        TimeMs.AsSpan(start, count).ToArray(), Open.AsSpan(start, count).ToArray(), High.AsSpan(start, count).ToArray(),
        Low.AsSpan(start, count).ToArray(), Close.AsSpan(start, count).ToArray(), Volume.AsSpan(start, count).ToArray(), Timeframe);

    public static BarSeries FromBars(IReadOnlyList<Bar> bars, Timeframe timeframe)
    {
        var series = new BarSeriesBuilder(bars.Count);
        foreach (var bar in bars) series.Add(bar);
        return series.Build(timeframe);
    }
}
