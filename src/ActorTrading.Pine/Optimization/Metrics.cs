using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Report;
using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine.Optimization;

/// <summary>The figures by which runs are compared; a run's trades and equity are let go.</summary>
public sealed record Metrics(
    double NetProfit, double NetProfitPercent, double Sharpe, double Sortino, double ProfitFactor, double MaxDrawdown,
    double MaxDrawdownPercent, double PercentProfitable, double AvgTrade, int Trades)
{
    /// <summary>Names that <see cref="Value"/> takes. Of drawdowns less is better, of all else more.</summary>
    public static readonly IReadOnlyList<string> Names =
        ["profit", "profit%", "sharpe", "sortino", "factor", "drawdown", "drawdown%", "winrate", "avgtrade", "trades"];

    public static Metrics Of(BrokerEmulator broker, BarSeries bars)
    {
        var all = SideSummary.Of(broker, null);
        var (sharpe, sortino) = RiskRatios.Of(broker, bars);
        return new Metrics(all.NetProfit, all.NetProfitPercent, sharpe, sortino, all.ProfitFactor, all.MaxDrawdown, all.MaxDrawdownPercent,
            all.PercentProfitable, all.AvgTrade, all.TotalTrades);
    }

    /// <exception cref="FormatException">Unknown name.</exception>
    public static string Canonical(string name) => name.ToLowerInvariant().Replace("_", "", StringComparison.Ordinal).Replace("ratio", "", StringComparison.Ordinal) switch
    {
        "profit" or "netprofit" => "profit",
        "profit%" or "netprofit%" or "netprofitpercent" => "profit%",
        "sharpe" => "sharpe",
        "sortino" => "sortino",
        "factor" or "profitfactor" => "factor",
        "drawdown" or "maxdrawdown" => "drawdown",
        "drawdown%" or "maxdrawdown%" or "maxdrawdownpercent" => "drawdown%",
        "winrate" or "percentprofitable" => "winrate",
        "avgtrade" => "avgtrade",
        "trades" or "totaltrades" => "trades",
        _ => throw new FormatException($"'{name}' is not a figure to sort by: use {string.Join(", ", Names)}."),
    };

    public double Value(string canonicalName) => canonicalName switch
    {
        "profit" => NetProfit,
        "profit%" => NetProfitPercent,
        "sharpe" => Sharpe,
        "sortino" => Sortino,
        "factor" => ProfitFactor,
        "drawdown" => MaxDrawdown,
        "drawdown%" => MaxDrawdownPercent,
        "winrate" => PercentProfitable,
        "avgtrade" => AvgTrade,
        _ => Trades,
    };

    /// <summary>Higher is better; a figure that cannot be computed is worst.</summary>
    public double Score(string canonicalName)
    {
        double value = Value(canonicalName);
        return double.IsNaN(value) ? double.NegativeInfinity : canonicalName.StartsWith("drawdown", StringComparison.Ordinal) ? -value : value;
    }
}
