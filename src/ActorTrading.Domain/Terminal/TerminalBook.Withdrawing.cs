namespace ActorTrading.Domain;

/// <summary>
/// Orders that are taken back before their terminal has been asked, or before it is known what became of them. The wish is durable first;
/// from then on the order is not sent (again). It is cancelled as soon as it is known not to have been executed; where it has been placed
/// the cancellation goes to the terminal, and where it has been filled it comes too late.
/// </summary>
public static partial class TerminalBook
{
    /// <summary>Whether its user has taken an order back that has no outcome: it must not be sent.</summary>
    public static bool IsTakenBack(AccountState state, Guid orderId)
    {
        foreach (var (_, request) in state.Requests)
        {
            if (request.Kind == TerminalRequestKind.CancelOrder && request.OrderId == orderId)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a change waits for the outcome of the order that it is about: the terminal has nothing yet that it could be asked about.</summary>
    public static bool AwaitsOutcome(AccountState state, TerminalRequest request) =>
        request is { Kind: TerminalRequestKind.CancelOrder, OrderId: { } id } && state.Orders.TryGetValue(id, out var order) && order.Status == OrderStatus.Submitted;

    /// <summary>
    /// A user may take back what opens, and closes of their own. What a rule closes, of a link or a run, is its rule's; a link does not take its
    /// orders back itself, as it waits for their outcome.
    /// </summary>
    private static bool MayBeTakenBack(Order order, CancelOrder c) =>
        order.Status == OrderStatus.Submitted && c.Copy is null && (order.ClosesPositionId is null || order is { Reason: DealReason.Client, Copy: null });

    /// <summary>An order that was not executed and is not to be.</summary>
    private static IReadOnlyList<LedgerEvent> TakeBack(AccountState state, Guid orderId) =>
        [.. SettleRequests(state, r => r.OrderId == orderId, "The order is gone."), new OrderCancelled(orderId, DealReason.Client)];
}
