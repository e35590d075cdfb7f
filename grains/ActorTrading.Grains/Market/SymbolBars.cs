using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <param name="CloseQuote">The last quote before the bar closed, dated at the bar's end.</param>
/// <param name="Again">The bar was stored already: it has closed before the start, and whoever was to hear of it may have.</param>
internal readonly record struct BarClosed(Timeframe Timeframe, Bar Bar, Quote CloseQuote, bool Again);

/// <summary>A symbol's bars while it is active: those that form, the newest closed ones, and those not yet written.</summary>
internal sealed class SymbolBars
{
    /// <summary>Closed bars kept of each timeframe, and read on activation: as far back as an alert may ask, and the one that may be told of again.</summary>
    public const int KeptMax = AlertValidation.MaxBarsBack + 1;

    /// <summary>Closed bars that may wait to be written; beyond it the oldest are lost to the store (a chart can be filled again from the terminal).</summary>
    private const int UnwrittenMax = 50_000;

    /// <summary>
    /// A feed that takes over may be behind the one before, by its clock, by a tick of an illiquid symbol, by a time zone that is not right:
    /// its quotes belong to the bar that forms. What is older by more is a recording.
    /// </summary>
    private static readonly TimeSpan BackMax = TimeSpan.FromHours(12);

    /// <summary>The same for the first quote after a start: a recording that is played once more may begin minutes before where it was left.</summary>
    private static readonly TimeSpan BackMaxAtStart = QuotePolicy.Default.AheadMax;

    private readonly decimal _point;
    private readonly TradingDay _day;
    private readonly List<(Timeframe Timeframe, Bar Bar)> _unwritten = [];
    private readonly Dictionary<Timeframe, Bar> _stored = [];
    private BarBuilder _builder;
    private List<BarClosed>? _closing;
    private Quote _before;
    private bool _isFed;

    public SymbolBars(decimal point, TradingDay day)
    {
        (_point, _day) = (point, day);
        _builder = NewBuilder();
    }

    /// <summary>Takes each timeframe's newest stored bars, oldest first.</summary>
    /// <param name="symbol">Of the bars.</param>
    public void Load(string symbol, IReadOnlyDictionary<Timeframe, IReadOnlyList<Bar>> stored)
    {
        _builder.Load(stored);
        foreach (var (timeframe, bars) in stored)
        {
            if (bars.Count > 0 && _builder.Current(timeframe) == bars[^1])
            {
                _stored[timeframe] = bars[^1];
            }
        }

        // The first quote to come may close it. Of imported bars there may be no minute.
        if (Timeframes.All.Select(_builder.Current).FirstOrDefault(b => b is not null) is { } bar)
        {
            _before = new Quote(symbol, bar.Close, bar.Close + bar.SpreadPoints * _point, bar.Time);
        }
    }

    /// <summary>Takes a quote; what it closes is appended to <paramref name="closed"/>.</summary>
    public void Add(in Quote quote, List<BarClosed> closed)
    {
        if (_builder.Last - quote.Time > (_isFed ? BackMax : BackMaxAtStart))
        {
            GoBackTo(quote.Time);
        }

        _closing = closed;
        _builder.Add(quote.Time < _builder.Last ? quote with { Time = _builder.Last } : quote);
        _closing = null;
        _before = quote;
        _isFed = true;
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

    /// <summary>The newest closed bars, oldest first.</summary>
    public IReadOnlyList<Bar> Closed(Timeframe timeframe) => _builder.History(timeframe, KeptMax);

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

    /// <summary>Forgets what came at or after a time; before it the bars are as they were then.</summary>
    private void GoBackTo(DateTimeOffset time)
    {
        var closed = Timeframes.All.ToDictionary(t => t, t => (IReadOnlyList<Bar>)[.. _builder.History(t, KeptMax).TakeWhile(bar => t.PeriodOf(bar.Time, _day).End <= time)]);
        _stored.Clear();
        _builder = NewBuilder();
        _builder.Load(closed);
        _builder.CloseBefore(time);
    }

    private void Keep(Timeframe timeframe, in Bar bar)
    {
        if (_unwritten.Count >= UnwrittenMax)
        {
            _unwritten.RemoveRange(0, UnwrittenMax / 10);
        }

        _unwritten.Add((timeframe, bar));
    }

    private BarBuilder NewBuilder() => new(_point, _day, KeptMax)
    {
        Closed = (timeframe, bar) =>
        {
            var again = _stored.Remove(timeframe, out var stored) && stored == bar;
            if (!again)
            {
                Keep(timeframe, bar);
            }

            _closing?.Add(new BarClosed(timeframe, bar, _before with { Time = timeframe.PeriodOf(bar.Time, _day).End }, again));
        },
    };
}
