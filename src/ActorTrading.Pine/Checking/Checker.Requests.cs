using ActorTrading.Pine.Builtins;
using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Checking;

internal sealed partial class Checker
{
    private const int MaxRequests = 64;
    private const int MaxRequestDepth = 3;
    private const int MaxLookBack = 50;
    private int _requests;

    /// <summary>Outermost scope of the request being checked.</summary>
    private Scope? _requestGlobals;

    private Scope ContextGlobals(Module module) => module.Library is null && _requestGlobals is not null ? _requestGlobals : module.Globals;

    private BoundExpr BindRequest(CallExpr call, string name, BuiltinFunction function)
    {
        int position = 0;
        Expr? expression = null;
        var arguments = new List<BoundArgument>();
        foreach (var argument in call.Arguments)
        {
            int index = argument.Name is null ? position++ : Array.FindIndex(function.Parameters, p => p.Name == argument.Name);
            if (index == 2)
            {
                expression = argument.Value;
                arguments.Add(new BoundArgument(argument.Name, new BoundPlaceholder(argument.Pos, PineType.Float, Qualifier.Series), argument.Value, argument.Pos));
            }
            else arguments.Add(new BoundArgument(argument.Name, BindExpression(argument.Value), argument.Value, argument.Pos));
        }
        if (arguments.Find(a => a.Value.Type.IsError) is { } bad) return bad.Value;
        var match = new OverloadMatch(this, function, call.Pos, []);
        if (!match.Try(arguments)) return Fail(match.Failure.Code, match.Failure.Pos, match.Failure.Message);
        if (match.Argument("currency") is { Type.Kind: not TypeKind.Na } currency && currency.Constant is not ("" or "NONE"))
            return Fail("PINE2009", currency.Pos, $"The argument 'currency' of '{name}' is not supported here.");
        if (++_requests > MaxRequests) return Fail("PINE4006", call.Pos, $"The script has too many request.*() calls: at most {MaxRequests} are allowed.");
        int depth = 0;
        for (var context = _context; context.Parent is not null; context = context.Parent) depth++;
        if (depth >= MaxRequestDepth) return Fail("PINE4006", call.Pos, $"request.*() calls are nested more than {MaxRequestDepth} deep.");
        if (match.Constant("lookahead") is "lookahead_on" && _context.IsMain && !LooksBack(expression!))
            _diagnostics.Warning("PINE5002", call.Pos, "The script repaints: 'lookahead_on' without a history offset such as 'close[1]' shows the future on historical bars.");
        var site = BindRequestContext(call, expression!, name == "request.security_lower_tf");
        if (site.Context.Results!.Any(r => r.Type.IsError)) return new BoundError(call.Pos);
        var types = site.Context.Results!.Select(r => site.Lower ? PineType.ArrayOf(r.Type) : r.Type).ToArray();
        if (site.Lower && site.Context.Results!.Any(r => r.Type.Kind is TypeKind.Array or TypeKind.Matrix or TypeKind.Map))
            return Fail("PINE3021", call.Pos, "'request.security_lower_tf' cannot return collections.");
        bool isTuple = expression is TupleExpr || site.Context.Results!.Length > 1;
        _context.Requests.Add(site);
        return new BoundBuiltinCall(call.Pos, function, match.Arguments, [], isTuple ? PineType.TupleOf(types) : types[0], Qualifier.Series) { Extra = site };
    }

    /// <summary>Whether an expression reads only bars before its own, so that lookahead shows nothing too early.</summary>
    private bool LooksBack(Expr expr, int depth = 0) => depth < MaxLookBack && expr switch
    {
        NumberExpr or StringExpr or BoolExpr or ColorExpr => true,
        HistoryExpr e => e.Offset is not NumberExpr { Value: 0 },
        TupleExpr e => e.Items.TrueForAll(i => LooksBack(i, depth + 1)),
        UnaryExpr e => LooksBack(e.Operand, depth + 1),
        BinaryExpr e => LooksBack(e.Left, depth + 1) && LooksBack(e.Right, depth + 1),
        TernaryExpr e => LooksBack(e.Condition, depth + 1) && LooksBack(e.Then, depth + 1) && LooksBack(e.Else, depth + 1),
        // ta.atr(14) names no series and reads the bar all the same.
        CallExpr e => e.Arguments.TrueForAll(a => LooksBack(a.Value, depth + 1)) && e.Arguments.Exists(a => a.Value is not NumberExpr),
        NameExpr e when _scope.Find(e.Name) is { } symbol => symbol.Qualifier < Qualifier.Series ||
            !_frame.Reassigned.Contains(e.Name) && _frame.Done.FindLast(s => s is DeclStmt d && d.Name == e.Name) is DeclStmt { Value: { } value } && LooksBack(value, depth + 1),
        _ => false,
    };

