namespace ActorTrading.Domain;

/// <summary>
/// A live market held still for one decision: each symbol's quote is read once and then stays. A band computed from one quote and armed
/// around the next would prove nothing. Not thread-safe; lives as long as the decision.
/// </summary>
internal sealed class MarketMoment : IMarketView
{
    private readonly IMarketView _market;

    // Nearly always one symbol: the others are in a list.
    private (string? Symbol, Quote? Quote) _first;
    private List<(string Symbol, Quote? Quote)>? _others;

    public MarketMoment(IMarketView market) => _market = market;

    /// <summary>The market as it was with this quote: by the time it is reacted to, there may be newer ones.</summary>
    public MarketMoment(IMarketView market, in Quote quote) : this(market) => _first = (quote.Symbol, quote);

    public Instrument? FindInstrument(string symbol) => _market.FindInstrument(symbol);

    public IReadOnlyList<ConversionStep>? ConversionPath(string from, string to) => _market.ConversionPath(from, to);

    public Quote? LastQuote(string symbol)
    {
        if (_first.Symbol == symbol) return _first.Quote;
        if (_first.Symbol is null) return (_first = (symbol, _market.LastQuote(symbol))).Quote;
        // A handful: a linear search beats a dictionary.
        foreach (var (known, read) in _others ??= new(2))
            if (known == symbol) return read;
        var quote = _market.LastQuote(symbol);
        _others.Add((symbol, quote));
        return quote;
    }

    public decimal? ConversionRate(string from, string to)
    {
        if (_market.ConversionPath(from, to) is not { } path) return null;
        var rate = 1m;
        for (var i = 0; i < path.Count; i++)
        {
            if (LastQuote(path[i].Symbol) is not { } quote) return null;
            rate = path[i].Inverse ? rate / quote.Mid : rate * quote.Mid;
        }
        return rate;
    }
}
