using System.Reflection;
using ActorTrading.Pine.Checking;
using ActorTrading.Pine.Library;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Builtins;

/// <summary>
/// Finds the C# behind each built-in: members marked with <see cref="PineNameAttribute"/>, whose parameters are matched by name
/// (case and underscores aside) with those of Pine's signature.
/// </summary>
internal static class Implementations
{
    public static void Resolve(List<BuiltinFunction> functions, List<BuiltinVariable> variables)
    {
        var members = new Dictionary<string, List<(MethodInfo Method, Type? State)>>();
        foreach (var type in typeof(Implementations).Assembly.GetTypes())
        {
            foreach (var name in type.GetCustomAttributes<PineNameAttribute>(false))
                foreach (var method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
                    if (method.Name == "Update") Add(members, name.Name, method, type);
            foreach (var member in type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
                foreach (var name in member.GetCustomAttributes<PineNameAttribute>(false))
                {
                    if (member is MethodInfo method) Add(members, name.Name, method, null);
                    else if (member is PropertyInfo { GetMethod: { } getter }) Add(members, name.Name, getter, null);
                }
        }
        foreach (var function in functions)
            if (!function.IsSpecial && members.TryGetValue(function.Name, out var candidates))
                function.Implementation = candidates.Select(c => Match(function, c.Method, c.State)).FirstOrDefault(i => i is not null);
        foreach (var variable in variables)
            if (variable.Constant is null && variable.Bar is null && members.TryGetValue(variable.Name, out var candidates))
                variable.Implementation = candidates.Select(c => MatchVariable(variable.Name, c.Method, c.State)).FirstOrDefault(i => i is not null);
    }

    private static void Add(Dictionary<string, List<(MethodInfo, Type?)>> members, string name, MethodInfo method, Type? state)
    {
        if (!members.TryGetValue(name, out var list)) members[name] = list = [];
        list.Add((method, state));
    }

    private static string Plain(string name) => name.Replace("_", "").ToLowerInvariant();

    private static Implementation? MatchVariable(string variable, MethodInfo method, Type? state)
    {
        var arguments = new List<ImplementationArgument>();
        foreach (var parameter in method.GetParameters())
        {
            if (parameter.ParameterType == typeof(ScriptContext)) arguments.Add(new(ArgumentSource.Context, -1, "", null, parameter));
            else if (parameter.GetCustomAttribute<FromBarAttribute>() is not null) arguments.Add(new(ArgumentSource.FromBar, -1, Plain(parameter.Name!), null, parameter));
            else if (parameter.HasDefaultValue) arguments.Add(new(ArgumentSource.Constant, -1, "", parameter.DefaultValue, parameter));
            else if (Implied(variable, Plain(parameter.Name!)) is { } implied) arguments.Add(new(ArgumentSource.FromBar, -1, implied, null, parameter));
            else return null;
        }
        if (method.ReturnType.Name.StartsWith("ValueTuple", StringComparison.Ordinal)) return null;
        return !method.IsStatic && state is null ? null : new Implementation(method, state, [.. arguments]);
    }

    private static Implementation? Match(BuiltinFunction function, MethodInfo method, Type? state)
    {
        var parameters = function.Parameters;
        var used = new bool[parameters.Length];
        var arguments = new List<ImplementationArgument>();
        if (!method.IsStatic && state is null)
        {
            // An instance method takes the first Pine argument as its receiver.
            if (parameters.Length == 0 || !Fits(parameters[0].Type, method.DeclaringType!)) return null;
            used[0] = true;
            arguments.Add(new(ArgumentSource.Parameter, 0, "", null, null));
        }
        foreach (var parameter in method.GetParameters())
        {
            if (parameter.ParameterType == typeof(ScriptContext))
            {
                arguments.Add(new(ArgumentSource.Context, -1, "", null, parameter));
                continue;
            }
            var name = Plain(parameter.Name!);
            int index = Array.FindIndex(parameters, p => Plain(p.Name) == name);
            if (index >= 0 && !used[index] && parameter.GetCustomAttribute<FromBarAttribute>() is null)
            {
                if (!Fits(parameters[index].Type, parameter.ParameterType, parameters[index].Rest)) return null;
                used[index] = true;
                arguments.Add(new(ArgumentSource.Parameter, index, "", null, parameter));
            }
            else if (parameter.GetCustomAttribute<FromBarAttribute>() is not null) arguments.Add(new(ArgumentSource.FromBar, -1, name, null, parameter));
            else if (parameter.HasDefaultValue) arguments.Add(new(ArgumentSource.Constant, -1, "", parameter.DefaultValue, parameter));
            else if (Implied(function.Name, name) is { } implied) arguments.Add(new(ArgumentSource.FromBar, -1, implied, null, parameter));
            else return null;
        }
        if (method.ReturnType.IsGenericType && method.ReturnType.Name.StartsWith("ValueTuple", StringComparison.Ordinal) != (function.ReturnType.Kind == TypeKind.Tuple)) return null;
        if (function.ReturnType.Kind is TypeKind.Array or TypeKind.Matrix or TypeKind.Map && !Fits(function.ReturnType, method.ReturnType)) return null;
        for (int i = 0; i < used.Length; i++)
            if (!used[i] && parameters[i].Name != "when") return null;
        return new Implementation(method, state, [.. arguments]);
    }

    /// <summary>What an overload without this parameter uses: ta.highest(10) looks at high, ta.vwap begins with each day.</summary>
    private static string? Implied(string function, string parameter) => (function, parameter) switch
    {
        ("ta.highest" or "ta.highestbars" or "ta.pivothigh", "source") => "high",
        ("ta.lowest" or "ta.lowestbars" or "ta.pivotlow", "source") => "low",
        ("ta.vwap", "source") => "hlc3",
        ("ta.vwap", "anchor") => "sessionstart",
        _ => null,
    };

    /// <summary>Whether the C# collection is of this kind, with elements as the emitted code holds them: a wrong one would be read as what it is not.</summary>
    private static bool Holds(Type clr, Type collection, params PineType[] elements)
    {
        if (clr == typeof(object)) return true;
        if (!clr.IsGenericType || clr.GetGenericTypeDefinition() != collection) return false;
        var held = clr.GetGenericArguments();
        for (int i = 0; i < held.Length; i++)
        {
            if (held[i].IsGenericParameter || elements[i].Kind == TypeKind.Variable) continue;
            var wanted = elements[i].Kind switch { TypeKind.Bool => typeof(bool), TypeKind.String => typeof(string), var k when k is TypeKind.Int or TypeKind.Float or TypeKind.Color or TypeKind.Enum => typeof(double), _ => typeof(object) };
            if (held[i] != wanted) return false;
        }
        return true;
    }

    /// <summary>Whether a Pine type can be handed to a C# parameter.</summary>
    private static bool Fits(PineType type, Type clr, bool rest = false)
    {
        if (rest) return clr.IsArray;
        if (clr.IsGenericParameter) return type.Kind == TypeKind.Variable;
        var underlying = Nullable.GetUnderlyingType(clr) ?? clr;
        return type.Kind switch
        {
            TypeKind.Int or TypeKind.Color or TypeKind.Enum => underlying == typeof(double) || underlying == typeof(int) || underlying == typeof(long),
            TypeKind.Float => underlying == typeof(double),
            TypeKind.Bool => underlying == typeof(bool),
            TypeKind.String => clr == typeof(string) || clr.IsEnum,
            TypeKind.Variable => underlying == typeof(double) || clr == typeof(object),
            TypeKind.Array => Holds(clr, typeof(PineArray<>), type.Element!),
            TypeKind.Matrix => Holds(clr, typeof(PineMatrix<>), type.Element!),
            TypeKind.Map => Holds(clr, typeof(PineMap<,>), type.Key!, type.Element!),
            TypeKind.Line => clr.IsAssignableFrom(typeof(LineDrawing)),
            TypeKind.Label => clr.IsAssignableFrom(typeof(LabelDrawing)),
            TypeKind.Box => clr.IsAssignableFrom(typeof(BoxDrawing)),
            TypeKind.Table => clr.IsAssignableFrom(typeof(TableDrawing)),
            TypeKind.Linefill => clr.IsAssignableFrom(typeof(LinefillDrawing)),
            TypeKind.Polyline => clr.IsAssignableFrom(typeof(PolylineDrawing)),
            _ => !clr.IsValueType,
        };
    }
}
