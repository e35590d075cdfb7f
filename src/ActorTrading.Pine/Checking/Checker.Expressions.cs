using System.Runtime.CompilerServices;
using ActorTrading.Pine.Builtins;
using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Checking;

internal sealed partial class Checker
{
    private int _work;

    private BoundExpr BindExpression(Expr expr, bool wantValue = true)
    {
        if (++_work > MaxWork) throw new CompilationAbortedException($"The script is too large: with its functions repeated for each use it has more than {MaxWork} expressions.");
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return expr switch
        {
            NumberExpr e => new BoundConst(e.Pos, e.IsInt ? PineType.Int : PineType.Float, e.Value),
            StringExpr e => new BoundConst(e.Pos, PineType.String, e.Value),
            BoolExpr e => new BoundConst(e.Pos, PineType.Bool, e.Value),
            ColorExpr e => new BoundConst(e.Pos, PineType.Color, e.Value),
            NameExpr e => BindName(e),
            MemberExpr e => BindMember(e),
            CallExpr e => BindCall(e),
            HistoryExpr e => BindHistory(e),
            UnaryExpr e => BindUnary(e),
            BinaryExpr e => BindBinary(e),
            TernaryExpr e => BindTernary(e),
            TupleExpr e => BindTuple(e),
            IfExpr e => BindIf(e, wantValue),
            SwitchExpr e => BindSwitch(e, wantValue),
            ForExpr e => BindFor(e, wantValue),
            ForInExpr e => BindForIn(e, wantValue),
            WhileExpr e => BindWhile(e, wantValue),
            _ => throw new InvalidOperationException($"Unknown expression {expr.GetType().Name}."),
        };
    }

    /// <summary>An operand: a single value.</summary>
    private BoundExpr BindValue(Expr expr)
    {
        var value = BindExpression(expr);
        return value.Type.Kind switch
        {
            TypeKind.Void => Fail("PINE3006", expr.Pos, "This expression has no value."),
            TypeKind.Tuple => Fail("PINE3007", expr.Pos, "A tuple cannot be used as a value: assign it with '[a, b] = …' first."),
            _ => value,
        };
    }

    private BoundExpr BindName(NameExpr name)
    {
        if (_scope.Find(name.Name) is { } symbol) return Reference(name.Pos, symbol);
        if (name.Name == "na") return new BoundNa(name.Pos, PineType.Na);
        if (BuiltinTable.Variable(name.Name) is { } variable) return Builtin(name.Pos, variable);
        if (_module.Types.ContainsKey(name.Name) || _module.Functions.ContainsKey(name.Name) || BuiltinTable.Functions(name.Name, _version).Count > 0)
            return Fail("PINE2002", name.Pos, $"'{name.Name}' is not a variable: to call it, write '{name.Name}(…)'.");
        return Fail("PINE2001", name.Pos, $"Undeclared identifier '{name.Name}'.{Names.Suggest(name.Name, _scope.Names.Concat(BuiltinTable.Names))}");
    }

    private BoundExpr Reference(Pos pos, VariableSymbol symbol)
    {
        if (symbol.Type.IsError) return new BoundError(pos);
        if (symbol.Constant is not null) return new BoundConst(pos, symbol.Type, symbol.Constant);
        if (symbol.Body != _frame.Body) symbol.IsCaptured = true;
        return new BoundVariable(pos, symbol);
    }

    private BoundExpr Builtin(Pos pos, BuiltinVariable variable)
    {
        if (variable.Constant is not null) return new BoundConst(pos, variable.Type, variable.Constant);
        if (!variable.IsSupported) return Fail("PINE2009", pos, $"The built-in variable '{variable.Name}' is not supported here.");
        if (variable.Name.StartsWith("strategy.", StringComparison.Ordinal) && _program.Declaration is { Kind: ScriptKind.Indicator })
            return Fail("PINE2013", pos, $"'{variable.Name}' can only be used in strategies.");
        if (variable.Name is "timenow" or "barstate.isrealtime" or "barstate.isnew" && _context.IsMain)
            _diagnostics.Warning("PINE5003", pos, $"The script may repaint: '{variable.Name}' differs between history and realtime.");
        return new BoundBuiltinVariable(pos, variable);
    }

