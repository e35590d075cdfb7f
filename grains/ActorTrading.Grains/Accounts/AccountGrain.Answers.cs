using ActorTrading.Contracts;
using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>How a decision becomes the answer to a command.</summary>
public sealed partial class AccountGrain
{
    /// <summary>Orders that became final lately, so that an answer can show them; older ones are read from the projections.</summary>
    private const int FinalOrdersKept = 64;

    private readonly Dictionary<Guid, Order> _finalOrders = [];
    private readonly Queue<Guid> _finalOrderIds = new();

    private void Remember(AccountChanges changes)
    {
        foreach (var order in changes.Orders)
        {
            if (order.IsFinal && _finalOrders.TryAdd(order.Id, order))
            {
                _finalOrderIds.Enqueue(order.Id);
                if (_finalOrderIds.Count > FinalOrdersKept)
                {
                    _finalOrders.Remove(_finalOrderIds.Dequeue());
                }
            }
        }
    }

    private Order? FindOrder(Guid? id) =>
        id is not { } orderId ? null
        : _state.Orders.TryGetValue(orderId, out var live) ? live
        : _finalOrders.GetValueOrDefault(orderId);

    private TradeResult ResultOf(BrokerDecision decision, Guid? orderId)
    {
        var order = FindOrder(orderId);
        var positionId = decision.Events.OfType<DealExecuted>().Select(e => (Guid?)e.Deal.PositionId).LastOrDefault()
            ?? decision.Events.OfType<PositionModified>().Select(e => (Guid?)e.PositionId).LastOrDefault()
            ?? order?.ClosesPositionId;
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
