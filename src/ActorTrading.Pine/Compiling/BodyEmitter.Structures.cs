using System.Reflection.Emit;
using ActorTrading.Pine.Checking;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Compiling;

internal sealed partial class BodyEmitter
{
    /// <summary>Where an element of a tuple, or the value of a structure, goes: null for nowhere.</summary>
    private delegate void Sink(Action push);

    private Sink? Target(VariableSymbol? symbol) => symbol is null ? null : push => EmitStore(symbol, push);

    /// <summary>if, switch and loops: their value, if any, passes through a local.</summary>
    private void EmitStructure(BoundExpr expr)
    {
        if (expr.Type.Kind == TypeKind.Void)
        {
            EmitStructureInto(expr, []);
            return;
        }
        if (expr.Type.Kind == TypeKind.Tuple)
        {
            EmitStructureInto(expr, new Sink?[expr.Type.Items!.Length]);
            return;
        }
        var result = _il.DeclareLocal(Types.Of(expr.Type));
        EmitStructureInto(expr, [push =>
        {
            push();
            _il.Emit(OpCodes.Stloc, result);
        }]);
        _il.Emit(OpCodes.Ldloc, result);
    }

    /// <summary>Evaluates an expression of one value, or a tuple, into sinks.</summary>
    private void EmitInto(BoundExpr expr, Sink?[] sinks)
    {
        if (expr.Type.Kind == TypeKind.Tuple) EmitTupleInto(expr, sinks);
        else if (expr is BoundIf or BoundSwitch or BoundFor or BoundForIn or BoundWhile) EmitStructureInto(expr, sinks);
        else if (expr.Type.Kind == TypeKind.Void || sinks.Length == 0 || sinks[0] is null)
        {
            EmitExpression(expr);
            EmitPop(expr.Type);
        }
        else sinks[0]!(() => EmitExpression(expr));
    }

    private void EmitStructureInto(BoundExpr expr, Sink?[] sinks)
    {
        switch (expr)
        {
            case BoundIf e: EmitIf(e, sinks); break;
            case BoundSwitch e: EmitSwitch(e, sinks); break;
            case BoundFor e: EmitFor(e, sinks); break;
            case BoundForIn e: EmitForIn(e, sinks); break;
            case BoundWhile e: EmitWhile(e, sinks); break;
        }
    }

    private void EmitBlock(BoundBlock block, PineType type, Sink?[] sinks)
    {
        EmitStatements(block.Statements);
        if (block.Result is null)
        {
            EmitNaInto(type, sinks);
            return;
        }
        if (type.Kind == TypeKind.Void) EmitInto(block.Result, block.Result.Type.Kind == TypeKind.Tuple ? new Sink?[block.Result.Type.Items!.Length] : []);
        else EmitInto(block.Result, sinks);
    }

    private void EmitNaInto(PineType type, Sink?[] sinks)
    {
        if (type.Kind == TypeKind.Void) return;
        for (int i = 0; i < sinks.Length; i++)
        {
            var item = type.Kind == TypeKind.Tuple ? type.Items![i] : type;
            sinks[i]?.Invoke(() => EmitNa(item));
        }
    }

    private void EmitIf(BoundIf expr, Sink?[] sinks)
    {
        var otherwise = _il.DefineLabel();
        var end = _il.DefineLabel();
        EmitCondition(expr.Condition);
        _il.Emit(OpCodes.Brfalse, otherwise);
        EmitBlock(expr.Then, expr.Type, sinks);
        _il.Emit(OpCodes.Br, end);
        _il.MarkLabel(otherwise);
        if (expr.Else is not null) EmitBlock(expr.Else, expr.Type, sinks);
        else EmitNaInto(expr.Type, sinks);
        _il.MarkLabel(end);
    }

    private void EmitSwitch(BoundSwitch expr, Sink?[] sinks)
    {
        if (expr.Subject is not null) EmitStore(expr.SubjectVariable!, () => EmitExpression(expr.Subject));
        var end = _il.DefineLabel();
        bool hasDefault = false;
        foreach (var (condition, body) in expr.Cases)
        {
            var next = _il.DefineLabel();
            if (condition is not null)
            {
                EmitCondition(condition);
                _il.Emit(OpCodes.Brfalse, next);
            }
            else hasDefault = true;
            EmitBlock(body, expr.Type, sinks);
            _il.Emit(OpCodes.Br, end);
            _il.MarkLabel(next);
        }
        if (!hasDefault) EmitNaInto(expr.Type, sinks);
        _il.MarkLabel(end);
    }

