using ActorTrading.Pine.Builtins;
using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Checking;

/// <summary>An expression after checking: every name resolved, every type and qualifier known.</summary>
internal abstract class BoundExpr(Pos pos, PineType type, Qualifier qualifier)
{
    public Pos Pos { get; } = pos;
    public PineType Type { get; } = type;
    public Qualifier Qualifier { get; } = qualifier;
    /// <summary>Value when known at compile time: double (int, float, color, enum), bool or string.</summary>
    public virtual object? Constant => null;
    public string Describe() => $"{Qualifier.ToString().ToLowerInvariant()} {Type}";
}

internal sealed class BoundError(Pos pos) : BoundExpr(pos, PineType.Error, Qualifier.Const);

internal sealed class BoundConst(Pos pos, PineType type, object? value) : BoundExpr(pos, type, Qualifier.Const)
{
    public override object? Constant => value;
    public bool FoldedQuotient { get; init; }
    /// <summary>Written as an int, a float only by conversion.</summary>
    public bool WasInt { get; init; }
}

/// <summary>na of a type; of type <see cref="PineType.Na"/> while nothing has given it one.</summary>
internal sealed class BoundNa(Pos pos, PineType type) : BoundExpr(pos, type, Qualifier.Const);

internal sealed class BoundVariable(Pos pos, VariableSymbol symbol) : BoundExpr(pos, symbol.Type, symbol.Qualifier)
{
    public VariableSymbol Symbol { get; } = symbol;
    public override object? Constant => Symbol.Constant;
}

internal sealed class BoundBuiltinVariable(Pos pos, BuiltinVariable variable) : BoundExpr(pos, variable.Type, variable.Qualifier)
{
    public BuiltinVariable Variable { get; } = variable;
}

internal enum UnaryOp { Minus, Not }

internal sealed class BoundUnary(Pos pos, UnaryOp op, BoundExpr operand, PineType type) : BoundExpr(pos, type, operand.Qualifier)
{
    public UnaryOp Op { get; } = op;
    public BoundExpr Operand { get; } = operand;
}

internal enum BinaryOp { Add, Subtract, Multiply, Divide, IntDivide, Remainder, Concat, Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual, And, Or }

internal sealed class BoundBinary(Pos pos, BinaryOp op, BoundExpr left, BoundExpr right, PineType type)
    : BoundExpr(pos, type, left.Qualifier > right.Qualifier ? left.Qualifier : right.Qualifier)
{
    public BinaryOp Op { get; } = op;
    public BoundExpr Left { get; } = left;
    public BoundExpr Right { get; } = right;
}

/// <summary>A change of type that changes the representation or the meaning; int to float needs none.</summary>
internal sealed class BoundConvert(BoundExpr operand, PineType type) : BoundExpr(operand.Pos, type, operand.Qualifier)
{
    public BoundExpr Operand { get; } = operand;
    /// <summary>A quotient of ints is an int that has kept its fraction: what needs a whole number cuts it.</summary>
    public bool KeepsFraction { get; init; }
    public override object? Constant => Operand.Constant is double d && Type.Kind == TypeKind.Int && !KeepsFraction ? Math.Truncate(d) : Operand.Constant;
}

internal sealed class BoundTernary(Pos pos, BoundExpr condition, BoundExpr then, BoundExpr otherwise, PineType type, Qualifier qualifier) : BoundExpr(pos, type, qualifier)
{
    public BoundExpr Condition { get; } = condition;
    public BoundExpr Then { get; } = then;
    public BoundExpr Else { get; } = otherwise;
}

/// <summary>A variable's value some bars ago.</summary>
internal sealed class BoundVariableHistory(Pos pos, VariableSymbol symbol, BoundExpr offset) : BoundExpr(pos, symbol.Type, Qualifier.Series)
{
    public VariableSymbol Symbol { get; } = symbol;
    public BoundExpr Offset { get; } = offset;
}

internal sealed class BoundBuiltinHistory(Pos pos, BuiltinVariable variable, BoundExpr offset) : BoundExpr(pos, variable.Type, Qualifier.Series)
{
    public BuiltinVariable Variable { get; } = variable;
    public BoundExpr Offset { get; } = offset;
}

/// <summary>An expression's value some executions ago.</summary>
internal sealed class BoundExprHistory(Pos pos, BoundExpr source, BoundExpr offset) : BoundExpr(pos, source.Type, Qualifier.Series)
{
    public BoundExpr Source { get; } = source;
    public BoundExpr Offset { get; } = offset;
}

/// <summary>A call of a built-in. <see cref="Arguments"/> follows the signature's parameters, null where left out; extra ones are in <see cref="Rest"/>.</summary>
internal sealed class BoundBuiltinCall(Pos pos, BuiltinFunction function, BoundExpr?[] arguments, BoundExpr[] rest, PineType type, Qualifier qualifier) : BoundExpr(pos, type, qualifier)
{
    public BuiltinFunction Function { get; } = function;
    public BoundExpr?[] Arguments { get; } = arguments;
    public BoundExpr[] Rest { get; } = rest;
    /// <summary>What a special form needs beside its arguments (plot number, input number, request…).</summary>
    public object? Extra { get; init; }
}

