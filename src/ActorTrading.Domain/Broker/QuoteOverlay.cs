namespace ActorTrading.Domain;

/// <summary>A market as it is, but for one symbol as a given quote says: by the time a quote is reacted to, a live market has newer ones.</summary>
internal sealed class QuoteOverlay(IMarketView market, Quote quote) : IMarketView
{
    /// <summary>The market itself where it shows the quote already.</summary>
    public static IMarketView Over(IMarketView market, in Quote quote) =>
        market.LastQuote(quote.Symbol) is { } last && last == quote ? market : new QuoteOverlay(market, quote);

    public Instrument? FindInstrument(string symbol) => market.FindInstrument(symbol);

    public Quote? LastQuote(string symbol) => symbol == quote.Symbol ? quote : market.LastQuote(symbol);

    public IReadOnlyList<ConversionStep>? ConversionPath(string from, string to) => market.ConversionPath(from, to);

    public decimal? ConversionRate(string from, string to)
    {
        if (market.ConversionPath(from, to) is not { } path) return null;
        var rate = 1m;
        for (var i = 0; i < path.Count; i++)
        {
            if (LastQuote(path[i].Symbol) is not { } step) return null;
            rate = path[i].Inverse ? rate / step.Mid : rate * step.Mid;
        }
        return rate;
    }
}
