using System.Runtime.CompilerServices;
using ActorTrading.Pine.Builtins;
using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Checking;

/// <summary>
/// Resolves names, infers types and qualifiers, and reports what a Pine author did wrong. Functions are templates: their bodies are
/// checked once for each combination of argument types and qualifiers they are called with.
/// </summary>
internal sealed partial class Checker
{
    private const int MaxCallDepth = 128;
    private const int MaxInstances = 5000;
    private const int MaxWork = 3_000_000;

    private readonly DiagnosticBag _diagnostics;
    private readonly CompileOptions _options;
    private readonly CheckedProgram _program;
    private readonly int _version;
    private readonly Dictionary<string, Module?> _libraries = [];
    private readonly HashSet<FunctionDecl> _used = [];

    // Where we are
    private Module _module;
    private ChartContext _context;
    private Frame _frame;
    private Scope _scope;
    private int _loops, _conditional, _instances, _callDepth;
    /// <summary>Latest-known of the conditions and loop bounds around the statement being checked, within its function.</summary>
    private Qualifier _governing;

    /// <summary>A function instance being checked, or the script itself; requests walk up this chain to repeat what led to them.</summary>
    private sealed record Frame(Body Body, FunctionInstance? Function, Frame? Caller, Module Module, FunctionDecl? Declaration, List<(string Name, Expr? Value, Frame From)> Arguments)
    {
        /// <summary>Statements checked so far, innermost list last.</summary>
        public List<Stmt> Done { get; } = [];
        public HashSet<string> Reassigned { get; init; } = [];
        public Scope? CallerScope { get; init; }
    }

    private Checker(SyntaxTree tree, DiagnosticBag diagnostics, CompileOptions options)
    {
        (_diagnostics, _options, _version) = (diagnostics, options, tree.Version);
        _program = new CheckedProgram(tree.Version);
        _module = new Module(null, tree);
        _context = _program.Main;
        _program.Contexts.Add(_context);
        _scope = _module.Globals;
        _frame = new Frame(_context, null, null, _module, null, []) { Reassigned = _module.Reassigned };
    }

    public static CheckedProgram Check(SyntaxTree tree, DiagnosticBag diagnostics, CompileOptions options)
    {
        var checker = new Checker(tree, diagnostics, options);
        checker.CheckScript(tree);
        return checker._program;
    }

    private void CheckScript(SyntaxTree tree)
    {
        DeclareTypes(_module);
        AssignedNames.Collect(tree.Statements, _module.Reassigned);
        foreach (var statement in tree.Statements)
        {
            if (BindStatement(statement) is { } bound) _context.Statements.Add(bound);
            _frame.Done.Add(statement);
        }
        if (_program.Declaration is { Kind: not ScriptKind.Library } && tree.Statements.Find(s => s is FunctionDecl { Exported: true } or TypeDecl { Exported: true } or EnumDecl { Exported: true } or DeclStmt { Exported: true }) is { } exported)
            Error("PINE2011", exported.Pos, "'export' can only be used in libraries.");
        if (_program.Declaration is null)
            _diagnostics.Error("PINE2010", new Pos(1, 1), "The script must have one declaration statement: 'indicator()', 'strategy()' or 'library()'.");
        CheckUnusedFunctions(_module);
    }

    /// <summary>Functions that nothing calls are checked too, with parameters of unknown type where none is written.</summary>
    private void CheckUnusedFunctions(Module module)
    {
        foreach (var function in module.Functions.Values.SelectMany(f => f).ToList())
        {
            if (_used.Contains(function)) continue;
            var arguments = new BoundExpr?[function.Parameters.Count];
            for (int i = 0; i < arguments.Length; i++)
            {
                var parameter = function.Parameters[i];
                var type = parameter.Type is null ? PineType.Error : ResolveType(parameter.Type);
                arguments[i] = type.IsError ? new BoundError(parameter.Pos) : new BoundPlaceholder(parameter.Pos, type, QualifierOf(parameter.Qualifier) ?? Qualifier.Simple);
            }
            var (contexts, requests) = (_program.Contexts.Count, _requests);
            Instantiate(function, module, arguments, [], function.NamePos);
            // Nothing calls it, so nothing runs what it requests.
            _program.Contexts.RemoveRange(contexts, _program.Contexts.Count - contexts);
            _requests = requests;
        }
    }