    /// <summary>
    /// Checks the expression again as code of its own chart: with the script's global statements it depends on and, inside functions,
    /// the arguments and statements on the way from the script to the call.
    /// </summary>
    private RequestSite BindRequestContext(CallExpr call, Expr expression, bool lower)
    {
        var chain = new List<Frame>();
        for (var frame = _frame; frame is not null; frame = frame.Caller) chain.Add(frame);
        // Backwards: which statements of each level does what follows need?
        var slices = new List<Stmt>[chain.Count];
        var needed = new HashSet<string>();
        Slicer.Collect(expression, needed);
        for (int i = 0; i < chain.Count; i++)
        {
            Slicer.AddFunctions(chain[i].Module, needed);
            slices[i] = Slicer.Slice(chain[i].Done, needed, chain[i].Module);
            foreach (var (name, value, _) in chain[i].Arguments)
                if (needed.Contains(name) && value is not null) Slicer.Collect(value, needed);
        }
        var saved = (_context, _requestGlobals, _scope, _frame, _loops, _conditional, _governing, _module);
        var context = new ChartContext($"Request{_program.Contexts.Count}", _context);
        _program.Contexts.Add(context);
        _context = context;
        _requestGlobals = _scope = new Scope(null);
        _loops = _conditional = 0;
        _governing = Qualifier.Const;
        var inner = needed;
        for (int i = chain.Count - 1; i >= 0; i--)
        {
            var level = chain[i];
            // Arguments are written in the caller's terms, so they are bound before its scope is left.
            if (level.Function is not null)
            {
                var outer = _scope;
                var values = level.Arguments.Where(a => a.Value is not null && inner.Contains(a.Name)).Select(a => (a.Name, Value: BindArgumentAgain(a.Value!, level))).ToList();
                _module = level.Module;
                _scope = new Scope(level.Module.Library is null ? outer : level.Module.Globals);
                foreach (var (name, value) in values)
                {
                    if (value.Type.Kind is TypeKind.Na or TypeKind.Void or TypeKind.Tuple || value.Type.IsError) continue;
                    var symbol = Declare(name, value.Type, value.Qualifier, DeclMode.Plain, value.Pos, value.Constant);
                    context.Statements.Add(new BoundDeclare(value.Pos, symbol, value));
                }
                // Of a function that nothing calls only the types of the parameters are known.
                foreach (var parameter in level.Function.Parameters)
                    if (inner.Contains(parameter.Name) && _scope.Local(parameter.Name) is null)
                        Declare(parameter.Name, parameter.Type, parameter.Qualifier, DeclMode.Plain, parameter.Pos);
            }
            else _module = level.Module;
            _frame = new Frame(context, null, null, _module, null, []) { Reassigned = level.Reassigned };
            foreach (var statement in slices[i])
            {
                if (BindStatement(statement) is { } bound) context.Statements.Add(bound);
                _frame.Done.Add(statement);
            }
        }
        var result = Settle(BindExpression(expression));
        BoundExpr[] results = result switch
        {
            BoundTuple tuple => tuple.Items,
            { Type.Kind: TypeKind.Tuple } => ExpandTuple(result, context),
            { Type.Kind: TypeKind.Void } => [Fail("PINE3006", expression.Pos, "The requested expression has no value.")],
            { Type.Kind: TypeKind.Na } => [new BoundNa(result.Pos, PineType.Float)],
            _ => [result],
        };
        context.Results = results;
        (_context, _requestGlobals, _scope, _frame, _loops, _conditional, _governing, _module) = saved;
        return new RequestSite(_program.Contexts.Count, lower, context);
    }

    private BoundExpr BindArgumentAgain(Expr value, Frame level)
    {
        _ = level;
        return BindExpression(value);
    }

    /// <summary>A call that returns a tuple: its elements become variables of the request.</summary>
    private BoundExpr[] ExpandTuple(BoundExpr tuple, ChartContext context)
    {
        var symbols = tuple.Type.Items!.Select((type, i) =>
        {
            var symbol = new VariableSymbol($"item{i}", type, Qualifier.Series, DeclMode.Plain, tuple.Pos, context);
            context.Variables.Add(symbol);
            return symbol;
        }).ToArray();
        context.Statements.Add(new BoundDeclareTuple(tuple.Pos, symbols, tuple));
        return [.. symbols.Select(s => new BoundVariable(tuple.Pos, s))];
    }
}
