namespace ActorTrading.Domain;

/// <summary>Swap of a position for one roll-over by MetaTrader 5's formulas (ENUM_SYMBOL_SWAP_MODE).</summary>
public static class SwapCalculator
{
    /// <summary>Days of a year in the interest modes.</summary>
    private const decimal YearDays = 360m;

    /// <summary>
    /// How many days the roll-over at the end of <paramref name="day"/> counts: none at the end of Saturday and Sunday, three on the
    /// instrument's triple day, else one.
    /// </summary>
    public static int Days(Instrument instrument, DateOnly day) => day.DayOfWeek switch
    {
        DayOfWeek.Saturday or DayOfWeek.Sunday => 0,
        var d when d == instrument.TripleSwapDay => 3,
        _ => 1,
    };

    /// <summary>
    /// Swap of one day in the account's currency, not rounded; negative is a cost; null without a quote or rate. The re-opening modes
    /// shift the price by the swap's points: the same money is charged here as swap, so that the position lives on and nobody who
    /// copies it sees trades that nobody made.
    /// </summary>
    public static decimal? PerDay(Position position, Instrument instrument, string accountCurrency, IMarketView market)
    {
        var swap = position.Side == Side.Buy ? instrument.SwapLong : instrument.SwapShort;
        if (instrument.SwapMode == SwapMode.Disabled || swap == 0) return 0m;
        if (instrument.SwapMode == SwapMode.CurrencyDeposit) return swap * position.Volume;
        if (market.LastQuote(position.Symbol) is not { } quote) return null;
        var price = quote.ClosePrice(position.Side);
        var units = instrument.ContractSize * position.Volume;
        return instrument.SwapMode switch
        {
            SwapMode.Points or SwapMode.ReopenCurrent or SwapMode.ReopenBid =>
                ProfitCalculator.Gross(instrument, Side.Buy, position.Volume, price, price + swap * instrument.Point) * QuoteRate(),
            SwapMode.CurrencySymbol => swap * position.Volume * BaseRate(),
            SwapMode.CurrencyMargin => swap * position.Volume * MarginCalculator.Rate(instrument, accountCurrency, price, market),
            SwapMode.InterestCurrent => units * price * swap / 100m / YearDays * QuoteRate(),
            SwapMode.InterestOpen => units * position.OpenPrice * swap / 100m / YearDays * QuoteRate(),
            _ => 0m,
        };

        decimal? QuoteRate() => ProfitCalculator.Rate(instrument, accountCurrency, price, market);

        decimal? BaseRate() =>
            instrument.BaseCurrency == accountCurrency ? 1m
            : instrument.QuoteCurrency == accountCurrency ? price
            : market.ConversionRate(instrument.BaseCurrency, accountCurrency);
    }
}
