namespace ActorTrading.Domain;

/// <summary>A netting follower has one position a symbol, and one SL and TP on it, whoever's shares it is made of.</summary>
internal static class CopyNetting
{
    /// <summary>The position in the symbol when it is not wholly this link's share of this leader's position; null when it is, or when there is none.</summary>
    public static Position? SharedWith(CopyCase copy, string symbol, Guid leaderPositionId)
    {
        if (copy.Follower.Mode != PositionMode.Netting || CopyHolding.NetPosition(copy.Follower, symbol) is not { } net)
            return null;
        var own = 0m;
        foreach (var holding in copy.Holdings)
        {
            if (holding.Symbol == symbol && holding.Follows(copy.Context, leaderPositionId, symbol))
                own += holding.Side == net.Side ? holding.Volume : -holding.Volume;
        }
        return own == net.Volume ? null : net;
    }

    /// <summary>
    /// The levels that an order may carry into a shared position: adding to it would replace its levels, so it repeats them;
    /// reducing it must carry none; turning it round makes a new position, which has the order's own.
    /// </summary>
    public static (decimal? StopLoss, decimal? TakeProfit) LevelsOnShared(Position shared, Side side, decimal volume, decimal? stopLoss, decimal? takeProfit)
    {
        if (shared.Side == side)
            return (shared.StopLoss, shared.TakeProfit);
        return volume > shared.Volume ? (stopLoss, takeProfit) : (null, null);
    }
}
