using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine.Report;

/// <summary>
/// The further statistics that QuantConnect's LEAN reports, by its published formulas (PortfolioStatistics, TradeStatistics),
/// from equity at the end of each day, 252 trading days a year, with buying and holding the symbol as the benchmark. Rates are
/// fractions (0.1 is 10 %), money is account currency, NaN where a figure cannot be computed.
/// </summary>
public sealed record LeanStatistics
{
    private const double TradingDays = 252;

    public double StartEquity { get; init; }
    public double EndEquity { get; init; }
    /// <summary>(end / start)^(1 / years) − 1.</summary>
    public double CompoundingAnnualReturn { get; init; }
    /// <summary>Deepest fall below the peak of daily equity.</summary>
    public double Drawdown { get; init; }
    /// <summary>Longest time below a peak of daily equity, in days.</summary>
    public double DrawdownRecoveryDays { get; init; }
    /// <summary>Win rate × profit-loss ratio − loss rate.</summary>
    public double Expectancy { get; init; }
    public double WinRate { get; init; }
    public double LossRate { get; init; }
    /// <summary>Average winning rate of return / average losing one.</summary>
    public double ProfitLossRatio { get; init; }
    /// <summary>Annualised: (mean daily return × 252 − risk-free) / annual deviation.</summary>
    public double SharpeRatio { get; init; }
    public double SortinoRatio { get; init; }
    /// <summary>Probability that the true Sharpe ratio is above that of one a year (Bailey and López de Prado 2012).</summary>
    public double ProbabilisticSharpeRatio { get; init; }
    /// <summary>Annual return − (risk-free + beta × (benchmark's annual return − risk-free)).</summary>
    public double Alpha { get; init; }
    /// <summary>Covariance of daily returns with the benchmark's / variance of the benchmark's.</summary>
    public double Beta { get; init; }
    public double AnnualStandardDeviation { get; init; }
    public double AnnualVariance { get; init; }
    public double InformationRatio { get; init; }
    public double TrackingError { get; init; }
    public double TreynorRatio { get; init; }
    public double TotalFees { get; init; }
    /// <summary>Value traded per day / equity, averaged.</summary>
    public double PortfolioTurnover { get; init; }
    /// <summary>Daily return that is undercut on 5 % (1 %) of days, taking returns as normal.</summary>
    public double ValueAtRisk95 { get; init; }
    public double ValueAtRisk99 { get; init; }
    /// <summary>Mean adverse and favourable excursion per closed trade, and the largest.</summary>
    public double AverageMae { get; init; }
    public double AverageMfe { get; init; }
    public double LargestMae { get; init; }
    public double LargestMfe { get; init; }
    /// <summary>Mean of what trades gave back between their best moment and their exit.</summary>
    public double AverageEndTradeDrawdown { get; init; }
    public double AverageTradeDurationSeconds { get; init; }
    public double AverageWinningTradeDurationSeconds { get; init; }
    public double AverageLosingTradeDurationSeconds { get; init; }
    public int MaxConsecutiveWinningTrades { get; init; }
    public int MaxConsecutiveLosingTrades { get; init; }

    internal static LeanStatistics Of(BrokerEmulator broker, BarSeries bars)
    {
        var (equity, price) = ReturnSeries.Daily(broker, bars);
        double[] returns = ReturnSeries.Returns(equity), benchmark = ReturnSeries.Returns(price);
        if (benchmark.Length != returns.Length) (returns, benchmark) = ([], []);
        double start = equity[0], end = equity[^1], free = broker.Settings.RiskFreeRate / 100;
        double years = bars.Count == 0 ? 0 : (bars.CloseTimeMs(bars.Count - 1) - bars.TimeMs[0]) / (365.25 * ZoneClock.DayMs);
        double annualReturn = years > 0 && end > 0 ? Math.Pow(end / start, 1 / years) - 1 : double.NaN;
        double mean = Sample.Mean(returns), variance = Sample.Variance(returns) * TradingDays, deviation = Math.Sqrt(variance);
        double performance = mean * TradingDays, benchmarkPerformance = Sample.Mean(benchmark) * TradingDays;
        double beta = Sample.Covariance(returns, benchmark) / Sample.Variance(benchmark);
        var excess = new double[returns.Length];
        for (int i = 0; i < excess.Length; i++) excess[i] = returns[i] - benchmark[i];
        double tracking = Math.Sqrt(Sample.Variance(excess) * TradingDays);
        double downside = 0;
        foreach (double r in returns) downside += Math.Min(0, r) * Math.Min(0, r);
        downside = Math.Sqrt(downside / Math.Max(1, returns.Length) * TradingDays);
        double daily = Math.Sqrt(Sample.Variance(returns));
        var (depth, recovery) = Drawdowns(equity);
        return TradeFigures(broker, bars) with
        {
            StartEquity = start,
            EndEquity = end,
            CompoundingAnnualReturn = annualReturn,
            Drawdown = depth,
            DrawdownRecoveryDays = recovery,
            SharpeRatio = Finite((performance - free) / deviation),
            SortinoRatio = Finite((performance - free) / downside),
            ProbabilisticSharpeRatio = Probability(returns),
            Alpha = performance - (free + beta * (benchmarkPerformance - free)),
            Beta = Finite(beta),
            AnnualStandardDeviation = deviation,
            AnnualVariance = variance,
            TrackingError = tracking,
            InformationRatio = Finite((performance - benchmarkPerformance) / tracking),
            TreynorRatio = Finite((performance - free) / beta),
            TotalFees = broker.CommissionPaid,
            PortfolioTurnover = Turnover(broker, equity),
            ValueAtRisk95 = mean - 1.6448536269514722 * daily,
            ValueAtRisk99 = mean - 2.3263478740408408 * daily,
        };
    }

