using System.Runtime.CompilerServices;
using ActorTrading.Pine.Builtins;
using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Checking;

internal sealed partial class Checker
{
    private void DeclareFunction(FunctionDecl function)
    {
        if (_scope != _module.Globals || _frame.Function is not null)
        {
            Error("PINE2011", function.NamePos, "Functions must be declared in the global scope.");
            return;
        }
        if (function.IsMethod && (function.Parameters.Count == 0 || function.Parameters[0].Type is null))
            Error("PINE2018", function.NamePos, $"The first parameter of method '{function.Name}' must have a type.");
        var names = new HashSet<string>();
        foreach (var parameter in function.Parameters)
            if (!names.Add(parameter.Name)) Error("PINE2003", parameter.Pos, $"Parameter '{parameter.Name}' is already defined.");
        if (!_module.Functions.TryGetValue(function.Name, out var overloads)) _module.Functions[function.Name] = overloads = [];
        else if (overloads.Exists(f => SameParameters(f, function)))
            Error("PINE2003", function.NamePos, $"Function '{function.Name}' is already defined with these parameter types.");
        overloads.Add(function);
    }

    private bool SameParameters(FunctionDecl a, FunctionDecl b)
    {
        if (a.Parameters.Count != b.Parameters.Count) return false;
        for (int i = 0; i < a.Parameters.Count; i++)
        {
            if (a.Parameters[i].Type is not { } x || b.Parameters[i].Type is not { } y) continue;
            if (!ResolveType(x).Equals(ResolveType(y))) return false;
        }
        return true;
    }

    private BoundExpr BindUserCall(CallExpr call, string name, Module module, List<FunctionDecl> overloads, List<BoundArgument> arguments, BoundExpr? receiver)
    {
        foreach (var argument in arguments)
        {
            if (argument.Value.Type.IsError) return argument.Value;
            if (argument.Value.Type.Kind is TypeKind.Void or TypeKind.Tuple) return Fail("PINE3006", argument.Pos, $"A value of type '{argument.Value.Type}' cannot be passed to '{name}'.");
        }
        (string Code, Pos Pos, string Message, int Progress)? best = null;
        (FunctionDecl Overload, BoundExpr?[] Placed, List<(string Name, Expr? Value)> Syntax, int Widened)? chosen = null;
        foreach (var overload in overloads)
        {
            var placed = PlaceUserArguments(overload, name, module, arguments, call.Pos, out var syntax, out int widened, out var failure);
            if (placed is not null)
            {
                // An overload that takes an int as it is goes before one that takes it as a float.
                if (chosen is null || widened < chosen.Value.Widened) chosen = (overload, placed, syntax, widened);
                if (widened == 0) break;
            }
            else if (best is null || failure.Progress > best.Value.Progress) best = failure;
        }
        if (chosen is { } c) return CallInstance(call, c.Overload, module, c.Placed, c.Syntax);
        return best is { } f ? Fail(f.Code, f.Pos, f.Message) : Fail("PINE2002", call.Pos, $"Could not find function or function reference '{name}'.");
    }

