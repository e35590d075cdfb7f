using System.Reflection.Emit;
using ActorTrading.Pine.Builtins;
using ActorTrading.Pine.Checking;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Compiling;

internal sealed partial class BodyEmitter
{
    private void EmitVariableHistory(BoundVariableHistory history)
    {
        var symbol = history.Symbol;
        var field = HistoryField(symbol);
        LoadOwner(symbol);
        _il.Emit(OpCodes.Ldfld, field);
        if (IsPrevious(symbol))
        {
            EmitFromObject(history.Type);
            return;
        }
        if (symbol.IsGlobal)
        {
            // An offset that turns out to be 0 means the current value, which the ring does not have yet.
            if (history.Offset.Constant is null)
            {
                EmitDynamicGlobal(history, field);
                return;
            }
            LoadContext();
            _il.Emit(OpCodes.Ldfld, Fields.Bar);
        }
        EmitOffset(history.Offset, HistoryLimit(symbol));
        _il.Emit(OpCodes.Call, Method(field.FieldType, "At"));
        EmitFromObject(history.Type);
    }

    private void EmitDynamicGlobal(BoundVariableHistory history, FieldBuilder field)
    {
        var offset = _il.DeclareLocal(typeof(int));
        var past = _il.DefineLabel();
        var end = _il.DefineLabel();
        _il.Emit(OpCodes.Pop);
        EmitOffset(history.Offset, HistoryLimit(history.Symbol));
        _il.Emit(OpCodes.Stloc, offset);
        _il.Emit(OpCodes.Ldloc, offset);
        _il.Emit(OpCodes.Brtrue, past);
        if (_program.BuiltinOf(history.Symbol) is { } builtin) EmitBuiltinVariable(builtin);
        else EmitLoad(history.Symbol);
        _il.Emit(OpCodes.Br, end);
        _il.MarkLabel(past);
        LoadOwner(history.Symbol);
        _il.Emit(OpCodes.Ldfld, field);
        LoadContext();
        _il.Emit(OpCodes.Ldfld, Fields.Bar);
        _il.Emit(OpCodes.Ldloc, offset);
        _il.Emit(OpCodes.Call, Method(field.FieldType, "At"));
        EmitFromObject(history.Type);
        _il.MarkLabel(end);
    }

    /// <summary>Pushes the offset as an int, checked unless it is constant.</summary>
    private void EmitOffset(BoundExpr offset, int limit)
    {
        if (offset.Constant is double n)
        {
            _il.Emit(OpCodes.Ldc_I4, (int)n);
            return;
        }
        LoadContext();
        EmitExpression(offset);
        _il.Emit(OpCodes.Ldc_I4, limit);
        _il.Emit(OpCodes.Call, Fields.ContextMethod(nameof(ScriptContext.Offset)));
    }

    private void EmitFromObject(PineType type)
    {
        if (type.IsReference) _il.Emit(OpCodes.Castclass, Types.Of(type));
    }

    private const int BarHistoryLimit = 1_000_000;

    private void EmitBarHistory(BoundBuiltinHistory history)
    {
        var index = _il.DeclareLocal(typeof(int));
        LoadContext();
        _il.Emit(OpCodes.Ldfld, Fields.Bar);
        EmitOffset(history.Offset, BarHistoryLimit);
        _il.Emit(OpCodes.Sub);
        _il.Emit(OpCodes.Stloc, index);
        void Past(string array, Type type)
        {
            LoadContext();
            _il.Emit(OpCodes.Ldfld, Fields.Context(array));
            _il.Emit(OpCodes.Ldloc, index);
            _il.Emit(OpCodes.Call, Fields.ContextMethod(nameof(ScriptContext.At), type, typeof(int)));
        }
        void Mean(double divisor, params string[] arrays)
        {
            for (int i = 0; i < arrays.Length; i++)
            {
                Past(arrays[i], typeof(double[]));
                if (i > 0) _il.Emit(OpCodes.Add);
            }
            _il.Emit(OpCodes.Ldc_R8, divisor);
            _il.Emit(OpCodes.Div);
        }
        switch (history.Variable.Bar!.Value)
        {
            case BarField.Open: Past(nameof(ScriptContext.Opens), typeof(double[])); break;
            case BarField.High: Past(nameof(ScriptContext.Highs), typeof(double[])); break;
            case BarField.Low: Past(nameof(ScriptContext.Lows), typeof(double[])); break;
            case BarField.Close: Past(nameof(ScriptContext.Closes), typeof(double[])); break;
            case BarField.Volume: Past(nameof(ScriptContext.Volumes), typeof(double[])); break;
            case BarField.Hl2: Mean(2, nameof(ScriptContext.Highs), nameof(ScriptContext.Lows)); break;
            case BarField.Hlc3: Mean(3, nameof(ScriptContext.Highs), nameof(ScriptContext.Lows), nameof(ScriptContext.Closes)); break;
            case BarField.Ohlc4: Mean(4, nameof(ScriptContext.Opens), nameof(ScriptContext.Highs), nameof(ScriptContext.Lows), nameof(ScriptContext.Closes)); break;
            case BarField.Hlcc4: Mean(4, nameof(ScriptContext.Highs), nameof(ScriptContext.Lows), nameof(ScriptContext.Closes), nameof(ScriptContext.Closes)); break;
            case BarField.Time: Past(nameof(ScriptContext.Times), typeof(long[])); break;
            case BarField.BarIndex:
                _il.Emit(OpCodes.Ldloc, index);
                _il.Emit(OpCodes.Call, Fields.Support(nameof(ScriptSupport.PastIndex)));
                break;
        }
    }

    private void EmitExpressionHistory(BoundExprHistory history)
    {
        var element = HistoryElement(history.Type);
        var type = typeof(CallHistory<>).MakeGenericType(element);
        bool known = history.Offset.Constant is double;
        int depth = history.Offset.Constant is double n ? (int)n : 1;
        int limit = known ? depth : _program.MaxBarsBack;
        var field = _state.Initialised("past", type, il =>
        {
            il.Emit(OpCodes.Ldc_I4, depth);
            il.Emit(OpCodes.Ldc_I4, limit);
            EmitNone(il, element);
            il.Emit(OpCodes.Newobj, type.GetConstructors()[0]);
        });
        LoadState();
        _il.Emit(OpCodes.Ldfld, field);
        LoadContext();
        _il.Emit(OpCodes.Ldfld, Fields.Bar);
        EmitExpression(history.Source);
        EmitOffset(history.Offset, limit);
        _il.Emit(OpCodes.Call, Method(type, "Push"));
        EmitFromObject(history.Type);
    }
}
