namespace ActorTrading.Domain;

/// <summary>The bars of one timeframe: the newest closed ones up to a capacity, and what has been merged of the bar that is forming.</summary>
internal sealed class BarSeries(Timeframe timeframe, TradingDay tradingDay, int capacity)
{
    private readonly Queue<Bar> _closed = new();
    private Bar _forming;
    private bool _isForming;
    private DateTimeOffset _start, _end;

    public Timeframe Timeframe => timeframe;

    /// <summary>Closed bars, oldest first.</summary>
    public IReadOnlyCollection<Bar> Closed => _closed;

    /// <summary>Begins with closed bars, oldest first, and what there is of the bar that forms.</summary>
    public void Load(IEnumerable<Bar> closed, Bar? forming)
    {
        foreach (var bar in closed) Keep(bar);
        if (forming is not { } begun) return;
        (_start, _end) = timeframe.PeriodOf(begun.Time, tradingDay);
        _forming = begun with { Time = _start };
        _isForming = true;
    }

    /// <summary>Merges a finished minute. It belongs to the period that <see cref="CloseBefore"/> has made the present one, or begins one.</summary>
    public void Merge(in Bar minute)
    {
        if (_isForming)
        {
            _forming = _forming.Merge(minute);
            return;
        }
        if (minute.Time >= _end || minute.Time < _start) (_start, _end) = timeframe.PeriodOf(minute.Time, tradingDay);
        _forming = minute with { Time = _start };
        _isForming = true;
    }

    /// <summary>Closes the forming bar if its period is over at <paramref name="instant"/>; the bar closed, or null.</summary>
    public Bar? CloseBefore(DateTimeOffset instant)
    {
        if (!_isForming || instant < _end) return null;
        _isForming = false;
        Keep(_forming);
        return _forming;
    }

    /// <summary>The forming bar together with the minute that is still running.</summary>
    public Bar? Forming(Bar? minute)
    {
        if (minute is not { } m) return _isForming ? _forming : null;
        if (_isForming) return _forming.Merge(m);
        return m with { Time = timeframe.PeriodOf(m.Time, tradingDay).Start };
    }

    private void Keep(in Bar bar)
    {
        if (_closed.Count == capacity) _closed.Dequeue();
        _closed.Enqueue(bar);
    }
}