    private BoundExpr?[]? PlaceUserArguments(FunctionDecl function, string name, Module module, List<BoundArgument> arguments, Pos callPos,
        out List<(string Name, Expr? Value)> syntax, out int widened, out (string Code, Pos Pos, string Message, int Progress) failure)
    {
        failure = default;
        widened = 0;
        var placed = new BoundExpr?[function.Parameters.Count];
        var written = new Expr?[placed.Length];
        syntax = [];
        int position = 0;
        foreach (var argument in arguments)
        {
            int index = argument.Name is null ? position++ : function.Parameters.FindIndex(p => p.Name == argument.Name);
            if (index < 0)
            {
                failure = ("PINE3017", argument.Pos, $"The '{name}' function does not have an argument with the name '{argument.Name}'.{Names.Suggest(argument.Name!, function.Parameters.Select(p => p.Name))}", 0);
                return null;
            }
            if (index >= placed.Length)
            {
                failure = ("PINE3015", argument.Pos, $"Too many arguments for '{name}': it takes {placed.Length}.", index);
                return null;
            }
            if (placed[index] is not null)
            {
                failure = ("PINE3018", argument.Pos, $"The '{function.Parameters[index].Name}' argument of '{name}' is given twice.", index);
                return null;
            }
            var parameter = function.Parameters[index];
            var value = argument.Value;
            if (parameter.Type is not null)
            {
                var type = ResolveType(parameter.Type, module);
                if (TryConvert(value, type) is not { } converted)
                {
                    failure = ("PINE3001", argument.Pos, $"Cannot call '{name}' with argument '{parameter.Name}'='{Display(argument.Syntax, value)}'. An argument of '{value.Describe()}' type was used but a '{parameter.Qualifier ?? "series"} {type}' is expected.", index);
                    return null;
                }
                if (value.Type.Kind != TypeKind.Na && !value.Type.Equals(type)) widened++;
                value = converted;
            }
            else if (value.Type.Kind == TypeKind.Na) value = new BoundNa(value.Pos, PineType.Float);
            if (QualifierOf(parameter.Qualifier) is { } qualifier && value.Qualifier > qualifier && value.Type.Kind is not (TypeKind.Array or TypeKind.Matrix or TypeKind.Map))
            {
                failure = ("PINE3001", argument.Pos, $"Cannot call '{name}' with argument '{parameter.Name}'='{Display(argument.Syntax, value)}'. An argument of '{value.Describe()}' type was used but a '{parameter.Qualifier} {value.Type}' is expected.", index);
                return null;
            }
            placed[index] = value;
            written[index] = argument.Syntax;
        }
        for (int i = 0; i < placed.Length; i++)
        {
            if (placed[i] is null && function.Parameters[i].Default is null)
            {
                failure = ("PINE3016", callPos, $"No value assigned to the '{function.Parameters[i].Name}' parameter in {name}().", i);
                return null;
            }
            syntax.Add((function.Parameters[i].Name, written[i]));
        }
        return placed;
    }

    private BoundExpr CallInstance(CallExpr call, FunctionDecl function, Module module, BoundExpr?[] arguments, List<(string, Expr?)> syntax)
    {
        var instance = Instantiate(function, module, arguments, syntax, call.Pos);
        if (instance is null || instance.ReturnType.IsError) return new BoundError(call.Pos);
        return new BoundUserCall(call.Pos, instance, [.. arguments.Select(a => a!)]);
    }

