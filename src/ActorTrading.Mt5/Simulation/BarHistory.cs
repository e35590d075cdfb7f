using ActorTrading.Domain;

namespace ActorTrading.Mt5.Simulation;

/// <summary>What a simulated terminal remembers of one symbol's market: ticks and M1 bars, bounded, larger bars made of them.</summary>
internal sealed class BarHistory(Instrument instrument, int maxBars, int maxTicks)
{
    private readonly Queue<Quote> _ticks = new();
    private readonly Queue<TerminalBar> _closed = new();
    private TerminalBar? _forming;

    public void Add(in Quote quote)
    {
        _ticks.Enqueue(quote);
        if (_ticks.Count > maxTicks)
            _ticks.Dequeue();
        var open = BarTime.Floor(quote.Time, TerminalTimeframe.M1);
        if (_forming is { } bar && bar.OpenTime == open)
        {
            _forming = BarTime.Extend(bar, quote, instrument.Point);
            return;
        }
        if (_forming is { } done)
        {
            _closed.Enqueue(done);
            if (_closed.Count > maxBars)
                _closed.Dequeue();
        }
        _forming = BarTime.Begin(quote, TerminalTimeframe.M1, instrument.Point);
    }

    public IEnumerable<Quote> Ticks(DateTimeOffset from, DateTimeOffset to) => _ticks.Where(t => t.Time >= from && t.Time <= to);

    public IEnumerable<TerminalBar> Bars(TerminalTimeframe timeframe, DateTimeOffset from, DateTimeOffset to)
    {
        TerminalBar? current = null;
        foreach (var minute in _forming is { } forming ? _closed.Append(forming) : _closed)
        {
            var open = BarTime.Floor(minute.OpenTime, timeframe);
            if (current is { } bar && bar.OpenTime == open)
            {
                current = bar with
                {
                    High = Math.Max(bar.High, minute.High), Low = Math.Min(bar.Low, minute.Low), Close = minute.Close,
                    TickVolume = bar.TickVolume + minute.TickVolume, SpreadPoints = minute.SpreadPoints,
                };
                continue;
            }
            if (current is { } done && done.OpenTime >= from && done.OpenTime <= to)
                yield return done;
            current = minute with { Timeframe = timeframe, OpenTime = open };
        }
        if (current is { } last && last.OpenTime >= from && last.OpenTime <= to)
            yield return last;
    }
}

/// <summary>Where bars begin, in the server's time (UTC here), and how a tick goes into one.</summary>
internal static class BarTime
{
    public static DateTimeOffset Floor(DateTimeOffset time, TerminalTimeframe timeframe)
    {
        var minutes = timeframe switch
        {
            TerminalTimeframe.M1 => 1, TerminalTimeframe.M5 => 5, TerminalTimeframe.M15 => 15, TerminalTimeframe.M30 => 30,
            TerminalTimeframe.H1 => 60, TerminalTimeframe.H2 => 120, TerminalTimeframe.H3 => 180, TerminalTimeframe.H4 => 240,
            TerminalTimeframe.H6 => 360, TerminalTimeframe.H8 => 480, TerminalTimeframe.H12 => 720, TerminalTimeframe.D1 => 1440,
            _ => 0,
        };
        if (minutes > 0)
            return new DateTimeOffset(time.Ticks - time.Ticks % (minutes * TimeSpan.TicksPerMinute), TimeSpan.Zero);
        var day = new DateTimeOffset(time.Date, TimeSpan.Zero);
        return timeframe == TerminalTimeframe.W1 ? day.AddDays(-(int)day.DayOfWeek) : day.AddDays(1 - day.Day);
    }

    public static TerminalBar Begin(in Quote quote, TerminalTimeframe timeframe, decimal point) =>
        new(quote.Symbol, timeframe, Floor(quote.Time, timeframe), quote.Bid, quote.Bid, quote.Bid, quote.Bid, 1, Spread(quote, point));

    public static TerminalBar Extend(TerminalBar bar, in Quote quote, decimal point) => bar with
    {
        High = Math.Max(bar.High, quote.Bid), Low = Math.Min(bar.Low, quote.Bid), Close = quote.Bid,
        TickVolume = bar.TickVolume + 1, SpreadPoints = Spread(quote, point),
    };

    private static int Spread(in Quote quote, decimal point) => (int)decimal.Round((quote.Ask - quote.Bid) / point);
}
