using System.Runtime.CompilerServices;

namespace ActorTrading.Pine.Runtime;

/// <summary>Operators that are more than one machine instruction. Compiled scripts call them; most are inlined.</summary>
internal static class Operations
{
    /// <summary>Division by zero gives na.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Divide(double a, double b) => b == 0 ? double.NaN : a / b;

    public static double TruncatedDivide(double a, double b) => b == 0 ? double.NaN : Math.Truncate(a / b);

    /// <summary>The remainder of truncated division, with the sign of the dividend.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Remainder(double a, double b)
    {
        int x = (int)a, y = (int)b;
        return x == a && y == b && y > 0 && x >= 0 ? x % y : SlowRemainder(a, b);
    }

    private static double SlowRemainder(double a, double b) => b == 0 ? double.NaN : a % b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Nz(double value, double replacement) => double.IsNaN(value) ? replacement : value;

    public static bool NzBool(byte value, byte replacement) => (value > 1 ? replacement : value) == 1;

    public static bool StringEquals(string? a, string? b) => a is not null && b is not null && string.Equals(a, b);

    public static bool StringDiffers(string? a, string? b) => a is not null && b is not null && !string.Equals(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ToInt(double value) => double.IsNaN(value) ? NaInt : (int)value;

    public static long ToLong(double value) => double.IsNaN(value) ? long.MinValue : (long)value;

    /// <summary>na where C# code takes an int.</summary>
    public const int NaInt = int.MinValue;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double FromInt(int value) => value == NaInt ? double.NaN : value;

    public static double FromLong(long value) => value == long.MinValue ? double.NaN : value;

    public static double? ToNullable(double value) => double.IsNaN(value) ? null : value;

    public static int? ToNullableInt(double value) => double.IsNaN(value) ? null : (int)value;

    public static double FromNullable(double? value) => value ?? double.NaN;

    public static double FromNullableInt(int? value) => value ?? double.NaN;

    public static double BoolToNumber(byte value) => value switch { 0 => 0, 1 => 1, _ => double.NaN };

    public static bool NumberToBool(double value) => Math.Abs(value) > 1e-10;

    public static string Concat(ScriptContext context, string? a, string? b)
    {
        if (a is null || b is null) return null!;
        if (a.Length + b.Length > context.Runtime.Limits.StringLength) throw new PineRuntimeException($"The string is too long: {a.Length + b.Length} characters, at most {context.Runtime.Limits.StringLength} are allowed.");
        return string.Concat(a, b);
    }

    public static void NullObject(string field) => throw new PineRuntimeException($"Cannot access the '{field}' field of an undefined object. The object is 'na'.");

    public static int Whole(double value, string what) => double.IsNaN(value) ? throw new PineRuntimeException($"{what} is na.") : (int)value;
}

/// <summary>Base of the classes that user-defined types become.</summary>
internal abstract class PineObject
{
    public PineObject Copy() => (PineObject)MemberwiseClone();
}
