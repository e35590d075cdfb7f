using System.Reflection;
using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine.Runtime;

/// <summary>
/// The state of a script at the start of a bar: an image of every object that can be reached from it. Restoring writes the images
/// back into the same objects, so that references between them stay as they were.
/// </summary>
internal sealed class StateSnapshot
{
    private readonly List<(object Object, object Image, TypePlan Plan)> _images = [];

    private StateSnapshot() { }

    public static StateSnapshot Take(ScriptContext main)
    {
        var snapshot = new StateSnapshot();
        Walk(main, (item, plan) => snapshot._images.Add((item, TypePlan.Clone(item), plan)));
        return snapshot;
    }

    /// <summary>Bytes, roughly, of what the script holds.</summary>
    public static long Measure(ScriptContext main)
    {
        long bytes = 0;
        Walk(main, (item, plan) => bytes += plan.Size(item), strings: text => bytes += 24 + 2L * text.Length);
        return bytes;
    }

    /// <summary>May be called any number of times.</summary>
    /// <param name="keep">Fields that live on: varip variables.</param>
    public void Restore(HashSet<FieldInfo> keep)
    {
        foreach (var (item, image, plan) in _images)
        {
            if (item is Array array)
            {
                Array.Copy((Array)image, array, array.Length);
                continue;
            }
            foreach (var field in plan.Fields)
                if (!keep.Contains(field)) field.SetValue(item, field.GetValue(image));
        }
    }

    private static void Walk(ScriptContext main, Action<object, TypePlan> visit, Action<string>? strings = null)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        Exclude(main, seen);
        var pending = new Stack<object>();
        pending.Push(main);
        pending.Push(main.Runtime.Drawings);
        while (pending.TryPop(out var item))
        {
            if (item is string text)
            {
                if (strings is not null && seen.Add(item)) strings(text);
                continue;
            }
            if (item is ScriptContext context && context != main) Exclude(context, seen);
            if (!seen.Add(item)) continue;
            var plan = TypePlan.Of(item.GetType());
            if (plan.IsOpaque) continue;
            visit(item, plan);
            plan.PushReferences(item, pending, strings is not null);
        }
    }

    /// <summary>Bars and plots belong to the run, not to the script.</summary>
    private static void Exclude(ScriptContext context, HashSet<object> seen)
    {
        seen.Add(context.Runtime);
        foreach (var array in (object[])[context.Opens, context.Highs, context.Lows, context.Closes, context.Volumes, context.Times]) seen.Add(array);
        foreach (var plot in context.Runtime.Plots)
            if (plot is not null) seen.Add(plot);
        foreach (var plot in context.Runtime.PlotColors)
            if (plot is not null) seen.Add(plot);
    }
}

/// <summary>How objects of one type are copied, measured and walked.</summary>
internal sealed class TypePlan
{
    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<Type, TypePlan> Plans = [];
    private static readonly Func<object, object> MemberwiseCloneOf = typeof(object).GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!.CreateDelegate<Func<object, object>>();

    private readonly FieldInfo[] _references;
    private readonly bool _arrayOfReferences, _arrayOfMixed;
    private readonly int _elementSize;

    private TypePlan(Type type)
    {
        IsOpaque = typeof(Delegate).IsAssignableFrom(type) || typeof(MemberInfo).IsAssignableFrom(type) || type == typeof(BrokerEmulator) || type == typeof(BarSeries)
            || type == typeof(TradingCalendar) || type == typeof(SymbolInfo) || type == typeof(CompiledScript) || type == typeof(ScriptRuntime) || type.IsPointer
            || (type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true && type.Name.Contains("Comparer", StringComparison.Ordinal));
        Fields = [];
        _references = [];
        if (IsOpaque) return;
        if (type.IsArray)
        {
            var element = type.GetElementType()!;
            _arrayOfReferences = !element.IsValueType;
            _arrayOfMixed = element.IsValueType && HoldsReferences(element);
            _elementSize = element.IsValueType ? SizeOf(element) : 8;
            return;
        }
        var fields = new List<FieldInfo>();
        for (var t = type; t is not null && t != typeof(object); t = t.BaseType)
            fields.AddRange(t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly));
        Fields = [.. fields];
        _references = [.. fields.Where(f => !f.FieldType.IsPrimitive && HoldsReferences(f.FieldType))];
        _elementSize = fields.Sum(f => SizeOf(f.FieldType));
    }

    public bool IsOpaque { get; }
    public FieldInfo[] Fields { get; }

    public static TypePlan Of(Type type) => Plans.GetValue(type, static t => new TypePlan(t));

    public static object Clone(object item) => item is Array array ? array.Clone() : MemberwiseCloneOf(item);

    public long Size(object item) => item is Array array ? 24 + (long)array.Length * _elementSize : 16 + _elementSize;

    public void PushReferences(object item, Stack<object> pending, bool strings)
    {
        if (item is Array array)
        {
            if (_arrayOfReferences)
                foreach (var element in (object?[])array) Push(element, pending, strings);
            else if (_arrayOfMixed)
                foreach (var element in array) PushStruct(element!, pending, strings);
            return;
        }
        foreach (var field in _references)
        {
            var value = field.GetValue(item);
            if (value is ValueType) PushStruct(value, pending, strings);
            else Push(value, pending, strings);
        }
    }

    private static void PushStruct(object value, Stack<object> pending, bool strings)
    {
        if (value.GetType().IsPrimitive) return;
        Of(value.GetType()).PushReferences(value, pending, strings);
    }

    private static void Push(object? value, Stack<object> pending, bool strings)
    {
        if (value is null || (value is string && !strings)) return;
        if (value is ValueType) return;
        pending.Push(value);
    }

    private static bool HoldsReferences(Type type)
    {
        if (type.IsPrimitive || type.IsEnum || type.IsPointer) return false;
        if (!type.IsValueType) return true;
        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            if (field.FieldType != type && HoldsReferences(field.FieldType)) return true;
        return false;
    }

    private static int SizeOf(Type type)
    {
        if (!type.IsValueType || type.IsPointer) return 8;
        if (type.IsEnum) return 4;
        if (type.IsPrimitive) return type == typeof(double) || type == typeof(long) || type == typeof(ulong) ? 8 : type == typeof(bool) || type == typeof(byte) ? 1 : 4;
        int size = 0;
        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            if (field.FieldType != type) size += SizeOf(field.FieldType);
        return Math.Max(1, size);
    }
}
