using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>
/// Finds out what became of requests without an answer. The terminal does not give back the client order id, so the proof
/// is in what is new since the last known state: deals, orders and positions of the same symbol, direction and volume. Each
/// is claimed by one request only, in the order of submission.
/// </summary>
public static class OutcomeResolver
{
    /// <param name="before">The state before the first of the requests went out.</param>
    /// <param name="now">The state since they can no longer be on their way.</param>
    /// <param name="inDoubt">In the order of submission. Requests that were answered in between must be passed in
    /// <paramref name="answered"/>, or what they did is claimed wrongly.</param>
    /// <param name="mode">What a deal proves depends on it: in hedging an order of ours closes nothing but by ticket.</param>
    /// <param name="answered">Order tickets of requests whose outcome is known: they and their deals are not up for claiming.</param>
    public static IReadOnlyList<ResolvedOutcome> Resolve(TerminalSnapshot before, SettledSnapshot now, IReadOnlyList<TradeRequest> inDoubt,
        PositionMode mode, IReadOnlySet<long>? answered = null)
    {
        var evidence = new NewEvidence(before, now.Snapshot, answered);
        return [.. inDoubt.Select(r => Resolve(r, before, now.Snapshot, mode, evidence))];
    }

    private static ResolvedOutcome Resolve(TradeRequest r, TerminalSnapshot before, TerminalSnapshot now, PositionMode mode, NewEvidence evidence) => r.Action switch
    {
        TradeAction.Buy or TradeAction.Sell => Opened(r, mode, evidence),
        TradeAction.BuyLimit or TradeAction.SellLimit or TradeAction.BuyStop or TradeAction.SellStop => Placed(r, mode, evidence),
        TradeAction.PositionModify => PositionModified(r, before, now),
        TradeAction.PositionPartial or TradeAction.PositionClose => Closed(r, before, now, mode, evidence),
        TradeAction.PositionCloseSymbol => SymbolClosed(r, before, now, evidence),
        TradeAction.OrderModify => OrderModified(r, before, now),
        _ => Cancelled(r, before, now),
    };

    private static ResolvedOutcome Opened(TradeRequest r, PositionMode mode, NewEvidence evidence) =>
        (mode == PositionMode.Netting ? evidence.TakeNetted(r) : evidence.TakeOpened(r)) as ResolvedOutcome
        ?? (mode == PositionMode.Netting && evidence.IsShiftedBy(r)
            ? new ResolvedOutcome.Ambiguous(r, $"the position of {r.Symbol} is other by {r.Side} {r.Volume}, and the history shows no deal of it yet")
            : new ResolvedOutcome.NotExecuted(r, $"no new {r.Side} deal of {r.Volume} {r.Symbol}"));

    private static ResolvedOutcome Placed(TradeRequest r, PositionMode mode, NewEvidence evidence)
    {
        var type = r.Action is TradeAction.BuyLimit or TradeAction.SellLimit ? OrderType.Limit : OrderType.Stop;
        if (evidence.TakeOrder(r, type) is { } order)
            return new ResolvedOutcome.Executed(r, order.Ticket, null, null, order.Volume, order.Price);
        // Placed and filled already?
        return Opened(r, mode, evidence) is var filled and not ResolvedOutcome.NotExecuted
            ? filled
            : new ResolvedOutcome.NotExecuted(r, $"no new {r.Action} of {r.Volume} {r.Symbol} at {r.Price}, and no deal of it");
    }

    private static ResolvedOutcome PositionModified(TradeRequest r, TerminalSnapshot before, TerminalSnapshot now)
    {
        var position = now.Positions.FirstOrDefault(p => p.Ticket == r.Ticket);
        if (position is null)
            return Absent(r, before, now, "position");
        if (PriceMatch.SameLevel(r.StopLoss, position.StopLoss) && PriceMatch.SameLevel(r.TakeProfit, position.TakeProfit))
            return new ResolvedOutcome.Executed(r, null, null, position.Ticket, 0, 0);
        return new ResolvedOutcome.NotExecuted(r, $"position {r.Ticket} has SL {position.StopLoss} and TP {position.TakeProfit}");
    }

    private static ResolvedOutcome Closed(TradeRequest r, TerminalSnapshot before, TerminalSnapshot now, PositionMode mode, NewEvidence evidence)
    {
        var was = before.Positions.FirstOrDefault(p => p.Ticket == r.Ticket);
        var position = now.Positions.FirstOrDefault(p => p.Ticket == r.Ticket);
        if (was is null)
            return position is null
                ? new ResolvedOutcome.NotExecuted(r, $"there was no position {r.Ticket}")
                : new ResolvedOutcome.Ambiguous(r, $"position {r.Ticket} is newer than the state before, so its volume then is not known");
        if (position is null && Hidden(was, now))
            return new ResolvedOutcome.Ambiguous(r, $"the terminal sends copies for {was.Symbol}: position {r.Ticket} may be hidden");
        var closed = was.Volume - (position is { } left && left.Side == was.Side ? left.Volume : 0);
        var wanted = r.Action == TradeAction.PositionClose ? was.Volume : r.Volume;
        // In netting somebody may have enlarged it again since: the deal is what counts.
        if (mode == PositionMode.Netting && evidence.TakeClosed(was.Symbol, Opposite(was.Side), wanted, exactly: true) is { Count: > 0 } exact)
            return new ResolvedOutcome.Executed(r, null, exact[0].Ticket, r.Ticket, wanted, DealParts.Price(exact)) { Deals = exact };
        if (closed <= 0)
            return new ResolvedOutcome.NotExecuted(r, $"position {r.Ticket} still has {position!.Volume} lots");
        // What is left of a whole close may be closed still, whoever did the rest.
        if (r.Action == TradeAction.PositionClose && closed < was.Volume)
            return new ResolvedOutcome.NotExecuted(r, $"position {r.Ticket} still has {position!.Volume} of {was.Volume} lots");
        var deals = evidence.TakeClosed(was.Symbol, Opposite(was.Side), Math.Min(wanted, closed));
        if (deals.Count > 0)
            return new ResolvedOutcome.Executed(r, null, deals[0].Ticket, r.Ticket, deals.Sum(d => d.Volume), DealParts.Price(deals)) { Deals = deals };
        // Gone is what was asked for, whoever did it.
        if (closed == was.Volume)
            return new ResolvedOutcome.Executed(r, null, null, r.Ticket, closed, 0);
        return new ResolvedOutcome.Ambiguous(r, $"position {r.Ticket} went from {was.Volume} to {position!.Volume} lots without a deal of this request");
    }

