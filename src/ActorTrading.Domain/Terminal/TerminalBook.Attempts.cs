namespace ActorTrading.Domain;

/// <summary>When an order goes to its terminal more than once.</summary>
public static partial class TerminalBook
{
    /// <summary>How often an order is sent in all before a requote is its end.</summary>
    public const int RequotedTriesMax = 3;

    /// <summary>
    /// A requote says that nothing was done, so the order may be sent again, at whatever the price is then: the protocol can neither name
    /// the new price nor bound it. An order that does bound it is therefore refused. What the terminal cannot do for the moment goes again
    /// for as long as it takes; whoever sends it paces it, and what opens comes to be too late.
    /// </summary>
    private static IReadOnlyList<LedgerEvent> Requoted(AccountState state, TerminalFact fact)
    {
        if (Attempted(state, fact) is not { } order)
        {
            return [];
        }

        if (IsTakenBack(state, order.Id))
        {
            return TakeBack(state, order.Id);
        }

        if (fact.Retcode is Retcode.PriceOff or Retcode.TooManyRequests or Retcode.Locked)
        {
            return order.DeviationPoints is null || order.ClosesPositionId is not null
                ? Again(order, fact.Retcode, fact.Message ?? "")
                : [new OrderRejected(order.Id, fact.Retcode, fact.Message ?? "")];
        }

        return order.DeviationPoints is null && order.Attempt + 1 < RequotedTriesMax
            ? [new OrderRetried(order.Id, order.Attempt + 1, fact.Retcode, fact.Message ?? "")]
            : [new OrderRejected(order.Id, fact.Retcode, fact.Message ?? "")];
    }

    private static IReadOnlyList<LedgerEvent> NotExecuted(AccountState state, TerminalFact fact) =>
        Attempted(state, fact) is not { } order ? []
        : IsTakenBack(state, order.Id) ? TakeBack(state, order.Id)
        : Again(order, null, "Not executed, as the terminal's books show.");

    /// <summary>Where the names are used up, what closes goes on under its last one: it names its position, and closes no more than that.</summary>
    private static IReadOnlyList<LedgerEvent> Again(Order order, Retcode? retcode, string message) =>
        order.Attempt < ClientOrderIds.AttemptMax ? [new OrderRetried(order.Id, order.Attempt + 1, retcode, message)]
        : order.ClosesPositionId is not null ? []
        : [new OrderRejected(order.Id, retcode ?? Retcode.Timeout, $"Sent {order.Attempt + 1} times without an outcome.")];

    /// <summary>The order without outcome that a fact is about; none where the fact is about an attempt before the present one.</summary>
    private static Order? Attempted(AccountState state, TerminalFact fact) =>
        fact.OrderId is { } id && state.Orders.TryGetValue(id, out var order) && order.Status == OrderStatus.Submitted && order.Attempt == fact.Attempt
            ? order
            : null;
}
