using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>What became of the orders and changes without outcome.</summary>
internal sealed class InDoubt(AccountState state, SettledSnapshot settled, TwoBooks books, IReadOnlySet<Guid> unsent, DateTimeOffset now)
{
    public List<TerminalFact> Facts { get; } = [];

    public HashSet<Guid> NotExecuted { get; } = [];

    public List<(Guid Id, string Reason)> Ambiguous { get; } = [];

    /// <summary>Pending orders whose cancellation has been found done.</summary>
    public HashSet<Guid> Withdrawn { get; } = [];

    public void Resolve()
    {
        var asked = Asked();
        if (asked.Count == 0)
        {
            return;
        }

        var outcomes = OutcomeResolver.Resolve(books.Before, settled, [.. asked.Select(d => d.Request)], state.Mode);
        for (var i = 0; i < outcomes.Count; i++)
        {
            var (id, order, request) = asked[i];
            switch (outcomes[i])
            {
                case ResolvedOutcome.Executed when order is null:
                    Facts.Add(new TerminalFact { Kind = TerminalFactKind.Modified, RequestId = id, Retcode = Retcode.Done, Message = "Found done at the terminal.", At = now });
                    if (state.Requests[id] is { Kind: TerminalRequestKind.CancelOrder, OrderId: { } withdrawn })
                    {
                        Withdrawn.Add(withdrawn);
                    }

                    break;
                case ResolvedOutcome.Executed done when request.IsPending && done.Deal is null && done.Position is null:
                    Facts.Add(new TerminalFact { Kind = TerminalFactKind.Placed, OrderId = id, OrderTicket = done.Order, At = now });
                    books.ClaimOrder(done.Order);
                    break;
                case ResolvedOutcome.Executed done:
                    Executed(order!, done);
                    break;
                case ResolvedOutcome.Ambiguous when request.Action == TradeAction.OrderCancel:
                    // Gone in any case: what became of the order is told with it, and asking again cancels nothing.
                    NotExecuted.Add(id);
                    break;
                case ResolvedOutcome.Ambiguous unclear:
                    Ambiguous.Add((id, unclear.Reason));
                    if (order is not null)
                    {
                        books.HoldBack(order.Symbol);
                    }

                    break;
                case ResolvedOutcome.NotExecuted when order is null && Superseded(id):
                    Facts.Add(new TerminalFact { Kind = TerminalFactKind.Rejected, RequestId = id, Retcode = Retcode.Cancel, Message = "A later change has taken its place.", At = now });
                    break;
                default:
                    NotExecuted.Add(id);
                    break;
            }
        }
    }

    private List<(Guid Id, Order? Order, TradeRequest Request)> Asked()
    {
        var asked = new List<(Guid, Order?, TradeRequest)>();
        foreach (var order in TerminalQueue.Submitted(state))
        {
            if (unsent.Contains(order.Id) || (order.ClosesPositionId is not null && TerminalQueue.Waits(state, order)))
            {
                // Whatever is new at the terminal, it is not this.
                NotExecuted.Add(order.Id);
                continue;
            }

            var position = order.ClosesPositionId is { } id ? state.Positions.GetValueOrDefault(id) : null;
            if (LedgerReconciler.RequestOf(order, null, position?.BrokerTicket, null, position is not null && order.RemainingVolume < position.Volume, state.Mode == PositionMode.Netting) is { } request)
            {
                asked.Add((order.Id, order, request));
            }
            else
            {
                // What it closes is gone: it is refused when it is sent.
                NotExecuted.Add(order.Id);
            }
        }

        foreach (var change in TerminalQueue.Asked(state))
        {
            var position = change.PositionId is { } p ? state.Positions.GetValueOrDefault(p)?.BrokerTicket : null;
            var order = change.OrderId is { } o ? state.Orders.GetValueOrDefault(o)?.BrokerTicket : null;
            if (LedgerReconciler.RequestOf(null, change, position, order, false, false) is { } request)
            {
                asked.Add((change.Id, null, request));
            }
            else
            {
                NotExecuted.Add(change.Id);
            }
        }

        return asked;
    }

    private void Executed(Order order, ResolvedOutcome.Executed done)
    {
        books.Claim(done.Deals);
        books.Claim(done.Closings);
        if (order.ClosesPositionId is not null && done.Deals.Count == 0)
        {
            // Gone, but by no deal of this order: whoever closed it is told with the position.
            Facts.Add(Mt5.Facts.Cancelled(order.Id, null, now));
            return;
        }

        // What is not there any more goes by the negative of its first deal's ticket, which no position of the terminal has.
        var ticket = done.Position ?? -done.Deal;
        books.ClaimPosition(done.Position);
        Facts.AddRange(Mt5.Facts.Filled(order.Id, ticket, done.Deals, done.Volume, done.Price, now));
        Facts.AddRange(done.Closings.Select(d => RoundTrips.Closed(ticket!.Value, d)));
        if (done.Volume < order.RemainingVolume)
        {
            // It was filled in part, and does not stand: the rest is gone.
            Facts.Add(Mt5.Facts.Cancelled(order.Id, null, now));
        }
    }

    /// <summary>What was asked later of the same position or order stands: sending the earlier now would undo it.</summary>
    private bool Superseded(Guid requestId)
    {
        var request = state.Requests[requestId];
        return request.Kind != TerminalRequestKind.CancelOrder
            && state.Requests.Values.Any(r => r.AfterSeq > request.AfterSeq && r.PositionId == request.PositionId && r.OrderId == request.OrderId);
    }
}
