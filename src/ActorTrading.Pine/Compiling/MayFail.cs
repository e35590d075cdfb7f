using ActorTrading.Pine.Checking;

namespace ActorTrading.Pine.Compiling;

/// <summary>Whether a statement can end the run, so that its position must be known.</summary>
internal static class MayFail
{
    public static bool Check(BoundStmt statement) => statement switch
    {
        BoundExprStmt s => Check(s.Expr),
        BoundDeclare s => Check(s.Value),
        BoundDeclareTuple s => Check(s.Value),
        BoundAssign s => Check(s.Value),
        BoundAssignField => true,
        _ => false,
    };

    private static bool Check(BoundExpr expr) => expr switch
    {
        BoundConst or BoundNa or BoundVariable or BoundBuiltinVariable or BoundError or BoundPlaceholder => false,
        BoundUnary e => Check(e.Operand),
        BoundConvert e => Check(e.Operand),
        BoundBinary e => e.Op == BinaryOp.Concat || Check(e.Left) || Check(e.Right),
        BoundTernary e => Check(e.Condition) || Check(e.Then) || Check(e.Else),
        BoundVariableHistory e => e.Offset.Constant is null,
        BoundBuiltinHistory e => e.Offset.Constant is null,
        BoundExprHistory e => e.Offset.Constant is null || Check(e.Source),
        BoundTuple e => e.Items.Any(Check),
        // The blocks' own statements note their positions.
        BoundIf e => Check(e.Condition) || (e.Then.Result is { } t && Check(t)) || (e.Else?.Result is { } o && Check(o)),
        BoundSwitch e => (e.Subject is not null && Check(e.Subject)) || e.Cases.Any(c => (c.Condition is not null && Check(c.Condition)) || (c.Body.Result is { } r && Check(r))),
        BoundBuiltinCall e => e.Function.Name is not ("plot" or "na" or "nz") || e.Arguments.Any(a => a is not null && Check(a)),
        _ => true,
    };
}