    /// <summary>"a.b.c" when the expression is names and dots only.</summary>
    private static string? DottedName(Expr expr)
    {
        if (expr is NameExpr name) return name.Name;
        if (expr is not MemberExpr member) return null;
        var parts = new List<string> { member.Name };
        var target = member.Target;
        while (target is MemberExpr inner)
        {
            parts.Add(inner.Name);
            target = inner.Target;
        }
        if (target is not NameExpr root) return null;
        parts.Add(root.Name);
        parts.Reverse();
        return string.Join('.', parts);
    }

    private BoundExpr BindMember(MemberExpr member)
    {
        var dotted = DottedName(member);
        if (dotted is not null)
        {
            var root = dotted[..dotted.IndexOf('.')];
            bool isVariable = _scope.Find(root) is not null;
            if (!isVariable || BuiltinTable.IsNamespace(root))
            {
                if (BuiltinTable.Variable(dotted) is { } variable) return Builtin(member.Pos, variable);
            }
            if (!isVariable)
            {
                if (EnumMember(dotted, member) is { } enumValue) return enumValue;
                if (_module.Imports.TryGetValue(root, out var library)) return ImportedConstant(member, library, dotted[(root.Length + 1)..]);
                if (BuiltinTable.IsNamespace(root) && !(dotted.LastIndexOf('.') is var dot && BuiltinTable.Variable(dotted[..dot]) is not null && member.Target is not NameExpr))
                {
                    if (BuiltinTable.Functions(dotted, _version).Count > 0) return Fail("PINE2002", member.NamePos, $"'{dotted}' is a function: to call it, write '{dotted}(…)'.");
                    if (BuiltinTable.Variable(root) is null) return Fail("PINE2001", member.Pos, $"Undeclared identifier '{dotted}'.{Names.Suggest(dotted, BuiltinTable.Names)}");
                }
            }
        }
        var target = BindValue(member.Target);
        if (target.Type.IsError) return target;
        if (target.Type.Kind == TypeKind.ChartPoint) return ChartPointField(member, target);
        if (target.Type.Kind != TypeKind.Object) return Fail("PINE2004", member.NamePos, $"A value of type '{target.Type}' has no field '{member.Name}'.");
        var type = target.Type.ObjectType;
        return type.Find(member.Name) is { } field
            ? new BoundField(member.NamePos, target, field, type)
            : Fail("PINE2004", member.NamePos, $"Type '{type.Name}' has no field '{member.Name}'.{Names.Suggest(member.Name, type.Fields.Select(f => f.Name))}");
    }

    private BoundExpr BindHistory(HistoryExpr history)
    {
        var offset = BindValue(history.Offset);
        var target = BindValue(history.Target);
        if (offset.Type.IsError || target.Type.IsError) return new BoundError(history.Pos);
        if (!offset.Type.IsNumeric) return Fail("PINE3010", history.Offset.Pos, $"The history offset must be an int, not '{offset.Describe()}'.");
        if (target.Type.Kind == TypeKind.Na) return target;
        if (target.Type.Kind is TypeKind.Plot or TypeKind.HLine) return Fail("PINE3011", history.Pos, $"The history-referencing operator cannot be used on '{target.Type}'.");
        if (offset.Type.Kind == TypeKind.Float && offset.Constant is double fraction && fraction != Math.Floor(fraction))
            return Fail("PINE3010", history.Offset.Pos, "The history offset must be a whole number.");
        if (offset.Constant is double n)
        {
            if (n < 0) return Fail("PINE3010", history.Offset.Pos, "The history offset must not be negative: bars to come are not known.");
            if (n > MaxHistory) return Fail("PINE3010", history.Offset.Pos, $"The history offset must not exceed {MaxHistory}.");
            if (n == 0) return target;
        }
        switch (target)
        {
            case BoundVariable variable:
                Remember(variable.Symbol, offset);
                return new BoundVariableHistory(history.Pos, variable.Symbol, offset);
            case BoundBuiltinVariable { Variable: var builtin }:
                if (builtin.Bar is null)
                {
                    if (!_context.BuiltinHistories.TryGetValue(builtin, out var symbol))
                    {
                        symbol = new VariableSymbol(builtin.Name, builtin.Type, Qualifier.Series, DeclMode.Plain, history.Pos, _context) { IsGlobal = true, IsCaptured = true };
                        _context.BuiltinHistories[builtin] = symbol;
                    }
                    Remember(symbol, offset);
                    return new BoundVariableHistory(history.Pos, symbol, offset);
                }
                return new BoundBuiltinHistory(history.Pos, builtin, offset);
            case BoundField when _version >= 6:
                return Fail("PINE3012", history.Pos, "Cannot use the history-referencing operator on fields of user-defined types: reference the object's history first, '(object[1]).field'.");
            case BoundConst when _version >= 6 && history.Target is not NameExpr:
                return Fail("PINE3012", history.Pos, "Cannot use the history-referencing operator on a literal or constant.");
            default:
                return new BoundExprHistory(history.Pos, target, offset);
        }
    }

