using System.Collections.Immutable;

namespace ActorTrading.Domain;

/// <summary>A link's orders that rest at the follower and would fill unasked, although nothing stands behind them any more.</summary>
internal static class CopyResting
{
    /// <summary>The plan of a look at the link, with the cancellations that no leader's entry will ask for.</summary>
    public static CopyWatchPlan Settle(CopyWatchContext context, CopyWatchPlan plan)
    {
        var unwanted = Unwanted(context.Follower, context.LinkId, context.Settings.CloseOnly, plan.Risk.IsStopped(context.Now));
        var orphans = context.Leader is { } leader
            ? Of(context.Follower, context.LinkId).Where(o => CopyWatch.IsOrphan(context.Settings, leader, o.Copy!.LeaderPositionId, o.Copy.LeaderOrderId, o.Symbol))
            : [];
        var cancelled = plan.Commands.OfType<CancelOrder>().Select(c => c.OrderId);
        var orders = unwanted.UnionBy(orphans, o => o.Id).ExceptBy(cancelled, o => o.Id).ToList();
        if (orders.Count == 0)
            return plan;
        var why = unwanted.Count == 0 ? CopyReasons.OrphanClosed : plan.Risk.IsStopped(context.Now) ? CopyReasons.LinkStopped : CopyReasons.CloseOnly;
        return plan with
        {
            Commands = [.. orders.Select(Cancel), .. plan.Commands],
            Reason = plan.Reason ?? why,
            Detail = plan.Reason is null ? $"{orders.Count} orders that rest" : plan.Detail,
        };
    }

    /// <summary>What would open something that a link that is stopped, or only closes, may not open.</summary>
    private static IReadOnlyList<Order> Unwanted(AccountState follower, Guid linkId, CloseOnlyMode closeOnly, bool stopped)
    {
        if (!stopped && closeOnly == CloseOnlyMode.None)
            return [];
        var holdings = CopyHolding.Of(follower, linkId);
        return [.. Of(follower, linkId).Where(order => !OnlyReduces(follower, holdings, order)
            && (stopped || closeOnly != CloseOnlyMode.BySymbol || !holdings.Exists(h => h.Symbol == order.Symbol)))];
    }

    public static ImmutableArray<TradeCommand> CancelUnwanted(AccountState follower, Guid linkId, CloseOnlyMode closeOnly) =>
        [.. Unwanted(follower, linkId, closeOnly, stopped: false).Select(Cancel)];

    private static TradeCommand Cancel(Order order) => new CancelOrder(order.Id) { Reason = DealReason.Copy, Copy = order.Copy };

    private static IEnumerable<Order> Of(AccountState follower, Guid linkId) =>
        follower.Orders.Values.Where(order => order.IsPending && order.Copy?.LinkId == linkId).OrderBy(order => order.Id);

    private static bool OnlyReduces(AccountState follower, List<CopyHolding> holdings, Order order) =>
        follower.Mode == PositionMode.Netting
        && holdings.Where(h => h.Symbol == order.Symbol).Sum(h => h.Side == order.Side ? -h.Volume : h.Volume) >= order.RemainingVolume;
}