    private void Error(string code, Pos pos, string message) => _diagnostics.Error(code, pos, message);

    private BoundError Fail(string code, Pos pos, string message)
    {
        _diagnostics.Error(code, pos, message);
        return new BoundError(pos);
    }

    private static Qualifier? QualifierOf(string? text) => text switch
    {
        "const" => Qualifier.Const,
        "input" => Qualifier.Input,
        "simple" => Qualifier.Simple,
        "series" => Qualifier.Series,
        _ => null,
    };

    // Statements

    private BoundStmt? BindStatement(Stmt statement)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (statement)
        {
            case ExprStmt expr:
                var bound = BindExpression(expr.Expr, false);
                if (bound is BoundConst or BoundVariable or BoundBuiltinVariable or BoundNa) return null;
                return bound.Type.IsError ? null : new BoundExprStmt(bound);
            case DeclStmt declaration:
                return BindDeclaration(declaration);
            case TupleDeclStmt tuple:
                return BindTupleDeclaration(tuple);
            case AssignStmt assignment:
                return BindAssignment(assignment);
            case FunctionDecl function:
                DeclareFunction(function);
                return null;
            case TypeDecl or EnumDecl:
                if (_scope != _module.Globals) Error("PINE2011", statement.Pos, "Types must be declared in the global scope.");
                return null;
            case ImportStmt import:
                BindImport(import);
                return null;
            case BreakStmt or ContinueStmt:
                if (_loops == 0) Error("PINE2012", statement.Pos, $"'{(statement is BreakStmt ? "break" : "continue")}' can only be used inside a loop.");
                return new BoundJump(statement.Pos, statement is BreakStmt);
            default:
                throw new InvalidOperationException($"Unknown statement {statement.GetType().Name}.");
        }
    }

    private BoundStmt? BindDeclaration(DeclStmt declaration)
    {
        var declared = declaration.Type is null ? null : ResolveType(declaration.Type);
        if (declaration.Name != "_" && _scope.Local(declaration.Name) is { IsParameter: false } && declaration.Value is not null)
            Error("PINE2003", declaration.NamePos, $"'{declaration.Name}' is already defined. To give it a new value use ':='.");
        else if (_scope.Local(declaration.Name) is { IsParameter: true })
            Error("PINE2003", declaration.NamePos, $"'{declaration.Name}' is already defined as a parameter.");
        _pendingName = declaration.Name;
        var value = BindExplicit(declaration.Value!);
        _pendingName = null;
        PineType type;
        if (declared is not null)
        {
            type = declared;
            value = Assignable(value, declared, declaration.Value!.Pos, $"variable '{declaration.Name}'");
        }
        else if (value.Type.Kind == TypeKind.Na)
        {
            value = Fail("PINE3005", declaration.NamePos, $"Value with NA type cannot be assigned to variable '{declaration.Name}' that was defined without type keyword: write 'float {declaration.Name} = na'.");
            type = PineType.Error;
        }
        else if (value.Type.Kind is TypeKind.Void)
        {
            value = Fail("PINE3006", declaration.NamePos, $"Void expression cannot be assigned to variable '{declaration.Name}'.");
            type = PineType.Error;
        }
        else if (value.Type.Kind == TypeKind.Tuple)
        {
            value = Fail("PINE3007", declaration.NamePos, $"A tuple cannot be assigned to one variable: write '[a, b] = …'.");
            type = PineType.Error;
        }
        else type = value.Type;
        bool mutable = declaration.Mode == DeclMode.Varip || _frame.Reassigned.Contains(declaration.Name);
        var qualifier = !mutable ? value.Qualifier : declaration.Mode == DeclMode.Plain ? Max(value.Qualifier, Qualifier.Simple) : Qualifier.Series;
        if (QualifierOf(declaration.Qualifier) is { } written && !type.IsError)
        {
            // A const reference is one that is never reassigned: what it refers to is of its bar.
            if (written == Qualifier.Const && mutable && !type.IsReference) Error("PINE3008", declaration.NamePos, $"Variable '{declaration.Name}' is declared 'const', so it cannot be modified.");
            else if (written == Qualifier.Const && type.IsReference && type.Kind != TypeKind.String)
            {
                if (mutable) Error("PINE3008", declaration.NamePos, $"Variable '{declaration.Name}' is declared 'const', so it cannot be modified.");
            }
            else if (qualifier > written) Error("PINE3008", declaration.NamePos, $"Variable '{declaration.Name}' is declared '{declaration.Qualifier}' but its value is '{qualifier.ToString().ToLowerInvariant()} {type}'.");
            else qualifier = written;
        }
        var symbol = Declare(declaration.Name, type, qualifier, declaration.Mode, declaration.NamePos, qualifier == Qualifier.Const && !mutable ? value.Constant : null);
        symbol.Written = QualifierOf(declaration.Qualifier);
        symbol.IsQuotient = !mutable && IsQuotient(value);
        return type.IsError ? null : new BoundDeclare(declaration.Pos, symbol, value);
    }

    /// <summary>Whether the value being checked is one only because it stands last in a function or loop.</summary>
    private bool _implicitValue;

    /// <summary>A value that is assigned, so that structures must agree on its type.</summary>
    private BoundExpr BindExplicit(Expr expr)
    {
        bool saved = _implicitValue;
        _implicitValue = false;
        var value = BindExpression(expr);
        _implicitValue = saved;
        return value;
    }

    private VariableSymbol Declare(string name, PineType type, Qualifier qualifier, DeclMode mode, Pos pos, object? constant = null, bool loop = false)
    {
        var symbol = new VariableSymbol(name, type, qualifier, mode, pos, _frame.Body)
        {
            IsGlobal = _scope == _module.Globals && _frame.Function is null && _context.IsMain || _scope == _requestGlobals,
            Constant = constant,
            IsLoopVariable = loop,
        };
        _frame.Body.Variables.Add(symbol);
        _scope.Set(symbol);
        return symbol;
    }

    private BoundStmt? BindTupleDeclaration(TupleDeclStmt statement)
    {
        var value = Settle(BindExplicit(statement.Value));
        var symbols = new VariableSymbol?[statement.Names.Count];
        var items = value.Type.Kind == TypeKind.Tuple ? value.Type.Items! : null;
        bool failed = value.Type.IsError;
        if (items is null && !failed)
        {
            Error("PINE3009", statement.Value.Pos, $"Cannot assign a value of type '{value.Type}' to a tuple: the right side must return one.");
            failed = true;
        }
        else if (items is not null && items.Length != symbols.Length)
        {
            Error("PINE3009", statement.Pos, $"The tuple on the right has {items.Length} elements, but {symbols.Length} variables are declared.");
            failed = true;
        }
        for (int i = 0; i < symbols.Length; i++)
        {
            var (name, pos) = statement.Names[i];
            if (name == "_") continue;
            if (_scope.Local(name) is not null) Error("PINE2003", pos, $"'{name}' is already defined.");
            var type = failed ? PineType.Error : items![i];
            if (type.Kind == TypeKind.Na) type = PineType.Float;
            var qualifier = _frame.Reassigned.Contains(name) ? Qualifier.Series : value is BoundTuple tuple && i < tuple.Items.Length ? tuple.Items[i].Qualifier : value.Qualifier;
            symbols[i] = Declare(name, type, qualifier, DeclMode.Plain, pos);
        }
        return failed ? null : new BoundDeclareTuple(statement.Pos, symbols, value);
    }

    private BoundStmt? BindAssignment(AssignStmt assignment)
    {
        var target = BindTarget(assignment.Target);
        var value = BindExplicit(assignment.Value);
        if (target.Type.IsError) return null;
        if (assignment.Op != ":=")
            value = BindBinaryOperator(assignment.Pos, assignment.Op[..1], target, value);
        value = Assignable(value, target.Type, assignment.Value.Pos, target is BoundVariable v ? $"variable '{v.Symbol.Name}'" : $"field '{((BoundField)target).Field.Name}'");
        if (value.Type.IsError) return null;
        if (target is BoundVariable { Symbol: var symbol } && Max(value.Qualifier, _governing) is var reached && reached > symbol.Qualifier)
        {
            if (symbol.Written is { } written && reached > written)
            {
                Error("PINE3008", assignment.Target.Pos, $"Variable '{symbol.Name}' is declared '{written.ToString().ToLowerInvariant()}' and cannot become '{reached.ToString().ToLowerInvariant()}' by this assignment.");
                return null;
            }
            symbol.Qualifier = reached;
        }
        return target is BoundVariable variable
            ? new BoundAssign(assignment.Pos, variable.Symbol, value)
            : new BoundAssignField(assignment.Pos, (BoundField)target, value);
    }

    private BoundExpr BindTarget(Expr target)
    {
        if (target is MemberExpr)
        {
            var field = BindExpression(target);
            return field.Type.IsError || field is BoundField ? field : Fail("PINE2005", target.Pos, "This value cannot be modified.");
        }
        var name = (NameExpr)target;
        if (_scope.Find(name.Name) is not { } symbol)
        {
            if (BuiltinTable.Variable(name.Name) is not null) return Fail("PINE2005", name.Pos, $"The built-in variable '{name.Name}' cannot be modified.");
            return Fail("PINE2001", name.Pos, $"Undeclared identifier '{name.Name}': declare it with '=' before assigning with ':='.{Names.Suggest(name.Name, _scope.Names)}");
        }
        if (symbol.IsParameter) return Fail("PINE2006", name.Pos, $"The parameter '{name.Name}' cannot be modified: copy it into a variable.");
        if (symbol.IsLoopVariable) return Fail("PINE2006", name.Pos, $"The loop variable '{name.Name}' cannot be modified.");
        if (symbol.Body != _frame.Body) return Fail("PINE2007", name.Pos, $"Cannot modify global variable '{name.Name}' in function.");
        return new BoundVariable(name.Pos, symbol);
    }

    /// <summary>Converts a value to a declared type, or reports that it does not fit.</summary>
    private BoundExpr Assignable(BoundExpr value, PineType type, Pos pos, string what)
    {
        if (value.Type.IsError || type.IsError) return value;
        if (TryConvert(value, type) is { } converted) return converted;
        return value.Type.Kind == TypeKind.Na && type.Kind == TypeKind.Bool
            ? Fail("PINE3003", pos, $"Cannot assign 'na' to {what}: since Pine v6 a bool is true or false.")
            : Fail("PINE3001", pos, $"Cannot assign a value of the '{value.Describe()}' type to {what} of type '{type}'.");
    }

    private BoundBlock BindBlock(Block block, bool wantValue, Action? prepare = null)
    {
        var outer = _scope;
        _scope = new Scope(outer);
        int mark = _frame.Done.Count;
        prepare?.Invoke();
        var statements = new List<BoundStmt>();
        BoundExpr? result = null;
        for (int i = 0; i < block.Statements.Count; i++)
        {
            var statement = block.Statements[i];
            bool last = i == block.Statements.Count - 1;
            if (last && statement is ExprStmt expr)
            {
                result = BindExpression(expr.Expr, wantValue);
                if (!wantValue)
                {
                    if (result is not (BoundConst or BoundVariable or BoundBuiltinVariable or BoundNa or BoundError)) statements.Add(new BoundExprStmt(result));
                    result = null;
                }
            }
            else
            {
                if (BindStatement(statement) is { } bound)
                {
                    statements.Add(bound);
                    if (last && wantValue)
                    {
                        result = bound switch
                        {
                            BoundDeclare d => new BoundVariable(statement.Pos, d.Symbol),
                            BoundAssign a => new BoundVariable(statement.Pos, a.Symbol),
                            _ => null,
                        };
                    }
                }
                else if (last && wantValue && statement is DeclStmt or AssignStmt or TupleDeclStmt) result = new BoundError(statement.Pos);
            }
            _frame.Done.Add(statement);
        }
        _frame.Done.RemoveRange(mark, _frame.Done.Count - mark);
        _scope = outer;
        return new BoundBlock(statements, result);
    }
}

/// <summary>Stands for an argument of a function that nothing calls.</summary>
internal sealed class BoundPlaceholder(Pos pos, PineType type, Qualifier qualifier) : BoundExpr(pos, type, qualifier);