    // Tuples

    private void EmitTupleInto(BoundExpr expr, Sink?[] sinks)
    {
        switch (expr)
        {
            case BoundTuple tuple:
                EmitTupleItems(tuple, sinks);
                break;
            case BoundTernary ternary:
                var otherwise = _il.DefineLabel();
                var end = _il.DefineLabel();
                EmitCondition(ternary.Condition);
                _il.Emit(OpCodes.Brfalse, otherwise);
                EmitTupleInto(ternary.Then, sinks);
                _il.Emit(OpCodes.Br, end);
                _il.MarkLabel(otherwise);
                EmitTupleInto(ternary.Else, sinks);
                _il.MarkLabel(end);
                break;
            case BoundNa:
                EmitNaInto(expr.Type, sinks);
                break;
            case BoundConvert convert:
                EmitTupleInto(convert.Operand, sinks);
                break;
            case BoundIf or BoundSwitch or BoundFor or BoundForIn or BoundWhile:
                EmitStructureInto(expr, sinks);
                break;
            case BoundUserCall call:
                EmitUserCall(call);
                var (field, function) = (_lastTuple!, _lastTupleFunction!);
                for (int i = 0; i < sinks.Length; i++)
                {
                    int item = i;
                    sinks[i]?.Invoke(() =>
                    {
                        LoadState();
                        _il.Emit(OpCodes.Ldfld, field);
                        _il.Emit(OpCodes.Ldfld, function.TupleFields[item]);
                    });
                }
                break;
            case BoundBuiltinCall { Extra: RequestSite } call:
                EmitRequest(call, sinks);
                break;
            case BoundBuiltinCall call:
                EmitBuiltinTuple(call, sinks);
                break;
            default:
                throw new InvalidOperationException($"Cannot emit a tuple from {expr.GetType().Name}.");
        }
    }

    /// <summary>All items are evaluated before any is stored: [a, b] = [b, a] swaps.</summary>
    private void EmitTupleItems(BoundTuple tuple, Sink?[] sinks)
    {
        var values = new LocalBuilder[tuple.Items.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = _il.DeclareLocal(Types.Of(tuple.Items[i].Type));
            EmitExpression(tuple.Items[i]);
            _il.Emit(OpCodes.Stloc, values[i]);
        }
        for (int i = 0; i < values.Length; i++)
        {
            var value = values[i];
            sinks[i]?.Invoke(() => _il.Emit(OpCodes.Ldloc, value));
        }
    }

    /// <summary>Evaluates a function's result: the value is left on the stack, a tuple in the state's fields.</summary>
    public void EmitResult(BoundBlock block, FunctionCode code)
    {
        EmitStatements(block.Statements);
        if (block.Result is null) return;
        if (block.Type.Kind == TypeKind.Tuple)
        {
            EmitTupleInto(block.Result, [.. code.TupleFields.Select(field => (Sink?)(push =>
            {
                LoadState();
                push();
                _il.Emit(OpCodes.Stfld, field);
            }))]);
            return;
        }
        EmitResultPosition(block.Result);
        EmitExpression(block.Result);
    }

    private void EmitResultPosition(BoundExpr result) => EmitPosition(new BoundExprStmt(result));

    /// <summary>Parameters with a history take their values when the function is entered.</summary>
    public void EmitParameters(VariableSymbol[] parameters)
    {
        foreach (var parameter in parameters) EmitRemember(parameter);
    }

    /// <summary>A request's expression into the result arrays.</summary>
    public void EmitRequestResults(BoundExpr[] results)
    {
        for (int i = 0; i < results.Length; i++)
        {
            bool reference = results[i].Type.IsReference;
            LoadContext();
            _il.Emit(OpCodes.Ldfld, reference ? Fields.ObjectResults : Fields.NumberResults);
            _il.Emit(OpCodes.Ldc_I4, i);
            EmitExpression(results[i]);
            if (results[i].Type.Kind == TypeKind.Bool) _il.Emit(OpCodes.Conv_R8);
            if (reference) _il.Emit(OpCodes.Stelem_Ref);
            else _il.Emit(OpCodes.Stelem_R8);
        }
    }
}
