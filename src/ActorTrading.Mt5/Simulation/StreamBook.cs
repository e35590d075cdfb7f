using ActorTrading.Domain;

namespace ActorTrading.Mt5.Simulation;

/// <summary>
/// The EA's list of streams: CONFIG adds one, the same again doubles it, RESET drops all. The first value after CONFIG is
/// swallowed.
/// </summary>
internal sealed class StreamBook
{
    private readonly List<Entry> _entries = [];

    private sealed class Entry(string symbol, TerminalTimeframe timeframe)
    {
        public string Symbol => symbol;
        public TerminalTimeframe Timeframe => timeframe;
        public bool HasSeenValue { get; set; }
        public TerminalBar? Forming { get; set; }
    }

    public bool IsEmpty => _entries.Count == 0;

    /// <param name="hasValue">The symbol has a price already: that is the value swallowed.</param>
    public void Add(string symbol, TerminalTimeframe timeframe, bool hasValue) =>
        _entries.Add(new Entry(symbol, timeframe) { HasSeenValue = hasValue });

    public void Clear() => _entries.Clear();

    /// <summary>Calls <paramref name="tick"/> once per tick stream and <paramref name="bar"/> for each bar that this quote closes.</summary>
    public void Feed(in Quote quote, decimal point, bool swallowFirst, Action<Quote> tick, Action<TerminalBar> bar)
    {
        foreach (var entry in _entries)
        {
            if (entry.Symbol != quote.Symbol)
                continue;
            if (entry.Timeframe == TerminalTimeframe.Tick)
            {
                if (entry.HasSeenValue || !swallowFirst)
                    tick(quote);
                entry.HasSeenValue = true;
                continue;
            }
            var open = BarTime.Floor(quote.Time, entry.Timeframe);
            if (entry.Forming is { } forming && forming.OpenTime == open)
            {
                entry.Forming = BarTime.Extend(forming, quote, point);
                continue;
            }
            if (entry.Forming is { } closed)
                bar(closed);
            entry.Forming = BarTime.Begin(quote, entry.Timeframe, point);
        }
    }
}
