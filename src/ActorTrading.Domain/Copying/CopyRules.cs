using System.Collections.Immutable;

namespace ActorTrading.Domain;

/// <summary>The copy rules: from one entry of the leader's ledger to what the follower does, or a named reason for doing nothing.</summary>
public static class CopyRules
{
    /// <summary>Whether an entry of the kind may be offered to links; of a rejection only the account before it tells.</summary>
    public static bool IsTradeEvent(LedgerEvent ledgerEvent) =>
        ledgerEvent is DealExecuted or PositionModified or PositionAdopted or OrderPlaced or OrderModified or OrderCancelled or OrderExpired or OrderRejected;

    /// <summary>Whether the entry is offered to links. Each entry offered gets exactly one <see cref="CopyDecided"/> per link.</summary>
    /// <param name="before">The leader's account without the entry.</param>
    /// <remarks>
    /// A market order is offered by its deals, not by its submission; a pending order when it rests. Swaps, balance changes and
    /// announcements are nobody's trade; a stop-out is offered by its deals. A rejection ends what rested until its trigger
    /// (the money or the trade mode did not allow the fill); of what never rested nobody has a copy.
    /// </remarks>
    public static bool IsTradeEvent(LedgerEvent ledgerEvent, AccountState before) =>
        IsTradeEvent(ledgerEvent) && (ledgerEvent is not OrderRejected rejected || Rests(before, rejected.OrderId));

    /// <summary>Decides about one entry. Pure: the same context gives the same plan, with the same ids.</summary>
    /// <returns>
    /// A plan whose <see cref="CopyPlan.DeferUntil"/> is set is to be asked for again then. One with the reason
    /// <see cref="CopyReasons.AlreadyDecided"/> must not be recorded a second time.
    /// </returns>
    public static CopyPlan Decide(CopyContext context)
    {
        if (context.Follower.CopyCursors.TryGetValue(context.LinkId, out var cursor) && context.LeaderEntry.Seq <= cursor)
            return CopyPlan.Skip(CopyReasons.AlreadyDecided, $"entry {context.LeaderEntry.Seq}, decided up to {cursor}");
        if (Opens(context) && CopyDelay.Until(context) is { } until && context.Now < until)
            return new CopyPlan(CopyOutcome.Skipped, null, null, []) { DeferUntil = until };

        var copy = new CopyCase(context);
        return context.LeaderEntry.Event switch
        {
            DealExecuted { Deal: var deal } => DecideDeal(copy, deal),
            PositionAdopted { Position: var position } => copy.End(CopyOpening.AtMarket(copy, LeaderSignal.Of(context, position))),
            PositionModified e => CopyStopChange.Decide(copy, e),
            OrderPlaced e => CopyPending.Place(copy, e.OrderId),
            OrderModified e => CopyPending.Modify(copy, e),
            OrderCancelled e => CopyPending.Cancel(copy, e.OrderId, "cancelled"),
            OrderExpired e => CopyPending.Cancel(copy, e.OrderId, "expired"),
            OrderRejected e when Rests(context.LeaderBefore, e.OrderId) => CopyPending.Cancel(copy, e.OrderId, "rejected"),
            var other => CopyPlan.Skip(CopyReasons.NotATradeEvent, other.Kind),
        };
    }

    /// <summary>
    /// Whether a link that begins copies what its leader has open already, as its initial sync says; null for yes. The context's
    /// entry is the last of the leader's ledger before the link began.
    /// </summary>
    public static string? WhyNotSync(CopyContext context)
    {
        var mode = context.Settings.InitialSync;
        if (mode == InitialSyncMode.None)
            return "initialSync none";
        if (mode == InitialSyncMode.Market)
            return null;
        if (context.Follower.Positions.Count > 0)
            return $"the follower has {context.Follower.Positions.Count} open positions";
        var figures = context.LeaderFigures ?? AccountFigures.Of(context.LeaderBefore, context.LeaderMarket);
        if (!figures.IsComplete)
            return "the leader's floating profit is not known";
        return figures.FloatingProfit > 0 ? $"the leader floats at {figures.FloatingProfit:0.##}" : null;
    }

    /// <summary>
    /// Copies one position that the leader had open when the link began, whatever its age; every other filter and limit holds.
    /// Positions are synced one after the other, each on the follower's state after the one before.
    /// </summary>
    /// <param name="index">The position's place, from 0: part of the order's id.</param>
    public static CopyPlan Sync(CopyContext context, Position leaderPosition, int index)
    {
        var copy = new CopyCase(context, firstPart: index);
        if (copy.Holdings.Exists(holding => holding.LeaderPositionId == leaderPosition.Id))
            return CopyPlan.Skip(CopyReasons.AlreadyDecided, $"position {leaderPosition.Id} is held");
        return copy.End(CopyOpening.AtMarket(copy, LeaderSignal.Of(context, leaderPosition), isSync: true));
    }

