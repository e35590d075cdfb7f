using ActorTrading.Contracts;
using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>How a decision becomes the answer to a command.</summary>
public sealed partial class AccountGrain
{
    /// <summary>Orders at a terminal that became final lately: the answer to a command can come some commits after its order's end.</summary>
    private const int FinalOrdersKept = 64;

    /// <summary>Newest last. Older ones are read from the projections by whoever shows them.</summary>
    private readonly Queue<Order> _finalOrders = new();

    private void Remember(AccountChanges changes)
    {
        // A paper order is answered in the turn that has committed it. Keeping more would keep every order alive just long enough to be
        // the collector's work: a quarter of what it moved at a thousand trading accounts.
        var kept = _state.Kind == AccountKind.Paper ? 0 : FinalOrdersKept;
        while (_finalOrders.Count > kept)
        {
            _finalOrders.Dequeue();
        }

        foreach (var order in changes.Orders)
        {
            if (order.IsFinal)
            {
                _finalOrders.Enqueue(order);
            }
        }
    }

    private Order? FindOrder(Guid? id)
    {
        if (id is not { } orderId)
        {
            return null;
        }

        if (_state.Orders.TryGetValue(orderId, out var found))
        {
            return found;
        }

        foreach (var order in _finalOrders)
        {
            found = order.Id == orderId ? order : found;
        }

        return found;
    }

    private TradeResult ResultOf(BrokerDecision decision, Guid? orderId)
    {
        var order = FindOrder(orderId);
        Guid? traded = null, modified = null;
        foreach (var e in decision.Events)
        {
            traded = e is DealExecuted executed ? executed.Deal.PositionId : traded;
            modified = e is PositionModified changed ? changed.PositionId : modified;
        }

        var positionId = traded ?? modified ?? order?.ClosesPositionId;
        return new TradeResult(decision.Accepted, decision.Retcode, decision.Message,
            decision.Accepted ? null : RefusalCodes.Of(decision.Retcode), order, positionId, _state.Seq);
    }

    private static Guid? OrderIdOf(BrokerDecision decision)
    {
        foreach (var e in decision.Events)
        {
            switch (e)
            {
                case OrderSubmitted submitted: return submitted.Order.Id;
                case OrderModified modified: return modified.OrderId;
                case OrderCancelled cancelled: return cancelled.OrderId;
            }
        }

        return null;
    }
}