    private static LeanStatistics TradeFigures(BrokerEmulator broker, BarSeries bars)
    {
        double winRates = 0, lossRates = 0, mae = 0, mfe = 0, maxMae = 0, maxMfe = 0, givenBack = 0, seconds = 0, winSeconds = 0, lossSeconds = 0;
        int wins = 0, losses = 0, winRun = 0, lossRun = 0, maxWins = 0, maxLosses = 0, count = broker.ClosedTradeCount;
        foreach (ref readonly var trade in broker.ClosedTrades)
        {
            double rate = trade.Profit / trade.Cost(broker.PointValue), duration = (trade.ExitTimeMs - trade.EntryTimeMs) / 1000.0;
            seconds += duration;
            mae += trade.MaxDrawdown;
            mfe += trade.MaxRunup;
            givenBack += trade.MaxRunup - trade.Profit;
            (maxMae, maxMfe) = (Math.Max(maxMae, trade.MaxDrawdown), Math.Max(maxMfe, trade.MaxRunup));
            if (trade.Profit > 0)
            {
                wins++;
                winRates += rate;
                winSeconds += duration;
                (winRun, lossRun) = (winRun + 1, 0);
            }
            else
            {
                // LEAN counts a trade without profit as lost.
                losses++;
                lossRates -= rate;
                lossSeconds += duration;
                (winRun, lossRun) = (0, lossRun + 1);
            }
            (maxWins, maxLosses) = (Math.Max(maxWins, winRun), Math.Max(maxLosses, lossRun));
        }
        double winRate = (double)wins / count, lossRate = (double)losses / count, ratio = winRates / wins / (lossRates / losses);
        return new LeanStatistics
        {
            WinRate = winRate,
            LossRate = lossRate,
            ProfitLossRatio = Finite(ratio),
            Expectancy = Finite(winRate * ratio - lossRate),
            AverageMae = mae / count,
            AverageMfe = mfe / count,
            LargestMae = maxMae,
            LargestMfe = maxMfe,
            AverageEndTradeDrawdown = givenBack / count,
            AverageTradeDurationSeconds = seconds / count,
            AverageWinningTradeDurationSeconds = winSeconds / wins,
            AverageLosingTradeDurationSeconds = lossSeconds / losses,
            MaxConsecutiveWinningTrades = maxWins,
            MaxConsecutiveLosingTrades = maxLosses,
        };
    }

    private static (double Depth, int Days) Drawdowns(double[] equity)
    {
        double peak = equity[0], depth = 0;
        int below = 0, longest = 0;
        foreach (double value in equity)
        {
            if (value >= peak)
            {
                (peak, below) = (value, 0);
                continue;
            }
            depth = Math.Max(depth, 1 - value / peak);
            longest = Math.Max(longest, ++below);
        }
        return (depth, longest);
    }

    private static double Probability(double[] returns)
    {
        if (returns.Length < 3) return double.NaN;
        double ratio = Sample.Mean(returns) / Math.Sqrt(Sample.Variance(returns)), target = 1 / Math.Sqrt(TradingDays);
        double spread = 1 - Sample.Standardized(returns, 3) * ratio + (Sample.Standardized(returns, 4) - 1) / 4 * ratio * ratio;
        return spread > 0 ? Sample.NormalCdf((ratio - target) * Math.Sqrt(returns.Length - 1) / Math.Sqrt(spread)) : double.NaN;
    }

    private static double Turnover(BrokerEmulator broker, double[] equity)
    {
        double traded = 0;
        foreach (ref readonly var fill in broker.Fills) traded += Math.Abs(fill.Qty) * fill.Price * broker.PointValue;
        int days = equity.Length - 1;
        return days <= 0 ? double.NaN : traded / days / Sample.Mean(equity);
    }

    private static double Finite(double value) => double.IsFinite(value) ? value : double.NaN;
}
