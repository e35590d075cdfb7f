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

    /// <summary>Time of the newest quote, or where stored bars end; a quote before it is left out.</summary>
    public DateTimeOffset Last => _last;

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

    /// <summary>
    /// Goes on where stored bars end; called before the first quote. The newest of them all is where the market was: in each timeframe
    /// the bar of that moment is left forming, for the next quote to close where it is over. It is the stored one where there is one, else
    /// made of the longest stored bars that lie within it, so that a month needs no month of minutes.
    /// </summary>
    /// <param name="stored">Each timeframe's newest bars, oldest first; it may have none.</param>
    public void Load(IReadOnlyDictionary<Timeframe, IReadOnlyList<Bar>> stored)
    {
        if (stored.Values.All(bars => bars.Count == 0)) return;
        var newest = stored.Values.Where(bars => bars.Count > 0).Max(bars => bars[^1].Time);
        foreach (var series in _series)
        {
            var (start, end) = series.Timeframe.PeriodOf(newest, _tradingDay);
            var bars = stored.GetValueOrDefault(series.Timeframe) ?? [];
            var isStored = bars.Count > 0 && bars[^1].Time >= start;
            series.Load(isStored ? bars.SkipLast(1) : bars, isStored ? bars[^1] : Compose(series.Timeframe, start, end, stored));
            if (series.Timeframe == Timeframe.M1) _last = _minuteEnd = isStored ? end : newest;
        }
    }

    private Bar? Compose(Timeframe timeframe, DateTimeOffset start, DateTimeOffset end, IReadOnlyDictionary<Timeframe, IReadOnlyList<Bar>> stored)
    {
        // Nothing longer than a day: a week may lie in two months.
        var longest = Timeframes.All.Count(part => part < timeframe && part <= Timeframe.D1) - 1;
        Bar? composed = null;
        foreach (var part in Parts(start, end, longest, stored)) composed = composed?.Merge(part) ?? part;
        return composed;
    }

    /// <summary>The stored bars that make up a stretch of time, in order: the longest that lie within it, finer ones between them.</summary>
    private IEnumerable<Bar> Parts(DateTimeOffset from, DateTimeOffset to, int longest, IReadOnlyDictionary<Timeframe, IReadOnlyList<Bar>> stored)
    {
        if (longest < 0 || from >= to) yield break;
        var timeframe = Timeframes.All[longest];
        var bars = stored.GetValueOrDefault(timeframe) ?? [];
        var next = bars.Count;
        while (next > 0 && bars[next - 1].Time >= from) next--;
        for (; next < bars.Count && timeframe.PeriodOf(bars[next].Time, _tradingDay).End is var end && end <= to; next++)
        {
            foreach (var part in Parts(from, bars[next].Time, longest - 1, stored)) yield return part;
            yield return bars[next];
            from = end;
        }
        foreach (var part in Parts(from, to, longest - 1, stored)) yield return part;
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

    /// <summary>Closes the bars that are over at an instant, without a quote; those of the running minute are left.</summary>
    public void CloseBefore(DateTimeOffset instant)
    {
        foreach (var series in _series)
            if (series.CloseBefore(instant) is { } bar) Closed?.Invoke(series.Timeframe, bar);
    }
}
