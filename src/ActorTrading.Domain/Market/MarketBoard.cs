using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace ActorTrading.Domain;

/// <summary>
/// The newest quote of every symbol of a set of instruments, as an <see cref="IMarketView"/>. Any thread may read and write; a reader
/// that needs several prices of one moment must not let writers run meanwhile.
/// </summary>
public sealed class MarketBoard : IMarketView
{
    private readonly FrozenDictionary<string, Instrument> _instruments;
    private readonly ConcurrentDictionary<string, Box> _quotes = new(StringComparer.Ordinal);
    private readonly CurrencyConverter _converter;

    public MarketBoard(IEnumerable<Instrument> instruments)
    {
        _instruments = instruments.ToFrozenDictionary(i => i.Symbol, StringComparer.Ordinal);
        _converter = new CurrencyConverter(_instruments.Values.OrderBy(i => i.Symbol, StringComparer.Ordinal), LastQuote);
    }

    public IEnumerable<Instrument> Instruments => _instruments.Values;

    /// <summary>Takes a quote as the newest of its symbol. The caller has validated it.</summary>
    public void Update(Quote quote) => _quotes[quote.Symbol] = new Box(quote);

    public Instrument? FindInstrument(string symbol) => _instruments.GetValueOrDefault(symbol);

    public Quote? LastQuote(string symbol) => _quotes.TryGetValue(symbol, out var box) ? box.Quote : null;

    public decimal? ConversionRate(string from, string to) => _converter.Rate(from, to);

    public IReadOnlyList<ConversionStep>? ConversionPath(string from, string to) => _converter.Path(from, to);

    // A reference is replaced atomically, a struct of this size is not.
    private sealed class Box(Quote quote)
    {
        public readonly Quote Quote = quote;
    }
}
