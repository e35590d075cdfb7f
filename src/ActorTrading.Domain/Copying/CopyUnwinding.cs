using System.Collections.Immutable;

namespace ActorTrading.Domain;

/// <summary>Leaving what a link holds without a leader's entry that says so: on removal, on a stop, at the end of a lifetime.</summary>
internal static class CopyUnwinding
{
    /// <summary>Closes the link's holdings that pass, and with <paramref name="orders"/> cancels its resting orders. Ids come of the account's state: a state asked twice gives the same commands.</summary>
    public static ImmutableArray<TradeCommand> Unwind(AccountState follower, IMarketView market, Guid linkId, bool orders, Func<CopyHolding, bool> which)
    {
        var commands = ImmutableArray.CreateBuilder<TradeCommand>();
        if (orders)
        {
            foreach (var order in follower.Orders.Values.Where(o => o.IsPending && o.Copy?.LinkId == linkId).OrderBy(o => o.Id))
                commands.Add(new CancelOrder(order.Id) { Reason = DealReason.Copy, Copy = order.Copy });
        }
        var part = 0;
        var exit = new CopyExit(follower);
        foreach (var holding in CopyHolding.Of(follower, linkId))
        {
            if (!which(holding) || IsBeingClosed(follower, linkId, holding))
                continue;
            var origin = new CopyOrigin(linkId, LeaderOf(follower, linkId, holding), follower.CopyCursors.GetValueOrDefault(linkId), holding.LeaderPositionId, holding.LeaderOrderId);
            var instrument = market.FindInstrument(holding.Symbol);
            // What can be left now is, though it is not all: the next look goes on with the rest.
            var filling = instrument is { AllowImmediateOrCancel: false } ? CopyOpening.Filling(instrument) : FillPolicy.ImmediateOrCancel;
            foreach (var volume in CopyExit.PartsOf(holding.Volume, instrument))
            {
                var cause = DeterministicId.Create(linkId, $"unwind:{follower.Seq}:{part++}");
                commands.Add(exit.Of(holding, volume, cause, ClientOrderIds.ForCopy(cause), origin, filling));
            }
        }
        return commands.ToImmutable();
    }

    /// <summary>A closing order at a terminal whose outcome is not known yet is not sent twice.</summary>
    private static bool IsBeingClosed(AccountState follower, Guid linkId, CopyHolding holding) => follower.Orders.Values.Any(order =>
        !order.IsPending && order.Copy is { } copy && copy.LinkId == linkId && order.Symbol == holding.Symbol && order.Side != holding.Side
        && (follower.Mode == PositionMode.Hedging
            ? order.ClosesPositionId == holding.PositionId
            : copy.LeaderPositionId == holding.LeaderPositionId && copy.LeaderOrderId == holding.LeaderOrderId));

    private static Guid LeaderOf(AccountState follower, Guid linkId, CopyHolding holding) =>
        follower.Positions.TryGetValue(holding.PositionId, out var position) && position.Copy is { } copy && copy.LinkId == linkId ? copy.LeaderAccountId : Guid.Empty;
}
