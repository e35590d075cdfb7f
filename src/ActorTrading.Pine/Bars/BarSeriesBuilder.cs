namespace ActorTrading.Pine.Bars;

/// <summary>Collects bars one by one and turns them into a <see cref="BarSeries"/>.</summary>
public sealed class BarSeriesBuilder(int capacity = 1024)
{
    private long[] _time = new long[capacity];
    private double[] _open = new double[capacity], _high = new double[capacity], _low = new double[capacity],
        _close = new double[capacity], _volume = new double[capacity];

    public int Count { get; private set; }

    public void Add(in Bar bar)
    {
        if (Count == _time.Length) Resize(Math.Max(16, Count * 2));
        int i = Count++;
        (_time[i], _open[i], _high[i], _low[i], _close[i], _volume[i]) = (bar.TimeMs, bar.Open, bar.High, bar.Low, bar.Close, bar.Volume);
    }

    /// <summary>The series so far; without a timeframe, the most frequent distance between bars decides.</summary>
    public BarSeries Build(Timeframe? timeframe = null)
    {
        Resize(Count);
        return new BarSeries(_time, _open, _high, _low, _close, _volume, timeframe ?? Timeframe.Infer(_time));
    }

    private void Resize(int size)
    {
        Array.Resize(ref _time, size);
        Array.Resize(ref _open, size);
        Array.Resize(ref _high, size);
        Array.Resize(ref _low, size);
        Array.Resize(ref _close, size);
        Array.Resize(ref _volume, size);
    }
}
