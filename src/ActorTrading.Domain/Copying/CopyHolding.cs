namespace ActorTrading.Domain;

/// <summary>
/// What a follower holds because of one position of the leader: a position of its own in hedging mode, a share of the symbol's
/// one position in netting mode. Volumes in lots.
/// </summary>
/// <param name="PositionId">The follower's position; empty where a share is netted away by others.</param>
internal readonly record struct CopyHolding(Guid PositionId, string Symbol, Side Side, decimal Volume, decimal PeakVolume, decimal OpenPrice, decimal Swap,
    Guid? LeaderPositionId, Guid? LeaderOrderId, DateTimeOffset OpenedAt)
{
    /// <summary>All that the link holds, the oldest first.</summary>
    public static List<CopyHolding> Of(AccountState follower, Guid linkId)
    {
        var holdings = new List<CopyHolding>(4);
        if (follower.Mode == PositionMode.Hedging)
        {
            foreach (var (id, position) in follower.Positions)
            {
                if (position.Copy is { } copy && copy.LinkId == linkId)
                {
                    holdings.Add(new CopyHolding(id, position.Symbol, position.Side, position.Volume, position.PeakVolume,
                        position.OpenPrice, position.Swap, copy.LeaderPositionId, copy.LeaderOrderId, position.OpenedAt));
                }
            }
        }
        else if (follower.Copying.Links.TryGetValue(linkId, out var link))
        {
            foreach (var share in link.Shares)
            {
                holdings.Add(new CopyHolding(NetPosition(follower, share.Symbol)?.Id ?? Guid.Empty, share.Symbol, share.Side, share.Volume,
                    share.PeakVolume, share.OpenPrice, 0m, share.LeaderPositionId, share.LeaderOrderId, share.OpenedAt));
            }
        }
        if (holdings.Count > 1)
            holdings.Sort(static (a, b) => a.OpenedAt != b.OpenedAt ? a.OpenedAt.CompareTo(b.OpenedAt) : a.PositionId.CompareTo(b.PositionId));
        return holdings;
    }

    /// <summary>A netting account's position in the symbol.</summary>
    public static Position? NetPosition(AccountState account, string symbol)
    {
        foreach (var (_, position) in account.Positions)
        {
            if (position.Symbol == symbol)
                return position;
        }
        return null;
    }

    /// <summary>Whether the holding follows the leader's position.</summary>
    /// <remarks>
    /// A symbol that another is mapped to may be traded by the leader itself: what follows its position in the one is not the other's.
    /// In hedging mode a position has the id of the order that opened it, so a holding that came of a pending order is found by
    /// either id. In netting mode the leader has one position a symbol, so every holding in the symbol belongs to it, except
    /// those that wait for a leader's order that still rests.
    /// </remarks>
    public bool Follows(CopyContext context, Guid leaderPositionId, string followerSymbol)
    {
        if (LeaderOrderId == leaderPositionId)
            return true;
        if (LeaderOrderId is { } order && context.LeaderAfter.Orders.ContainsKey(order))
            return false;
        return LeaderPositionId == leaderPositionId
            || (context.LeaderBefore.Mode == PositionMode.Netting && Symbol == followerSymbol && !IsOfAnother(context, leaderPositionId, LeaderPositionId, LeaderOrderId));
    }

    /// <summary>Whether something that came of the leader's position or order is known to belong to another of its open positions: one in another symbol that is the same one here.</summary>
    public static bool IsOfAnother(CopyContext context, Guid leaderPositionId, Guid? itsPositionId, Guid? itsOrderId) =>
        (itsPositionId is { } position && position != leaderPositionId && context.LeaderBefore.Positions.ContainsKey(position))
        || (itsOrderId is { } order && order != leaderPositionId && context.LeaderBefore.Positions.ContainsKey(order));
}
