namespace ActorTrading.Mt5;

/// <summary>
/// What happened between two snapshots, because the terminal does not announce SL/TP hits, stop-outs, activations or other
/// people's trades. Deals first, in the order of their tickets, then orders, then positions.
/// </summary>
public static class SnapshotDiff
{
    public static IReadOnlyList<TerminalChange> Compute(TerminalSnapshot before, TerminalSnapshot after)
    {
        var changes = new List<TerminalChange>();
        var knownDeals = before.Deals.Select(d => d.Ticket).ToHashSet();
        foreach (var deal in after.Deals)
            if (!knownDeals.Contains(deal.Ticket))
                changes.Add(deal.IsExecution ? new TerminalChange.Executed(deal) : new TerminalChange.MoneyMoved(deal));
        Orders(before, after, changes);
        Positions(before, after, changes);
        return changes;
    }

    private static void Orders(TerminalSnapshot before, TerminalSnapshot after, List<TerminalChange> changes)
    {
        var earlier = before.Orders.ToDictionary(o => o.Ticket);
        foreach (var order in after.Orders)
        {
            if (!earlier.Remove(order.Ticket, out var was))
                changes.Add(new TerminalChange.OrderPlaced(order));
            else if (was != order)
                changes.Add(new TerminalChange.OrderModified(was, order));
        }
        foreach (var gone in before.Orders)
            if (earlier.ContainsKey(gone.Ticket))
                changes.Add(new TerminalChange.OrderRemoved(gone));
    }

    private static void Positions(TerminalSnapshot before, TerminalSnapshot after, List<TerminalChange> changes)
    {
        var earlier = before.Positions.ToDictionary(p => p.Ticket);
        foreach (var position in after.Positions)
        {
            if (!earlier.Remove(position.Ticket, out var was))
            {
                changes.Add(new TerminalChange.PositionOpened(position));
                continue;
            }
            if (was.Volume != position.Volume || was.Side != position.Side || was.OpenPrice != position.OpenPrice)
                changes.Add(new TerminalChange.PositionResized(was, position));
            if (was.StopLoss != position.StopLoss || was.TakeProfit != position.TakeProfit)
                changes.Add(new TerminalChange.PositionModified(was, position));
        }
        foreach (var gone in before.Positions)
            if (earlier.ContainsKey(gone.Ticket))
                changes.Add(new TerminalChange.PositionClosed(gone));
    }
}
