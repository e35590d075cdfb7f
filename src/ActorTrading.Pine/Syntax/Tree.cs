namespace ActorTrading.Pine.Syntax;

internal abstract class Node(Pos pos)
{
    public Pos Pos { get; } = pos;
}

/// <summary>A type as written: "float", "array&lt;int&gt;", "lib.Point[]".</summary>
internal sealed class TypeSyntax(Pos pos, string name, List<TypeSyntax> arguments, bool isArray) : Node(pos)
{
    public string Name { get; } = name;
    public List<TypeSyntax> Arguments { get; } = arguments;
    /// <summary>Written with a trailing [].</summary>
    public bool IsArray { get; } = isArray;
}

internal abstract class Expr(Pos pos, int depth) : Node(pos)
{
    /// <summary>Height of the tree below, bounded by the parser so that no later pass can run out of stack.</summary>
    public int Depth { get; } = depth;
}

internal sealed class NumberExpr(Pos pos, double value, bool isInt) : Expr(pos, 1)
{
    public double Value { get; } = value;
    public bool IsInt { get; } = isInt;
}

internal sealed class StringExpr(Pos pos, string value) : Expr(pos, 1)
{
    public string Value { get; } = value;
}

internal sealed class BoolExpr(Pos pos, bool value) : Expr(pos, 1)
{
    public bool Value { get; } = value;
}

internal sealed class ColorExpr(Pos pos, double value) : Expr(pos, 1)
{
    public double Value { get; } = value;
}

internal sealed class NameExpr(Pos pos, string name) : Expr(pos, 1)
{
    public string Name { get; } = name;
}

internal sealed class MemberExpr(Pos pos, Expr target, string name, Pos namePos) : Expr(pos, target.Depth + 1)
{
    public Expr Target { get; } = target;
    public string Name { get; } = name;
    public Pos NamePos { get; } = namePos;
}

internal readonly record struct Argument(string? Name, Expr Value, Pos Pos);

internal sealed class CallExpr(Pos pos, Expr callee, List<TypeSyntax> typeArguments, List<Argument> arguments, int depth) : Expr(pos, depth)
{
    public Expr Callee { get; } = callee;
    public List<TypeSyntax> TypeArguments { get; } = typeArguments;
    public List<Argument> Arguments { get; } = arguments;
}

internal sealed class HistoryExpr(Pos pos, Expr target, Expr offset) : Expr(pos, Math.Max(target.Depth, offset.Depth) + 1)
{
    public Expr Target { get; } = target;
    public Expr Offset { get; } = offset;
}

internal sealed class UnaryExpr(Pos pos, string op, Expr operand) : Expr(pos, operand.Depth + 1)
{
    public string Op { get; } = op;
    public Expr Operand { get; } = operand;
}

internal sealed class BinaryExpr(Pos pos, string op, Expr left, Expr right) : Expr(pos, Math.Max(left.Depth, right.Depth) + 1)
{
    public string Op { get; } = op;
    public Expr Left { get; } = left;
    public Expr Right { get; } = right;
}

internal sealed class TernaryExpr(Pos pos, Expr condition, Expr then, Expr @else) : Expr(pos, Math.Max(condition.Depth, Math.Max(then.Depth, @else.Depth)) + 1)
{
    public Expr Condition { get; } = condition;
    public Expr Then { get; } = then;
    public Expr Else { get; } = @else;
}

internal sealed class TupleExpr(Pos pos, List<Expr> items, int depth) : Expr(pos, depth)
{
    public List<Expr> Items { get; } = items;
}

internal sealed class IfExpr(Pos pos, Expr condition, Block then, Block? @else) : Expr(pos, 1)
{
    public Expr Condition { get; } = condition;
    public Block Then { get; } = then;
    public Block? Else { get; } = @else;
}

/// <summary><paramref name="Match"/> is null for the default case.</summary>
internal sealed record SwitchCase(Expr? Match, Block Body, Pos Pos);

internal sealed class SwitchExpr(Pos pos, Expr? subject, List<SwitchCase> cases) : Expr(pos, 1)
{
    public Expr? Subject { get; } = subject;
    public List<SwitchCase> Cases { get; } = cases;
}

