namespace ActorTrading.Domain;

/// <summary>Values of a position or a pending order that a change leaves as they are.</summary>
[Flags]
public enum KeptValues
{
    None = 0,
    StopLoss = 1,
    TakeProfit = 2,
    TrailingPoints = 4,
    Price = 8,
    StopLimitPrice = 16,

    /// <summary>Time in force and end.</summary>
    Expiry = 32,
}

/// <summary>
/// What a change that leaves values out means by them: what the account was last asked for, which at a terminal may be on its way still. Only the
/// account knows that: who reads the values and sends them back with the change puts back what was changed in between, a stop loss say.
/// </summary>
public static class Kept
{
    public static ModifyPosition Resolve(ModifyPosition change, AccountState state)
    {
        if (change.Keeps == KeptValues.None || !state.Positions.TryGetValue(change.PositionId, out var position))
            return change;
        var lastByUser = Last(state, r => r.PositionId == change.PositionId && !r.OnlyTightens);
        // What sends levels must not put a stop back that trails meanwhile. The distance alone is not sent, and need not wait for that.
        var sendsLevels = !change.Keeps.HasFlag(KeptValues.StopLoss | KeptValues.TakeProfit);
        var last = sendsLevels ? Last(state, r => r.PositionId == change.PositionId) : lastByUser;
        return change with
        {
            StopLoss = !change.Keeps.HasFlag(KeptValues.StopLoss) ? change.StopLoss : last is null ? position.StopLoss : last.StopLoss,
            TakeProfit = !change.Keeps.HasFlag(KeptValues.TakeProfit) ? change.TakeProfit : last is null ? position.TakeProfit : last.TakeProfit,
            // A stop that trails brings no distance of its own.
            TrailingPoints = !change.Keeps.HasFlag(KeptValues.TrailingPoints) ? change.TrailingPoints : lastByUser is null ? position.TrailingPoints : lastByUser.TrailingPoints,
            Keeps = KeptValues.None,
        };
    }

    public static ModifyOrder Resolve(ModifyOrder change, AccountState state)
    {
        if (change.Keeps == KeptValues.None || !state.Orders.TryGetValue(change.OrderId, out var order))
            return change;
        var last = Last(state, r => r.Kind == TerminalRequestKind.ModifyOrder && r.OrderId == change.OrderId);
        var keepsExpiry = change.Keeps.HasFlag(KeptValues.Expiry);
        var hasExpiry = last?.TimeInForce is not null;
        return change with
        {
            Price = !change.Keeps.HasFlag(KeptValues.Price) ? change.Price : last is null ? order.Price : last.Price,
            StopLimitPrice = !change.Keeps.HasFlag(KeptValues.StopLimitPrice) ? change.StopLimitPrice : order.StopLimitPrice,
            StopLoss = !change.Keeps.HasFlag(KeptValues.StopLoss) ? change.StopLoss : last is null ? order.StopLoss : last.StopLoss,
            TakeProfit = !change.Keeps.HasFlag(KeptValues.TakeProfit) ? change.TakeProfit : last is null ? order.TakeProfit : last.TakeProfit,
            TrailingPoints = !change.Keeps.HasFlag(KeptValues.TrailingPoints) ? change.TrailingPoints : last is null ? order.TrailingPoints : last.TrailingPoints,
            TimeInForce = !keepsExpiry ? change.TimeInForce : hasExpiry ? last!.TimeInForce!.Value : order.TimeInForce,
            ExpiresAt = !keepsExpiry ? change.ExpiresAt : hasExpiry ? last!.ExpiresAt : order.ExpiresAt,
            Keeps = KeptValues.None,
        };
    }

    private static TerminalRequest? Last(AccountState state, Func<TerminalRequest, bool> which) => TerminalQueue.Asked(state).LastOrDefault(which);
}
