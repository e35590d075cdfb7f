using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Checking;

/// <summary>Finds the statements that given names depend on, so that a request can repeat only those on its own chart.</summary>
internal static class Slicer
{
    private const int MaxPasses = 100;

    public static List<Stmt> Slice(List<Stmt> statements, HashSet<string> needed, Module module)
    {
        var included = new bool[statements.Count];
        // A statement included late may need one that was passed over: repeat until nothing changes.
        int passes = 0;
        for (bool changed = true; changed;)
        {
            if (++passes > MaxPasses) throw new CompilationAbortedException("A request.*() call depends on too tangled a part of the script.");
            changed = false;
            for (int i = statements.Count - 1; i >= 0; i--)
            {
                if (included[i] || !Touches(statements[i], needed)) continue;
                included[i] = changed = true;
                Collect(statements[i], needed);
                AddFunctions(module, needed);
            }
        }
        return [.. statements.Where((_, i) => included[i])];
    }

    /// <summary>Adds the names used by the bodies of needed functions.</summary>
    public static void AddFunctions(Module module, HashSet<string> needed)
    {
        var pending = new Queue<string>(needed.Where(module.Functions.ContainsKey));
        while (pending.TryDequeue(out var name))
        {
            if (!needed.Add("function " + name)) continue;
            var names = new HashSet<string>();
            foreach (var function in module.Functions[name])
            {
                foreach (var parameter in function.Parameters)
                    if (parameter.Default is not null) Collect(parameter.Default, names);
                Collect(function.Body, names);
            }
            foreach (var used in names)
                if (needed.Add(used) && module.Functions.ContainsKey(used)) pending.Enqueue(used);
        }
    }

    /// <summary>Whether the statement gives one of the names a value or may change the object it holds.</summary>
    private static bool Touches(Stmt statement, HashSet<string> names) => statement switch
    {
        DeclStmt s => names.Contains(s.Name) || Changes(s.Value, names),
        TupleDeclStmt s => s.Names.Exists(n => names.Contains(n.Name)) || Changes(s.Value, names),
        AssignStmt s => names.Contains(Root(s.Target)) || Changes(s.Value, names),
        ExprStmt s => Changes(s.Expr, names),
        _ => false,
    };

    private static string Root(Expr expr)
    {
        while (expr is MemberExpr member) expr = member.Target;
        return expr is NameExpr name ? name.Name : "";
    }

    private static bool Changes(Expr expr, HashSet<string> names) => expr switch
    {
        IfExpr e => Touches(e.Then, names) || (e.Else is not null && Touches(e.Else, names)),
        SwitchExpr e => e.Cases.Exists(c => Touches(c.Body, names)),
        ForExpr e => Touches(e.Body, names),
        ForInExpr e => Touches(e.Body, names),
        WhileExpr e => Touches(e.Body, names),
        CallExpr { Callee: MemberExpr member } e => names.Contains(Root(member)) ||
            (Root(member) is "array" or "matrix" or "map" && e.Arguments.Count > 0 && names.Contains(Root(e.Arguments[0].Value))),
        CallExpr { Callee: NameExpr } e => e.Arguments.Exists(a => a.Value is NameExpr n && names.Contains(n.Name)) && names.Contains("function " + ((NameExpr)e.Callee).Name),
        _ => false,
    };

    private static bool Touches(Block block, HashSet<string> names) => block.Statements.Exists(s => Touches(s, names));

    public static void Collect(Block block, HashSet<string> into)
    {
        foreach (var statement in block.Statements) Collect(statement, into);
    }

    private static void Collect(Stmt statement, HashSet<string> into)
    {
        switch (statement)
        {
            case DeclStmt s: Collect(s.Value, into); break;
            case TupleDeclStmt s: Collect(s.Value, into); break;
            case AssignStmt s:
                Collect(s.Target, into);
                Collect(s.Value, into);
                break;
            case ExprStmt s: Collect(s.Expr, into); break;
        }
    }

    public static void Collect(Expr expr, HashSet<string> into)
    {
        switch (expr)
        {
            case NameExpr e: into.Add(e.Name); break;
            case MemberExpr e:
                into.Add(e.Name);
                Collect(e.Target, into);
                break;
            case CallExpr e:
                Collect(e.Callee, into);
                foreach (var argument in e.Arguments) Collect(argument.Value, into);
                break;
            case HistoryExpr e:
                Collect(e.Target, into);
                Collect(e.Offset, into);
                break;
            case UnaryExpr e: Collect(e.Operand, into); break;
            case BinaryExpr e:
                Collect(e.Left, into);
                Collect(e.Right, into);
                break;
            case TernaryExpr e:
                Collect(e.Condition, into);
                Collect(e.Then, into);
                Collect(e.Else, into);
                break;
            case TupleExpr e:
                foreach (var item in e.Items) Collect(item, into);
                break;
            case IfExpr e:
                Collect(e.Condition, into);
                Collect(e.Then, into);
                if (e.Else is not null) Collect(e.Else, into);
                break;
            case SwitchExpr e:
                if (e.Subject is not null) Collect(e.Subject, into);
                foreach (var c in e.Cases)
                {
                    if (c.Match is not null) Collect(c.Match, into);
                    Collect(c.Body, into);
                }
                break;
            case ForExpr e:
                Collect(e.From, into);
                Collect(e.To, into);
                if (e.By is not null) Collect(e.By, into);
                Collect(e.Body, into);
                break;
            case ForInExpr e:
                Collect(e.Collection, into);
                Collect(e.Body, into);
                break;
            case WhileExpr e:
                Collect(e.Condition, into);
                Collect(e.Body, into);
                break;
        }
    }
}

/// <summary>Whether a function, or one it calls, contains a request.*() call.</summary>
internal static class RequestFinder
{
    public static bool Contains(FunctionDecl function, Module module)
    {
        var names = new HashSet<string>();
        Slicer.Collect(function.Body, names);
        Slicer.AddFunctions(module, names);
        return names.Contains("request") && (names.Contains("security") || names.Contains("security_lower_tf"));
    }
}