internal sealed class BoundUserCall(Pos pos, FunctionInstance function, BoundExpr[] arguments) : BoundExpr(pos, function.ReturnType, function.ReturnQualifier)
{
    public FunctionInstance Function { get; } = function;
    public BoundExpr[] Arguments { get; } = arguments;
}

internal sealed class BoundField(Pos pos, BoundExpr target, ObjectField field, ObjectType owner) : BoundExpr(pos, field.Type, Qualifier.Series)
{
    public BoundExpr Target { get; } = target;
    public ObjectField Field { get; } = field;
    public ObjectType Owner { get; } = owner;
}

internal sealed class BoundNewObject(Pos pos, ObjectType objectType, BoundExpr?[] arguments, PineType type) : BoundExpr(pos, type, Qualifier.Series)
{
    public ObjectType ObjectType { get; } = objectType;
    public BoundExpr?[] Arguments { get; } = arguments;
}

internal sealed class BoundCopyObject(Pos pos, BoundExpr source) : BoundExpr(pos, source.Type, Qualifier.Series)
{
    public BoundExpr Source { get; } = source;
}

internal sealed class BoundTuple(Pos pos, BoundExpr[] items, Qualifier qualifier) : BoundExpr(pos, PineType.TupleOf([.. items.Select(i => i.Type)]), qualifier)
{
    public BoundExpr[] Items { get; } = items;
}

internal sealed class BoundIf(Pos pos, BoundExpr condition, BoundBlock then, BoundBlock? otherwise, PineType type, Qualifier qualifier) : BoundExpr(pos, type, qualifier)
{
    public BoundExpr Condition { get; } = condition;
    public BoundBlock Then { get; } = then;
    public BoundBlock? Else { get; } = otherwise;
}

/// <summary><see cref="Subject"/> is stored once and compared; without one, each case is a condition.</summary>
internal sealed class BoundSwitch(Pos pos, VariableSymbol? subjectVariable, BoundExpr? subject, (BoundExpr? Condition, BoundBlock Body)[] cases, PineType type, Qualifier qualifier) : BoundExpr(pos, type, qualifier)
{
    public VariableSymbol? SubjectVariable { get; } = subjectVariable;
    public BoundExpr? Subject { get; } = subject;
    public (BoundExpr? Condition, BoundBlock Body)[] Cases { get; } = cases;
}

internal sealed class BoundFor(Pos pos, VariableSymbol variable, BoundExpr from, BoundExpr to, BoundExpr? by, BoundBlock body, PineType type) : BoundExpr(pos, type, Qualifier.Series)
{
    public VariableSymbol Variable { get; } = variable;
    public BoundExpr From { get; } = from;
    public BoundExpr To { get; } = to;
    public BoundExpr? By { get; } = by;
    public BoundBlock Body { get; } = body;
    /// <summary>v6 evaluates the end again before each iteration.</summary>
    public bool DynamicEnd { get; init; }
}

internal sealed class BoundForIn(Pos pos, VariableSymbol? key, VariableSymbol item, BoundExpr collection, BoundBlock body, PineType type) : BoundExpr(pos, type, Qualifier.Series)
{
    public VariableSymbol? Key { get; } = key;
    public VariableSymbol Item { get; } = item;
    public BoundExpr Collection { get; } = collection;
    public BoundBlock Body { get; } = body;
}

internal sealed class BoundWhile(Pos pos, BoundExpr condition, BoundBlock body, PineType type) : BoundExpr(pos, type, Qualifier.Series)
{
    public BoundExpr Condition { get; } = condition;
    public BoundBlock Body { get; } = body;
}

/// <summary>Statements and the value of the last one, or null when that has none.</summary>
internal sealed class BoundBlock(List<BoundStmt> statements, BoundExpr? result)
{
    public List<BoundStmt> Statements { get; } = statements;
    public BoundExpr? Result { get; } = result;
    public PineType Type => Result?.Type ?? PineType.Void;
    public Qualifier Qualifier => Result?.Qualifier ?? Qualifier.Const;
}

internal abstract class BoundStmt(Pos pos)
{
    public Pos Pos { get; } = pos;
}

internal sealed class BoundExprStmt(BoundExpr expr) : BoundStmt(expr.Pos)
{
    public BoundExpr Expr { get; } = expr;
}

internal sealed class BoundDeclare(Pos pos, VariableSymbol symbol, BoundExpr value) : BoundStmt(pos)
{
    public VariableSymbol Symbol { get; } = symbol;
    public BoundExpr Value { get; } = value;
}

/// <summary>Symbols are null for the name "_".</summary>
internal sealed class BoundDeclareTuple(Pos pos, VariableSymbol?[] symbols, BoundExpr value) : BoundStmt(pos)
{
    public VariableSymbol?[] Symbols { get; } = symbols;
    public BoundExpr Value { get; } = value;
}

internal sealed class BoundAssign(Pos pos, VariableSymbol symbol, BoundExpr value) : BoundStmt(pos)
{
    public VariableSymbol Symbol { get; } = symbol;
    public BoundExpr Value { get; } = value;
}

internal sealed class BoundAssignField(Pos pos, BoundField field, BoundExpr value) : BoundStmt(pos)
{
    public BoundField Field { get; } = field;
    public BoundExpr Value { get; } = value;
}

internal sealed class BoundJump(Pos pos, bool isBreak) : BoundStmt(pos)
{
    public bool IsBreak { get; } = isBreak;
}
