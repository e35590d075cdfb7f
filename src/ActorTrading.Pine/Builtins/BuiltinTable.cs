using System.Collections.Frozen;
using ActorTrading.Pine.Builtins.Signatures;
using ActorTrading.Pine.Checking;

namespace ActorTrading.Pine.Builtins;

/// <summary>A built-in for the documentation: its signature and whether this implementation has it.</summary>
public sealed record BuiltinDescription(string Name, string Signature, bool IsFunction, bool IsSupported);

/// <summary>Every built-in of Pine v5 and v6, with what implements it here.</summary>
public static class BuiltinTable
{
    private static readonly FrozenDictionary<string, BuiltinFunction[]> FunctionsByName;
    private static readonly FrozenDictionary<string, BuiltinVariable> VariablesByName;
    private static readonly FrozenSet<string> NamespaceNames;

    /// <summary>Functions that the compiler itself translates.</summary>
    private static readonly HashSet<string> Specials =
    [
        "indicator", "strategy", "library", "na", "int", "float", "bool", "string", "color", "line", "label", "box", "table", "linefill",
        "max_bars_back", "plot", "plotarrow", "plotbar", "plotcandle", "plotchar", "plotshape", "hline", "fill", "bgcolor", "barcolor", "alertcondition",
        "input", "input.bool", "input.color", "input.enum", "input.float", "input.int", "input.price", "input.session", "input.source", "input.string",
        "input.symbol", "input.text_area", "input.time", "input.timeframe", "request.security", "request.security_lower_tf",
        "request.dividends", "request.earnings", "request.economic", "request.financial", "request.quandl", "request.seed", "request.splits",
        "str.tostring", "str.format", "log.error", "log.info", "log.warning", "math.max", "math.min", "math.avg", "nz", "fixnan",
    ];

    static BuiltinTable()
    {
        var functions = new List<BuiltinFunction>();
        var variables = new List<BuiltinVariable>();
        foreach (var text in (string[])[TaSignatures.Text, MathSignatures.Text, StringSignatures.Text, CollectionSignatures.Text, TimeSignatures.Text,
            RequestSignatures.Text, StrategySignatures.Text, PlotSignatures.Text, DrawingSignatures.Text])
            SignatureReader.Read(text, functions, variables);
        foreach (var function in functions) function.IsSpecial = Specials.Contains(function.Name);
        foreach (var variable in variables)
            if (variable.Constant is null && BarFields.TryGetValue(variable.Name, out var field)) variable.Bar = field;
        Implementations.Resolve(functions, variables);
        FunctionsByName = functions.GroupBy(f => f.Name).ToFrozenDictionary(g => g.Key, g => g.ToArray());
        VariablesByName = variables.ToFrozenDictionary(v => v.Name);
        NamespaceNames = functions.Select(f => f.Name).Concat(variables.Select(v => v.Name)).SelectMany(Prefixes).ToFrozenSet();
    }

    private static Dictionary<string, BarField> BarFields => new()
    {
        ["open"] = BarField.Open, ["high"] = BarField.High, ["low"] = BarField.Low, ["close"] = BarField.Close, ["volume"] = BarField.Volume,
        ["hl2"] = BarField.Hl2, ["hlc3"] = BarField.Hlc3, ["ohlc4"] = BarField.Ohlc4, ["hlcc4"] = BarField.Hlcc4, ["time"] = BarField.Time,
        ["bar_index"] = BarField.BarIndex,
    };

    /// <summary>Every overload and variable, in order of name.</summary>
    public static IEnumerable<BuiltinDescription> All =>
        FunctionsByName.Values.SelectMany(f => f).Select(f => new BuiltinDescription(f.Name, f.Signature, true, f.IsSupported))
            .Concat(VariablesByName.Values.Select(v => new BuiltinDescription(v.Name, $"{v.Name} : {v.Qualifier.ToString().ToLowerInvariant()} {v.Type}", false, v.IsSupported)))
            .OrderBy(d => d.Name, StringComparer.Ordinal).ThenBy(d => d.IsFunction);

    internal static IReadOnlyList<BuiltinFunction> Functions(string name, int version) =>
        FunctionsByName.TryGetValue(name, out var overloads) ? [.. overloads.Where(f => version >= f.MinVersion && version <= f.MaxVersion)] : [];

    internal static BuiltinVariable? Variable(string name) => VariablesByName.GetValueOrDefault(name);

    internal static bool IsNamespace(string name) => NamespaceNames.Contains(name);

    internal static IEnumerable<string> Names => FunctionsByName.Keys.Concat(VariablesByName.Keys);

    internal static IEnumerable<BuiltinVariable> Variables => VariablesByName.Values;

    internal static IEnumerable<BuiltinFunction> AllFunctions => FunctionsByName.Values.SelectMany(f => f);

    private static IEnumerable<string> Prefixes(string name)
    {
        for (int dot = name.IndexOf('.'); dot >= 0; dot = name.IndexOf('.', dot + 1)) yield return name[..dot];
    }
}