    private const int MaxHistory = 10_000;

    private static void Remember(VariableSymbol symbol, BoundExpr offset)
    {
        if (offset.Constant is double n) symbol.HistoryDepth = Math.Max(symbol.HistoryDepth, (int)n);
        else symbol.DynamicHistory = true;
    }

    private BoundExpr BindUnary(UnaryExpr unary)
    {
        var operand = BindValue(unary.Operand);
        if (operand.Type.IsError) return operand;
        if (unary.Op == "not")
        {
            var condition = ToCondition(operand, unary.Operand.Pos, "operator 'not'");
            return condition.Type.IsError ? condition
                : condition.Constant is bool b ? new BoundConst(unary.Pos, PineType.Bool, !b)
                : new BoundUnary(unary.Pos, UnaryOp.Not, condition, PineType.Bool);
        }
        if (operand.Type.Kind == TypeKind.Na) return new BoundNa(unary.Pos, PineType.Float);
        if (!operand.Type.IsNumeric) return Fail("PINE3002", unary.Pos, $"Cannot call 'operator {unary.Op}' with a value of the '{operand.Describe()}' type: an int or float is expected.");
        if (unary.Op == "+") return operand;
        return operand.Constant is double d ? new BoundConst(unary.Pos, operand.Type, -d) : new BoundUnary(unary.Pos, UnaryOp.Minus, operand, operand.Type);
    }

    private BoundExpr BindBinary(BinaryExpr binary)
    {
        if (binary.Op is "and" or "or")
        {
            var a = BindValue(binary.Left);
            // In v6 the right side may be skipped; in v5 it never is.
            if (_version >= 6) _conditional++;
            var b = BindValue(binary.Right);
            if (_version >= 6) _conditional--;
            if (a.Type.IsError || b.Type.IsError) return new BoundError(binary.Pos);
            a = ToCondition(a, binary.Left.Pos, $"operator '{binary.Op}'");
            b = ToCondition(b, binary.Right.Pos, $"operator '{binary.Op}'");
            if (a.Type.IsError || b.Type.IsError) return new BoundError(binary.Pos);
            return new BoundBinary(binary.Pos, binary.Op == "and" ? BinaryOp.And : BinaryOp.Or, a, b, PineType.Bool);
        }
        var left = BindValue(binary.Left);
        var right = BindValue(binary.Right);
        return BindBinaryOperator(binary.Pos, binary.Op, left, right);
    }

