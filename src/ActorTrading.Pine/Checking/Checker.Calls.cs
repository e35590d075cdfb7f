using ActorTrading.Pine.Builtins;
using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Checking;

internal sealed partial class Checker
{
    /// <summary>An argument on its way to a parameter: bound once, whatever overloads are tried.</summary>
    private sealed record BoundArgument(string? Name, BoundExpr Value, Expr? Syntax, Pos Pos);

    private BoundExpr BindCall(CallExpr call)
    {
        var dotted = DottedName(call.Callee);
        var root = dotted is null ? null : dotted.IndexOf('.') is var dot && dot > 0 ? dotted[..dot] : dotted;
        if (call.Callee is NameExpr name)
        {
            if (_module.Functions.TryGetValue(name.Name, out var functions) && functions.Exists(f => !f.IsMethod || BuiltinTable.Functions(name.Name, _version).Count == 0))
                return BindUserCall(call, name.Name, _module, functions, BindArguments(call), null);
            if (BuiltinTable.Functions(name.Name, _version) is { Count: > 0 } overloads) return BindBuiltinCall(call, name.Name, overloads, null);
            if (_scope.Find(name.Name) is not null) return BindArgumentsThenFail(call, "PINE2002", $"'{name.Name}' is a variable, not a function.");
            return BindArgumentsThenFail(call, "PINE2002", $"Could not find function or function reference '{name.Name}'.{Names.Suggest(name.Name, FunctionNames())}");
        }
        if (call.Callee is not MemberExpr member) return BindArgumentsThenFail(call, "PINE2002", "Only a named function can be called.");
        if (dotted is not null && (_scope.Find(root!) is null || BuiltinTable.Functions(dotted, _version).Count > 0 && call.TypeArguments.Count > 0))
        {
            if (BuiltinTable.Functions(dotted, _version) is { Count: > 0 } overloads) return BindBuiltinCall(call, dotted, overloads, null);
            if (LegacyNew(dotted) is { } element && BuiltinTable.Functions("array.new", _version) is { } news) return BindBuiltinCall(call, "array.new", news, element);
            if (_module.Imports.TryGetValue(root!, out var library))
            {
                var rest = dotted[(root!.Length + 1)..];
                if (library.Functions.TryGetValue(rest, out var exported)) return BindUserCall(call, dotted, library, exported.FindAll(f => f.Exported), BindArguments(call), null);
                if (rest.EndsWith(".new", StringComparison.Ordinal) && library.Types.TryGetValue(rest[..^4], out var imported) && imported.Kind == TypeKind.Object) return BindNew(call, imported);
                if (rest.IndexOf('.') < 0) return BindArgumentsThenFail(call, "PINE2002", $"Library '{root}' exports no function '{rest}'.{Names.Suggest(rest, library.Functions.Keys)}");
            }
            if (dotted.EndsWith(".new", StringComparison.Ordinal) && _module.Types.TryGetValue(dotted[..^4], out var type) && type.Kind == TypeKind.Object) return BindNew(call, type);
            if (dotted.EndsWith(".copy", StringComparison.Ordinal) && _module.Types.TryGetValue(dotted[..^5], out var copied) && copied.Kind == TypeKind.Object && call.Arguments.Count == 1)
            {
                var source = BindValue(call.Arguments[0].Value);
                return source.Type.Equals(copied) ? new BoundCopyObject(call.Pos, source) : source.Type.IsError ? source : Fail("PINE3001", call.Pos, $"'{dotted}' needs an object of type '{copied}', not '{source.Describe()}'.");
            }
            if (BuiltinTable.IsNamespace(root!) && BuiltinTable.Variable(dotted[..dotted.LastIndexOf('.')]) is null && !_module.Types.ContainsKey(root!))
                return BindArgumentsThenFail(call, "PINE2002", $"Could not find function or function reference '{dotted}'.{Names.Suggest(dotted, FunctionNames())}");
        }
        if (dotted is not null && member.Target is NameExpr && BuiltinTable.Functions(dotted, _version) is { Count: > 0 } ofSpace && _scope.Find(root!) is { } shadow)
            return BindShadowedCall(call, member, dotted, ofSpace, shadow.Type);
        return BindMethodCall(call, member);
    }

