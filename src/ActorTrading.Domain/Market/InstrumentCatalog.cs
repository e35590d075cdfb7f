using System.Collections.Frozen;

namespace ActorTrading.Domain;

/// <summary>
/// Contract specifications of the usual symbols, as retail brokers commonly set them. Swaps are in points (forex, metals) or yearly
/// per cent (crypto, indices); every broker's differ and change, so these are only plausible defaults.
/// </summary>
public static class InstrumentCatalog
{
    private static readonly FrozenDictionary<string, Instrument> BySymbol = Create().ToFrozenDictionary(i => i.Symbol, StringComparer.Ordinal);

    /// <summary>All symbols of the catalogue, by name.</summary>
    public static IReadOnlyList<Instrument> All { get; } = [.. BySymbol.Values.OrderBy(i => i.Symbol, StringComparer.Ordinal)];

    /// <summary>The specification, or null for a symbol that is not in the catalogue.</summary>
    public static Instrument? Find(string symbol) => BySymbol.GetValueOrDefault(symbol);

    /// <summary>The specification.</summary>
    /// <exception cref="KeyNotFoundException">The symbol is not in the catalogue.</exception>
    public static Instrument Get(string symbol) =>
        Find(symbol) ?? throw new KeyNotFoundException($"'{symbol}' is not in the instrument catalogue ({BySymbol.Count} symbols).");

    private static IEnumerable<Instrument> Create()
    {
        // Majors, minors and crosses: symbol, swap long, swap short (points a day).
        yield return Forex("EURUSD", -7.2m, 2.5m);
        yield return Forex("GBPUSD", -4.1m, -1.2m);
        yield return Forex("AUDUSD", -3.4m, 0.4m);
        yield return Forex("NZDUSD", -2.6m, -0.5m);
        yield return Forex("USDJPY", 12.4m, -24.1m);
        yield return Forex("USDCHF", 7.9m, -14.0m);
        yield return Forex("USDCAD", 2.1m, -7.3m);
        yield return Forex("USDSEK", 21m, -76m);
        yield return Forex("USDNOK", -12m, -41m);
        yield return Forex("USDMXN", -298m, 101m);
        yield return Forex("USDZAR", -195m, 62m);
        yield return Forex("USDTRY", -1240m, 310m);
        yield return Forex("USDPLN", -14m, -9m);
        yield return Forex("USDHUF", -22m, -1m);
        yield return Forex("USDSGD", -1.5m, -6.2m);
        yield return Forex("USDCNH", 20m, -61m);
        yield return Forex("EURGBP", -5.2m, 1.4m);
        yield return Forex("EURJPY", 7.1m, -17.6m);
        yield return Forex("EURCHF", 3.1m, -8.2m);
        yield return Forex("EURAUD", -8.0m, 1.1m);
        yield return Forex("EURCAD", -7.1m, 1.0m);
        yield return Forex("EURNZD", -9.4m, 0.9m);
        yield return Forex("EURSEK", -11m, -9m);
        yield return Forex("EURNOK", -48m, 9m);
        yield return Forex("EURPLN", -38m, 8m);
        yield return Forex("GBPJPY", 15.2m, -29.4m);
        yield return Forex("GBPCHF", 9.1m, -15.7m);
        yield return Forex("GBPAUD", -2.2m, -6.0m);
        yield return Forex("GBPCAD", -1.4m, -5.1m);
        yield return Forex("GBPNZD", -4.0m, -5.4m);
        yield return Forex("AUDJPY", 7.6m, -14.1m);
        yield return Forex("AUDCAD", -1.0m, -3.6m);
        yield return Forex("AUDCHF", 4.1m, -7.7m);
        yield return Forex("AUDNZD", -3.5m, -1.6m);
        yield return Forex("NZDJPY", 6.9m, -12.5m);
        yield return Forex("NZDCAD", -0.9m, -3.3m);
        yield return Forex("NZDCHF", 3.4m, -6.6m);
        yield return Forex("CADJPY", 6.0m, -12.8m);
        yield return Forex("CADCHF", 3.0m, -6.9m);
        yield return Forex("CHFJPY", -1.8m, -9.9m);

        yield return Metal("XAUUSD", "Gold, 100 oz", "XAU", 2, 100m, -38m, 21m);
        yield return Metal("XAGUSD", "Silver, 5,000 oz", "XAG", 3, 5_000m, -21m, 9m);

        yield return Crypto("BTCUSD", "Bitcoin", "BTC", 2);
        yield return Crypto("ETHUSD", "Ether", "ETH", 2);

        yield return Index("US500", "S&P 500", "USD", 0.1m);
        yield return Index("US30", "Dow Jones 30", "USD", 0.1m);
        yield return Index("NAS100", "Nasdaq 100", "USD", 0.1m);
        yield return Index("GER40", "DAX 40", "EUR", 0.1m);
        yield return Index("UK100", "FTSE 100", "GBP", 0.1m);
    }

    private static Instrument Forex(string symbol, decimal swapLong, decimal swapShort) => new()
    {
        Symbol = symbol,
        Description = $"{symbol[..3]} against {symbol[3..]}",
        BaseCurrency = symbol[..3],
        QuoteCurrency = symbol[3..],
        Digits = symbol[3..] is "JPY" or "HUF" ? 3 : 5,
        SwapLong = swapLong,
        SwapShort = swapShort,
        CommissionPerLot = 3.5m,
        Schedule = TradingSchedule.Forex,
    };

    private static Instrument Metal(string symbol, string description, string @base, int digits, decimal contract, decimal swapLong, decimal swapShort) => new()
    {
        Symbol = symbol,
        Description = description,
        BaseCurrency = @base,
        QuoteCurrency = "USD",
        Digits = digits,
        ContractSize = contract,
        VolumeMax = 50m,
        MarginMode = MarginMode.CfdLeverage,
        SwapLong = swapLong,
        SwapShort = swapShort,
        CommissionPerLot = 3.5m,
        Schedule = TradingSchedule.WithDailyBreak,
    };

    private static Instrument Crypto(string symbol, string description, string @base, int digits) => new()
    {
        Symbol = symbol,
        Description = description,
        BaseCurrency = @base,
        QuoteCurrency = "USD",
        Digits = digits,
        ContractSize = 1m,
        VolumeMax = 20m,
        MarginMode = MarginMode.Cfd,
        MarginRate = 0.1m,
        SwapMode = SwapMode.InterestCurrent,
        SwapLong = -20m,
        SwapShort = -20m,
        TripleSwapDay = DayOfWeek.Friday,
        Schedule = TradingSchedule.Always,
    };

    private static Instrument Index(string symbol, string description, string currency, decimal volumeStep) => new()
    {
        Symbol = symbol,
        Description = description,
        BaseCurrency = currency,
        QuoteCurrency = currency,
        Digits = 1,
        ContractSize = 1m,
        VolumeMin = volumeStep,
        VolumeStep = volumeStep,
        VolumeMax = 250m,
        MarginMode = MarginMode.Cfd,
        MarginRate = 0.05m,
        SwapMode = SwapMode.InterestCurrent,
        SwapLong = -6.5m,
        SwapShort = 1.5m,
        TripleSwapDay = DayOfWeek.Friday,
        Schedule = TradingSchedule.WithDailyBreak,
    };
}
