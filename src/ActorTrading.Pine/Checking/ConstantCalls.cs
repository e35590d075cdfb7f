using System.Reflection;
using ActorTrading.Pine.Builtins;

namespace ActorTrading.Pine.Checking;

/// <summary>Calls whose value is known before any bar: of pure functions with constants, such as <c>timestamp("2020-01-01")</c> or <c>color.new(color.red, 80)</c>, wherever Pine wants a constant.</summary>
internal static class ConstantCalls
{
    /// <summary>The value, or null where it depends on the run.</summary>
    public static object? Evaluate(BuiltinFunction function, BoundExpr?[] arguments, PineType type)
    {
        if (!IsPure(function.Name) || function.HasRest || function.Implementation is not { State: null, Method: { IsStatic: true, IsGenericMethod: false } method } implementation) return null;
        var values = new object?[implementation.Arguments.Length];
        for (int i = 0; i < values.Length; i++)
        {
            var argument = implementation.Arguments[i];
            object? given = argument.Source switch
            {
                ArgumentSource.Constant => argument.Value,
                ArgumentSource.Parameter => arguments[argument.Index] is { } written ? written.Constant : function.Parameters[argument.Index].Default,
                _ => null,
            };
            if (given is null || argument.Parameter is null || Convert(given, argument.Parameter.ParameterType) is not { } value) return null;
            values[i] = value;
        }
        try
        {
            return method.Invoke(null, values) switch
            {
                double d when !double.IsNaN(d) => type.Kind == TypeKind.Int ? Math.Truncate(d) : d,
                int n => (double)n,
                bool b => b,
                string s => s,
                _ => null,
            };
        }
        catch (TargetInvocationException)
        {
            // What is wrong with the arguments is told when it runs.
            return null;
        }
    }

    private static bool IsPure(string name) => name == "timestamp" || name.StartsWith("color.", StringComparison.Ordinal)
        || (name.StartsWith("math.", StringComparison.Ordinal) && name is not ("math.random" or "math.sum"))
        || (name.StartsWith("str.", StringComparison.Ordinal) && name is not ("str.format_time" or "str.tostring" or "str.format"));

    private static object? Convert(object value, Type wanted) => (value, Nullable.GetUnderlyingType(wanted) ?? wanted) switch
    {
        (double d, var t) when t == typeof(double) => d,
        (double d, var t) when t == typeof(int) => (int)d,
        (double d, var t) when t == typeof(long) => (long)d,
        (int n, var t) when t == typeof(double) => (double)n,
        (int n, var t) when t == typeof(int) => n,
        (bool b, var t) when t == typeof(bool) => b,
        (string s, var t) when t == typeof(string) => s,
        _ => null,
    };
}
