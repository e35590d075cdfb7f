using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Builtins;
using ActorTrading.Pine.Library;
using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Checking;

internal sealed partial class Checker
{
    private const int MaxPlots = 64;
    private const int MaxInputs = 1000;

    /// <summary>Variable that the value being checked is assigned to: the name of an input without a title.</summary>
    private string? _pendingName;

    /// <summary>Calls that need more than their arguments; null for all others.</summary>
    private BoundExpr? BindSpecial(CallExpr call, BuiltinFunction function, OverloadMatch match, PineType type, Qualifier qualifier)
    {
        switch (function.Name)
        {
            case "na" when _version >= 6 && match.Arguments[0]!.Type.Kind == TypeKind.Bool:
                return Fail("PINE3001", call.Pos, "Cannot call 'na' with a bool: since Pine v6 a bool is never na.");
            case "na":
                return new BoundBuiltinCall(call.Pos, function, match.Arguments, [], PineType.Bool, match.LatestQualifier);
            case "int" or "float" or "bool" or "string" or "color" or "line" or "label" or "box" or "table" or "linefill":
                return BindCast(call, function, match);
            case "nz":
                if (type.Kind == TypeKind.Variable) type = PineType.Float;
                if (type.Kind == TypeKind.Bool && _version >= 6) return Fail("PINE3001", call.Pos, "Cannot call 'nz' with a bool: since Pine v6 a bool is never na.");
                if (!type.IsNumeric && type.Kind is not (TypeKind.Color or TypeKind.Bool)) return Fail("PINE3001", call.Pos, $"Cannot call 'nz' with argument 'source' of type '{type}'.");
                return new BoundBuiltinCall(call.Pos, function, match.Arguments, [], type, qualifier);
            case "fixnan" or "math.max" or "math.min" or "math.avg" or "str.tostring" or "str.format":
                if (type.Kind == TypeKind.Variable) type = PineType.Float;
                return new BoundBuiltinCall(call.Pos, function, match.Arguments, match.Rest, type, qualifier);
            case "array.from":
                if (match.Rest.Length == 0) return Fail("PINE3015", call.Pos, "'array.from' needs at least one element.");
                if (type.Element!.Kind == TypeKind.Variable) type = PineType.ArrayOf(PineType.Float);
                return new BoundBuiltinCall(call.Pos, function, match.Arguments, match.Rest, type, Qualifier.Series);
            case "max_bars_back":
                if (match.Argument("var") is BoundVariable { Symbol: var symbol }) symbol.MaxBarsBack = (int)Math.Clamp(match.Number("num") ?? 0, 0, MaxHistory);
                return new BoundBuiltinCall(call.Pos, function, [], [], PineType.Void, Qualifier.Const);
            case "request.security" or "request.security_lower_tf":
                return null;
        }
        if (function.Name == "input" || function.Name.StartsWith("input.", StringComparison.Ordinal)) return BindInput(call, function, match, type);
        if (function.Name is "plot" or "plotshape" or "plotchar" or "plotarrow" or "plotbar" or "plotcandle" or "hline" or "fill" or "bgcolor" or "barcolor" or "alertcondition")
            return BindPlot(call, function, match, type);
        return null;
    }

    private BoundExpr BindCast(CallExpr call, BuiltinFunction function, OverloadMatch match)
    {
        var value = match.Arguments[0]!;
        var target = function.ReturnType;
        if (value.Type.Kind == TypeKind.Na)
            return target.Kind == TypeKind.Bool && _version >= 6 ? new BoundConst(call.Pos, PineType.Bool, false) : new BoundNa(call.Pos, target);
        if (value.Type.Equals(target)) return value;
        bool fits = target.Kind switch
        {
            TypeKind.Int or TypeKind.Float => value.Type.IsNumeric || (value.Type.Kind == TypeKind.Bool && _version < 6),
            TypeKind.Bool => value.Type.IsNumeric,
            _ => false,
        };
        if (!fits) return Fail("PINE3001", call.Pos, $"Cannot call '{function.Name}' with argument 'x'. An argument of '{value.Describe()}' type was used but a value convertible to '{target}' is expected.");
        if (value.Constant is double d)
            return target.Kind == TypeKind.Bool ? new BoundConst(call.Pos, target, d != 0) : new BoundConst(call.Pos, target, target.Kind == TypeKind.Int ? Math.Truncate(d) : d);
        return new BoundConvert(value, target);
    }