    /// <summary>Checks the function's body for these arguments, once; fills defaults into <paramref name="arguments"/>. Null after reporting that it cannot be done.</summary>
    private FunctionInstance? Instantiate(FunctionDecl function, Module module, BoundExpr?[] arguments, List<(string Name, Expr? Value)> syntax, Pos callPos)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        for (var frame = _frame; frame is not null; frame = frame.Caller)
            if (frame.Declaration == function)
            {
                Error("PINE2019", callPos, $"The function '{function.Name}' calls itself: recursion is not allowed in Pine.");
                return null;
            }
        if (_callDepth >= MaxCallDepth)
        {
            Error("PINE4003", callPos, $"Function calls are nested more than {MaxCallDepth} deep.");
            return null;
        }
        _used.Add(function);
        var (savedModule, savedFrame, savedScope, savedLoops, savedConditional, savedLibrary, savedGoverning) = (_module, _frame, _scope, _loops, _conditional, _diagnostics.Library, _governing);
        try
        {
            _module = module;
            _diagnostics.Library = module.Library;
            var globals = ContextGlobals(module);
            for (int i = 0; i < arguments.Length; i++)
                if (arguments[i] is null) arguments[i] = BindDefault(function.Parameters[i], globals);
            // A request inside depends on the expressions passed, not only on their types: such a function is checked anew for each call.
            if (!_hasRequest.TryGetValue(function, out bool unique)) _hasRequest[function] = unique = RequestFinder.Contains(function, module);
            var key = $"{module.Library}|{RuntimeHelpers.GetHashCode(function)}|{string.Join(";", arguments.Select(a => a!.Describe()))}" + (unique ? $"|{_instances}" : "");
            foreach (var argument in arguments)
                if (argument!.Type.Kind == TypeKind.Float && IsQuotient(argument)) key += "/";
                else if (argument.Type.Definition is { } definition) key += "#" + RuntimeHelpers.GetHashCode(definition);
            if (_context.Instances.TryGetValue(key, out var known)) return known;
            if (++_instances > MaxInstances)
            {
                Error("PINE4003", callPos, $"The script needs more than {MaxInstances} function instances.");
                return null;
            }
            var instance = new FunctionInstance(function.Name, function);
            var caller = savedFrame;
            _frame = new Frame(instance, instance, caller, module, function, [.. syntax.Select((s, i) => (s.Name, s.Value ?? function.Parameters[i].Default, caller))])
            {
                CallerScope = savedScope,
            };
            AssignedNames.Collect(function.Body.Statements, _frame.Reassigned);
            _scope = new Scope(globals);
            _loops = 0;
            _governing = Qualifier.Const;
            _callDepth++;
            instance.Parameters = new VariableSymbol[arguments.Length];
            for (int i = 0; i < arguments.Length; i++)
            {
                var parameter = function.Parameters[i];
                var type = parameter.Type is null ? arguments[i]!.Type : ResolveType(parameter.Type);
                var symbol = new VariableSymbol(parameter.Name, type, arguments[i]!.Qualifier, DeclMode.Plain, parameter.Pos, instance) 
                {
                    IsParameter = true, IsQuotient = parameter.Type is null && IsQuotient(arguments[i]!),
                };
                instance.Parameters[i] = symbol;
                instance.Variables.Add(symbol);
                _scope.Set(symbol);
            }
            bool explicitValue = _implicitValue;
            _implicitValue = true;
            var block = BindBlock(function.Body, true);
            _implicitValue = explicitValue;
            _callDepth--;
            if (block.Result?.Type.Kind == TypeKind.Na) block = new BoundBlock(block.Statements, new BoundNa(block.Result.Pos, PineType.Float));
            else if (block.Result is { Type.Kind: TypeKind.Tuple } tuple) block = new BoundBlock(block.Statements, Settle(tuple));
            instance.Block = block;
            instance.ReturnType = block.Type;
            instance.ReturnQualifier = block.Qualifier;
            instance.ReturnsQuotient = block.Result is { Type.Kind: TypeKind.Float } result && IsQuotient(result);
            _context.Instances[key] = instance;
            return instance;
        }
        finally
        {
            (_module, _frame, _scope, _loops, _conditional, _diagnostics.Library, _governing) = (savedModule, savedFrame, savedScope, savedLoops, savedConditional, savedLibrary, savedGoverning);
        }
    }

    private readonly Dictionary<FunctionDecl, bool> _hasRequest = [];

    private BoundExpr BindDefault(ParameterSyntax parameter, Scope globals)
    {
        var saved = _scope;
        _scope = globals;
        var value = BindValue(parameter.Default!);
        _scope = saved;
        if (parameter.Type is not null) return Assignable(value, ResolveType(parameter.Type), parameter.Pos, $"parameter '{parameter.Name}'");
        return value.Type.Kind == TypeKind.Na ? new BoundNa(value.Pos, PineType.Float) : value;
    }

    private BoundExpr BindNew(CallExpr call, PineType type)
    {
        var objectType = type.ObjectType;
        var arguments = new BoundExpr?[objectType.Fields.Count];
        int position = 0;
        foreach (var argument in call.Arguments)
        {
            int index = argument.Name is null ? position++ : objectType.Fields.FindIndex(f => f.Name == argument.Name);
            var value = BindValue(argument.Value);
            if (index < 0) return Fail("PINE3017", argument.Pos, $"Type '{objectType.Name}' has no field '{argument.Name}'.{Names.Suggest(argument.Name!, objectType.Fields.Select(f => f.Name))}");
            if (index >= arguments.Length) return Fail("PINE3015", argument.Pos, $"Too many arguments for '{objectType.Name}.new': the type has {arguments.Length} fields.");
            if (arguments[index] is not null) return Fail("PINE3018", argument.Pos, $"The field '{objectType.Fields[index].Name}' is given twice.");
            arguments[index] = Assignable(value, objectType.Fields[index].Type, argument.Pos, $"field '{objectType.Fields[index].Name}'");
            if (arguments[index]!.Type.IsError) return arguments[index]!;
        }
        return new BoundNewObject(call.Pos, objectType, arguments, type);
    }
}