    /// <summary>
    /// A variable may bear a namespace's name, as in "f(string str) => str.length(str)": the namespace's function is meant, unless the type
    /// has a method of that name that the arguments do not already name an object for.
    /// </summary>
    private BoundExpr BindShadowedCall(CallExpr call, MemberExpr member, string dotted, IReadOnlyList<BuiltinFunction> functions, PineType type)
    {
        foreach (var module in MethodModules())
            if (module.Functions.TryGetValue(member.Name, out var candidates) && candidates.Exists(f => f.IsMethod && !IsBeingChecked(f) && MethodFits(f, module, type)))
                return BindMethodCall(call, member);
        var root = ((NameExpr)member.Target).Name;
        if (Space(type) != root) return BindBuiltinCall(call, dotted, functions, null);
        var arguments = BindArguments(call);
        var first = arguments.Find(a => a.Name == functions[0].Parameters.FirstOrDefault()?.Name) ?? arguments.FirstOrDefault();
        return first is not null && Space(first.Value.Type) == root || functions[0].Parameters.FirstOrDefault() is not { } id || Space(id.Type) != root
            ? SelectOverload(call, dotted, functions, arguments, null)
            : BindMethodCall(call, member, arguments);
    }

    /// <summary>Namespace whose functions are a type's methods.</summary>
    private static string? Space(PineType type) => type.Kind switch
    {
        TypeKind.ChartPoint => "chart.point",
        TypeKind.Array or TypeKind.Matrix or TypeKind.Map or TypeKind.Line or TypeKind.Label or TypeKind.Box or TypeKind.Table or TypeKind.Linefill or TypeKind.Polyline => type.Kind.ToString().ToLowerInvariant(),
        _ => null,
    };

    /// <summary>array.new_line and the like: the element type, where the table has no line of its own.</summary>
    private static PineType? LegacyNew(string dotted) => dotted switch
    {
        "array.new_polyline" => PineType.Polyline,
        _ => null,
    };

    private IEnumerable<string> FunctionNames() => _module.Functions.Keys.Concat(BuiltinTable.AllFunctions.Select(f => f.Name).Distinct());

    private BoundError BindArgumentsThenFail(CallExpr call, string code, string message)
    {
        foreach (var argument in call.Arguments) BindExpression(argument.Value);
        return Fail(code, call.Pos, message);
    }

    private List<BoundArgument> BindArguments(CallExpr call, BoundExpr? receiver = null, Expr? receiverSyntax = null)
    {
        var arguments = new List<BoundArgument>(call.Arguments.Count + 1);
        if (receiver is not null) arguments.Add(new BoundArgument(null, receiver, receiverSyntax, call.Pos));
        foreach (var argument in call.Arguments)
            arguments.Add(new BoundArgument(argument.Name, BindExpression(argument.Value), argument.Value, argument.Pos));
        return arguments;
    }

    /// <param name="bound">The arguments, where they have been checked already.</param>
    private BoundExpr BindMethodCall(CallExpr call, MemberExpr member, List<BoundArgument>? bound = null)
    {
        var receiver = BindValue(member.Target);
        if (receiver.Type.IsError)
        {
            foreach (var argument in call.Arguments) BindExpression(argument.Value);
            return receiver;
        }
        List<BoundArgument> arguments = bound is null ? BindArguments(call, receiver, member.Target) : [new BoundArgument(null, receiver, member.Target, call.Pos), .. bound];
        foreach (var module in MethodModules())
        {
            if (!module.Functions.TryGetValue(member.Name, out var candidates)) continue;
            // Inside a method its own name still means the built-in one: it is not declared yet.
            var methods = candidates.FindAll(f => f.IsMethod && !IsBeingChecked(f) && (module == _module || f.Exported) && MethodFits(f, module, receiver.Type));
            if (methods.Count > 0) return BindUserCall(call, member.Name, module, methods, arguments, receiver);
        }
        if (receiver.Type.Kind == TypeKind.Object && member.Name == "copy" && call.Arguments.Count == 0) return new BoundCopyObject(call.Pos, receiver);
        var space = Space(receiver.Type);
        if (space is not null && BuiltinTable.Functions($"{space}.{member.Name}", _version) is { Count: > 0 } overloads)
            return SelectOverload(call, $"{space}.{member.Name}", overloads, arguments, null);
        var known = MethodModules().SelectMany(m => m.Functions).Where(f => f.Value.Exists(d => d.IsMethod)).Select(f => f.Key);
        if (space is not null) known = known.Concat(BuiltinTable.Names.Where(n => n.StartsWith(space + ".", StringComparison.Ordinal)).Select(n => n[(space.Length + 1)..]));
        return Fail("PINE2002", member.NamePos, $"Could not find method or method reference '{member.Name}' for type '{receiver.Type}'.{Names.Suggest(member.Name, known)}");
    }

    private bool IsBeingChecked(FunctionDecl function)
    {
        for (var frame = _frame; frame is not null; frame = frame.Caller)
            if (frame.Declaration == function) return true;
        return false;
    }

    private IEnumerable<Module> MethodModules()
    {
        yield return _module;
        foreach (var import in _module.Imports.Values) yield return import;
    }

