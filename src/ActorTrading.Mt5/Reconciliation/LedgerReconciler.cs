using System.Collections.Immutable;
using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>What comparing a terminal's books with a ledger yields.</summary>
/// <param name="Parts">For the ledger, in order; the last fact says that the books agree. A part is small enough for one append, and may be all that is written.</param>
/// <param name="NotExecuted">Ids of what was submitted and did not reach the broker: may be sent (again).</param>
/// <param name="Ambiguous">Ids of what cannot be told, with the reason: a person has to look, nothing is sent for it.</param>
/// <param name="Unbookable">What was seen and cannot follow the ledger, with the reason: left out of the facts, a person has to look.</param>
public sealed record Reconciliation(ImmutableArray<ImmutableArray<TerminalFact>> Parts, ImmutableHashSet<Guid> NotExecuted, ImmutableArray<(Guid Id, string Reason)> Ambiguous,
    ImmutableArray<(TerminalFact Fact, string Reason)> Unbookable)
{
    /// <summary>All parts together.</summary>
    public ImmutableArray<TerminalFact> Facts => [.. Parts.SelectMany(part => part)];
}

/// <summary>
/// Compares a settled terminal with the ledger of its account. Pure. Fills that the ledger has booked from answers are recognised
/// among the deals; what is without outcome is looked up; whatever else is new was done at the terminal itself; and what no deal
/// explains is made equal without one.
/// </summary>
public static class LedgerReconciler
{
    /// <param name="unsent">Ids of orders without outcome that cannot have been sent: nothing new at the terminal is their doing.</param>
    public static Reconciliation Reconcile(AccountState state, SettledSnapshot settled, DateTimeOffset now, IReadOnlySet<Guid>? unsent = null)
    {
        var snapshot = settled.Snapshot;
        if (!state.IsReconciled)
        {
            // Orders that rest already may be changed and cancelled from here, so they are taken over too.
            TerminalFact[] found = [.. snapshot.Positions.Select(p => Facts.Of(TerminalFactKind.PositionFound, p)), .. snapshot.Orders.Select(Facts.Of), Facts.Reconciled(snapshot, [], now)];
            return new Reconciliation(FactParts.Of(found, null, [], now), AllInDoubt(state), [], []);
        }

        var books = new TwoBooks(state, snapshot);
        var facts = HeldPositions.Closed(state, books).ToList();
        var inDoubt = new InDoubt(state, settled, books, unsent ?? ImmutableHashSet<Guid>.Empty, now);
        inDoubt.Resolve();
        facts.AddRange(inDoubt.Facts);
        facts.AddRange(RestingOrders.Tell(state, snapshot, books, inDoubt.Withdrawn, now));
        var netted = NettedTrades.Tell(state, snapshot, books, facts);
        var soFar = new ForeseenLedger(state);
        soFar.Add(Facts.InOrder(facts));
        facts.AddRange(HeldPositions.Tell(soFar.State, snapshot, books, netted));
        facts.AddRange(RoundTrips.Found(books.Unexplained));

        var ledger = new ForeseenLedger(state);
        ledger.Add(Facts.InOrder(facts));
        // Fills found by their positions only: their deals are to come, and are nobody else's.
        var awaited = ledger.State.UnconfirmedFills.Select(f => f.Id).Except(state.UnconfirmedFills.Select(f => f.Id)).ToList();
        Levelling.Level(ledger, snapshot, books, now);
        ledger.Add(Facts.Reconciled(snapshot, [.. books.Late(now), .. awaited], now));
        return new Reconciliation(FactParts.Of([.. ledger.Facts], books, awaited, now), [.. inDoubt.NotExecuted], [.. inDoubt.Ambiguous], [.. ledger.Unbookable]);
    }

    /// <summary>The request that an order or a change is at the terminal; null where the terminal's ticket it needs is not known.</summary>
    public static TradeRequest? RequestOf(Order? order, TerminalRequest? request, long? positionTicket, long? orderTicket, bool partial, bool netting)
    {
        if (order is not null)
        {
            var name = ClientOrderIds.ForAttempt(order.ClientOrderId, order.Attempt);
            if (order.ClosesPositionId is not null)
            {
                return positionTicket is not { } position ? null
                    : partial && netting ? TradeRequest.Reduce(name, position, order.Symbol, order.Side, order.RemainingVolume)
                    : partial ? TradeRequest.ClosePartial(name, position, order.RemainingVolume) with { Symbol = order.Symbol }
                    : TradeRequest.ClosePosition(name, position) with { Symbol = order.Symbol, Volume = order.RemainingVolume };
            }

            return order.Type == OrderType.Market
                ? TradeRequest.Market(name, order.Symbol, order.Side, order.RemainingVolume, order.StopLoss, order.TakeProfit)
                : TradeRequest.Pending(name, order.Symbol, order.Side, order.Type, order.RemainingVolume, order.Price ?? 0m, order.StopLoss, order.TakeProfit);
        }

        var comment = "R" + request!.Id.ToString("N")[..24];
        return request.Kind switch
        {
            TerminalRequestKind.ModifyPosition => positionTicket is { } p ? TradeRequest.ModifyPosition(comment, p, request.StopLoss, request.TakeProfit) : null,
            TerminalRequestKind.ModifyOrder => orderTicket is { } o ? TradeRequest.ModifyOrder(comment, o, request.Price ?? 0m, request.StopLoss, request.TakeProfit) : null,
            _ => orderTicket is { } o ? TradeRequest.CancelOrder(comment, o) : null,
        };
    }

    private static ImmutableHashSet<Guid> AllInDoubt(AccountState state) =>
        [.. state.Orders.Values.Where(o => o.Status == OrderStatus.Submitted).Select(o => o.Id), .. state.Requests.Keys];
}