    private static ResolvedOutcome SymbolClosed(TradeRequest r, TerminalSnapshot before, TerminalSnapshot now, NewEvidence evidence)
    {
        var was = before.Positions.Where(p => p.Symbol == r.Symbol).ToList();
        if (was.Count == 0)
            return new ResolvedOutcome.NotExecuted(r, $"there was no position of {r.Symbol}");
        if (now.SymbolsWithCopies.Contains(r.Symbol!))
            return new ResolvedOutcome.Ambiguous(r, $"the terminal sends copies for {r.Symbol}: some positions may be hidden");
        // The EA closes one: on a hedging account the oldest.
        var closed = was.FirstOrDefault(p => now.Positions.All(n => n.Ticket != p.Ticket));
        if (closed is null)
            return new ResolvedOutcome.NotExecuted(r, $"all {was.Count} positions of {r.Symbol} are still open");
        var deals = evidence.TakeClosed(closed.Symbol, Opposite(closed.Side), closed.Volume);
        return new ResolvedOutcome.Executed(r, null, deals.Count > 0 ? deals[0].Ticket : null, closed.Ticket, closed.Volume, DealParts.Price(deals)) { Deals = deals };
    }

    private static ResolvedOutcome OrderModified(TradeRequest r, TerminalSnapshot before, TerminalSnapshot now)
    {
        var order = now.Orders.FirstOrDefault(o => o.Ticket == r.Ticket);
        if (order is null)
            return Absent(r, before, now, "order");
        if (PriceMatch.Same(r.Price, order.Price) && PriceMatch.SameLevel(r.StopLoss, order.StopLoss) && PriceMatch.SameLevel(r.TakeProfit, order.TakeProfit))
            return new ResolvedOutcome.Executed(r, order.Ticket, null, null, order.Volume, order.Price);
        return new ResolvedOutcome.NotExecuted(r, $"order {r.Ticket} is at {order.Price} with SL {order.StopLoss} and TP {order.TakeProfit}");
    }

    private static ResolvedOutcome Cancelled(TradeRequest r, TerminalSnapshot before, TerminalSnapshot now)
    {
        if (now.Orders.Any(o => o.Ticket == r.Ticket))
            return new ResolvedOutcome.NotExecuted(r, $"order {r.Ticket} still rests");
        // In MetaTrader a filled order's ticket is its position's.
        if (now.Positions.Any(p => p.Ticket == r.Ticket))
            return new ResolvedOutcome.NotExecuted(r, $"order {r.Ticket} was filled before it could be cancelled");
        var was = before.Orders.FirstOrDefault(o => o.Ticket == r.Ticket);
        if (was is null)
            return new ResolvedOutcome.NotExecuted(r, $"there was no order {r.Ticket}");
        var known = before.Deals.Select(d => d.Ticket).ToHashSet();
        var kind = was.Side == Side.Buy ? TerminalDealKind.Buy : TerminalDealKind.Sell;
        return now.Deals.Any(d => !known.Contains(d.Ticket) && d.Symbol == was.Symbol && d.Kind == kind && d.Volume == was.Volume)
            ? new ResolvedOutcome.Ambiguous(r, $"order {r.Ticket} is gone, and a new deal has its symbol, direction and volume")
            : new ResolvedOutcome.Executed(r, r.Ticket, null, null, 0, 0);
    }

    private static ResolvedOutcome Absent(TradeRequest r, TerminalSnapshot before, TerminalSnapshot now, string what)
    {
        var was = before.Positions.FirstOrDefault(p => p.Ticket == r.Ticket);
        return was is not null && Hidden(was, now)
            ? new ResolvedOutcome.Ambiguous(r, $"the terminal sends copies for {was.Symbol}: position {r.Ticket} may be hidden")
            : new ResolvedOutcome.NotExecuted(r, $"there is no {what} {r.Ticket} any more");
    }

    private static bool Hidden(TerminalPosition position, TerminalSnapshot now) =>
        now.SymbolsWithCopies.Contains(position.Symbol)
        && now.Unidentified.Any(e => e.Symbol == position.Symbol && e.Side == position.Side && e.Volume > 0);

    private static Side Opposite(Side side) => side == Side.Buy ? Side.Sell : Side.Buy;
}
