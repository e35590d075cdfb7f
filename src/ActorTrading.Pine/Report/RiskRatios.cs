using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine.Report;

/// <summary>Sharpe and Sortino as TradingView's report has them.</summary>
public static class RiskRatios
{
    /// <summary>
    /// (mean return − risk-free) / deviation, not annualised. Returns are of realised equity by month when there are at least two
    /// months, otherwise by day when there are at least three; risk-free is the yearly rate / 12 or / 365; the deviation is the
    /// population's, for Sortino √mean(min(0, return − risk-free)²). From TradingView's help on the two ratios, with the choice of
    /// realised equity and population found by comparing reports. NaN when it cannot be computed.
    /// </summary>
    public static (double Sharpe, double Sortino) Of(BrokerEmulator broker, BarSeries bars)
    {
        double rate = broker.Settings.RiskFreeRate / 100;
        var returns = ReturnSeries.Returns(ReturnSeries.Realized(broker, bars, monthly: true));
        double free = rate / 12;
        if (returns.Length < 2)
        {
            returns = ReturnSeries.Returns(ReturnSeries.Realized(broker, bars, monthly: false));
            free = rate / 365;
            if (returns.Length < 3) return (double.NaN, double.NaN);
        }
        double mean = Sample.Mean(returns), deviation = Math.Sqrt(Sample.Variance(returns, population: true));
        double below = 0;
        foreach (double r in returns) below += Math.Min(0, r - free) * Math.Min(0, r - free);
        below = Math.Sqrt(below / returns.Length);
        return (deviation > 0 ? (mean - free) / deviation : double.NaN, below > 0 ? (mean - free) / below : double.NaN);
    }
}

/// <summary>Moments of a sample.</summary>
internal static class Sample
{
    public static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values) sum += value;
        return values.Length == 0 ? double.NaN : sum / values.Length;
    }

    public static double Variance(ReadOnlySpan<double> values, bool population = false)
    {
        double mean = Mean(values), sum = 0;
        foreach (double value in values) sum += (value - mean) * (value - mean);
        int divisor = population ? values.Length : values.Length - 1;
        return divisor <= 0 ? double.NaN : sum / divisor;
    }

    public static double Covariance(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double meanX = Mean(x), meanY = Mean(y), sum = 0;
        for (int i = 0; i < x.Length; i++) sum += (x[i] - meanX) * (y[i] - meanY);
        return x.Length < 2 ? double.NaN : sum / (x.Length - 1);
    }

    /// <summary>Standardised central moment of this order, over the population deviation.</summary>
    public static double Standardized(ReadOnlySpan<double> values, int order)
    {
        double mean = Mean(values), deviation = Math.Sqrt(Variance(values, population: true)), sum = 0;
        foreach (double value in values) sum += Math.Pow((value - mean) / deviation, order);
        return sum / values.Length;
    }

    /// <summary>Standard normal distribution function, by the error-function series of Abramowitz and Stegun 7.1.26 (error below 1.5e-7).</summary>
    public static double NormalCdf(double x)
    {
        double t = 1 / (1 + 0.3275911 * Math.Abs(x) / Math.Sqrt(2)), z = Math.Abs(x) / Math.Sqrt(2);
        double erf = 1 - ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.Exp(-z * z);
        return x >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
    }
}