    private BoundExpr BindInput(CallExpr call, BuiltinFunction function, OverloadMatch match, PineType type)
    {
        var name = _pendingName ?? "";
        var defval = match.Argument("defval")!;
        bool isSource = function.Name == "input.source" || function is { Name: "input", ReturnQualifier: Qualifier.Series };
        if (_frame.Function is not null) return Fail("PINE2015", call.Pos, $"'{function.Name}' cannot be called inside a function.");
        if (isSource && defval is not BoundBuiltinVariable { Variable.Bar: not null })
            return defval is BoundConst ? Fail("PINE3001", call.Pos, $"Cannot call '{function.Name}' with argument 'defval'='{Display(match.ArgumentSyntax("defval"), defval)}': a price series such as 'close' is expected.") : defval;
        if (_program.Inputs.Count >= MaxInputs) return Fail("PINE4004", call.Pos, $"A script may have at most {MaxInputs} inputs.");
        var kind = function.Name switch
        {
            "input.bool" => InputKind.Bool,
            "input.color" => InputKind.Color,
            "input.enum" => InputKind.Enum,
            "input.float" => InputKind.Float,
            "input.int" => InputKind.Int,
            "input.price" => InputKind.Price,
            "input.session" => InputKind.Session,
            "input.source" => InputKind.Source,
            "input.symbol" => InputKind.Symbol,
            "input.text_area" => InputKind.TextArea,
            "input.time" => InputKind.Time,
            "input.timeframe" => InputKind.Timeframe,
            "input.string" => InputKind.String,
            _ => isSource ? InputKind.Source : type.Kind switch
            {
                TypeKind.Int => InputKind.Int, TypeKind.Float => InputKind.Float, TypeKind.Bool => InputKind.Bool, TypeKind.Color => InputKind.Color, _ => InputKind.String,
            },
        };
        object? initial = isSource ? ((BoundBuiltinVariable)defval).Variable.Name : defval.Constant;
        bool isLocal = initial is null && LocalTimestamp(defval) is not null;
        if (isLocal) initial = LocalTimestamp(defval);
        if (initial is null && defval is not BoundNa)
            return Fail("PINE3001", defval.Pos, $"Cannot call '{function.Name}' with argument 'defval'='{Display(match.ArgumentSyntax("defval"), defval)}': a value that is known before the script runs is expected.");
        IReadOnlyList<object>? options = null;
        if (match.ArgumentSyntax("options") is TupleExpr tuple) options = [.. tuple.Items.Select(i => BindExpression(i).Constant).OfType<object>()];
        if (kind == InputKind.Enum)
        {
            var members = defval.Type.EnumType.Members;
            initial = members[(int)(double)defval.Constant!].Title;
            options ??= [.. members.Select(m => (object)m.Title)];
        }
        else if (options is not null && initial is not null && !options.Contains(initial))
            return Fail("PINE3020", call.Pos, "The 'defval' of the input must be one of its 'options'.");
        if (initial is double number)
        {
            if (match.Number("minval") is { } min && number < min) return Fail("PINE3020", call.Pos, $"The input's 'defval' ({number}) must not be less than 'minval' ({min}).");
            if (match.Number("maxval") is { } max && number > max) return Fail("PINE3020", call.Pos, $"The input's 'defval' ({number}) must not be greater than 'maxval' ({max}).");
        }
        var definition = new InputDefinition(name, match.Text("title"), kind, initial)
        {
            Min = match.Number("minval"), Max = match.Number("maxval"), Step = match.Number("step"), Options = options,
            Tooltip = match.Constant("tooltip") as string, Group = match.Constant("group") as string, DefaultIsLocal = isLocal,
        };
        int index = InputIndex(call, definition);
        return new BoundBuiltinCall(call.Pos, function, match.Arguments, [], type, isSource ? Qualifier.Series : Qualifier.Input) { Extra = new InputSlot(index, defval.Type) };
    }

