using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <param name="CloseQuote">The last quote before the bar closed, dated at the bar's end.</param>
internal readonly record struct BarClosed(Timeframe Timeframe, Bar Bar, Quote CloseQuote);

/// <summary>A symbol's bars while it is active: those that form, the newest closed ones, and those not yet written.</summary>
internal sealed class SymbolBars
{
    /// <summary>Stored minutes read on activation, so that longer bars and moving alerts go on where they were.</summary>
    public const int KeptOnStart = 3_000;

    /// <summary>Closed bars that may wait to be written; beyond it the oldest are lost to the store (a chart can be filled again from the terminal).</summary>
    private const int UnwrittenMax = 50_000;

    private readonly decimal _point;
    private readonly TradingDay _day;
    private readonly List<(Timeframe Timeframe, Bar Bar)> _unwritten = [];
    private BarBuilder _builder;
    private List<BarClosed>? _closing;
    private Quote _before;

    public SymbolBars(decimal point, TradingDay day)
    {
        (_point, _day) = (point, day);
        _builder = NewBuilder();
    }

    /// <summary>Takes stored minutes, oldest first.</summary>
    /// <param name="symbol">Of the bars.</param>
    public void Load(string symbol, IEnumerable<Bar> minutes)
    {
        foreach (var minute in minutes)
        {
            _builder.AddMinute(minute);

            // The first quote to come may close it.
            _before = new Quote(symbol, minute.Close, minute.Close + minute.SpreadPoints * _point, minute.Time);
        }

        _unwritten.Clear();
    }

    /// <summary>Takes a quote; what it closes is appended to <paramref name="closed"/>.</summary>
    public void Add(in Quote quote, List<BarClosed> closed)
    {
        _closing = closed;
        if (!_builder.Add(quote))
        {
            // Time has gone back, as when a recording is replayed: its bars begin afresh.
            _builder = NewBuilder();
            _builder.Add(quote);
        }

        _before = quote;
        _closing = null;
    }

    /// <summary>End, exclusive, of the bar that a time belongs to.</summary>
    public DateTimeOffset EndOf(string timeframe, DateTimeOffset time) => Parse(timeframe).PeriodOf(time, _day).End;

    /// <summary>The close <paramref name="back"/> bars before the one that forms; null where there are not so many.</summary>
    public decimal? CloseBack(string timeframe, int back)
    {
        var history = _builder.History(Parse(timeframe), back);
        return history.Count < back ? null : history[0].Close;
    }

    public Bar? Forming(Timeframe timeframe) => _builder.Current(timeframe);

    public ImmutableArray<(Timeframe Timeframe, Bar Bar)> TakeClosed()
    {
        ImmutableArray<(Timeframe, Bar)> taken = [.. _unwritten];
        _unwritten.Clear();
        return taken;
    }

    /// <summary>Puts back what could not be written.</summary>
    public void Restore(ImmutableArray<(Timeframe Timeframe, Bar Bar)> bars) => _unwritten.InsertRange(0, bars);

    public static Timeframe Parse(string timeframe) =>
        Enum.TryParse<Timeframe>(timeframe, out var parsed) && Enum.IsDefined(parsed)
            ? parsed
            : throw new ArgumentException($"'{timeframe}' is not a timeframe; known are {string.Join(", ", Timeframes.All)}.", nameof(timeframe));

    private BarBuilder NewBuilder() => new(_point, _day)
    {
        Closed = (timeframe, bar) =>
        {
            if (_unwritten.Count >= UnwrittenMax)
            {
                _unwritten.RemoveRange(0, UnwrittenMax / 10);
            }

            _unwritten.Add((timeframe, bar));
            _closing?.Add(new BarClosed(timeframe, bar, _before with { Time = timeframe.PeriodOf(bar.Time, _day).End }));
        },
    };
}
