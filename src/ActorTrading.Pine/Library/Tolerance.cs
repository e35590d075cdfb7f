namespace ActorTrading.Pine.Library;

/// <summary>
/// Pine's comparison operators treat two floats as equal when they differ by at most 1e-10, at every magnitude. The same
/// holds inside rising, falling, cmo, mfi, dmi, correlation, cross and the percentile functions; crossover, crossunder,
/// highest, lowest and the pivots compare exactly.
/// </summary>
public static class Tolerance
{
    public const double Epsilon = 1e-10;

    public static bool Equal(double a, double b) => a == b || Math.Abs(a - b) <= Epsilon;
    public static bool Less(double a, double b) => b - a > Epsilon;
    public static bool Greater(double a, double b) => a - b > Epsilon;
    public static bool LessOrEqual(double a, double b) => a <= b || a - b <= Epsilon;
    public static bool GreaterOrEqual(double a, double b) => a >= b || b - a <= Epsilon;
}
