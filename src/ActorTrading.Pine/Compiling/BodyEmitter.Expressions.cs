using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using ActorTrading.Pine.Builtins;
using ActorTrading.Pine.Checking;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Compiling;

internal sealed partial class BodyEmitter
{
    /// <summary>Pushes the value; nothing for void.</summary>
    private void EmitExpression(BoundExpr expr)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (expr.Constant is { } constant && expr is BoundConst or BoundConvert { Type.IsNumeric: true } or BoundVariable)
        {
            EmitConstant(constant);
            return;
        }
        switch (expr)
        {
            case BoundConst: break;
            case BoundNa e: EmitNa(e.Type); break;
            case BoundVariable e: EmitLoad(e.Symbol); break;
            case BoundBuiltinVariable e: EmitBuiltinVariable(e.Variable); break;
            case BoundUnary e: EmitUnary(e); break;
            case BoundBinary e: EmitBinary(e); break;
            case BoundConvert e: EmitConvert(e); break;
            case BoundTernary e: EmitTernary(e); break;
            case BoundVariableHistory e: EmitVariableHistory(e); break;
            case BoundBuiltinHistory e: EmitBarHistory(e); break;
            case BoundExprHistory e: EmitExpressionHistory(e); break;
            case BoundBuiltinCall e: EmitBuiltinCall(e); break;
            case BoundUserCall e: EmitUserCall(e); break;
            case BoundField e:
                EmitExpression(e.Target);
                EmitNullCheck(e);
                _il.Emit(OpCodes.Ldfld, Types.Field(e.Owner, e.Field));
                break;
            case BoundNewObject e: EmitNew(e); break;
            case BoundCopyObject e:
                EmitExpression(e.Source);
                _il.Emit(OpCodes.Call, Fields.Support(nameof(ScriptSupport.CopyObject)));
                _il.Emit(OpCodes.Castclass, Types.Of(e.Type));
                break;
            case BoundIf or BoundSwitch or BoundFor or BoundForIn or BoundWhile: EmitStructure(expr); break;
            default: throw new InvalidOperationException($"Cannot emit {expr.GetType().Name}.");
        }
    }

    private void EmitConstant(object constant)
    {
        switch (constant)
        {
            case double d: _il.Emit(OpCodes.Ldc_R8, d); break;
            case bool b: _il.Emit(b ? OpCodes.Ldc_I4_1 : OpCodes.Ldc_I4_0); break;
            case string s: _il.Emit(OpCodes.Ldstr, s); break;
            default: throw new InvalidOperationException($"Cannot emit a constant {constant.GetType().Name}.");
        }
    }

    private void EmitNa(PineType type)
    {
        if (type.Kind == TypeKind.Bool) _il.Emit(Version < 6 ? OpCodes.Ldc_I4_2 : OpCodes.Ldc_I4_0);
        else if (type.IsReference) _il.Emit(OpCodes.Ldnull);
        else if (type.Kind != TypeKind.Void) _il.Emit(OpCodes.Ldc_R8, double.NaN);
    }

    /// <summary>Whether a v5 bool may hold na, which counts as false.</summary>
    private bool MayBeNaBool(BoundExpr expr) => Version < 6 && expr.Constant is null && expr is not (BoundBinary or BoundUnary or BoundBuiltinCall { Function.Name: "na" or "ta.crossover" or "ta.crossunder" or "ta.cross" } or BoundBuiltinVariable);

    /// <summary>Pushes 0 or 1.</summary>
    private void EmitCondition(BoundExpr condition)
    {
        EmitExpression(condition);
        if (!MayBeNaBool(condition)) return;
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Ceq);
    }

    private void EmitUnary(BoundUnary unary)
    {
        if (unary.Op == UnaryOp.Not)
        {
            EmitCondition(unary.Operand);
            _il.Emit(OpCodes.Ldc_I4_0);
            _il.Emit(OpCodes.Ceq);
            return;
        }
        EmitExpression(unary.Operand);
        _il.Emit(OpCodes.Neg);
    }

    private void EmitBinary(BoundBinary binary)
    {
        if (binary.Op is BinaryOp.And or BinaryOp.Or)
        {
            EmitLogical(binary);
            return;
        }
        if (binary.Op == BinaryOp.Concat)
        {
            LoadContext();
            EmitExpression(binary.Left);
            EmitExpression(binary.Right);
            _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.Concat)));
            return;
        }
        EmitExpression(binary.Left);
        EmitExpression(binary.Right);
        switch (binary.Op)
        {
            case BinaryOp.Add: _il.Emit(OpCodes.Add); break;
            case BinaryOp.Subtract: _il.Emit(OpCodes.Sub); break;
            case BinaryOp.Multiply: _il.Emit(OpCodes.Mul); break;
            case BinaryOp.Divide when binary.Right.Constant is double d && d != 0: _il.Emit(OpCodes.Div); break;
            case BinaryOp.Divide: _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.Divide))); break;
            case BinaryOp.IntDivide: _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.TruncatedDivide))); break;
            case BinaryOp.Remainder: _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.Remainder))); break;
            default: EmitComparison(binary.Op, binary.Left.Type, binary.Left.Type.Kind == TypeKind.Int && binary.Right.Type.Kind == TypeKind.Int); break;
        }
    }

    /// <summary>Compares the two values on the stack. Anything compared with na is false, "!=" too.</summary>
    private void EmitComparison(BinaryOp op, PineType type, bool exact)
    {
        if (type.Kind == TypeKind.String)
        {
            _il.Emit(OpCodes.Call, Fields.Operation(op == BinaryOp.Equal ? nameof(Operations.StringEquals) : nameof(Operations.StringDiffers)));
            return;
        }
        if (type.IsReference || type.Kind == TypeKind.Bool)
        {
            _il.Emit(OpCodes.Ceq);
            if (op == BinaryOp.NotEqual) EmitNot();
            return;
        }
        if (!type.IsNumeric) exact = true;
        if (!exact)
        {
            _il.Emit(OpCodes.Call, op == BinaryOp.NotEqual ? Fields.Support(nameof(ScriptSupport.NotEquals)) : Fields.Compare(op switch
            {
                BinaryOp.Equal => "Equal", BinaryOp.Less => "Less", BinaryOp.LessOrEqual => "LessOrEqual", BinaryOp.Greater => "Greater", _ => "GreaterOrEqual",
            }));
            return;
        }
        switch (op)
        {
            case BinaryOp.Equal: _il.Emit(OpCodes.Ceq); break;
            case BinaryOp.NotEqual: _il.Emit(OpCodes.Call, Fields.Support(nameof(ScriptSupport.Differs))); break;
            case BinaryOp.Less: _il.Emit(OpCodes.Clt); break;
            case BinaryOp.Greater: _il.Emit(OpCodes.Cgt); break;
            case BinaryOp.LessOrEqual:
                _il.Emit(OpCodes.Cgt_Un);
                EmitNot();
                break;
            case BinaryOp.GreaterOrEqual:
                _il.Emit(OpCodes.Clt_Un);
                EmitNot();
                break;
        }
    }

    private void EmitNot()
    {
        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Ceq);
    }

    private void EmitLogical(BoundBinary binary)
    {
        bool and = binary.Op == BinaryOp.And;
        EmitCondition(binary.Left);
        if (Version < 6 && Effects.Has(binary.Right))
        {
            // v5 always evaluates both sides: the right one may have bars to count.
            EmitCondition(binary.Right);
            _il.Emit(and ? OpCodes.And : OpCodes.Or);
            return;
        }
        var skip = _il.DefineLabel();
        var end = _il.DefineLabel();
        _il.Emit(and ? OpCodes.Brfalse : OpCodes.Brtrue, skip);
        EmitCondition(binary.Right);
        _il.Emit(OpCodes.Br, end);
        _il.MarkLabel(skip);
        _il.Emit(and ? OpCodes.Ldc_I4_0 : OpCodes.Ldc_I4_1);
        _il.MarkLabel(end);
    }

    private void EmitConvert(BoundConvert convert)
    {
        EmitExpression(convert.Operand);
        var (from, to) = (convert.Operand.Type.Kind, convert.Type.Kind);
        if (to == TypeKind.Bool && from != TypeKind.Bool) _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.NumberToBool)));
        else if (from == TypeKind.Bool && to is TypeKind.Int or TypeKind.Float && from == TypeKind.Bool) _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.BoolToNumber)));
        else if (from == TypeKind.Float && to == TypeKind.Int && !convert.KeepsFraction) _il.Emit(OpCodes.Call, typeof(Math).GetMethod(nameof(Math.Truncate), [typeof(double)])!);
    }

    private void EmitTernary(BoundTernary ternary)
    {
        var otherwise = _il.DefineLabel();
        var end = _il.DefineLabel();
        EmitCondition(ternary.Condition);
        _il.Emit(OpCodes.Brfalse, otherwise);
        EmitExpression(ternary.Then);
        _il.Emit(OpCodes.Br, end);
        _il.MarkLabel(otherwise);
        EmitExpression(ternary.Else);
        _il.MarkLabel(end);
    }

    // Objects

    private void EmitNew(BoundNewObject expr)
    {
        var (_, fields, constructor) = Types.Object(expr.ObjectType);
        _il.Emit(OpCodes.Newobj, constructor);
        for (int i = 0; i < fields.Length; i++)
        {
            var field = expr.ObjectType.Fields[i];
            var value = expr.Arguments[i] ?? field.Initial;
            // Fields start as 0, false and null: only what differs is stored.
            if (value is null && (field.Type.IsReference || field.Type.Kind == TypeKind.Bool && Version >= 6)) continue;
            _il.Emit(OpCodes.Dup);
            if (value is null) EmitNa(field.Type);
            else EmitExpression(value);
            _il.Emit(OpCodes.Stfld, fields[i]);
        }
    }

    /// <summary>With the object on the stack: na gives an error that names the field, not a crash.</summary>
    private void EmitNullCheck(BoundField field)
    {
        var ok = _il.DefineLabel();
        _il.Emit(OpCodes.Dup);
        _il.Emit(OpCodes.Brtrue, ok);
        _il.Emit(OpCodes.Ldstr, field.Field.Name);
        _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.NullObject)));
        _il.MarkLabel(ok);
    }

    private void EmitUserCall(BoundUserCall call)
    {
        var function = _program.Function(call.Function, _context);
        var field = _state.Initialised(call.Function.Name, function.State.Type, il => il.Emit(OpCodes.Newobj, function.State.Constructor));
        _program.AddObjects(_state, function.State.Objects);
        LoadState();
        _il.Emit(OpCodes.Ldfld, field);
        if (call.Type.Kind == TypeKind.Tuple)
        {
            _lastTuple = field;
            _lastTupleFunction = function;
        }
        LoadContext();
        foreach (var argument in call.Arguments) EmitExpression(argument);
        _il.Emit(OpCodes.Call, function.Method);
    }

    private FieldBuilder? _lastTuple;
    private FunctionCode? _lastTupleFunction;
}
