namespace ActorTrading.Domain;

/// <summary>The leader's SL or TP has changed: its levels are propagated, to resting copies too.</summary>
internal static class CopyStopChange
{
    public static CopyPlan Decide(CopyCase copy, PositionModified change)
    {
        if (!copy.Context.LeaderBefore.Positions.TryGetValue(change.PositionId, out var leader))
            return CopyPlan.Skip(CopyReasons.NothingToModify, $"the leader has no position {change.PositionId}");
        var refused = Propagate(copy, leader.Symbol, change, out var found);
        if (!found)
            return CopyPlan.Skip(CopyReasons.NothingToModify, $"position {change.PositionId} is not held");
        return copy.End(refused ?? (copy.HasCommands ? null : new Refused(CopyReasons.NoChange, "the follower's levels are the wanted ones")));
    }

    /// <summary>In netting mode an order that adds to a position replaces its levels, without an entry of its own.</summary>
    public static void AfterAddition(CopyCase copy, Guid leaderPositionId)
    {
        if (copy.Context.LeaderBefore.Positions.TryGetValue(leaderPositionId, out var before) && copy.Context.LeaderAfter.Positions.TryGetValue(leaderPositionId, out var after)
            && (before.StopLoss != after.StopLoss || before.TakeProfit != after.TakeProfit))
            Propagate(copy, after.Symbol, new PositionModified(leaderPositionId, after.StopLoss, after.TakeProfit, null, DealReason.Client), out _);
    }

    private static Refused? Propagate(CopyCase copy, string leaderSymbol, PositionModified change, out bool found)
    {
        var context = copy.Context;
        var symbol = copy.MapSymbol(leaderSymbol);
        found = false;
        Refused? refused = null;
        var netting = copy.Follower.Mode == PositionMode.Netting;
        foreach (var holding in copy.Holdings)
        {
            if (!holding.Follows(context, change.PositionId, symbol))
                continue;
            found = true;
            if (netting && CopyNetting.SharedWith(copy, holding.Symbol, change.PositionId) is { } shared)
                refused = new(CopyReasons.NettingSharedStops, $"{shared.Volume} lots of {shared.Symbol} are not this position's alone");
            else if (copy.Follower.Positions.TryGetValue(holding.PositionId, out var position) && !(netting && copy.Commands.Any(static c => c is ModifyPosition)))
                Change(copy, change, holding, position);
        }
        foreach (var order in copy.RestingForPosition(change.PositionId, symbol))
        {
            found = true;
            CopyPending.ChangeLevels(copy, order, change.StopLoss, change.TakeProfit);
        }
        return refused;
    }

    private static void Change(CopyCase copy, PositionModified change, in CopyHolding holding, Position position)
    {
        if (copy.Context.FollowerMarket.FindInstrument(position.Symbol) is not { } instrument)
            return;
        var (stopLoss, takeProfit) = CopyLevels.Changed(copy.Settings, instrument, position.Side, position.OpenPrice,
            change.StopLoss, change.TakeProfit, position.StopLoss, position.TakeProfit);
        stopLoss = CopyLimits.MovedStop(copy, instrument, position.Side, position.OpenPrice, position.Volume, position.StopLoss, stopLoss);
        if (stopLoss != position.StopLoss || takeProfit != position.TakeProfit)
        {
            copy.Add(new ModifyPosition(position.Id, stopLoss, takeProfit, position.TrailingPoints)
            {
                Keeps = KeptValues.TrailingPoints,
                Reason = DealReason.Copy,
                Copy = copy.Origin(holding.LeaderPositionId, holding.LeaderOrderId),
            });
        }
    }
}
