using System.Collections.Concurrent;

namespace ActorTrading.Domain;

/// <summary>
/// Conversion between currencies at mid prices, over the pairs of a set of instruments: directly, else through USD, else through EUR.
/// </summary>
/// <param name="instruments">Only those with <see cref="MarginMode.Forex"/> or <see cref="MarginMode.ForexNoLeverage"/> are used as pairs.</param>
/// <param name="lastQuote">The newest quote of a symbol, or null.</param>
public sealed class CurrencyConverter(IEnumerable<Instrument> instruments, Func<string, Quote?> lastQuote)
{
    private static readonly string[] Crosses = ["USD", "EUR"];
    private readonly Dictionary<(string Base, string Quote), string> _pairs = Pairs(instruments);

    // A path is remembered once all its pairs are quoted: from then on they stay quoted.
    private readonly ConcurrentDictionary<(string, string), ConversionStep[]> _paths = new();

    /// <inheritdoc cref="IMarketView.ConversionRate"/>
    public decimal? Rate(string from, string to)
    {
        if (from == to) return 1m;
        if (Path(from, to) is not { } path) return null;
        var rate = 1m;
        foreach (var step in path)
        {
            if (lastQuote(step.Symbol) is not { } quote) return null;
            rate = step.Inverse ? rate / quote.Mid : rate * quote.Mid;
        }
        return rate;
    }

    /// <inheritdoc cref="IMarketView.ConversionPath"/>
    public IReadOnlyList<ConversionStep>? Path(string from, string to)
    {
        if (from == to) return [];
        if (_paths.TryGetValue((from, to), out var known)) return known;
        var path = Find(from, to);
        if (path is not null) _paths.TryAdd((from, to), path);
        return path;
    }

    private ConversionStep[]? Find(string from, string to)
    {
        if (Step(from, to) is { } direct) return [direct];
        foreach (var cross in Crosses)
            if (Step(from, cross) is { } first && Step(cross, to) is { } second) return [first, second];
        foreach (var (a, b) in new[] { ("USD", "EUR"), ("EUR", "USD") })
            if (Step(from, a) is { } first && Step(a, b) is { } second && Step(b, to) is { } third) return [first, second, third];
        return null;
    }

    private ConversionStep? Step(string from, string to)
    {
        if (_pairs.TryGetValue((from, to), out var symbol) && lastQuote(symbol) is not null) return new ConversionStep(symbol, false);
        if (_pairs.TryGetValue((to, from), out symbol) && lastQuote(symbol) is not null) return new ConversionStep(symbol, true);
        return null;
    }

    private static Dictionary<(string, string), string> Pairs(IEnumerable<Instrument> instruments)
    {
        var pairs = new Dictionary<(string, string), string>();
        foreach (var i in instruments)
            if (i.MarginMode is MarginMode.Forex or MarginMode.ForexNoLeverage && i.BaseCurrency != i.QuoteCurrency)
                pairs.TryAdd((i.BaseCurrency, i.QuoteCurrency), i.Symbol);
        return pairs;
    }
}