    private bool MethodFits(FunctionDecl method, Module module, PineType receiver)
    {
        if (method.Parameters.Count == 0) return false;
        if (method.Parameters[0].Type is not { } written) return false;
        var type = ResolveType(written, module);
        return type.Equals(receiver) || (receiver.Kind == TypeKind.Int && type.Kind == TypeKind.Float) || IntsForFloats(receiver, type) || receiver.Kind == TypeKind.Na;
    }

    private BoundExpr BindBuiltinCall(CallExpr call, string name, IReadOnlyList<BuiltinFunction> overloads, PineType? element)
    {
        if (name is "request.security" or "request.security_lower_tf") return BindRequest(call, name, overloads[0]);
        if (DataRequests.AsSecurity(call, overloads[0]) is { } security)
        {
            // The arguments are checked as they are written, under their own names.
            var written = new OverloadMatch(this, overloads[0], call.Pos, []);
            if (name != "request.seed" && !written.Try(BindArguments(call))) return Fail(written.Failure.Code, written.Failure.Pos, written.Failure.Message);
            return BindRequest(security, "request.security", BuiltinTable.Functions("request.security", _version)[0]);
        }
        if (name is "indicator" or "strategy" or "library") return BindScriptDeclaration(call, name, overloads[0]);
        var pending = _pendingName;
        _pendingName = null;
        var arguments = BindArguments(call);
        _pendingName = pending;
        return SelectOverload(call, name, overloads, arguments, element);
    }

    private BoundExpr SelectOverload(CallExpr call, string name, IReadOnlyList<BuiltinFunction> overloads, List<BoundArgument> arguments, PineType? element)
    {
        foreach (var argument in arguments)
            if (argument.Value.Type.IsError) return argument.Value;
        PineType[] written = [.. call.TypeArguments.Select(t => ResolveType(t))];
        if (element is not null) written = [element];
        if (written.Any(t => t.IsError)) return new BoundError(call.Pos);
        if (written.Any(t => t.Kind is TypeKind.Array or TypeKind.Matrix or TypeKind.Map))
            return Fail("PINE3021", call.Pos, "Collections cannot hold other collections: wrap the inner one in a user-defined type.");
        (string Code, Pos Pos, string Message, int Progress)? best = null;
        foreach (var overload in overloads)
        {
            var match = new OverloadMatch(this, overload, call.Pos, written);
            if (match.Try(arguments)) return Complete(call, overload, match);
            if (best is null || match.Failure.Progress > best.Value.Progress) best = match.Failure;
        }
        return Fail(best!.Value.Code, best.Value.Pos, best.Value.Message);
    }

    private BoundExpr Complete(CallExpr call, BuiltinFunction function, OverloadMatch match)
    {
        if (!function.IsSupported) return Fail("PINE2009", call.Pos, $"The built-in function '{function.Name}' is not supported here.");
        if (function.Name.StartsWith("strategy.", StringComparison.Ordinal) && _program.Declaration is { Kind: ScriptKind.Indicator })
            return Fail("PINE2013", call.Pos, $"'{function.Name}' can only be used in strategies.");
        if (_conditional > 0 && function.Implementation is { State: not null } && _context.IsMain)
            _diagnostics.Warning("PINE5001", call.Pos, $"The function '{function.Name}' should be called on each calculation for consistency: it remembers the bars it is called on. Extract the call from this scope or condition.");
        var type = match.Substitute(function.ReturnType);
        var qualifier = function.ReturnQualifier ?? match.LatestQualifier;
        if (qualifier == Qualifier.Const && ConstantCalls.Evaluate(function, match.Arguments, type) is { } constant) return new BoundConst(call.Pos, type, constant);
        return BindSpecial(call, function, match, type, qualifier) ?? new BoundBuiltinCall(call.Pos, function, match.Arguments, match.Rest, type, qualifier);
    }

    /// <summary>How an argument looks in a message: "'x' (series float)".</summary>
    private static string Display(Expr? syntax, BoundExpr value) => syntax switch
    {
        NameExpr e => e.Name,
        NumberExpr e => e.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
        StringExpr e => $"\"{(e.Value.Length > 30 ? e.Value[..30] + "…" : e.Value)}\"",
        BoolExpr e => e.Value ? "true" : "false",
        MemberExpr e => DottedName(e) ?? e.Name,
        CallExpr e => $"call '{DottedName(e.Callee) ?? "method"}' ({value.Describe()})",
        BinaryExpr e => $"call 'operator {e.Op}' ({value.Describe()})",
        UnaryExpr e => $"call 'operator {e.Op}' ({value.Describe()})",
        HistoryExpr => $"call 'operator []' ({value.Describe()})",
        TernaryExpr => $"call 'operator ?:' ({value.Describe()})",
        _ => value.Describe(),
    };
}
