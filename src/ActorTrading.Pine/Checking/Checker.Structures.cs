using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Checking;

internal sealed partial class Checker
{
    private BoundExpr BindIf(IfExpr expr, bool wantValue)
    {
        var condition = ToCondition(BindValue(expr.Condition), expr.Condition.Pos, "the condition of 'if'");
        if (condition.Qualifier == Qualifier.Series) _conditional++;
        var governing = _governing;
        _governing = Max(governing, condition.Qualifier);
        var then = BindBlock(expr.Then, wantValue);
        var otherwise = expr.Else is null ? null : BindBlock(expr.Else, wantValue);
        _governing = governing;
        if (condition.Qualifier == Qualifier.Series) _conditional--;
        if (condition.Type.IsError) return condition;
        if (!wantValue) return new BoundIf(expr.Pos, condition, then, otherwise, PineType.Void, Qualifier.Series);
        if (ResultType(expr.Pos, otherwise is null ? [then] : [then, otherwise], "if") is not { } type) return new BoundError(expr.Pos);
        var qualifier = Max(condition.Qualifier, Max(then.Qualifier, otherwise?.Qualifier ?? Qualifier.Const));
        return new BoundIf(expr.Pos, condition, Convert(then, type), otherwise is null ? null : Convert(otherwise, type), type, qualifier);
    }

    /// <summary>The common type of a structure's blocks; void when some have no value; null after reporting that they differ.</summary>
    private PineType? ResultType(Pos pos, List<BoundBlock> blocks, string what)
    {
        PineType? type = null;
        foreach (var block in blocks)
        {
            if (block.Type.IsError) return null;
            if (block.Type.Kind == TypeKind.Void) return PineType.Void;
            var common = type is null ? block.Type : Common(type, block.Type);
            if (common is null)
            {
                // The last statement of a function or loop is its value only if somebody wants it.
                if (_implicitValue) return PineType.Void;
                Error("PINE3004", pos, $"Return type of one of the '{what}' blocks is not compatible with the return type of the others: '{type}' and '{block.Type}'.");
                return null;
            }
            type = common;
        }
        return type ?? PineType.Void;
    }

    private BoundExpr BindSwitch(SwitchExpr expr, bool wantValue)
    {
        var subject = expr.Subject is null ? null : BindValue(expr.Subject);
        VariableSymbol? variable = null;
        if (subject is not null && !subject.Type.IsError)
        {
            variable = new VariableSymbol("switch", subject.Type, subject.Qualifier, DeclMode.Plain, expr.Pos, _frame.Body);
            _frame.Body.Variables.Add(variable);
        }
        var cases = new List<(BoundExpr?, BoundBlock)>();
        var qualifier = subject?.Qualifier ?? Qualifier.Const;
        bool failed = subject?.Type.IsError == true, hasDefault = false;
        var governing = _governing;
        for (int i = 0; i < expr.Cases.Count; i++)
        {
            var item = expr.Cases[i];
            BoundExpr? condition = null;
            if (item.Match is not null)
            {
                var match = BindValue(item.Match);
                if (subject is null) condition = ToCondition(match, item.Match.Pos, "a case of 'switch'");
                else if (!failed) condition = BindBinaryOperator(item.Match.Pos, "==", new BoundVariable(expr.Pos, variable!), match);
                if (condition is null or BoundError) failed = true;
                else qualifier = Max(qualifier, condition.Qualifier);
            }
            else
            {
                if (i != expr.Cases.Count - 1) Error("PINE2014", item.Pos, "The default case of 'switch' must be the last.");
                hasDefault = true;
            }
            if (qualifier == Qualifier.Series) _conditional++;
            _governing = Max(governing, qualifier);
            cases.Add((condition, BindBlock(item.Body, wantValue)));
            _governing = governing;
            if (qualifier == Qualifier.Series) _conditional--;
        }
        if (failed) return new BoundError(expr.Pos);
        _ = hasDefault;
        var type = PineType.Void;
        if (wantValue)
        {
            if (ResultType(expr.Pos, [.. cases.Select(c => c.Item2)], "switch") is not { } result) return new BoundError(expr.Pos);
            type = result;
            foreach (var (_, body) in cases) qualifier = Max(qualifier, body.Qualifier);
        }
        return new BoundSwitch(expr.Pos, variable, subject, [.. cases.Select(c => (c.Item1, type.Kind == TypeKind.Void ? c.Item2 : Convert(c.Item2, type)))], type, qualifier);
    }

