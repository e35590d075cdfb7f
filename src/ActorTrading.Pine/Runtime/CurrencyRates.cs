using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Runtime;

/// <summary>
/// Rates between currencies as TradingView uses them: the close of the day before, of the chart's own pair where it is the one
/// asked for, else of a pair that the bar provider knows, either way round.
/// </summary>
internal sealed class CurrencyRates(ScriptRuntime runtime)
{
    private static readonly string[] Exchanges = ["FX_IDC:", "FX:", "OANDA:", ""];
    private readonly Dictionary<(string, string), Pair?> _pairs = [];

    private sealed class Pair(SecurityData.Found bars, bool inverse)
    {
        public SecurityData.Found Bars = bars;
        public bool Inverse { get; } = inverse;
    }

    /// <summary>Units of <paramref name="to"/> for one of <paramref name="from"/> at a time (ms UTC); NaN when no bars tell.</summary>
    public double Rate(string from, string to, long timeMs)
    {
        if (from == to) return 1;
        if (!_pairs.TryGetValue((from, to), out var pair)) _pairs[(from, to)] = pair = Open(from, to, false) ?? Open(to, from, true);
        if (pair is null) return double.NaN;
        if (runtime.Main.IsRealtime && runtime.Security.Newer(runtime.Main, pair.Bars) is { } newer) pair.Bars = newer;
        var (bars, ends) = (pair.Bars.Bars, pair.Bars.Ends);
        int day = Array.BinarySearch(ends, timeMs);
        // The last day that has ended; before the first end there is only the first day's opening price.
        if (day < 0) day = ~day - 1;
        double price = day >= 0 ? bars.Close[day] : bars.Open[0];
        return price > 0 ? pair.Inverse ? 1 / price : price : double.NaN;
    }

    private Pair? Open(string from, string to, bool inverse)
    {
        var main = runtime.Main;
        if (main.Symbol.BaseCurrency == from && main.Symbol.Currency == to && Find(main.Symbol.TickerId) is { } own) return new Pair(own, inverse);
        foreach (var exchange in Exchanges)
            if (Find(exchange + from + to) is { } found) return new Pair(found, inverse);
        return null;
    }

    private SecurityData.Found? Find(string ticker)
    {
        var main = runtime.Main;
        var found = runtime.Security.Find(main, ticker, "1D", false);
        // A chart of weeks or months has no days of its own.
        if (found is null && main.Timeframe.Seconds > Timeframe.Daily.Seconds) found = runtime.Security.Find(main, ticker, main.Timeframe.ToString(), false);
        return found is { Bars.Count: > 0 } ? found : null;
    }

    [PineName("request.currency_rate")]
    public static double Request(ScriptContext context, string? from, string? to, bool ignore_invalid_currency)
    {
        if (from is null or "NONE" or "") from = context.Symbol.Currency;
        if (to is null or "NONE" or "") to = context.Symbol.Currency;
        double rate = context.Runtime.Rates.Rate(from, to, (long)context.Time);
        return double.IsNaN(rate) && !ignore_invalid_currency
            ? throw new PineRuntimeException($"request.currency_rate: no bars of {from}{to} or {to}{from} are available.")
            : rate;
    }
}
