using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Checking;

/// <summary>Names that statements assign to with ":=" and alike; such variables are series whatever they start as.</summary>
internal static class AssignedNames
{
    public static void Collect(List<Stmt> statements, HashSet<string> into)
    {
        foreach (var statement in statements)
        {
            switch (statement)
            {
                case AssignStmt { Target: NameExpr name } assignment:
                    into.Add(name.Name);
                    Collect(assignment.Value, into);
                    break;
                case AssignStmt assignment: Collect(assignment.Value, into); break;
                case ExprStmt expr: Collect(expr.Expr, into); break;
                case DeclStmt declaration: Collect(declaration.Value, into); break;
                case TupleDeclStmt tuple: Collect(tuple.Value, into); break;
            }
        }
    }

    private static void Collect(Expr expr, HashSet<string> into)
    {
        switch (expr)
        {
            case IfExpr e:
                Collect(e.Then.Statements, into);
                if (e.Else is not null) Collect(e.Else.Statements, into);
                break;
            case SwitchExpr e:
                foreach (var c in e.Cases) Collect(c.Body.Statements, into);
                break;
            case ForExpr e: Collect(e.Body.Statements, into); break;
            case ForInExpr e: Collect(e.Body.Statements, into); break;
            case WhileExpr e: Collect(e.Body.Statements, into); break;
        }
    }
}
