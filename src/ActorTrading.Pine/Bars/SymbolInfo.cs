using System.Collections.ObjectModel;

namespace ActorTrading.Pine.Bars;

/// <summary>
/// What the emulator and <c>syminfo.*</c> know of a symbol. Defaults suit a five-digit forex pair that trades round the clock.
/// </summary>
public sealed record SymbolInfo
{
    public static readonly SymbolInfo Default = new();

    /// <summary>Ticker without exchange, <c>syminfo.ticker</c>.</summary>
    public string Ticker { get; init; } = "EURUSD";
    /// <summary>Exchange prefix, <c>syminfo.prefix</c>.</summary>
    public string Prefix { get; init; } = "FX";
    public string Description { get; init; } = "";
    /// <summary><c>syminfo.type</c>: forex, stock, futures, crypto, index, cfd, fund…</summary>
    public string Type { get; init; } = "forex";
    public string Currency { get; init; } = "USD";
    public string BaseCurrency { get; init; } = "EUR";
    public string Country { get; init; } = "";
    public string Root { get; init; } = "";
    public string Sector { get; init; } = "";
    public string Industry { get; init; } = "";
    public string VolumeType { get; init; } = "tick";

    /// <summary>ISIN; empty where there is none, as for currency pairs.</summary>
    public string Isin { get; init; } = "";
    /// <summary>Of a continuous futures contract the one behind it now.</summary>
    public string CurrentContract { get; init; } = "";
    /// <summary>
    /// What else is known of the instrument, by Pine's name: "syminfo.shareholders", "earnings.future_eps"… in the units of Pine's
    /// reference, times in ms UTC. What is not there is na, as on TradingView for a symbol that has no such figure.
    /// </summary>
    public IReadOnlyDictionary<string, double> Facts { get; init; } = ReadOnlyDictionary<string, double>.Empty;

    /// <summary>Smallest price step, above 0.</summary>
    public double MinTick { get; init; } = 0.00001;
    /// <summary>Account currency per whole price point and contract, above 0.</summary>
    public double PointValue { get; init; } = 1;
    /// <summary>Quantity step: quantities are truncated to a multiple of it. <c>syminfo.mincontract</c>.</summary>
    public double MinContract { get; init; } = 0.1;
    /// <summary>IANA zone of the exchange.</summary>
    public string TimeZone { get; init; } = "Etc/UTC";
    /// <summary>Regular session, "HHmm-HHmm[:days]" or "24x7".</summary>
    public string Session { get; init; } = "24x7";

    public string TickerId => Prefix.Length == 0 ? Ticker : $"{Prefix}:{Ticker}";

    /// <summary>Denominator of the tick: the smallest power of ten that makes it whole.</summary>
    public double PriceScale
    {
        get
        {
            double scale = 1;
            while (scale < 1e12 && Math.Abs(MinTick * scale - Math.Round(MinTick * scale)) > 1e-9) scale *= 10;
            return scale;
        }
    }

    public double MinMove => Math.Round(MinTick * PriceScale);
}
