using ActorTrading.Pine.Builtins;
using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Checking;

/// <summary>
/// Requests of data that is not a chart's: dividends, economic figures and the like. Each is a series of daily values that the bar
/// provider may have under a ticker of its own, such as "ECONOMICS:USGDP", so each becomes a request of that ticker's close.
/// </summary>
internal static class DataRequests
{
    /// <summary>The same call as a request.security; null for other functions and where required arguments are missing.</summary>
    public static CallExpr? AsSecurity(CallExpr call, BuiltinFunction function)
    {
        (string Prefix, string[] Parts, string Separator)? ticker = function.Name switch
        {
            "request.dividends" => ("DIVIDENDS:", ["ticker", "field"], ";"),
            "request.earnings" => ("EARNINGS:", ["ticker", "field"], ";"),
            "request.splits" => ("SPLITS:", ["ticker", "field"], ";"),
            "request.financial" => ("FINANCIAL:", ["symbol", "financial_id", "period"], ";"),
            "request.economic" => ("ECONOMICS:", ["country_code", "field"], ""),
            "request.quandl" => ("QUANDL:", ["ticker"], ""),
            "request.seed" => ("", ["source", "symbol"], ":"),
            _ => null,
        };
        if (ticker is not { } named) return null;
        Expr? symbol = named.Prefix.Length == 0 ? null : new StringExpr(call.Pos, named.Prefix);
        for (int i = 0; i < named.Parts.Length; i++)
        {
            if (Written(call, function, named.Parts[i]) is not { } part) return null;
            if (i > 0 && named.Separator.Length > 0) symbol = Join(symbol!, new StringExpr(call.Pos, named.Separator));
            symbol = symbol is null ? part : Join(symbol, part);
        }
        var arguments = new List<Argument>
        {
            new("symbol", symbol!, call.Pos),
            new("timeframe", new StringExpr(call.Pos, "1D"), call.Pos),
            new("expression", Written(call, function, "expression") ?? new NameExpr(call.Pos, "close"), call.Pos),
        };
        foreach (var name in (string[])["gaps", "lookahead", "ignore_invalid_symbol", "currency"])
            if (Written(call, function, name) is { } value and not StringExpr) arguments.Add(new Argument(name, value, call.Pos));
        var callee = new MemberExpr(call.Pos, new NameExpr(call.Pos, "request"), "security", call.Pos);
        return new CallExpr(call.Pos, callee, [], arguments, call.Depth + named.Parts.Length * 2);
    }

    private static BinaryExpr Join(Expr left, Expr right) => new(left.Pos, "+", left, right);

    /// <summary>What the call gives a parameter, else its default.</summary>
    private static Expr? Written(CallExpr call, BuiltinFunction function, string parameter)
    {
        int index = Array.FindIndex(function.Parameters, p => p.Name == parameter), position = 0;
        if (index < 0) return null;
        foreach (var argument in call.Arguments)
            if (argument.Name is null ? position++ == index : argument.Name == parameter) return argument.Value;
        return function.Parameters[index].Default is string text ? new StringExpr(call.Pos, text) : null;
    }
}