    private BoundExpr BindBinaryOperator(Pos pos, string op, BoundExpr left, BoundExpr right)
    {
        if (left.Type.IsError || right.Type.IsError) return new BoundError(pos);
        var kind = op switch
        {
            "+" => BinaryOp.Add, "-" => BinaryOp.Subtract, "*" => BinaryOp.Multiply, "/" => BinaryOp.Divide, "%" => BinaryOp.Remainder,
            "==" => BinaryOp.Equal, "!=" => BinaryOp.NotEqual, "<" => BinaryOp.Less, "<=" => BinaryOp.LessOrEqual, ">" => BinaryOp.Greater, _ => BinaryOp.GreaterOrEqual,
        };
        if (kind is BinaryOp.Equal or BinaryOp.NotEqual)
        {
            if (Common(left.Type, right.Type) is not { } common || common.Kind is TypeKind.Void or TypeKind.Tuple)
                return OperatorError(pos, op, left, right);
            if (common.Kind == TypeKind.Na) common = PineType.Float;
            return new BoundBinary(pos, kind, Convert(left, common), Convert(right, common), PineType.Bool);
        }
        if (kind == BinaryOp.Add && (left.Type.Kind == TypeKind.String || right.Type.Kind == TypeKind.String))
        {
            if (TryConvert(left, PineType.String) is not { } l || TryConvert(right, PineType.String) is not { } r) return OperatorError(pos, op, left, right);
            return l.Constant is string a && r.Constant is string b ? new BoundConst(pos, PineType.String, a + b) : new BoundBinary(pos, BinaryOp.Concat, l, r, PineType.String);
        }
        if (left.Type.Kind == TypeKind.Na) left = Convert(left, right.Type.Kind == TypeKind.Na ? PineType.Float : right.Type);
        if (right.Type.Kind == TypeKind.Na) right = Convert(right, left.Type);
        if (!left.Type.IsNumeric || !right.Type.IsNumeric) return OperatorError(pos, op, left, right);
        if (kind >= BinaryOp.Less) return new BoundBinary(pos, kind, left, right, PineType.Bool);
        bool ints = left.Type.Kind == TypeKind.Int && right.Type.Kind == TypeKind.Int;
        var type = ints ? PineType.Int : PineType.Float;
        if (kind == BinaryOp.Divide)
        {
            // v5 truncates the quotient of two constant ints; every other division, and all of v6's, is fractional. To v5 it is an int all the same.
            if (ints && _version < 6 && left.Qualifier == Qualifier.Const && right.Qualifier == Qualifier.Const) kind = BinaryOp.IntDivide;
            else if (_version >= 6) type = PineType.Float;
        }
        if (left.Constant is double x && right.Constant is double y && Fold(kind, x, y) is { } folded) return new BoundConst(pos, type, folded) { FoldedQuotient = ints && type.Kind == TypeKind.Float };
        return new BoundBinary(pos, kind, left, right, type);
    }

    private static double? Fold(BinaryOp op, double x, double y) => op switch
    {
        BinaryOp.Add => x + y,
        BinaryOp.Subtract => x - y,
        BinaryOp.Multiply => x * y,
        BinaryOp.Divide when y != 0 => x / y,
        BinaryOp.IntDivide when y != 0 => Math.Truncate(x / y),
        BinaryOp.Remainder when y != 0 => x % y,
        _ => null,
    };

    private BoundError OperatorError(Pos pos, string op, BoundExpr left, BoundExpr right) =>
        Fail("PINE3002", pos, $"Cannot call 'operator {op}' with arguments of the '{left.Describe()}' and '{right.Describe()}' types.");

    private BoundExpr BindTernary(TernaryExpr ternary)
    {
        var condition = ToCondition(BindValue(ternary.Condition), ternary.Condition.Pos, "the condition of '?:'");
        _conditional++;
        var then = BindValue(ternary.Then);
        var otherwise = BindValue(ternary.Else);
        _conditional--;
        if (condition.Type.IsError || then.Type.IsError || otherwise.Type.IsError) return new BoundError(ternary.Pos);
        if (Common(then.Type, otherwise.Type) is not { } type)
            return Fail("PINE3004", ternary.Pos, $"The two results of '?:' have different types: '{then.Describe()}' and '{otherwise.Describe()}'.");
        var qualifier = Max(condition.Qualifier, Max(then.Qualifier, otherwise.Qualifier));
        if (type.Kind == TypeKind.Na) return new BoundNa(ternary.Pos, PineType.Na);
        if (BadBoolNa(type, then, otherwise) is { } bad) return bad;
        return new BoundTernary(ternary.Pos, condition, Convert(then, type), Convert(otherwise, type), type, qualifier);
    }

