namespace ActorTrading.Domain;

/// <summary>
/// What may wait at an account for its terminal. All of it is durable, is sent when the terminal is back and is held against the
/// terminal's books before, so one that stays away must not gather it without end.
/// </summary>
public sealed record TerminalLimits
{
    public static TerminalLimits Default { get; } = new();

    /// <summary>
    /// Orders of an account that open and have no outcome, whoever asked for them, copies included; one more is refused with
    /// <see cref="Retcode.LimitOrders"/>. A terminal that works takes as many in a few seconds. 0 for no limit.
    /// </summary>
    public int OpeningsWaitingMax { get; init; } = 200;

    /// <summary>
    /// Changes of one position, or of one resting order, that its user has asked for and that have no answer; one more is refused with
    /// <see cref="Retcode.TooManyRequests"/>. Cancellations are not among them. 0 for no limit.
    /// </summary>
    public int ChangesWaitingMax { get; init; } = 10;

    /// <summary>Why an order that does not name what it closes is not taken; null where it is.</summary>
    internal Refusal? Opening(AccountState state, PlaceOrder order)
    {
        // As a rule there are not that many orders at all.
        if (OpeningsWaitingMax == 0 || state.Orders.Count < OpeningsWaitingMax)
        {
            return null;
        }

        var waiting = 0;
        foreach (var (_, other) in state.Orders)
        {
            waiting += other is { Status: OrderStatus.Submitted, ClosesPositionId: null } ? 1 : 0;
        }

        return waiting < OpeningsWaitingMax || OnlyReduces(state, order)
            ? null
            : new Refusal(Retcode.LimitOrders, $"{waiting} orders of the account wait for its terminal's answer; {OpeningsWaitingMax} may. What closes, cancels or changes is taken.");
    }

    /// <summary>Why a change that a user asks for is not taken; null where it is.</summary>
    /// <param name="target">The position or order to change.</param>
    internal Refusal? Change(AccountState state, Guid target)
    {
        if (ChangesWaitingMax == 0 || state.Requests.Count < ChangesWaitingMax)
        {
            return null;
        }

        var waiting = 0;
        foreach (var (_, request) in state.Requests)
        {
            waiting += (request.PositionId == target || request.OrderId == target)
                && request is { Copy: null, Reason: null, Kind: not TerminalRequestKind.CancelOrder } ? 1 : 0;
        }

        return waiting < ChangesWaitingMax
            ? null
            : new Refusal(Retcode.TooManyRequests, $"{waiting} changes of {target} wait for the terminal's answer; {ChangesWaitingMax} may.");
    }

    /// <summary>A market order against a net position that takes back, with those that wait, no more than there is.</summary>
    private static bool OnlyReduces(AccountState state, PlaceOrder order)
    {
        if (order.Type != OrderType.Market || state.Mode != PositionMode.Netting)
        {
            return false;
        }

        var left = -order.Volume;
        foreach (var (_, position) in state.Positions)
        {
            left += position.Symbol == order.Symbol && position.Side != order.Side ? position.Volume : 0m;
        }

        foreach (var (_, other) in state.Orders)
        {
            left -= other.Status == OrderStatus.Submitted && other.Symbol == order.Symbol && other.Side == order.Side ? other.RemainingVolume : 0m;
        }

        return left >= 0m;
    }
}
