namespace ActorTrading.Domain;

/// <summary>Changing and cancelling pending orders.</summary>
internal static class PendingChanges
{
    public static BrokerDecision Modify(BrokerSession session, ModifyOrder command)
    {
        if (OrderChecks.Account(session.State) is { } closed) return closed.ToDecision();
        if (Live(session, command.OrderId) is not { IsPending: true } order)
            return new Refusal(Retcode.InvalidOrder, $"There is no pending order {command.OrderId}.").ToDecision(command.OrderId);
        if (session.Market.FindInstrument(order.Symbol) is not { } instrument)
            return new Refusal(Retcode.Invalid, $"Unknown symbol '{order.Symbol}'.").ToDecision(order.Id);

        // A stop-limit whose stop was touched is a limit; its stop price is history.
        var type = order.StopTouched ? OrderType.Limit : order.Type;
        var refusal = OrderChecks.Price(instrument, "price", command.Price, true)
            ?? OrderChecks.Price(instrument, "stop limit price", command.StopLimitPrice, order.Type == OrderType.StopLimit);
        if (refusal is not null) return refusal.ToDecision(order.Id);
        var (expiresAt, expiry) = command.TimeInForce == order.TimeInForce && command.ExpiresAt == order.ExpiresAt
            ? (order.ExpiresAt, null)
            : OrderChecks.Expiry(session, command.TimeInForce, command.ExpiresAt);
        if (expiry is not null) return expiry.ToDecision(order.Id);
        if (order.Price == command.Price && order.StopLimitPrice == command.StopLimitPrice && order.StopLoss == command.StopLoss
            && order.TakeProfit == command.TakeProfit && order.TrailingPoints == command.TrailingPoints
            && order.TimeInForce == command.TimeInForce && order.ExpiresAt == expiresAt)
            return new BrokerDecision(Retcode.NoChanges, "The order has these values already.", []) { OrderId = order.Id };
        if (OrderChecks.MarketOpen(session, instrument) is { } shut) return shut.ToDecision(order.Id);
        if (session.TradableQuote(order.Symbol) is not { } quote) return OrderChecks.NoPrice(session, order.Symbol).ToDecision(order.Id);
        if (Frozen(instrument, order, quote) is { } frozen) return frozen.ToDecision(order.Id);

        var price = order.StopTouched ? command.StopLimitPrice!.Value : command.Price!.Value;
        var from = order.Type == OrderType.StopLimit ? command.StopLimitPrice!.Value : price;
        refusal = (order.StopTouched && command.Price != order.Price
                ? new Refusal(Retcode.InvalidPrice, $"The stop price {order.Price} was touched and can no longer be changed.")
                : null)
            ?? (price == (order.StopTouched ? order.StopLimitPrice : order.Price) && command.StopLimitPrice == order.StopLimitPrice
                ? null
                : OrderChecks.PendingPrice(instrument, quote, order.Side, type, price, command.StopLimitPrice))
            ?? OrderChecks.Stops(instrument, order.Side, from, command.StopLoss, command.TakeProfit, command.TrailingPoints);
        if (refusal is not null) return refusal.ToDecision(order.Id);

        session.Emit(new OrderModified(order.Id, command.Price, command.StopLimitPrice, command.StopLoss, command.TakeProfit,
            command.TrailingPoints, command.TimeInForce, expiresAt));
        return new BrokerDecision(Retcode.Done, $"Order {order.Id} changed.", session.Events) { OrderId = order.Id };
    }

    /// <summary>Cancels what is left of an order. Allowed while the market is closed: it only takes risk away.</summary>
    public static BrokerDecision Cancel(BrokerSession session, CancelOrder command)
    {
        if (OrderChecks.Account(session.State) is { } closed) return closed.ToDecision();
        if (Live(session, command.OrderId) is not { } order)
            return new Refusal(Retcode.InvalidOrder, $"There is no live order {command.OrderId}.").ToDecision(command.OrderId);
        if (order.IsPending && session.Market.FindInstrument(order.Symbol) is { } instrument && session.TradableQuote(order.Symbol) is { } quote
            && Frozen(instrument, order, quote) is { } frozen) return frozen.ToDecision(order.Id);
        session.Emit(new OrderCancelled(order.Id, command.Reason));
        MarginReaction.EndCallWhenFlat(session);
        return new BrokerDecision(Retcode.Done, $"Order {order.Id} cancelled.", session.Events) { OrderId = order.Id };
    }

    private static Order? Live(BrokerSession session, Guid id) => session.State.Orders.GetValueOrDefault(id);

    private static Refusal? Frozen(Instrument instrument, Order order, in Quote quote)
    {
        var level = (order.StopTouched ? order.StopLimitPrice : order.Price) ?? 0m;
        var market = quote.OpenPrice(order.Side);
        return OrderChecks.IsFrozen(instrument, level, market)
            ? new Refusal(Retcode.Frozen, $"Order {order.Id} at {level} is frozen: within {instrument.FreezeLevelPoints} points of the market, {market}.")
            : null;
    }
}
