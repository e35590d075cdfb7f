using System.Collections.Immutable;
using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>What comparing a terminal's books with a ledger yields.</summary>
/// <param name="Parts">For the ledger, in order; the last fact says that the books agree. A part is small enough for one append, and may be all that is written.</param>
/// <param name="NotExecuted">Ids of what was submitted and did not reach the broker: may be sent (again).</param>
/// <param name="Ambiguous">Ids of what cannot be told, with the reason: a person has to look, nothing is sent for it.</param>
public sealed record Reconciliation(ImmutableArray<ImmutableArray<TerminalFact>> Parts, ImmutableHashSet<Guid> NotExecuted, ImmutableArray<(Guid Id, string Reason)> Ambiguous)
{
    /// <summary>All parts together.</summary>
    public ImmutableArray<TerminalFact> Facts => [.. Parts.SelectMany(part => part)];
}

/// <summary>
/// Compares a settled terminal with the ledger of its account. Pure. Fills that the ledger has booked from answers are recognised
/// among the deals; what is without outcome is looked up; whatever else is new was done at the terminal itself.
/// </summary>
public static class LedgerReconciler
{
    public static Reconciliation Reconcile(AccountState state, SettledSnapshot settled, DateTimeOffset now)
    {
        var snapshot = settled.Snapshot;
        var facts = ImmutableArray.CreateBuilder<TerminalFact>();
        if (!state.IsReconciled)
        {
            foreach (var position in snapshot.Positions)
            {
                facts.Add(FactOf(TerminalFactKind.PositionFound, position) with { At = position.OpenedAt });
            }

            // Orders that rest already may be changed and cancelled from here, so they are taken over too.
            foreach (var order in snapshot.Orders)
            {
                facts.Add(FactOf(order));
            }

            facts.Add(Agreed(snapshot, [], now));
            return new Reconciliation(FactParts.Of(facts, null, now), AllInDoubt(state), []);
        }

        var books = new TwoBooks(state, snapshot);
        var notExecuted = ImmutableHashSet.CreateBuilder<Guid>();
        var ambiguous = ImmutableArray.CreateBuilder<(Guid, string)>();
        Resolve(state, settled, books, facts, notExecuted, ambiguous, now);
        Orders(state, snapshot, books, facts, now);
        var netted = NettedTrades.Tell(state, snapshot, books, facts);
        Positions(state, snapshot, books, netted, facts, now);
        facts.AddRange(RoundTrips.Found(books.Unexplained));
        InOrderOfDeals(facts);
        facts.Add(Agreed(snapshot, books.Late(now), now));
        return new Reconciliation(FactParts.Of(facts, books, now), notExecuted.ToImmutable(), ambiguous.ToImmutable());
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

    /// <summary>A ledger takes deals in the order of their tickets only: one that comes after a newer one counts as known. The rest stays where it is.</summary>
    private static void InOrderOfDeals(ImmutableArray<TerminalFact>.Builder facts)
    {
        var places = Enumerable.Range(0, facts.Count).Where(i => facts[i].DealTicket is not null).ToList();
        var sorted = places.Select(i => facts[i]).OrderBy(f => f.DealTicket).ToList();
        for (var i = 0; i < places.Count; i++)
        {
            facts[places[i]] = sorted[i];
        }
    }

    private static ImmutableHashSet<Guid> AllInDoubt(AccountState state) =>
        [.. state.Orders.Values.Where(o => o.Status == OrderStatus.Submitted).Select(o => o.Id), .. state.Requests.Keys];

    private static void Resolve(AccountState state, SettledSnapshot settled, TwoBooks books, ImmutableArray<TerminalFact>.Builder facts,
        ImmutableHashSet<Guid>.Builder notExecuted, ImmutableArray<(Guid, string)>.Builder ambiguous, DateTimeOffset now)
    {
        var inDoubt = new List<(Guid Id, bool IsOrder, TradeRequest Request)>();
        foreach (var order in TerminalQueue.Submitted(state))
        {
            if (order.ClosesPositionId is not null && TerminalQueue.Waits(state, order))
            {
                // Not sent yet. What was closed meanwhile is not its doing.
                notExecuted.Add(order.Id);
                continue;
            }

            var position = order.ClosesPositionId is { } id ? state.Positions.GetValueOrDefault(id) : null;
            if (RequestOf(order, null, position?.BrokerTicket, null, position is not null && order.RemainingVolume < position.Volume, state.Mode == PositionMode.Netting) is { } request)
            {
                inDoubt.Add((order.Id, true, request));
            }
        }

        foreach (var asked in TerminalQueue.Asked(state))
        {
            var position = asked.PositionId is { } p ? state.Positions.GetValueOrDefault(p)?.BrokerTicket : null;
            var order = asked.OrderId is { } o ? state.Orders.GetValueOrDefault(o)?.BrokerTicket : null;
            if (RequestOf(null, asked, position, order, false, false) is { } request)
            {
                inDoubt.Add((asked.Id, false, request));
            }
        }

        if (inDoubt.Count == 0)
        {
            return;
        }

        var outcomes = OutcomeResolver.Resolve(books.Before, settled, [.. inDoubt.Select(d => d.Request)]);
        for (var i = 0; i < outcomes.Count; i++)
        {
            var (id, isOrder, request) = inDoubt[i];
            switch (outcomes[i])
            {
                case ResolvedOutcome.Executed done when !isOrder:
                    facts.Add(new TerminalFact { Kind = TerminalFactKind.Modified, RequestId = id, Retcode = Retcode.Done, Message = "Found done at the terminal.", At = now });
                    break;
                case ResolvedOutcome.Executed done when request.IsPending && done.Deal is null:
                    facts.Add(new TerminalFact { Kind = TerminalFactKind.Placed, OrderId = id, OrderTicket = done.Order, At = now });
                    books.ClaimOrder(done.Order);
                    break;
                case ResolvedOutcome.Executed done:
                    var deal = books.ClaimDeal(done.Deal);
                    books.ClaimPosition(done.Position);
                    facts.Add(new TerminalFact
                    {
                        Kind = TerminalFactKind.Filled,
                        OrderId = id,
                        OrderTicket = done.Position ?? done.Order,
                        DealTicket = done.Deal,
                        Volume = done.Volume,
                        Price = done.Price,
                        Profit = deal?.Profit,
                        At = deal?.Time ?? now,
                    });
                    break;
                case ResolvedOutcome.Ambiguous unclear:
                    ambiguous.Add((id, unclear.Reason));
                    break;
                case ResolvedOutcome.NotExecuted when !isOrder && Superseded(state, id):
                    facts.Add(new TerminalFact { Kind = TerminalFactKind.Rejected, RequestId = id, Retcode = Retcode.Cancel, Message = "A later change has taken its place.", At = now });
                    break;
                default:
                    notExecuted.Add(id);
                    break;
            }
        }
    }

    /// <summary>What was asked later of the same position or order stands: sending the earlier now would undo it.</summary>
    private static bool Superseded(AccountState state, Guid requestId)
    {
        var request = state.Requests[requestId];
        return request.Kind != TerminalRequestKind.CancelOrder
            && state.Requests.Values.Any(r => r.AfterSeq > request.AfterSeq && r.PositionId == request.PositionId && r.OrderId == request.OrderId);
    }

    private static void Orders(AccountState state, TerminalSnapshot snapshot, TwoBooks books, ImmutableArray<TerminalFact>.Builder facts, DateTimeOffset now)
    {
        foreach (var order in state.Orders.Values.Where(o => o.BrokerTicket is not null && o.IsPending).OrderBy(o => o.BrokerTicket))
        {
            var ticket = order.BrokerTicket!.Value;
            if (snapshot.Orders.FirstOrDefault(o => o.Ticket == ticket) is { } resting)
            {
                books.ClaimOrder(ticket);
                if (resting.Price != order.Price || resting.StopLoss != order.StopLoss || resting.TakeProfit != order.TakeProfit)
                {
                    facts.Add(FactOf(resting) with { Kind = TerminalFactKind.OrderChanged, At = now });
                }

                continue;
            }

            // Gone: filled where a deal shows it, else cancelled or expired at the terminal.
            if (books.TakeDeal(order.Symbol, order.Side, d => d.Entry != DealEntry.Out && d.Volume <= order.RemainingVolume) is { } deal)
            {
                books.ClaimPosition(ticket);
                facts.Add(new TerminalFact
                {
                    Kind = TerminalFactKind.Filled,
                    OrderId = order.Id,
                    OrderTicket = ticket,
                    DealTicket = deal.Ticket,
                    Volume = deal.Volume,
                    Price = deal.Price,
                    Profit = deal.Profit,
                    At = deal.Time,
                });
            }
            else
            {
                facts.Add(new TerminalFact { Kind = TerminalFactKind.Cancelled, OrderId = order.Id, OrderTicket = ticket, At = now });
            }
        }

        foreach (var order in snapshot.Orders)
        {
            if (!books.IsClaimedOrder(order.Ticket))
            {
                facts.Add(FactOf(order));
            }
        }
    }

    private static void Positions(AccountState state, TerminalSnapshot snapshot, TwoBooks books, HashSet<Guid> netted, ImmutableArray<TerminalFact>.Builder facts, DateTimeOffset now)
    {
        foreach (var position in state.Positions.Values.Where(p => p.BrokerTicket is not null).OrderBy(p => p.BrokerTicket))
        {
            var ticket = position.BrokerTicket!.Value;
            var there = snapshot.Positions.FirstOrDefault(p => p.Ticket == ticket);
            var left = there is null || there.Side != position.Side ? 0m : there.Volume;
            var closing = position.Side == Side.Buy ? Side.Sell : Side.Buy;

            // What a close of ours that was just found done accounts for is not told twice.
            var gone = netted.Contains(position.Id) ? 0m : position.Volume - left - TwoBooks.ClosedBy(facts, state, position.Id);
            while (gone > 0m && (books.TakeDeal(position.Symbol, closing, d => d.Entry != DealEntry.In && d.Volume == gone)
                ?? books.TakeDeal(position.Symbol, closing, d => d.Entry != DealEntry.In && d.Volume < gone)) is { } deal)
            {
                facts.Add(Reduction(position, ticket, deal.Volume, deal.Price, deal.Time) with { DealTicket = deal.Ticket, Profit = deal.Profit, Reason = ReasonOf(position, deal.Price) });
                gone -= deal.Volume;
            }

            if (gone > 0m && there is null && !Hidden(position, snapshot))
            {
                // No deal tells the price: what the close made is in the balance.
                facts.Add(Reduction(position, ticket, gone, position.OpenPrice, now) with { Profit = 0m });
            }

            if (there is not null && (there.StopLoss != position.StopLoss || there.TakeProfit != position.TakeProfit)
                && !state.Requests.Values.Any(r => r.PositionId == position.Id))
            {
                facts.Add(FactOf(TerminalFactKind.PositionChanged, there) with { At = now });
            }
        }

        var known = state.Positions.Values.Select(p => p.BrokerTicket).ToHashSet();
        foreach (var position in snapshot.Positions)
        {
            if (known.Contains(position.Ticket) || books.IsClaimedPosition(position.Ticket))
            {
                continue;
            }

            var deal = books.TakeDeal(position.Symbol, position.Side, d => d.Entry != DealEntry.Out && d.Volume == position.Volume);
            facts.Add(FactOf(TerminalFactKind.PositionOpened, position) with { DealTicket = deal?.Ticket, At = deal?.Time ?? position.OpenedAt });
        }
    }

    /// <summary>On a hedging account the terminal may show copies of one position in the place of several.</summary>
    private static bool Hidden(Position position, TerminalSnapshot snapshot) =>
        snapshot.SymbolsWithCopies.Contains(position.Symbol)
        && snapshot.Unidentified.Any(e => e.Symbol == position.Symbol && e.Side == position.Side && e.Volume >= position.Volume);

    /// <summary>The terminal does not say why it closed; a price at the stop or beyond it does.</summary>
    private static DealReason ReasonOf(Position position, decimal price)
    {
        var direction = position.Side == Side.Buy ? 1 : -1;
        return position.StopLoss is { } stop && (price - stop) * direction <= 0m ? DealReason.StopLoss
            : position.TakeProfit is { } profit && (price - profit) * direction >= 0m ? DealReason.TakeProfit
            : DealReason.Broker;
    }

    private static TerminalFact Reduction(Position position, long ticket, decimal volume, decimal price, DateTimeOffset at) => new()
    {
        Kind = TerminalFactKind.PositionReduced,
        PositionTicket = ticket,
        Symbol = position.Symbol,
        Volume = volume,
        Price = price,
        At = at,
    };

    private static TerminalFact FactOf(TerminalFactKind kind, TerminalPosition p) => new()
    {
        Kind = kind,
        PositionTicket = p.Ticket,
        Symbol = p.Symbol,
        Side = p.Side,
        Volume = p.Volume,
        Price = p.OpenPrice,
        StopLoss = p.StopLoss,
        TakeProfit = p.TakeProfit,
        Magic = p.Magic == 0 ? null : p.Magic,
        At = p.OpenedAt,
    };

    private static TerminalFact FactOf(TerminalOrder o) => new()
    {
        Kind = TerminalFactKind.OrderFound,
        OrderTicket = o.Ticket,
        Symbol = o.Symbol,
        Side = o.Side,
        Type = o.Type,
        Volume = o.Volume,
        Price = o.Price,
        StopLoss = o.StopLoss,
        TakeProfit = o.TakeProfit,
        Magic = o.Magic == 0 ? null : o.Magic,
        At = o.PlacedAt,
    };

    private static TerminalFact Agreed(TerminalSnapshot snapshot, IReadOnlyList<Guid> late, DateTimeOffset now) => new()
    {
        Kind = TerminalFactKind.Reconciled,
        Unconfirmed = late.Count > 0 ? late : null,
        DealTicket = snapshot.Deals.IsEmpty ? 0 : snapshot.Deals[^1].Ticket,
        Balance = snapshot.Account.Balance,
        At = now,
    };
}
