using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using ActorTrading.Pine.Checking;
using ActorTrading.Pine.Runtime;
using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Compiling;

/// <summary>Writes the IL of one body: a chart's Execute method, or a function's Call method.</summary>
internal sealed partial class BodyEmitter
{
    private readonly ProgramEmitter _program;
    private readonly ContextEmitter _context;
    private readonly Body _body;
    private readonly StateClass _state;
    private readonly ILGenerator _il;
    private readonly Stack<(Label Break, Label Continue)> _loops = new();

    /// <summary>Values of the current bar kept in locals, where the code runs straight through.</summary>
    private readonly Dictionary<string, LocalBuilder> _barLocals = [];

    public BodyEmitter(ProgramEmitter program, ContextEmitter context, Body body, StateClass state, ILGenerator il)
    {
        (_program, _context, _body, _state, _il) = (program, context, body, state, il);
    }

    private ClrTypes Types => _program.Types;
    private bool IsMainBody => _body is ChartContext;
    private int Version => _program.Version;

    private void LoadState() => _il.Emit(OpCodes.Ldarg_0);

    private void LoadContext()
    {
        if (IsMainBody) _il.Emit(OpCodes.Ldarg_0);
        else _il.Emit(OpCodes.Ldarg_1);
    }

    // Variables

    /// <summary>Where a variable lives: a local, or a field of the state or the context.</summary>
    private object Storage(VariableSymbol symbol)
    {
        if (symbol.Storage is not null) return symbol.Storage;
        var type = Types.Of(symbol.Type);
        if (symbol.Mode == DeclMode.Plain && !symbol.IsCaptured) return symbol.Storage = _il.DeclareLocal(type);
        var state = symbol.Body is ChartContext ? _context.State : _state;
        return symbol.Storage = type == typeof(double) ? state.Number(symbol.Name) : state.Field(symbol.Name, type);
    }

    private void EmitLoad(VariableSymbol symbol)
    {
        switch (Storage(symbol))
        {
            case LocalBuilder local:
                _il.Emit(OpCodes.Ldloc, local);
                break;
            case int argument:
                _il.Emit(OpCodes.Ldarg, (short)argument);
                break;
            case FieldBuilder field:
                LoadOwner(symbol);
                _il.Emit(OpCodes.Ldfld, field);
                break;
        }
    }

    private void LoadOwner(VariableSymbol symbol)
    {
        if (symbol.Body is ChartContext) LoadContext();
        else LoadState();
    }

    /// <summary>Stores what <paramref name="value"/> pushes.</summary>
    private void EmitStore(VariableSymbol symbol, Action value)
    {
        if (Storage(symbol) is FieldBuilder field)
        {
            LoadOwner(symbol);
            value();
            _il.Emit(OpCodes.Stfld, field);
        }
        else
        {
            value();
            if (Storage(symbol) is LocalBuilder local) _il.Emit(OpCodes.Stloc, local);
            else _il.Emit(OpCodes.Starg, (short)(int)Storage(symbol));
        }
        EmitRemember(symbol);
    }

    // Statements

    public void EmitStatements(List<BoundStmt> statements)
    {
        foreach (var statement in statements) EmitStatement(statement);
    }

