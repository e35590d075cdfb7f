namespace ActorTrading.Domain;

/// <summary>The names that a sizing expression may use.</summary>
internal static class SizingVariables
{
    public static readonly string[] Names =
    [
        "leaderVolume", "leaderBalance", "leaderEquity", "leaderFreeMargin", "leaderLeverage", "leaderContractSize",
        "balance", "equity", "freeMargin", "leverage", "contractSize",
        "entry", "stopLoss", "stopLossPips", "takeProfit", "tickValue", "tickSize", "fxRate",
    ];

    public static Refused? Evaluate(CopyCase copy, in LeaderSignal signal, Instrument instrument, decimal entry, decimal? stopLoss, decimal? takeProfit, out decimal wanted)
    {
        wanted = 0m;
        var (expression, error) = SizingExpression.Parse(copy.Settings.Sizing.Expression ?? "");
        if (expression is null)
            return new(CopyReasons.ExpressionFailed, error!);
        var source = signal;
        try
        {
            wanted = expression.Evaluate(name => ValueOf(copy, source, instrument, entry, stopLoss, takeProfit, name));
        }
        catch (SizingExpressionException failure)
        {
            return new(CopyReasons.ExpressionFailed, failure.Message);
        }
        return null;
    }

    private static decimal ValueOf(CopyCase copy, in LeaderSignal signal, Instrument instrument, decimal entry, decimal? stopLoss, decimal? takeProfit, string name)
    {
        var (leader, follower) = (copy.Context.LeaderBefore, copy.Follower);
        return name switch
        {
            "leaderVolume" => signal.Volume,
            "leaderBalance" => leader.Balance,
            "leaderEquity" => Known(copy.LeaderFigures, name).Equity,
            "leaderFreeMargin" => Known(copy.LeaderFigures, name).FreeMargin,
            "leaderLeverage" => leader.Leverage,
            "leaderContractSize" => copy.Context.LeaderMarket.FindInstrument(signal.Symbol)?.ContractSize
                ?? throw new SizingExpressionException($"{name} is not known for {signal.Symbol}"),
            "balance" => follower.Balance,
            "equity" => Known(copy.FollowerFigures, name).Equity,
            "freeMargin" => Known(copy.FollowerFigures, name).FreeMargin,
            "leverage" => follower.Leverage,
            "contractSize" => instrument.ContractSize,
            "entry" => entry,
            "stopLoss" => stopLoss ?? 0m,
            "stopLossPips" => stopLoss is { } stop ? Math.Abs(entry - stop) / instrument.Pip : 0m,
            "takeProfit" => takeProfit ?? 0m,
            "tickValue" => CopySizing.LossPerLot(copy.Context, instrument, Side.Buy, entry, entry - instrument.Point)
                ?? throw new SizingExpressionException($"{name} has no conversion to {follower.Currency}"),
            "tickSize" => instrument.Point,
            "fxRate" => CopySizing.Exchange(copy.Context) ?? throw new SizingExpressionException($"{name}: no conversion to {leader.Currency}"),
            _ => throw new SizingExpressionException($"'{name}' is not a name"),
        };
    }

    private static AccountFigures Known(AccountFigures figures, string name) =>
        figures.IsComplete ? figures : throw new SizingExpressionException($"{name}: no price for {string.Join(", ", figures.MissingSymbols)}");
}
