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

    /// <summary>Each iteration pays from the budget; when it is spent the limits are checked.</summary>
    private void EmitBudget()
    {
        var ok = _il.DefineLabel();
        LoadContext();
        LoadContext();
        _il.Emit(OpCodes.Ldfld, Fields.Budget);
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Sub);
        _il.Emit(OpCodes.Stfld, Fields.Budget);
        LoadContext();
        _il.Emit(OpCodes.Ldfld, Fields.Budget);
        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Bgt, ok);
        LoadContext();
        _il.Emit(OpCodes.Call, Fields.ContextMethod(nameof(ScriptContext.CheckLimits)));
        _il.MarkLabel(ok);
    }

    private void EmitFor(BoundFor expr, Sink?[] sinks)
    {
        var current = _il.DeclareLocal(typeof(double));
        var last = _il.DeclareLocal(typeof(double));
        var step = _il.DeclareLocal(typeof(double));
        var check = _il.DefineLabel();
        var next = _il.DefineLabel();
        var end = _il.DefineLabel();
        EmitNaInto(expr.Type, sinks);
        EmitExpression(expr.From);
        _il.Emit(OpCodes.Stloc, current);
        EmitExpression(expr.To);
        _il.Emit(OpCodes.Stloc, last);
        if (expr.By is null) _il.Emit(OpCodes.Ldc_R8, 1.0);
        else EmitExpression(expr.By);
        // Direction follows from the ends, whatever the sign of the step.
        _il.Emit(OpCodes.Ldloc, current);
        _il.Emit(OpCodes.Ldloc, last);
        _il.Emit(OpCodes.Call, Fields.Support(nameof(ScriptSupport.LoopStep)));
        _il.Emit(OpCodes.Stloc, step);
        _il.MarkLabel(check);
        EmitBudget();
        _il.Emit(OpCodes.Ldloc, current);
        _il.Emit(OpCodes.Ldloc, last);
        _il.Emit(OpCodes.Ldloc, step);
        _il.Emit(OpCodes.Call, Fields.Support(nameof(ScriptSupport.LoopGoesOn)));
        _il.Emit(OpCodes.Brfalse, end);
        EmitStore(expr.Variable, () => _il.Emit(OpCodes.Ldloc, current));
        _loops.Push((end, next));
        EmitBlock(expr.Body, expr.Type, sinks);
        _loops.Pop();
        _il.MarkLabel(next);
        _il.Emit(OpCodes.Ldloc, current);
        _il.Emit(OpCodes.Ldloc, step);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, current);
        if (expr.DynamicEnd && expr.To.Constant is null)
        {
            EmitExpression(expr.To);
            _il.Emit(OpCodes.Stloc, last);
        }
        _il.Emit(OpCodes.Br, check);
        _il.MarkLabel(end);
    }

    private void EmitWhile(BoundWhile expr, Sink?[] sinks)
    {
        var check = _il.DefineLabel();
        var end = _il.DefineLabel();
        EmitNaInto(expr.Type, sinks);
        _il.MarkLabel(check);
        EmitBudget();
        EmitCondition(expr.Condition);
        _il.Emit(OpCodes.Brfalse, end);
        _loops.Push((end, check));
        EmitBlock(expr.Body, expr.Type, sinks);
        _loops.Pop();
        _il.Emit(OpCodes.Br, check);
        _il.MarkLabel(end);
    }

    /// <summary>Arrays and matrices are read live, by index; a map is looped over as it was at the start.</summary>
    private void EmitForIn(BoundForIn expr, Sink?[] sinks)
    {
        var type = expr.Collection.Type;
        EmitNaInto(expr.Type, sinks);
        var clr = Types.Of(type);
        var collection = _il.DeclareLocal(clr);
        EmitExpression(expr.Collection);
        _il.Emit(OpCodes.Stloc, collection);
        var check = _il.DefineLabel();
        var next = _il.DefineLabel();
        var end = _il.DefineLabel();
        LocalBuilder? keys = null;
        if (type.Kind == TypeKind.Map)
        {
            keys = _il.DeclareLocal(typeof(Library.PineArray<>).MakeGenericType(Types.Element(type.Key!)));
            _il.Emit(OpCodes.Ldloc, collection);
            EmitCollectionCheck("a map");
            _il.Emit(OpCodes.Callvirt, Method(clr, "Keys"));
            _il.Emit(OpCodes.Stloc, keys);
        }
        else
        {
            _il.Emit(OpCodes.Ldloc, collection);
            EmitCollectionCheck("a collection");
            _il.Emit(OpCodes.Pop);
        }
        var index = _il.DeclareLocal(typeof(int));
        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Stloc, index);
        _il.MarkLabel(check);
        EmitBudget();
        _il.Emit(OpCodes.Ldloc, index);
        var counted = keys ?? collection;
        _il.Emit(OpCodes.Ldloc, counted);
        _il.Emit(OpCodes.Callvirt, Method(counted.LocalType, type.Kind == TypeKind.Matrix ? "Rows" : "Size"));
        _il.Emit(OpCodes.Bge, end);
        if (type.Kind == TypeKind.Map) EmitMapItem(expr, collection, keys!, index);
        else
        {
            if (expr.Key is not null)
                EmitStore(expr.Key, () =>
                {
                    _il.Emit(OpCodes.Ldloc, index);
                    _il.Emit(OpCodes.Conv_R8);
                });
            EmitStore(expr.Item, () =>
            {
                _il.Emit(OpCodes.Ldloc, collection);
                _il.Emit(OpCodes.Ldloc, index);
                _il.Emit(OpCodes.Callvirt, Method(clr, type.Kind == TypeKind.Matrix ? "Row" : "Get"));
                if (type.Kind == TypeKind.Array) EmitFromElement(type.Element!);
            });
        }
        _loops.Push((end, next));
        EmitBlock(expr.Body, expr.Type, sinks);
        _loops.Pop();
        _il.MarkLabel(next);
        _il.Emit(OpCodes.Ldloc, index);
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, index);
        _il.Emit(OpCodes.Br, check);
        _il.MarkLabel(end);
    }

    private void EmitMapItem(BoundForIn expr, LocalBuilder map, LocalBuilder keys, LocalBuilder index)
    {
        void Key()
        {
            _il.Emit(OpCodes.Ldloc, keys);
            _il.Emit(OpCodes.Ldloc, index);
            _il.Emit(OpCodes.Callvirt, Method(keys.LocalType, "Get"));
        }
        if (expr.Key is not null) EmitStore(expr.Key, Key);
        EmitStore(expr.Item, () =>
        {
            _il.Emit(OpCodes.Ldloc, map);
            Key();
            _il.Emit(OpCodes.Callvirt, Method(map.LocalType, "Get"));
            EmitFromElement(expr.Collection.Type.Element!);
        });
    }

    private void EmitCollectionCheck(string what)
    {
        var ok = _il.DefineLabel();
        _il.Emit(OpCodes.Dup);
        _il.Emit(OpCodes.Brtrue, ok);
        _il.Emit(OpCodes.Ldstr, what);
        _il.Emit(OpCodes.Call, Fields.Support(nameof(ScriptSupport.NaCollection)));
        _il.MarkLabel(ok);
    }

    /// <summary>After reading an element: objects come as object.</summary>
    private void EmitFromElement(PineType element)
    {
        if (Types.Element(element) == typeof(object)) _il.Emit(OpCodes.Castclass, Types.Of(element));
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
