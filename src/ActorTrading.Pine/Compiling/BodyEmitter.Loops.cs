using System.Reflection.Emit;
using ActorTrading.Pine.Checking;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Compiling;

internal sealed partial class BodyEmitter
{
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
}
