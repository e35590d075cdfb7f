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
    /// Whether it must not be sent yet, because an earlier close has no outcome: of the same position, as nobody knows what is left to close
    /// and after a lost answer the books could not tell the two apart; or in netting mode of the same link and symbol, as what its plan
    /// opens after it would turn the position round and leave the close, where that is tried again, with nothing to close.
    /// </summary>
    public static bool Waits(AccountState state, Order order) => state.Orders.Values.Any(o =>
        o.ClosesPositionId is not null && o.Status == OrderStatus.Submitted
        && (o.ClosesPositionId == order.ClosesPositionId || (state.Mode == PositionMode.Netting && order.Copy is { } copy && o.Copy?.LinkId == copy.LinkId && o.Symbol == order.Symbol))
        && Earlier.Compare(o, order) < 0);

    // All orders of a plan have the time of its decision, so only the sequence tells their order.
    private static readonly Comparer<Order> Earlier = Comparer<Order>.Create((a, b) =>
        (a.AfterSeq ?? long.MinValue).CompareTo(b.AfterSeq ?? long.MinValue) is not 0 and var bySeq ? bySeq
        : a.CreatedAt.CompareTo(b.CreatedAt) is not 0 and var byTime ? byTime
        : a.Id.CompareTo(b.Id));
}