internal sealed class ForExpr(Pos pos, string variable, Expr from, Expr to, Expr? by, Block body) : Expr(pos, 1)
{
    public string Variable { get; } = variable;
    public Expr From { get; } = from;
    public Expr To { get; } = to;
    public Expr? By { get; } = by;
    public Block Body { get; } = body;
}

/// <summary><c>for item in x</c> or <c>for [key, item] in x</c>.</summary>
internal sealed class ForInExpr(Pos pos, string? key, string item, Expr collection, Block body) : Expr(pos, 1)
{
    public string? Key { get; } = key;
    public string Item { get; } = item;
    public Expr Collection { get; } = collection;
    public Block Body { get; } = body;
}

internal sealed class WhileExpr(Pos pos, Expr condition, Block body) : Expr(pos, 1)
{
    public Expr Condition { get; } = condition;
    public Block Body { get; } = body;
}

internal sealed class Block(Pos pos, List<Stmt> statements) : Node(pos)
{
    public List<Stmt> Statements { get; } = statements;
}

internal abstract class Stmt(Pos pos) : Node(pos);

internal sealed class ExprStmt(Expr expr) : Stmt(expr.Pos)
{
    public Expr Expr { get; } = expr;
}

internal enum DeclMode { Plain, Var, Varip }

internal sealed class DeclStmt(Pos pos, DeclMode mode, string? qualifier, TypeSyntax? type, string name, Pos namePos, Expr value) : Stmt(pos)
{
    public DeclMode Mode { get; } = mode;
    public string? Qualifier { get; } = qualifier;
    public TypeSyntax? Type { get; } = type;
    public string Name { get; } = name;
    public Pos NamePos { get; } = namePos;
    public Expr Value { get; } = value;
    public bool Exported { get; init; }
}

internal sealed class TupleDeclStmt(Pos pos, List<(string Name, Pos Pos)> names, Expr value) : Stmt(pos)
{
    public List<(string Name, Pos Pos)> Names { get; } = names;
    public Expr Value { get; } = value;
}

/// <summary><see cref="Op"/> is ":=" or a compound such as "+=".</summary>
internal sealed class AssignStmt(Pos pos, Expr target, string op, Expr value) : Stmt(pos)
{
    public Expr Target { get; } = target;
    public string Op { get; } = op;
    public Expr Value { get; } = value;
}

internal sealed record ParameterSyntax(string Name, Pos Pos, string? Qualifier, TypeSyntax? Type, Expr? Default);

internal sealed class FunctionDecl(Pos pos, string name, Pos namePos, bool isMethod, bool exported, List<ParameterSyntax> parameters, Block body) : Stmt(pos)
{
    public string Name { get; } = name;
    public Pos NamePos { get; } = namePos;
    public bool IsMethod { get; } = isMethod;
    public bool Exported { get; } = exported;
    public List<ParameterSyntax> Parameters { get; } = parameters;
    public Block Body { get; } = body;
}

internal sealed record FieldSyntax(string Name, Pos Pos, TypeSyntax Type, Expr? Default, bool Varip);

internal sealed class TypeDecl(Pos pos, string name, bool exported, List<FieldSyntax> fields) : Stmt(pos)
{
    public string Name { get; } = name;
    public bool Exported { get; } = exported;
    public List<FieldSyntax> Fields { get; } = fields;
}

internal sealed class EnumDecl(Pos pos, string name, bool exported, List<(string Name, string Title)> members) : Stmt(pos)
{
    public string Name { get; } = name;
    public bool Exported { get; } = exported;
    public List<(string Name, string Title)> Members { get; } = members;
}

internal sealed class ImportStmt(Pos pos, string path, string alias) : Stmt(pos)
{
    /// <summary>"user/Name/version".</summary>
    public string Path { get; } = path;
    public string Alias { get; } = alias;
}

internal sealed class BreakStmt(Pos pos) : Stmt(pos);

internal sealed class ContinueStmt(Pos pos) : Stmt(pos);
