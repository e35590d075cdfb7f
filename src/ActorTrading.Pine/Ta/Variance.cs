using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Ta;

/// <summary>Variance of the last <c>length</c> values, never below 0; unbiased divides by length − 1.</summary>
[PineName("ta.variance")]
public sealed class Variance
{
    /// <summary>Of the mean square: below it the difference of two nearly equal numbers is rounding and nothing else.</summary>
    private const double Rounding = 4e-15;

    private readonly RollingSum _sum = new(), _squares = new();

    public double Update(double source, int length, bool biased = true)
    {
        double p = _sum.Update(source, length), q = _squares.Update(source * source, length);
        if (double.IsNaN(p) || double.IsNaN(q) || (!biased && length == 1)) return double.NaN;
        double mean = p / length;
        double variance = biased ? q / length - mean * mean : q / (length - 1) - p * mean / (length - 1);
        return variance <= Rounding * q / length ? 0 : variance;
    }
}

/// <summary>Standard deviation: the square root of <see cref="Variance"/>.</summary>
[PineName("ta.stdev")]
public sealed class Stdev
{
    private readonly Variance _variance = new();

    public double Update(double source, int length, bool biased = true) => Math.Sqrt(_variance.Update(source, length, biased));
}

/// <summary>Mean absolute deviation from the simple moving average.</summary>
[PineName("ta.dev")]
public sealed class Dev
{
    private readonly Window _window = new();
    private readonly Sma _sma = new();

    public double Update(double source, int length) => Update(source, length, out _);

    internal double Update(double source, int length, out double mean)
    {
        mean = _sma.Update(source, length);
        _window.Ensure(length);
        if (!double.IsNaN(source)) _window.Push(source);
        if (double.IsNaN(mean) || _window.Kept < length) return double.NaN;
        double sum = 0;
        foreach (double value in _window.Newest(length)) sum += Math.Abs(value - mean);
        return sum / length;
    }
}

/// <summary>Pearson's correlation over <c>length</c> bars; 0 where the covariance is within 1e-10 of zero.</summary>
[PineName("ta.correlation")]
public sealed class Correlation
{
    private readonly RollingSum _x = new(), _y = new(), _xy = new(), _xx = new(), _yy = new();

    public double Update(double source1, double source2, int length)
    {
        double sx = _x.Update(source1, length), sy = _y.Update(source2, length), sxy = _xy.Update(source1 * source2, length);
        double sxx = _xx.Update(source1 * source1, length), syy = _yy.Update(source2 * source2, length);
        if (double.IsNaN(sx + sy + sxy + sxx + syy)) return double.NaN;
        double mx = sx / length, my = sy / length, covariance = sxy / length - mx * my;
        if (Math.Abs(covariance) <= Tolerance.Epsilon) return 0;
        double product = Math.Max(0, sxx / length - mx * mx) * Math.Max(0, syy / length - my * my);
        return product == 0 ? double.NaN : covariance / Math.Sqrt(product);
    }
}