    private void EmitStatement(BoundStmt statement)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        EmitPosition(statement);
        switch (statement)
        {
            case BoundExprStmt s:
                EmitInto(s.Expr, s.Expr.Type.Kind == TypeKind.Tuple ? new Sink?[s.Expr.Type.Items!.Length] : []);
                break;
            case BoundDeclare s:
                EmitDeclare(s);
                break;
            case BoundDeclareTuple s:
                EmitTupleInto(s.Value, [.. s.Symbols.Select(Target)]);
                break;
            case BoundAssign s:
                EmitStore(s.Symbol, () => EmitExpression(s.Value));
                break;
            case BoundAssignField s:
                EmitExpression(s.Field.Target);
                EmitNullCheck(s.Field);
                EmitExpression(s.Value);
                _il.Emit(OpCodes.Stfld, Types.Field(s.Field.Owner, s.Field.Field));
                break;
            case BoundJump s:
                _il.Emit(OpCodes.Br, s.IsBreak ? _loops.Peek().Break : _loops.Peek().Continue);
                break;
        }
    }

    /// <summary>Notes where the script is, before statements that can fail.</summary>
    private void EmitPosition(BoundStmt statement)
    {
        if (!MayFail.Check(statement)) return;
        LoadContext();
        _il.Emit(OpCodes.Ldc_I4, _program.PositionIndex(statement.Pos));
        _il.Emit(OpCodes.Stfld, Fields.Position);
    }

    private void EmitPop(PineType type)
    {
        if (type.Kind == TypeKind.Void) return;
        if (type.Kind == TypeKind.Tuple) return;
        _il.Emit(OpCodes.Pop);
    }

    private void EmitDeclare(BoundDeclare declare)
    {
        var symbol = declare.Symbol;
        if (symbol.Mode == DeclMode.Plain)
        {
            EmitStore(symbol, () => EmitExpression(declare.Value));
            return;
        }
        // var and varip: once, when first reached.
        var done = _il.DefineLabel();
        var state = symbol.Body is ChartContext ? _context.State : _state;
        var flag = state.Field($"{symbol.Name}_set", typeof(bool));
        if (symbol.Mode == DeclMode.Varip) _program.VaripFields.Add(((FieldBuilder)Storage(symbol), flag));
        LoadOwner(symbol);
        _il.Emit(OpCodes.Ldfld, flag);
        _il.Emit(OpCodes.Brtrue, done);
        LoadOwner(symbol);
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Stfld, flag);
        var field = (FieldBuilder)Storage(symbol);
        LoadOwner(symbol);
        EmitExpression(declare.Value);
        _il.Emit(OpCodes.Stfld, field);
        _il.MarkLabel(done);
        EmitRemember(symbol);
    }

    // History of variables

    private FieldBuilder HistoryField(VariableSymbol symbol)
    {
        if (symbol.HistoryStorage is FieldBuilder known) return known;
        var state = symbol.Body is ChartContext ? _context.State : _state;
        var element = HistoryElement(symbol.Type);
        if (IsPrevious(symbol))
            return (FieldBuilder)(symbol.HistoryStorage = element == typeof(double) ? state.Number(symbol.Name + "_prev")
                : state.Initialised(symbol.Name + "_prev", element, il => EmitNone(il, element)));
        var type = (symbol.IsGlobal ? typeof(BarHistory<>) : typeof(CallHistory<>)).MakeGenericType(element);
        int depth = Math.Max(1, symbol.HistoryDepth);
        int limit = HistoryLimit(symbol);
        return (FieldBuilder)(symbol.HistoryStorage = state.Initialised(symbol.Name + "_history", type, il =>
        {
            il.Emit(OpCodes.Ldc_I4, depth);
            il.Emit(OpCodes.Ldc_I4, limit);
            EmitNone(il, element);
            il.Emit(OpCodes.Newobj, type.GetConstructors()[0]);
        }));
    }

    /// <summary>Only the value one bar back is ever asked for: a plain field will do.</summary>
    private static bool IsPrevious(VariableSymbol symbol) => symbol.IsGlobal && symbol is { HistoryDepth: 1, DynamicHistory: false };

    private int HistoryLimit(VariableSymbol symbol) =>
        symbol.DynamicHistory ? Math.Max(symbol.HistoryDepth, Math.Max(symbol.MaxBarsBack, _program.MaxBarsBack)) : Math.Max(1, symbol.HistoryDepth);

    private static Type HistoryElement(PineType type) => type.Kind switch
    {
        TypeKind.Bool => typeof(bool),
        _ when type.IsReference => typeof(object),
        _ => typeof(double),
    };

    /// <summary>Pushes what history holds before its first value.</summary>
    private void EmitNone(ILGenerator il, Type element)
    {
        if (element == typeof(double)) il.Emit(OpCodes.Ldc_R8, double.NaN);
        else if (element == typeof(bool)) il.Emit(Version < 6 ? OpCodes.Ldc_I4_2 : OpCodes.Ldc_I4_0);
        else il.Emit(OpCodes.Ldnull);
    }

    /// <summary>After an assignment: a local scope's history takes the value at once. Global ones are taken at the end of the bar.</summary>
    private void EmitRemember(VariableSymbol symbol)
    {
        if (!symbol.HasHistory || symbol.IsGlobal) return;
        var history = HistoryField(symbol);
        LoadOwner(symbol);
        _il.Emit(OpCodes.Ldfld, history);
        LoadContext();
        _il.Emit(OpCodes.Ldfld, Fields.Bar);
        EmitLoad(symbol);
        _il.Emit(OpCodes.Call, Method(history.FieldType, "Set"));
    }

    /// <summary>At the end of the bar: every global with a history takes its value.</summary>
    public void EmitCommit(IEnumerable<(VariableSymbol Symbol, Action Load)> symbols)
    {
        foreach (var (symbol, load) in symbols)
        {
            var history = HistoryField(symbol);
            LoadContext();
            if (IsPrevious(symbol))
            {
                load();
                _il.Emit(OpCodes.Stfld, history);
                continue;
            }
            _il.Emit(OpCodes.Ldfld, history);
            LoadContext();
            _il.Emit(OpCodes.Ldfld, Fields.Bar);
            load();
            _il.Emit(OpCodes.Call, Method(history.FieldType, "Set"));
        }
    }

    public Action Loader(VariableSymbol symbol) => () => EmitLoad(symbol);

    private static System.Reflection.MethodInfo Method(Type type, string name) =>
        type.GetMethod(name) ?? throw new InvalidOperationException($"{type} has no method {name}.");
}