    /// <summary>timestamp(2024, 1, 1): its instant depends on the symbol's time zone, so the run finds it.</summary>
    private static double? LocalTimestamp(BoundExpr value)
    {
        if (value is not BoundBuiltinCall { Function: { Name: "timestamp", Parameters: [{ Name: "year" }, ..] } } call) return null;
        var parts = new double[call.Arguments.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if ((call.Arguments[i] is { } written ? written.Constant : 0.0) is not double part) return null;
            parts[i] = part;
        }
        double time = PineTime.Timestamp(new ZoneClock("UTC"), parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]);
        return double.IsNaN(time) ? null : time;
    }

    // A request repeats statements of the script: the same call is the same input.
    private readonly Dictionary<CallExpr, int> _inputOf = [];

    private int InputIndex(CallExpr call, InputDefinition definition)
    {
        if (_inputOf.TryGetValue(call, out int index)) return index;
        _program.Inputs.Add(definition);
        return _inputOf[call] = _program.Inputs.Count - 1;
    }

    private BoundExpr BindPlot(CallExpr call, BuiltinFunction function, OverloadMatch match, PineType type)
    {
        if (_frame.Function is not null || _scope != _module.Globals && _scope != _requestGlobals) return Fail("PINE2016", call.Pos, $"Cannot use '{function.Name}' in local scope.");
        if (function.Name is "plotshape" or "plotchar" && match.Argument("series") is { } series && series.Type.Kind is not (TypeKind.Bool or TypeKind.Int or TypeKind.Float or TypeKind.Na))
            return Fail("PINE3001", series.Pos, $"Cannot call '{function.Name}' with argument 'series' of type '{series.Describe()}': a bool or number is expected.");
        var kind = function.Name switch
        {
            "plot" => PlotKind.Plot, "plotshape" => PlotKind.Shape, "plotchar" => PlotKind.Char, "plotarrow" => PlotKind.Arrow, "plotbar" => PlotKind.Bar,
            "plotcandle" => PlotKind.Candle, "hline" => PlotKind.HorizontalLine, "bgcolor" => PlotKind.BackgroundColor, "barcolor" => PlotKind.BarColor,
            "alertcondition" => PlotKind.AlertCondition, _ => PlotKind.Plot,
        };
        if (function.Name == "fill") return new BoundBuiltinCall(call.Pos, function, match.Arguments, [], type, Qualifier.Series);
        int slots = kind is PlotKind.Candle or PlotKind.Bar ? 4 : 1;
        if (_program.Plots.Count(p => p.Kind is not (PlotKind.HorizontalLine or PlotKind.AlertCondition)) + slots > MaxPlots && kind is not (PlotKind.HorizontalLine or PlotKind.AlertCondition))
            return Fail("PINE4005", call.Pos, $"The script has too many plots: at most {MaxPlots} are allowed.");
        if (_program.Plots.Count > 1000) return Fail("PINE4005", call.Pos, "The script has too many plots.");
        var title = match.Text("title");
        bool colored = kind is PlotKind.Plot or PlotKind.Shape or PlotKind.Char && match.Argument("color") is { Qualifier: Qualifier.Series };
        string[] parts = slots == 4 ? ["open", "high", "low", "close"] : [""];
        int first = _program.Plots.Count;
        foreach (var part in parts)
            _program.Plots.Add(new PlotDefinition(PlotTitle(title, kind, part), kind, function.Name) { Index = _program.Plots.Count, CapturesColor = colored });
        return new BoundBuiltinCall(call.Pos, function, match.Arguments, [], type, Qualifier.Series) { Extra = new PlotSlot(first, slots, colored) };
    }

    /// <summary>Titles are keys of the result, so an untitled or repeated one gets a number.</summary>
    private string PlotTitle(string title, PlotKind kind, string part)
    {
        if (title.Length == 0) title = kind switch { PlotKind.Plot => "Plot", PlotKind.Shape => "Shapes", PlotKind.Char => "Characters", PlotKind.Arrow => "Arrows", _ => kind.ToString() };
        if (part.Length > 0) title += " " + part;
        if (!_program.Plots.Exists(p => p.Title == title)) return title;
        for (int n = 2; ; n++)
            if (!_program.Plots.Exists(p => p.Title == $"{title} {n}")) return $"{title} {n}";
    }

    private BoundExpr BindScriptDeclaration(CallExpr call, string name, BuiltinFunction function)
    {
        var match = new OverloadMatch(this, function, call.Pos, []);
        var arguments = BindArguments(call);
        if (arguments.Find(a => a.Value.Type.IsError) is { } bad) return bad.Value;
        if (!match.Try(arguments)) return Fail(match.Failure.Code, match.Failure.Pos, match.Failure.Message);
        if (!_context.IsMain) return new BoundError(call.Pos);
        if (_program.Declaration is not null) return Fail("PINE2017", call.Pos, "The script already has a declaration statement.");
        var values = new Dictionary<string, object?>();
        for (int i = 0; i < function.Parameters.Length; i++)
            if (match.Arguments[i] is { } value)
            {
                if (value.Constant is null && value is not BoundNa) return Fail("PINE3001", value.Pos, $"Cannot call '{name}' with argument '{function.Parameters[i].Name}': a constant is expected.");
                values[function.Parameters[i].Name] = value.Constant;
            }
        if (values.TryGetValue("timeframe", out var other) && other is string { Length: > 0 } timeframe && !Bars.Timeframe.TryParse(timeframe, out _))
            return Fail("PINE3001", call.Pos, $"Invalid argument 'timeframe' in '{name}' call: '{timeframe}' is not a timeframe.");
        if (values.TryGetValue("calc_bars_count", out var count) && count is > 0.0)
            _diagnostics.Warning("PINE5004", call.Pos, "'calc_bars_count' has no effect here: the script runs on all bars.");
        var kind = name switch { "strategy" => ScriptKind.Strategy, "library" => ScriptKind.Library, _ => ScriptKind.Indicator };
        _program.Declaration = new ScriptDeclaration(kind, values);
        return new BoundConst(call.Pos, PineType.Void, null);
    }
}

internal sealed record InputSlot(int Index, PineType DefaultType);

internal sealed record PlotSlot(int First, int Count, bool CapturesColor);
