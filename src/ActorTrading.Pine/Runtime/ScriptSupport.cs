using System.Runtime.CompilerServices;
using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Runtime;

/// <summary>Functions that compiled scripts call besides the library.</summary>
internal static class ScriptSupport
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Differs(double a, double b) => a < b || a > b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool NotEquals(double a, double b) => Math.Abs(a - b) > Tolerance.Epsilon;

    /// <summary>na if either is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Max(double a, double b) => Math.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Min(double a, double b) => Math.Min(a, b);

    public static double FixNan(ref double last, double value) => double.IsNaN(value) ? last : last = value;

    public static double PastIndex(int index) => index < 0 ? double.NaN : index;

    /// <summary>The step of a for loop, its sign from the ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double LoopStep(double step, double from, double to) => from <= to ? Math.Abs(step) : -Math.Abs(step);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool LoopGoesOn(double current, double last, double step) => step > 0 ? current <= last : step < 0 && current >= last;

    public static void NaCollection(string what) => throw new PineRuntimeException($"Cannot use {what}: it is na.");

    public static PineObject? CopyObject(PineObject? source) => source?.Copy();

    // Text

    public static object? BoxNumber(double value) => value;

    public static object? BoxBool(byte value) => value > 1 ? null : value == 1;

    public static object? EnumTitle(string titles, double value) => double.IsNaN(value) ? null : titles.Split('\n')[(int)value];

    public static string? ToText(ScriptContext context, object? value, string? format)
    {
        var text = value switch
        {
            double number => PineString.ToText(number, format, context.Symbol.MinTick),
            _ => PineString.ToText(value),
        };
        return Limited(context, text);
    }

    public static string? Format(ScriptContext context, string? pattern, object?[] arguments) =>
        pattern is null ? null : Limited(context, PineString.Format(pattern, arguments));

    private static string? Limited(ScriptContext context, string? text) => text is null || text.Length <= context.Runtime.Limits.StringLength
        ? text : throw new PineRuntimeException($"The string is too long: {text.Length} characters, at most {context.Runtime.Limits.StringLength} are allowed.");

    public static void Log(ScriptContext context, int level, string? message) => context.Runtime.Log(context, (LogLevel)level, message);

    // Inputs and plots

    public static double InputNumber(ScriptContext context, int index) => context.Runtime.Inputs[index] is double number ? number : double.NaN;

    public static bool InputBool(ScriptContext context, int index) => context.Runtime.Inputs[index] is true;

    public static string? InputText(ScriptContext context, int index) => context.Runtime.Inputs[index] as string;

    public static double[]? PlotValues(ScriptContext context, int index) => context.Runtime.Plots.Length > index ? context.Runtime.Plots[index] : null;

    public static double[]? PlotColors(ScriptContext context, int index) => context.Runtime.PlotColors.Length > index ? context.Runtime.PlotColors[index] : null;
}