    private BoundExpr BindFor(ForExpr expr, bool wantValue)
    {
        var from = Numeric(BindValue(expr.From), "the start of 'for'");
        var to = Numeric(BindValue(expr.To), "the end of 'for'");
        var by = expr.By is null ? null : Numeric(BindValue(expr.By), "the step of 'for'");
        bool floats = from.Type.Kind == TypeKind.Float || by?.Type.Kind == TypeKind.Float;
        VariableSymbol? variable = null;
        _loops++;
        _conditional++;
        var governing = _governing;
        _governing = Max(governing, Max(from.Qualifier, Max(to.Qualifier, by?.Qualifier ?? Qualifier.Const)));
        var body = BindBlock(expr.Body, wantValue, () => variable = Declare(expr.Variable, floats ? PineType.Float : PineType.Int, Qualifier.Series, DeclMode.Plain, expr.Pos, loop: true));
        _governing = governing;
        _loops--;
        _conditional--;
        if (from.Type.IsError || to.Type.IsError || by?.Type.IsError == true || body.Type.IsError) return new BoundError(expr.Pos);
        return new BoundFor(expr.Pos, variable!, from, to, by, body, LoopType(body, wantValue)) { DynamicEnd = _version >= 6 };
    }

    private static PineType LoopType(BoundBlock body, bool wantValue) =>
        !wantValue ? PineType.Void : body.Type.Kind == TypeKind.Na ? PineType.Float : body.Type;

    private BoundExpr Numeric(BoundExpr value, string where)
    {
        if (value.Type.IsError || value.Type.IsNumeric) return value;
        return value.Type.Kind == TypeKind.Na ? new BoundNa(value.Pos, PineType.Int) : Fail("PINE3001", value.Pos, $"Cannot use a value of the '{value.Describe()}' type as {where}: an int is expected.");
    }

    private BoundExpr BindForIn(ForInExpr expr, bool wantValue)
    {
        var collection = BindValue(expr.Collection);
        if (!collection.Type.IsError && collection.Type.Kind is not (TypeKind.Array or TypeKind.Matrix or TypeKind.Map))
            collection = Fail("PINE3013", expr.Collection.Pos, $"'for … in' needs an array, matrix or map, not '{collection.Describe()}'.");
        var type = collection.Type;
        var itemType = type.Kind switch
        {
            TypeKind.Array or TypeKind.Map => type.Element!,
            TypeKind.Matrix => PineType.ArrayOf(type.Element!),
            _ => PineType.Error,
        };
        if (type.Kind == TypeKind.Map && expr.Key is null) Error("PINE3013", expr.Pos, "A loop over a map needs a key and a value: 'for [key, value] in map'.");
        VariableSymbol? key = null, item = null;
        _loops++;
        _conditional++;
        var governing = _governing;
        _governing = Qualifier.Series;
        var body = BindBlock(expr.Body, wantValue, () =>
        {
            if (expr.Key is not null) key = Declare(expr.Key, type.Kind == TypeKind.Map ? type.Key! : type.IsError ? PineType.Error : PineType.Int, Qualifier.Series, DeclMode.Plain, expr.Pos, loop: true);
            item = Declare(expr.Item, itemType, Qualifier.Series, DeclMode.Plain, expr.Pos, loop: true);
        });
        _governing = governing;
        _loops--;
        _conditional--;
        if (type.IsError || body.Type.IsError) return new BoundError(expr.Pos);
        return new BoundForIn(expr.Pos, key, item!, collection, body, LoopType(body, wantValue));
    }

    private BoundExpr BindWhile(WhileExpr expr, bool wantValue)
    {
        _loops++;
        var condition = ToCondition(BindValue(expr.Condition), expr.Condition.Pos, "the condition of 'while'");
        _conditional++;
        var governing = _governing;
        _governing = Qualifier.Series;
        var body = BindBlock(expr.Body, wantValue);
        _governing = governing;
        _loops--;
        _conditional--;
        if (condition.Type.IsError || body.Type.IsError) return new BoundError(expr.Pos);
        return new BoundWhile(expr.Pos, condition, body, LoopType(body, wantValue));
    }
}
