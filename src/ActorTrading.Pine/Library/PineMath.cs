namespace ActorTrading.Pine.Library;

/// <summary><c>math.*</c>. na in, na out.</summary>
public static class PineMath
{
    [PineName("math.abs")] public static double Abs(double number) => Math.Abs(number);
    [PineName("math.acos")] public static double Acos(double angle) => Math.Acos(angle);
    [PineName("math.asin")] public static double Asin(double angle) => Math.Asin(angle);
    [PineName("math.atan")] public static double Atan(double angle) => Math.Atan(angle);
    [PineName("math.cos")] public static double Cos(double angle) => Math.Cos(angle);
    [PineName("math.sin")] public static double Sin(double angle) => Math.Sin(angle);
    [PineName("math.tan")] public static double Tan(double angle) => Math.Tan(angle);
    [PineName("math.ceil")] public static double Ceil(double number) => Math.Ceiling(number);
    [PineName("math.floor")] public static double Floor(double number) => Math.Floor(number);
    [PineName("math.exp")] public static double Exp(double number) => Math.Exp(number);

    /// <summary>Natural logarithm; na for 0 and below.</summary>
    [PineName("math.log")] public static double Log(double number) => number > 0 ? Math.Log(number) : double.NaN;
    [PineName("math.log10")] public static double Log10(double number) => number > 0 ? Math.Log10(number) : double.NaN;
    [PineName("math.sqrt")] public static double Sqrt(double number) => Math.Sqrt(number);
    [PineName("math.sign")] public static double Sign(double number) => double.IsNaN(number) ? double.NaN : Math.Sign(number);
    [PineName("math.todegrees")] public static double ToDegrees(double radians) => radians * (180 / Math.PI);
    [PineName("math.toradians")] public static double ToRadians(double degrees) => degrees * (Math.PI / 180);

    /// <summary>TradingView answers the exponents 2, 1, 0 and 0.5 with the exact product or root.</summary>
    [PineName("math.pow")]
    public static double Pow(double @base, double exponent)
    {
        if (double.IsNaN(@base) || double.IsNaN(exponent)) return double.NaN;
        double result = exponent switch
        {
            2 => @base * @base,
            1 => @base,
            0 => 1,
            0.5 when @base >= 0 => Math.Sqrt(@base),
            _ => Math.Pow(@base, exponent),
        };
        return double.IsFinite(result) ? result : double.NaN;
    }

    /// <summary>Nearest whole number, halves away from zero.</summary>
    [PineName("math.round")] public static double Round(double number) => Round(number, 0);

    /// <summary>
    /// Nearest multiple of 10^−precision. A value whose exact multiple is within 1e-10 of half a step counts as half and goes
    /// away from zero.
    /// </summary>
    [PineName("math.round")]
    public static double Round(double number, double precision)
    {
        if (!double.IsFinite(number) || double.IsNaN(precision)) return double.NaN;
        int digits = (int)Math.Clamp(precision, -300, 300);
        double scale = Math.Pow(10, Math.Abs(digits)), scaled = digits >= 0 ? Math.Abs(number) * scale : Math.Abs(number) / scale;
        if (!(scaled < 4.5e15)) return number;
        double whole = Math.Floor(scaled), lost = digits > 0 ? Math.FusedMultiplyAdd(Math.Abs(number), scale, -scaled) : 0;
        if (scaled - whole + lost >= 0.5 - 1e-10) whole++;
        double result = digits >= 0 ? whole / scale : whole * scale;
        return number < 0 ? -result : result;
    }

    /// <summary>Nearest tick, halves up.</summary>
    public static double RoundToMintick(double number, double mintick, double minmove, double pricescale) =>
        Math.Floor(number / mintick + 0.5) * minmove / pricescale;

    public static double Max(params ReadOnlySpan<double> numbers)
    {
        double best = double.NegativeInfinity;
        foreach (double number in numbers)
        {
            if (double.IsNaN(number)) return double.NaN;
            if (number > best) best = number;
        }
        return best;
    }

    public static double Min(params ReadOnlySpan<double> numbers)
    {
        double best = double.PositiveInfinity;
        foreach (double number in numbers)
        {
            if (double.IsNaN(number)) return double.NaN;
            if (number < best) best = number;
        }
        return best;
    }

    /// <summary>Mean; from three numbers on summed with compensation.</summary>
    public static double Avg(params ReadOnlySpan<double> numbers)
    {
        double sum = 0, compensation = 0;
        foreach (double number in numbers)
        {
            double y = number - compensation, t = sum + y;
            compensation = numbers.Length > 2 ? t - sum - y : 0;
            sum = t;
        }
        return (sum - compensation) / numbers.Length;
    }
}

/// <summary>
/// <c>math.random</c>: a sequence per call site. Without a seed it starts from a fixed one, so that a backtest repeats itself.
/// </summary>
[PineName("math.random")]
public sealed class PineRandom
{
    private ulong _state;
    private bool _started;

    public double Update(double min = 0, double max = 1, double seed = double.NaN)
    {
        if (!_started)
        {
            _started = true;
            _state = double.IsNaN(seed) ? 0x9E3779B97F4A7C15 : unchecked((ulong)(long)seed * 0xBF58476D1CE4E5B9 + 1);
        }
        // SplitMix64 (Steele, Lea, Flood 2014).
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return min + (max - min) * ((z >> 11) * (1.0 / (1UL << 53)));
    }
}
