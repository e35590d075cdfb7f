namespace ActorTrading.Domain;

/// <summary>What an account has asked of its terminal and has no outcome yet, in the order in which it was asked.</summary>
public static class TerminalQueue
{
    public static IEnumerable<Order> Submitted(AccountState state) => state.Orders.Values.Where(o => o.Status == OrderStatus.Submitted).Order(Earlier);

    public static IEnumerable<TerminalRequest> Asked(AccountState state) => state.Requests.Values.OrderBy(r => r.AfterSeq).ThenBy(r => r.Id);

    /// <summary>Both together; exactly one of each pair is set.</summary>
    public static IEnumerable<(Order? Order, TerminalRequest? Request)> All(AccountState state) =>
        Submitted(state).Select(o => (Seq: o.AfterSeq ?? long.MinValue, Order: (Order?)o, Request: (TerminalRequest?)null))
            .Concat(Asked(state).Select(r => (Seq: r.AfterSeq, Order: (Order?)null, Request: (TerminalRequest?)r)))
            .OrderBy(asked => asked.Seq)
            .Select(asked => (asked.Order, asked.Request));

    /// <summary>
    /// Whether an earlier close of the same position has no outcome yet. Until then nobody knows what is left to close, and after a lost
    /// answer the books could not tell the two apart; so it is not sent before, and has surely not been.
    /// </summary>
    public static bool Waits(AccountState state, Order order) =>
        order.ClosesPositionId is { } position
        && state.Orders.Values.Any(o => o.ClosesPositionId == position && o.Status == OrderStatus.Submitted && Earlier.Compare(o, order) < 0);

    // All orders of a plan have the time of its decision, so only the sequence tells their order.
    private static readonly Comparer<Order> Earlier = Comparer<Order>.Create((a, b) =>
        (a.AfterSeq ?? long.MinValue).CompareTo(b.AfterSeq ?? long.MinValue) is not 0 and var bySeq ? bySeq
        : a.CreatedAt.CompareTo(b.CreatedAt) is not 0 and var byTime ? byTime
        : a.Id.CompareTo(b.Id));
}
