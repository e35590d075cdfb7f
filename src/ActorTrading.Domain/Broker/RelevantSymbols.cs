namespace ActorTrading.Domain;

/// <summary>The symbols whose prices move an account's equity or margin: those of its positions and of the conversions of their money.</summary>
internal static class RelevantSymbols
{
    public static List<string> Of(AccountState state, IMarketView market)
    {
        var symbols = new List<string>(4);
        foreach (var (_, position) in state.Positions)
        {
            Add(symbols, position.Symbol);
            if (market.FindInstrument(position.Symbol) is not { } instrument) continue;
            if (!ProfitCalculator.ConvertsByItself(instrument, state.Currency)) AddPath(symbols, market, instrument.QuoteCurrency, state.Currency);
            if (position.MarginRate is null) AddPath(symbols, market, MarginCalculator.Currency(instrument), state.Currency);
        }
        foreach (var (_, order) in state.Orders)
        {
            if (!order.IsPending || market.FindInstrument(order.Symbol) is not { PendingMarginRate: > 0 } instrument) continue;
            Add(symbols, order.Symbol);
            AddPath(symbols, market, MarginCalculator.Currency(instrument), state.Currency);
        }
        return symbols;
    }

    public static bool Contain(AccountState state, IMarketView market, string symbol)
    {
        foreach (var (_, position) in state.Positions)
            if (position.Symbol == symbol) return true; // The usual case, without a list.
        return Of(state, market).Contains(symbol);
    }

    private static void AddPath(List<string> symbols, IMarketView market, string from, string to)
    {
        if (market.ConversionPath(from, to) is not { } path) return;
        for (var i = 0; i < path.Count; i++) Add(symbols, path[i].Symbol);
    }

    private static void Add(List<string> symbols, string symbol)
    {
        if (!symbols.Contains(symbol)) symbols.Add(symbol);
    }
}
