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
        var (stop, target) = last is null ? (position.StopLoss, position.TakeProfit) : (last.StopLoss, last.TakeProfit);
        return change with
        {
            StopLoss = Pick(change.Keeps, KeptValues.StopLoss, stop, change.StopLoss),
            TakeProfit = Pick(change.Keeps, KeptValues.TakeProfit, target, change.TakeProfit),
            // A stop that trails brings no distance of its own.
            TrailingPoints = Pick(change.Keeps, KeptValues.TrailingPoints, lastByUser is null ? position.TrailingPoints : lastByUser.TrailingPoints, change.TrailingPoints),
            Keeps = KeptValues.None,
        };
    }

    public static ModifyOrder Resolve(ModifyOrder change, AccountState state)
    {
        if (change.Keeps == KeptValues.None || !state.Orders.TryGetValue(change.OrderId, out var order))
            return change;
        var wanted = Last(state, r => r.Kind == TerminalRequestKind.ModifyOrder && r.OrderId == change.OrderId)?.AppliedTo(order) ?? order;
        return change with
        {
            Price = Pick(change.Keeps, KeptValues.Price, wanted.Price, change.Price),
            StopLimitPrice = Pick(change.Keeps, KeptValues.StopLimitPrice, wanted.StopLimitPrice, change.StopLimitPrice),
            StopLoss = Pick(change.Keeps, KeptValues.StopLoss, wanted.StopLoss, change.StopLoss),
            TakeProfit = Pick(change.Keeps, KeptValues.TakeProfit, wanted.TakeProfit, change.TakeProfit),
            TrailingPoints = Pick(change.Keeps, KeptValues.TrailingPoints, wanted.TrailingPoints, change.TrailingPoints),
            TimeInForce = Pick(change.Keeps, KeptValues.Expiry, wanted.TimeInForce, change.TimeInForce),
            ExpiresAt = Pick(change.Keeps, KeptValues.Expiry, wanted.ExpiresAt, change.ExpiresAt),
            Keeps = KeptValues.None,
        };
    }

    private static T Pick<T>(KeptValues keeps, KeptValues which, T kept, T given) => keeps.HasFlag(which) ? kept : given;

    private static TerminalRequest? Last(AccountState state, Func<TerminalRequest, bool> which) => TerminalQueue.Asked(state).LastOrDefault(which);
}