    private BoundError? BadBoolNa(PineType type, params BoundExpr[] values)
    {
        if (_version < 6 || type.Kind != TypeKind.Bool) return null;
        foreach (var value in values)
            if (value.Type.Kind == TypeKind.Na) return Fail("PINE3003", value.Pos, "A bool cannot be 'na' since Pine v6: use true or false.");
        return null;
    }

    private BoundExpr BindTuple(TupleExpr tuple)
    {
        var items = new BoundExpr[tuple.Items.Count];
        var qualifier = Qualifier.Const;
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = BindValue(tuple.Items[i]);
            if (items[i].Type.IsError) return items[i];
            qualifier = Max(qualifier, items[i].Qualifier);
        }
        return new BoundTuple(tuple.Pos, items, qualifier);
    }

    /// <summary>A tuple whose items nothing has given a type: what is na there becomes a float.</summary>
    private static BoundExpr Settle(BoundExpr value) => value.Type.Kind == TypeKind.Tuple && value.Type.Items!.Any(i => i.Kind == TypeKind.Na)
        ? Convert(value, PineType.TupleOf([.. value.Type.Items!.Select(i => i.Kind == TypeKind.Na ? PineType.Float : i)]))
        : value;

    private static Qualifier Max(Qualifier a, Qualifier b) => a > b ? a : b;

    // Conversions

    /// <summary>The type that both can become, or null.</summary>
    private PineType? Common(PineType a, PineType b)
    {
        if (a.Equals(b)) return a;
        if (a.Kind == TypeKind.Na) return b.Kind is TypeKind.Void ? null : b;
        if (b.Kind == TypeKind.Na) return a.Kind is TypeKind.Void ? null : a;
        if (a.IsNumeric && b.IsNumeric) return PineType.Float;
        if (_version < 6 && (a.Kind == TypeKind.Bool && b.IsNumeric || b.Kind == TypeKind.Bool && a.IsNumeric)) return a.IsNumeric ? a : b;
        if (a.Kind == TypeKind.Tuple && b.Kind == TypeKind.Tuple && a.Items!.Length == b.Items!.Length)
        {
            var items = new PineType[a.Items.Length];
            for (int i = 0; i < items.Length; i++)
            {
                if (Common(a.Items[i], b.Items[i]) is not { } item) return null;
                items[i] = item;
            }
            return PineType.TupleOf(items);
        }
        return null;
    }

    /// <summary>The value as another type where Pine converts by itself, else null.</summary>
    private BoundExpr? TryConvert(BoundExpr value, PineType type)
    {
        if (value.Type.Equals(type) || value.Type.IsError || type.IsError) return value;
        if (value.Type.Kind == TypeKind.Na)
            return type.Kind is TypeKind.Void or TypeKind.Tuple || (type.Kind == TypeKind.Bool && _version >= 6) ? null : Convert(value, type);
        if (value.Type.Kind == TypeKind.Int && type.Kind == TypeKind.Float) return Convert(value, type);
        if (value.Type.Kind == TypeKind.Float && type.Kind == TypeKind.Int && IsQuotient(value)) return new BoundConvert(value, type) { KeepsFraction = true };
        if (_version < 6 && value.Type.IsNumeric && type.Kind == TypeKind.Bool) return Convert(value, type);
        if (value.Type.Kind == TypeKind.Tuple && type.Kind == TypeKind.Tuple && Common(value.Type, type) is { } common && common.Equals(type)) return Convert(value, type);
        return IntsForFloats(value.Type, type) ? new BoundConvert(value, type) : null;
    }

    /// <summary>Whether a collection of ints stands where one of floats is asked for: array.from(1, 2) fills an array&lt;float&gt;. Both hold doubles.</summary>
    private static bool IntsForFloats(PineType actual, PineType wanted) => actual.Kind == wanted.Kind && actual.Kind is TypeKind.Array or TypeKind.Matrix
        && actual.Element!.Kind == TypeKind.Int && wanted.Element!.Kind == TypeKind.Float;

    /// <summary>Whether a float is so only because ints were divided: it is cut to an int where one is asked for, as in ta.wma(close, length / 2).</summary>
    private static bool IsQuotient(BoundExpr value) => value switch
    {
        BoundBinary { Op: BinaryOp.Divide } b => IsWhole(b.Left) && IsWhole(b.Right),
        BoundBinary { Op: BinaryOp.Add or BinaryOp.Subtract or BinaryOp.Multiply or BinaryOp.Remainder } b => IsWhole(b.Left) && IsWhole(b.Right),
        BoundUnary { Op: UnaryOp.Minus } u => IsQuotient(u.Operand),
        BoundTernary t => IsWhole(t.Then) && IsWhole(t.Else),
        BoundIf i => IsWhole(i.Then) && i.Else is not null && IsWhole(i.Else),
        BoundSwitch s => s.Cases.All(c => IsWhole(c.Body)),
        BoundConvert { Type.Kind: TypeKind.Float } c => IsWhole(c.Operand),
        BoundVariable v => v.Symbol.IsQuotient,
        BoundUserCall c => c.Function.ReturnsQuotient,
        BoundBuiltinCall { Function.Name: "math.max" or "math.min" or "math.abs" or "nz" } c => c.Arguments.Concat(c.Rest).All(a => a is null || IsWhole(a)),
        BoundConst c => c.FoldedQuotient,
        _ => false,
    };

    /// <summary>An int, a quotient of ints, or na.</summary>
    private static bool IsWhole(BoundExpr value) => value.Type.Kind is TypeKind.Int or TypeKind.Na || value is BoundNa or BoundConst { WasInt: true } || IsQuotient(value);

    private static bool IsWhole(BoundBlock block) => block.Result is { } result && IsWhole(result);

    /// <summary>Changes the static type; the caller knows that it may.</summary>
    private static BoundExpr Convert(BoundExpr value, PineType type)
    {
        if (value.Type.Equals(type) || value.Type.IsError) return value;
        switch (value)
        {
            case BoundNa: return new BoundNa(value.Pos, type);
            case BoundConst { Constant: double d } c when type.IsNumeric:
                return new BoundConst(value.Pos, type, d) { FoldedQuotient = c.FoldedQuotient, WasInt = c.WasInt || c.Type.Kind == TypeKind.Int };
            case BoundTernary t: return new BoundTernary(t.Pos, t.Condition, Convert(t.Then, type), Convert(t.Else, type), type, t.Qualifier);
            case BoundIf i: return new BoundIf(i.Pos, i.Condition, Convert(i.Then, type), i.Else is null ? null : Convert(i.Else, type), type, i.Qualifier);
            case BoundSwitch s: return new BoundSwitch(s.Pos, s.SubjectVariable, s.Subject, [.. s.Cases.Select(c => (c.Condition, Convert(c.Body, type)))], type, s.Qualifier);
            case BoundTuple t when type.Kind == TypeKind.Tuple: return new BoundTuple(t.Pos, [.. t.Items.Select((item, i) => Convert(item, type.Items![i]))], t.Qualifier);
            default: return new BoundConvert(value, type);
        }
    }

    private static BoundBlock Convert(BoundBlock block, PineType type) =>
        block.Result is null || block.Result.Type.Kind == TypeKind.Void ? block : new BoundBlock(block.Statements, Convert(block.Result, type));

    private BoundExpr ToCondition(BoundExpr value, Pos pos, string where)
    {
        if (value.Type.IsError) return value;
        if (value.Type.Kind == TypeKind.Bool) return value;
        if (value.Type.IsNumeric && _version < 6) return Convert(value, PineType.Bool);
        if (value.Type.Kind == TypeKind.Na && _version < 6) return new BoundConst(pos, PineType.Bool, false);
        return Fail("PINE3003", pos, $"Cannot use a value of the '{value.Describe()}' type in {where}: a 'bool' is expected." +
            (value.Type.IsNumeric ? " Since Pine v6 numbers are not converted: compare, or use bool()." : ""));
    }
}