    /// <summary>
    /// What a follower does when a link is removed. The graceful modes only cancel what would still open, and go on following with
    /// <see cref="WhileRemoving"/> until nothing is held; preserve leaves everything to the user.
    /// </summary>
    public static ImmutableArray<TradeCommand> Unlink(AccountState follower, IMarketView market, Guid linkId, RemovalMode mode) => mode switch
    {
        RemovalMode.CloseImmediately => CopyUnwinding.Unwind(follower, market, linkId, orders: true, static _ => true),
        RemovalMode.CloseGracefullyByPosition => CopyResting.CancelUnwanted(follower, linkId, CloseOnlyMode.ByPosition),
        RemovalMode.CloseGracefullyBySymbol => CopyResting.CancelUnwanted(follower, linkId, CloseOnlyMode.BySymbol),
        _ => [],
    };

    /// <summary>The settings with which a link goes on while it is being removed gracefully.</summary>
    public static LinkSettings WhileRemoving(LinkSettings settings, RemovalMode mode) => mode switch
    {
        RemovalMode.CloseGracefullyByPosition => settings with { CloseOnly = CloseOnlyMode.ByPosition },
        RemovalMode.CloseGracefullyBySymbol => settings with { CloseOnly = CloseOnlyMode.BySymbol },
        _ => settings with { CloseOnly = CloseOnlyMode.Immediately },
    };

    /// <summary>The settings with which a link goes on while its user has paused it: it opens nothing, and follows and watches what it holds.</summary>
    public static LinkSettings WhilePaused(LinkSettings settings) =>
        settings.CloseOnly == CloseOnlyMode.Immediately ? settings : settings with { CloseOnly = CloseOnlyMode.ByPosition };

    /// <summary>Whether the link holds nothing and has no order at the follower: a graceful removal is then complete.</summary>
    public static bool IsFlat(AccountState follower, Guid linkId) =>
        CopyHolding.Of(follower, linkId).Count == 0 && !follower.Orders.Values.Any(order => order.Copy?.LinkId == linkId);

    /// <summary>Whether the link has ended as the follower's ledger knows: nothing is copied or closed for it any more, whoever asks.</summary>
    public static bool HasEnded(AccountState follower, Guid linkId) => follower.CopyCursors.GetValueOrDefault(linkId) == CopyDecided.EndSeq;

    /// <summary>What makes it so. Not before the link is flat, unless what it holds is left to the user.</summary>
    public static CopyDecided End(Guid linkId, DateTimeOffset at) =>
        new(linkId, Guid.Empty, CopyDecided.EndSeq, CopyOutcome.Skipped, CopyReasons.LinkEnded, null, [], at);

    private static CopyPlan DecideDeal(CopyCase copy, Deal deal)
    {
        switch (deal.Entry)
        {
            case DealEntry.In:
                var refused = CopyOpening.OfDeal(copy, deal, deal.Volume, deal.PositionId);
                // A netting follower's own addition has replaced the levels already.
                if (refused is not null || copy.Follower.Mode == PositionMode.Hedging)
                    CopyStopChange.AfterAddition(copy, deal.PositionId);
                return copy.End(refused);
            case DealEntry.InOut:
                // One deal of the leader, two things for the follower: out of the old side (with what a copied pending order has
                // opened by itself), then into the new one.
                var old = copy.Context.LeaderBefore.Positions.GetValueOrDefault(deal.PositionId);
                var nothing = CopyClosing.Close(copy, deal, old?.Volume ?? deal.Volume, deal.PositionId);
                var opened = deal.Volume - (old?.Volume ?? deal.Volume);
                return copy.End(opened > 0 ? CopyOpening.AtMarket(copy, LeaderSignal.Of(copy.Context, deal, opened, deal.OrderId)) : nothing);
            default:
                return copy.End(CopyClosing.Close(copy, deal, deal.Volume, deal.PositionId));
        }
    }

    private static bool Rests(AccountState account, Guid orderId) =>
        account.Orders.TryGetValue(orderId, out var order) && order is { IsPending: true, Status: OrderStatus.Placed or OrderStatus.PartiallyFilled };

    private static bool Opens(CopyContext context) => context.LeaderEntry.Event switch
    {
        DealExecuted { Deal.Entry: DealEntry.In } or PositionAdopted => true,
        OrderPlaced => !context.Settings.SkipPendingOrders,
        _ => false,
    };
}
