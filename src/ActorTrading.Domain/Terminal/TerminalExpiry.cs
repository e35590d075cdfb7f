namespace ActorTrading.Domain;

/// <summary>
/// Orders of an account at a terminal whose time is over. The protocol lets every order stand until it is cancelled, so its end is kept
/// from here: a cancellation is asked for like any other, and is an expiry in the ledger once the terminal has confirmed it.
/// </summary>
public static class TerminalExpiry
{
    /// <summary>When <see cref="OnTime"/> has next to be asked, UTC; null while no order has an end. Past where one is over that the terminal has not let go of.</summary>
    public static DateTimeOffset? Next(AccountState state)
    {
        DateTimeOffset? next = null;
        foreach (var (_, order) in state.Orders)
        {
            if (order.ExpiresAt is { } at && (next is null || at < next) && CanEnd(state, order))
            {
                next = at;
            }
        }

        return state.IsOpen ? next : null;
    }

    /// <summary>The cancellations to ask the terminal for, of what was over first.</summary>
    /// <param name="allows">Whether the terminal may be asked for this one now, beyond the rules here.</param>
    public static IReadOnlyList<LedgerEvent> OnTime(AccountState state, DateTimeOffset now, Func<Order, bool> allows) => !state.IsOpen ? [] :
    [
        .. state.Orders.Values.Where(o => o.ExpiresAt <= now && CanEnd(state, o) && allows(o)).OrderBy(o => o.ExpiresAt).ThenBy(o => o.Id)
            .Select((order, i) => new RequestSubmitted(new TerminalRequest
            {
                Id = DeterministicId.Create(order.Id, $"expire:{state.Seq}"),
                Kind = TerminalRequestKind.CancelOrder,
                OrderId = order.Id,
                ExpiresAt = order.ExpiresAt,
                AfterSeq = state.Seq + i,
                Copy = order.Copy,
            })),
    ];

    /// <summary>It rests, and nothing is asked of it that may still move its end, or is its end.</summary>
    private static bool CanEnd(AccountState state, Order order) =>
        order.IsPending && order.Status is OrderStatus.Placed or OrderStatus.PartiallyFilled && !state.Requests.Values.Any(r => r.OrderId == order.Id);
}
