using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Library;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Builtins.Bindings;

/// <summary>syminfo.*, timeframe.*, ticker.*.</summary>
internal static class SymbolBindings
{
    [PineName("syminfo.basecurrency")] public static string BaseCurrency(ScriptContext context) => context.Symbol.BaseCurrency;
    [PineName("syminfo.country")] public static string Country(ScriptContext context) => context.Symbol.Country;
    [PineName("syminfo.currency")] public static string Currency(ScriptContext context) => context.Symbol.Currency;
    [PineName("syminfo.description")] public static string Description(ScriptContext context) => context.Symbol.Description;
    [PineName("syminfo.industry")] public static string Industry(ScriptContext context) => context.Symbol.Industry;
    [PineName("syminfo.sector")] public static string Sector(ScriptContext context) => context.Symbol.Sector;
    [PineName("syminfo.root")] public static string Root(ScriptContext context) => context.Symbol.Root;
    [PineName("syminfo.mincontract")] public static double MinContract(ScriptContext context) => context.Symbol.MinContract;
    [PineName("syminfo.minmove")] public static double MinMove(ScriptContext context) => context.Symbol.MinMove;
    [PineName("syminfo.mintick")] public static double MinTick(ScriptContext context) => context.Symbol.MinTick;
    [PineName("syminfo.pointvalue")] public static double PointValue(ScriptContext context) => context.Symbol.PointValue;
    [PineName("syminfo.pricescale")] public static double PriceScale(ScriptContext context) => context.Symbol.PriceScale;
    [PineName("syminfo.prefix")] public static string Prefix(ScriptContext context) => context.Symbol.Prefix;
    [PineName("syminfo.session")] public static string Session(ScriptContext context) => "regular";
    [PineName("syminfo.ticker")] public static string Ticker(ScriptContext context) => context.Symbol.Ticker;
    [PineName("syminfo.tickerid")] public static string TickerId(ScriptContext context) => context.Symbol.TickerId;
    [PineName("syminfo.main_tickerid")] public static string MainTickerId(ScriptContext context) => context.Runtime.Main.Symbol.TickerId;
    [PineName("syminfo.timezone")] public static string TimeZone(ScriptContext context) => context.Symbol.TimeZone;
    [PineName("syminfo.type")] public static string Type(ScriptContext context) => context.Symbol.Type;
    [PineName("syminfo.volumetype")] public static string VolumeType(ScriptContext context) => context.Symbol.VolumeType;
    [PineName("syminfo.prefix")] public static string? PrefixOf(string? symbol) => symbol is null ? null : symbol.IndexOf(':') is var i && i >= 0 ? symbol[..i] : "";
    [PineName("syminfo.ticker")] public static string? TickerOf(string? symbol) => symbol is null ? null : symbol[(symbol.IndexOf(':') + 1)..];

    [PineName("timeframe.period")] public static string Period(ScriptContext context) => PeriodText(context, context.Timeframe);
    [PineName("timeframe.main_period")] public static string MainPeriod(ScriptContext context) => PeriodText(context, context.Runtime.Main.Timeframe);
    [PineName("timeframe.multiplier")] public static double Multiplier(ScriptContext context) => context.Timeframe.Multiplier;
    [PineName("timeframe.isdaily")] public static bool IsDaily(ScriptContext context) => context.Timeframe.IsDaily;
    [PineName("timeframe.isdwm")] public static bool IsDwm(ScriptContext context) => context.Timeframe.IsDwm;
    [PineName("timeframe.isintraday")] public static bool IsIntraday(ScriptContext context) => context.Timeframe.IsIntraday;
    [PineName("timeframe.isminutes")] public static bool IsMinutes(ScriptContext context) => context.Timeframe.IsMinutes;
    [PineName("timeframe.ismonthly")] public static bool IsMonthly(ScriptContext context) => context.Timeframe.IsMonthly;
    [PineName("timeframe.isseconds")] public static bool IsSeconds(ScriptContext context) => context.Timeframe.IsSeconds;
    [PineName("timeframe.isticks")] public static bool IsTicks(ScriptContext context) => context.Timeframe.IsTicks;
    [PineName("timeframe.isweekly")] public static bool IsWeekly(ScriptContext context) => context.Timeframe.IsWeekly;

    /// <summary>v5 leaves the multiplier 1 of days, weeks and months out.</summary>
    private static string PeriodText(ScriptContext context, Timeframe timeframe)
    {
        var text = timeframe.ToString();
        return context.Runtime.Script.Version < 6 && timeframe.IsDwm && timeframe.Multiplier == 1 ? text[1..] : text;
    }

    [PineName("timeframe.in_seconds")]
    public static double InSeconds(ScriptContext context, string? timeframe)
    {
        if (string.IsNullOrEmpty(timeframe)) return context.Timeframe.Seconds;
        return Parse(timeframe).Seconds;
    }

    internal static Timeframe Parse(string timeframe) => Timeframe.TryParse(timeframe, out var parsed) ? parsed : throw new PineRuntimeException($"'{timeframe}' is not a timeframe.");

    [PineName("ticker.new")] public static string New(string? prefix, string? ticker, string? session, string? adjustment, string? backadjustment, string? settlement_as_close) => $"{prefix}:{ticker}";
    [PineName("ticker.modify")] public static string? Modify(string? tickerid, string? session, string? adjustment, string? backadjustment, string? settlement_as_close) => tickerid;
    [PineName("ticker.inherit")] public static string? Inherit(string? from_tickerid, string? symbol) => symbol;
    /// <summary>Marks a symbol for requests: its bars are turned into Heikin Ashi ones.</summary>
    internal const string HeikinAshiMark = "heikinashi;";

    [PineName("ticker.heikinashi")] public static string HeikinAshi(string? symbol) => HeikinAshiMark + symbol;
    [PineName("ticker.standard")] public static string Standard(ScriptContext context, string? symbol) => symbol?.Replace(HeikinAshiMark, "", StringComparison.Ordinal) ?? context.Symbol.TickerId;
}

/// <summary>ta.change of a bool: whether it differs from what it was some bars ago.</summary>
[PineName("ta.change")]
internal sealed class BoolChange
{
    private readonly CallHistory<byte> _past = new(1, 5000, 2);
    private int _calls;

    public bool Update(bool source, int length)
    {
        if (length is < 1 or > 5000) throw new PineRuntimeException($"Invalid value of the 'length' argument ({length}) in the 'ta.change' function. It must be between 1 and 5000.");
        byte now = source ? (byte)1 : (byte)0;
        byte before = _past.Push(_calls++, now, length);
        return before != 2 && before != now;
    }
}
