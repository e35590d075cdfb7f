namespace ActorTrading.Domain;

/// <summary>
/// Builds the bars of one symbol in every timeframe from its quotes. A quote touches the running minute only; longer bars are made of
/// finished minutes, so that a quote costs the same however many timeframes there are. There are no empty bars: a period without a
/// quote has none, and a bar closes when the first quote of a later period comes. Not thread-safe.
/// </summary>
public sealed class BarBuilder
{
    private readonly decimal _point;
    private readonly TradingDay _tradingDay;
    private readonly BarSeries[] _series;
    private DateTimeOffset _minuteEnd = DateTimeOffset.MinValue;
    private DateTimeOffset _minuteStart;
    private DateTimeOffset _last = DateTimeOffset.MinValue;
    private decimal _open, _high, _low, _close, _spread;
    private long _ticks;

    /// <param name="point">Size of a point, for <see cref="Bar.SpreadPoints"/>.</param>
    /// <param name="tradingDay">Where the feed's trading day begins.</param>
    /// <param name="capacity">Closed bars kept per timeframe; the oldest are forgotten.</param>
    public BarBuilder(decimal point, TradingDay tradingDay, int capacity = 1_000)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(point);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        (_point, _tradingDay) = (point, tradingDay);
        _series = [.. Timeframes.All.Select(t => new BarSeries(t, tradingDay, capacity))];
    }

    /// <summary>Told of every bar that closes, shortest timeframe first.</summary>
    public Action<Timeframe, Bar>? Closed { get; init; }

    /// <summary>Quotes that were older than the one before them and were left out.</summary>
    public long OutOfOrder { get; private set; }

    /// <summary>Takes a quote; false, with nothing done, when it is older than the one before it.</summary>
    public bool Add(in Quote quote)
    {
        if (quote.Time < _last)
        {
            OutOfOrder++;
            return false;
        }
        _last = quote.Time;
        var spread = quote.Ask - quote.Bid;
        if (quote.Time >= _minuteEnd)
        {
            FinishMinute();
            CloseBefore(quote.Time);
            (_minuteStart, _minuteEnd) = Timeframe.M1.PeriodOf(quote.Time, _tradingDay);
            (_open, _high, _low, _close, _spread, _ticks) = (quote.Bid, quote.Bid, quote.Bid, quote.Bid, spread, 1);
            return true;
        }
        var bid = quote.Bid;
        if (bid > _high) _high = bid;
        else if (bid < _low) _low = bid;
        _close = bid;
        if (spread < _spread) _spread = spread;
        _ticks++;
        return true;
    }

    /// <summary>Takes a finished minute, oldest first, to go on where stored bars end; false when it is not later than what is there.</summary>
    public bool AddMinute(in Bar minute)
    {
        if (minute.Time < _last || _ticks > 0) return false;
        CloseBefore(minute.Time);
        foreach (var series in _series) series.Merge(minute);
        _last = Timeframe.M1.PeriodOf(minute.Time, _tradingDay).End;
        _minuteEnd = _last;
        return true;
    }

    /// <summary>The bar that is forming, or null before the first quote.</summary>
    public Bar? Current(Timeframe timeframe) => Of(timeframe).Forming(RunningMinute());

    /// <summary>The newest closed bars, at most <paramref name="count"/>, oldest first.</summary>
    public IReadOnlyList<Bar> History(Timeframe timeframe, int count)
    {
        var closed = Of(timeframe).Closed;
        return [.. closed.Skip(Math.Max(0, closed.Count - count))];
    }

    private BarSeries Of(Timeframe timeframe) =>
        Array.Find(_series, s => s.Timeframe == timeframe) ?? throw new ArgumentOutOfRangeException(nameof(timeframe), timeframe, "Not a timeframe.");

    private Bar? RunningMinute() =>
        _ticks == 0 ? null : new Bar(_minuteStart, _open, _high, _low, _close, _ticks, (int)Math.Min(int.MaxValue, decimal.Round(_spread / _point)));

    private void FinishMinute()
    {
        if (RunningMinute() is not { } minute) return;
        foreach (var series in _series) series.Merge(minute);
        _ticks = 0;
    }

    private void CloseBefore(DateTimeOffset instant)
    {
        foreach (var series in _series)
            if (series.CloseBefore(instant) is { } bar) Closed?.Invoke(series.Timeframe, bar);
    }
}
