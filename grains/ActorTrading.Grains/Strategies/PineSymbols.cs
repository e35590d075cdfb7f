using ActorTrading.Domain;
using ActorTrading.Pine.Bars;
using PineTimeframe = ActorTrading.Pine.Bars.Timeframe;

namespace ActorTrading.Grains;

/// <summary>The house's instruments and periods in Pine's terms.</summary>
public static class PineSymbols
{
    /// <summary>Quantities are units of the base currency, of which TradingView takes tenths; trading days are the feed's.</summary>
    public static SymbolInfo Of(Instrument instrument, TradingDay day)
    {
        var opens = $"{day.StartsAt:hhmm}";
        return new SymbolInfo
        {
            Ticker = instrument.Symbol,
            Prefix = instrument.MarginMode == MarginMode.Forex ? "FX" : "",
            Description = instrument.Description,
            Type = instrument.MarginMode switch
            {
                MarginMode.Forex or MarginMode.ForexNoLeverage => "forex",
                MarginMode.Futures => "futures",
                MarginMode.ExchangeStocks => "stock",
                MarginMode.CfdIndex => "index",
                _ => "cfd",
            },
            Currency = instrument.QuoteCurrency,
            BaseCurrency = instrument.BaseCurrency,
            MinTick = (double)instrument.Point,
            TimeZone = day.TimeZone,
            Session = $"{opens}-{opens}",
        };
    }

    public static PineTimeframe Of(Domain.Timeframe timeframe) => timeframe switch
    {
        Domain.Timeframe.D1 => new(1, TimeframeUnit.Day),
        Domain.Timeframe.W1 => new(1, TimeframeUnit.Week),
        Domain.Timeframe.MN1 => new(1, TimeframeUnit.Month),
        _ => new((int)timeframe, TimeframeUnit.Minute),
    };

    /// <summary>The house's period of that length; null where there is none.</summary>
    public static Domain.Timeframe? Of(PineTimeframe timeframe) =>
        Timeframes.All.Where(t => Of(t) == timeframe || (Of(t).Seconds == timeframe.Seconds && timeframe.Unit != TimeframeUnit.Tick)).Select(t => (Domain.Timeframe?)t).FirstOrDefault();
}
