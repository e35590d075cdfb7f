namespace ActorTrading.Domain;

/// <summary>Profit of a position by MetaTrader 5's formulas (SYMBOL_CALC_MODE).</summary>
public static class ProfitCalculator
{
    /// <summary>
    /// Profit in the quote currency, not rounded: (close − open) × contract size × lots for a long; in
    /// <see cref="MarginMode.Futures"/> (close − open) / tick size × tick value × lots.
    /// </summary>
    public static decimal Gross(Instrument instrument, Side side, decimal volume, decimal open, decimal close)
    {
        var move = side == Side.Buy ? close - open : open - close;
        return instrument.MarginMode == MarginMode.Futures && instrument.TickSize > 0
            ? move / instrument.TickSize * instrument.TickValue * volume
            : move * instrument.ContractSize * volume;
    }

    /// <summary>
    /// Units of the account's currency for one unit of the quote currency. Where a pair's base currency is the account's, its own closing
    /// price gives it exactly; else the market's conversion rate; null where there is none.
    /// </summary>
    public static decimal? Rate(Instrument instrument, string accountCurrency, decimal closePrice, IMarketView market)
    {
        if (instrument.QuoteCurrency == accountCurrency) return 1m;
        if (ConvertsByItself(instrument, accountCurrency)) return 1m / closePrice;
        return market.ConversionRate(instrument.QuoteCurrency, accountCurrency);
    }

    /// <summary>
    /// The symbol's own price converts its profit: it is quoted in the account's currency, or is a currency pair based on it. The base
    /// currency of other instruments is only a label and says nothing about their price.
    /// </summary>
    public static bool ConvertsByItself(Instrument instrument, string currency) =>
        instrument.QuoteCurrency == currency
        || (instrument.BaseCurrency == currency && (instrument.MarginMode is MarginMode.Forex or MarginMode.ForexNoLeverage));

    /// <summary>Floating profit in the account's currency, without swap, not rounded; null without a quote or a conversion.</summary>
    public static decimal? Floating(Position position, string accountCurrency, IMarketView market)
    {
        if (market.FindInstrument(position.Symbol) is not { } instrument || market.LastQuote(position.Symbol) is not { } quote) return null;
        var close = quote.ClosePrice(position.Side);
        return Rate(instrument, accountCurrency, close, market) is { } rate
            ? Gross(instrument, position.Side, position.Volume, position.OpenPrice, close) * rate
            : null;
    }
}
