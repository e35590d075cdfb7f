using ActorTrading.Pine.Checking;

namespace ActorTrading.Pine.Compiling;

/// <summary>Whether evaluating an expression changes something, so that skipping it would matter.</summary>
internal static class Effects
{
    public static bool Has(BoundExpr expr) => expr switch
    {
        BoundConst or BoundNa or BoundVariable or BoundBuiltinVariable or BoundVariableHistory or BoundBuiltinHistory => false,
        BoundUnary e => Has(e.Operand),
        BoundConvert e => Has(e.Operand),
        BoundBinary e => Has(e.Left) || Has(e.Right),
        BoundTernary e => Has(e.Condition) || Has(e.Then) || Has(e.Else),
        BoundField e => Has(e.Target),
        BoundBuiltinCall { Function.Name: "na" or "nz" } e => e.Arguments.Any(a => a is not null && Has(a)),
        BoundBuiltinCall { Function: { Implementation: { State: null }, Name: var name } } e when name.StartsWith("math.", StringComparison.Ordinal) => e.Arguments.Any(a => a is not null && Has(a)),
        _ => true,
    };
}
