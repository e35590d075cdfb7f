namespace ActorTrading.Domain;

/// <summary>
/// Margin call and stop-out in MetaTrader 5's order: while the margin level is below the stop-out level, the pending order that reserves
/// the largest margin is deleted (those that reserve none stay); when none is left, the position with the largest loss is closed at
/// the market; one at a time, until the level is reached again. An account whose positions are wholly hedged without margin is stopped
/// out when its equity is below zero.
/// </summary>
internal static class MarginReaction
{
    public static void React(BrokerSession session, string quotedSymbol)
    {
        if (RelevantSymbols.Contain(session.State, session.Market, quotedSymbol)) Judge(session);
        EndCallWhenFlat(session);
    }

    private static void Judge(BrokerSession session)
    {
        var figures = AccountFigures.Of(session.State, session.Market);
        if (!figures.IsComplete) return;
        if (MarginLevels.IsStopOut(session, figures)) figures = StopOut(session, figures);
        if (!figures.IsComplete) return;
        Announce(session, figures);
    }

    /// <summary>A margin call is over when no margin is in use, also when no quote comes any more. Every reaction and command ends with it.</summary>
    public static void EndCallWhenFlat(BrokerSession session)
    {
        if (session.State.InMarginCall && session.State.Positions.Count == 0 && MarginCalculator.Total(session.State, session.Market) == 0m)
            session.Emit(new MarginRecovered(null));
    }

    private static void Announce(BrokerSession session, AccountFigures figures)
    {
        var level = Level(figures);
        if (session.State.InMarginCall)
        {
            if (MarginLevels.IsRecovered(session, figures)) session.Emit(new MarginRecovered(figures.MarginLevel is null ? null : level));
        }
        else if (MarginLevels.IsCall(session, figures)) session.Emit(new MarginCalled(level));
    }

    private static AccountFigures StopOut(BrokerSession session, AccountFigures figures)
    {
        var announced = false;
        // What is on offer closes a part of a position at most once at one quote; the next quote goes on with the rest.
        HashSet<Guid> touched = [];
        while (figures.IsComplete && MarginLevels.IsStopOut(session, figures))
        {
            var (state, mark) = (session.State, session.EventCount);
            if (!announced) session.Emit(new StoppedOut(Level(figures)));
            if (!DeleteLargestOrder(session) && !CloseLargestLoss(session, touched))
            {
                // Markets closed or nothing on offer: tried again at the next quote, and announced only with a deed.
                if (!announced) session.RollBack(state, mark);
                break;
            }
            announced = true;
            figures = AccountFigures.Of(session.State, session.Market);
        }
        return figures;
    }

    private static bool DeleteLargestOrder(BrokerSession session)
    {
        Order? largest = null;
        var most = 0m;
        foreach (var (_, order) in session.State.Orders)
        {
            if (MarginCalculator.Pending(order, session.State, session.Market) is not { } margin || margin <= 0) continue;
            if (margin < most || (margin == most && largest is not null && QuoteReaction.Oldest(order, largest) > 0)) continue;
            (largest, most) = (order, margin);
        }
        if (largest is null) return false;
        session.Emit(new OrderCancelled(largest.Id, DealReason.StopOut));
        return true;
    }

    private static bool CloseLargestLoss(BrokerSession session, HashSet<Guid> touched)
    {
        List<(decimal Profit, Position Position)> candidates = [];
        foreach (var (_, position) in session.State.Positions)
            if (!touched.Contains(position.Id) && session.Market.FindInstrument(position.Symbol) is { } i && i.Schedule.IsOpen(session.At)
                && ProfitCalculator.Floating(position, session.State.Currency, session.Market) is { } profit)
                candidates.Add((profit + position.Swap, position));
        candidates.Sort(static (a, b) => a.Profit != b.Profit ? a.Profit.CompareTo(b.Profit) : a.Position.Id.CompareTo(b.Position.Id));
        foreach (var (_, position) in candidates)
        {
            var quote = session.Market.LastQuote(position.Symbol)!.Value;
            if (Execution.CloseByServer(session, position, session.Market.FindInstrument(position.Symbol)!, quote, DealReason.StopOut, atMarket: true))
                return touched.Add(position.Id);
        }
        return false;
    }

    private static decimal Level(AccountFigures figures) => decimal.Round(figures.MarginLevel ?? 0m, 2);
}
