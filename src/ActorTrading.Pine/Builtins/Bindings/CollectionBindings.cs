using ActorTrading.Pine.Library;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Builtins.Bindings;

/// <summary>Makers of arrays, matrices and maps.</summary>
internal static class CollectionBindings
{
    [PineName("array.new_box"), PineName("array.new_label"), PineName("array.new_line"), PineName("array.new_linefill"), PineName("array.new_table")]
    public static PineArray<object?> NewObjects(ScriptContext context, int size, object? initial_value) => new(Size(context, size), initial_value);

    [PineName("array.new")]
    public static PineArray<T> New<T>(ScriptContext context, int size, T initial_value) => new(Size(context, size), initial_value);

    [PineName("array.new_float"), PineName("array.new_int"), PineName("array.new_color")]
    public static PineArray<double> NewNumbers(ScriptContext context, int size, double initial_value) => new(Size(context, size), initial_value);

    [PineName("array.new_bool")]
    public static PineArray<bool> NewBools(ScriptContext context, int size, bool initial_value) => new(Size(context, size), initial_value);

    [PineName("array.new_string")]
    public static PineArray<string?> NewStrings(ScriptContext context, int size, string? initial_value) => new(Size(context, size), initial_value);

    private static int Size(ScriptContext context, int size)
    {
        int limit = context.Runtime.Limits.CollectionElements;
        return size == Operations.NaInt ? 0
            : size > limit ? throw new PineRuntimeException($"The array is too large: {size} elements, at most {limit} are allowed.") : size;
    }

    [PineName("matrix.new")]
    public static PineMatrix<T> NewMatrix<T>(ScriptContext context, int rows, int columns, T initial_value)
    {
        if (rows == Operations.NaInt || columns == Operations.NaInt) throw new PineRuntimeException("The size of the matrix is na.");
        if (Math.Max(rows, 0) * (long)Math.Max(columns, 0) > context.Runtime.Limits.CollectionElements)
            throw new PineRuntimeException($"The matrix is too large: {rows} x {columns} elements, at most {context.Runtime.Limits.CollectionElements} are allowed.");
        return new PineMatrix<T>(rows, columns, initial_value);
    }

    [PineName("map.new")] public static PineMap<K, V> NewMap<K, V>() where K : notnull => new();

    [PineName("math.round_to_mintick")]
    public static double RoundToMintick(ScriptContext context, double number) => PineMath.RoundToMintick(number, context.Symbol.MinTick, context.Symbol.MinMove, context.Symbol.PriceScale);
}
