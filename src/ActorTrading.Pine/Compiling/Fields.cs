using System.Reflection;
using ActorTrading.Pine.Library;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Compiling;

/// <summary>Members that emitted code refers to.</summary>
internal static class Fields
{
    public static readonly FieldInfo Position = Context(nameof(ScriptContext.Position)), Bar = Context(nameof(ScriptContext.Bar)),
        Budget = Context(nameof(ScriptContext.Budget)), PrevClose = Context(nameof(ScriptContext.PrevClose)), Time = Context(nameof(ScriptContext.Time)),
        Times = Context(nameof(ScriptContext.Times)), NumberResults = Context(nameof(ScriptContext.NumberResults)), ObjectResults = Context(nameof(ScriptContext.ObjectResults)),
        Runtime = Context(nameof(ScriptContext.Runtime)), Broker = Context(nameof(ScriptContext.Broker));

    public static FieldInfo Context(string name) => typeof(ScriptContext).GetField(name) ?? throw new InvalidOperationException(name);

    public static MethodInfo Operation(string name) => typeof(Operations).GetMethod(name) ?? throw new InvalidOperationException(name);

    public static MethodInfo Support(string name) => typeof(ScriptSupport).GetMethod(name) ?? throw new InvalidOperationException(name);

    public static MethodInfo ContextMethod(string name, params Type[] types) =>
        (types.Length == 0 ? typeof(ScriptContext).GetMethod(name) : typeof(ScriptContext).GetMethod(name, types)) ?? throw new InvalidOperationException(name);

    public static MethodInfo Compare(string name) => typeof(Tolerance).GetMethod(name, [typeof(double), typeof(double)]) ?? throw new InvalidOperationException(name);
}
