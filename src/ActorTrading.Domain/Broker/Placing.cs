namespace ActorTrading.Domain;

/// <summary>Market and pending orders.</summary>
internal static class Placing
{
    private const int CommentMax = 128;

    public static BrokerDecision Place(BrokerSession session, PlaceOrder command)
    {
        if (Duplicate(session.State, command.ClientOrderId, command.OrderId) is { } earlier) return earlier;
        if ((OrderChecks.Account(session.State) ?? OrderChecks.InTime(command, session.Now)) is { } never) return never.ToDecision();
        if (Identity(session.State, command.OrderId, command.ClientOrderId, command.Comment) is { } bad) return bad.ToDecision();
        if (string.IsNullOrEmpty(command.Symbol) || session.Market.FindInstrument(command.Symbol) is not { } instrument)
            return new Refusal(Retcode.Invalid, $"Unknown symbol '{command.Symbol}'.").ToDecision();
        if (!Enum.IsDefined(command.Side) || !Enum.IsDefined(command.Type))
            return new Refusal(Retcode.Invalid, $"Unknown side {command.Side} or order type {command.Type}.").ToDecision();

        var refusal = OrderChecks.Tradable(instrument, command.Side, Opens(session.State, command.Symbol, command.Side, command.Volume))
            ?? OrderChecks.Volume(instrument, command.Volume)
            ?? OrderChecks.Price(instrument, "price", command.Price, command.Type != OrderType.Market)
            ?? OrderChecks.Price(instrument, "stop limit price", command.StopLimitPrice, command.Type == OrderType.StopLimit);
        if (refusal is not null) return refusal.ToDecision();
        return command.Type == OrderType.Market ? Market(session, command, instrument) : Pending(session, command, instrument);
    }

    /// <summary>What became of an order that is given again: of one of the last, or of one that is live still, however old.</summary>
    public static RecentOrder? Earlier(AccountState state, string clientOrderId, Guid orderId) =>
        state.RecentOrders.TryGetValue(clientOrderId, out var recent) ? recent
        : state.Orders.TryGetValue(orderId, out var live) && live.ClientOrderId == clientOrderId ? new RecentOrder(orderId, live.Status, null)
        : null;

    /// <summary>The answer of the first time, where the client order id was seen before.</summary>
    public static BrokerDecision? Duplicate(AccountState state, string clientOrderId, Guid orderId)
    {
        if (clientOrderId is null || Earlier(state, clientOrderId, orderId) is not { } recent) return null;
        var status = state.Orders.TryGetValue(recent.OrderId, out var live) ? live.Status : recent.Status;
        var retcode = status switch
        {
            OrderStatus.Filled => Retcode.Done,
            OrderStatus.PartiallyFilled => Retcode.DonePartial,
            OrderStatus.Rejected => recent.Retcode ?? Retcode.Reject,
            OrderStatus.Cancelled or OrderStatus.Expired => Retcode.Done,
            _ => Retcode.Placed,
        };
        return new BrokerDecision(retcode, $"Order {clientOrderId} was given before and is {status}.", []) { OrderId = recent.OrderId, IsDuplicate = true };
    }

    public static Refusal? Identity(AccountState state, Guid orderId, string clientOrderId, string? comment = null)
    {
        if (orderId == Guid.Empty) return new Refusal(Retcode.Invalid, "The order id is empty.");
        if (ClientOrderIds.WhyNot(clientOrderId, orderId) is { } why) return new Refusal(Retcode.Invalid, why);
        if (comment?.Length > CommentMax) return new Refusal(Retcode.Invalid, $"The comment has {comment.Length} characters; {CommentMax} are allowed.");
        return state.Orders.ContainsKey(orderId) || state.Positions.ContainsKey(orderId)
            ? new Refusal(Retcode.InvalidOrder, $"Order id {orderId} is already in use with another client order id.")
            : null;
    }

    // A netting order against the position only reduces it, which the trade modes allow.
    private static bool Opens(AccountState state, string symbol, Side side, decimal volume) =>
        state.Mode == PositionMode.Hedging
        || Execution.PositionIn(state, symbol) is not { } position
        || position.Side == side
        || position.Volume < volume;

    /// <summary>What may have changed since a pending order was placed: the trade mode and the number of positions.</summary>
    public static Refusal? StillAllowed(BrokerSession session, Instrument instrument, Order order)
    {
        var state = session.State;
        return OrderChecks.Tradable(instrument, order.Side, Opens(state, order.Symbol, order.Side, order.RemainingVolume))
            ?? (state.Positions.ContainsKey(order.Id) ? null : AccountLimits.Positions(session, order.Symbol));
    }

    private static BrokerDecision Market(BrokerSession session, PlaceOrder command, Instrument instrument)
    {
        if ((OrderChecks.Filling(instrument, command.FillPolicy) ?? OrderChecks.MarketOpen(session, instrument)) is { } refusal) return refusal.ToDecision();
        if (session.TradableQuote(command.Symbol) is not { } quote) return OrderChecks.NoPrice(session, command.Symbol).ToDecision();

        var price = Execution.MarketPrice(session, instrument, command.Side, quote);
        refusal = OrderChecks.Stops(instrument, command.Side, quote.ClosePrice(command.Side), command.StopLoss, command.TakeProfit, command.TrailingPoints)
            ?? AccountLimits.Check(session, instrument, command)
            ?? Deviation(instrument, quote.OpenPrice(command.Side), price, command.ReferencePrice, command.DeviationPoints);
        if (refusal is not null) return refusal.ToDecision();

        var available = Execution.Available(session, instrument, command.Volume);
        if (available < command.Volume && (command.FillPolicy == FillPolicy.FillOrKill || (available == 0 && command.FillPolicy == FillPolicy.ImmediateOrCancel)))
            return new Refusal(Retcode.Reject, $"{command.Volume} lots cannot be filled: {available} are on offer.").ToDecision();
        if (available < command.Volume && command.FillPolicy == FillPolicy.Return && AccountLimits.Orders(session) is { } full) return full.ToDecision();

        session.Emit(new OrderSubmitted(ToOrder(session, command, null)));
        if (available > 0 && MoneyFor(session, instrument, command.OrderId, available, price, command.Reason) is { } poor)
            return poor.ToDecision();
        MarginReaction.EndCallWhenFlat(session);
        if (available == command.Volume)
            return new BrokerDecision(Retcode.Done, $"{command.Side} {command.Volume} {command.Symbol} at {price}.", session.Events) { OrderId = command.OrderId };

        session.Emit(command.FillPolicy == FillPolicy.Return
            ? new OrderPlaced(command.OrderId, null)
            : new OrderCancelled(command.OrderId, DealReason.Broker));
        return new BrokerDecision(available > 0 ? Retcode.DonePartial : Retcode.Placed,
            $"{command.Side} {available} of {command.Volume} {command.Symbol} at {price}; the rest {(command.FillPolicy == FillPolicy.Return ? "stands" : "is cancelled")}.",
            session.Events)
        { OrderId = command.OrderId };
    }

    private static BrokerDecision Pending(BrokerSession session, PlaceOrder command, Instrument instrument)
    {
        var (expiresAt, expiry) = OrderChecks.Expiry(session, command.TimeInForce, command.ExpiresAt);
        if ((expiry ?? OrderChecks.MarketOpen(session, instrument)) is { } refusal) return refusal.ToDecision();
        if (session.TradableQuote(command.Symbol) is not { } quote) return OrderChecks.NoPrice(session, command.Symbol).ToDecision();
        var from = command.Type == OrderType.StopLimit ? command.StopLimitPrice!.Value : command.Price!.Value;
        refusal = OrderChecks.PendingPrice(instrument, quote, command.Side, command.Type, command.Price!.Value, command.StopLimitPrice)
            ?? OrderChecks.Stops(instrument, command.Side, from, command.StopLoss, command.TakeProfit, command.TrailingPoints)
            ?? AccountLimits.Check(session, instrument, command);
        if (refusal is not null) return refusal.ToDecision();

        session.Emit(new OrderSubmitted(ToOrder(session, command, expiresAt)));
        session.Emit(new OrderPlaced(command.OrderId, null));
        if (instrument.PendingMarginRate > 0 && AccountLimits.Money(session, AccountFigures.Of(session.State, session.Market)) is { } poor)
            return poor.ToDecision();
        return new BrokerDecision(Retcode.Placed, $"{command.Side} {command.Type} {command.Volume} {command.Symbol} at {command.Price} stands.", session.Events)
        { OrderId = command.OrderId };
    }

    /// <summary>Fills the order if the money allows; else takes the fill back and says why.</summary>
    public static Refusal? MoneyFor(BrokerSession session, Instrument instrument, Guid orderId, decimal volume, decimal price, DealReason reason)
    {
        var (before, mark) = (session.State, session.EventCount);
        if (!Execution.Fill(session, orderId, instrument, volume, price, reason)) return OrderChecks.NoRate(instrument, session.State.Currency);
        if (AccountLimits.Money(session, before, mark) is not { } poor) return null;
        session.RollBack(before, mark);
        return poor;
    }

    /// <summary>Both directions count, as MetaTrader 5 requotes a better price too.</summary>
    public static Refusal? Deviation(Instrument instrument, decimal market, decimal price, decimal? reference, int? points)
    {
        if (points is not { } max) return null;
        if (max is < 0 or > OrderChecks.PointsMax) return new Refusal(Retcode.Invalid, $"Deviation {max} must be from 0 to {OrderChecks.PointsMax} points.");
        if (reference is <= 0 or > OrderChecks.PriceMax) return new Refusal(Retcode.InvalidPrice, $"The reference price {reference} is not a price.");
        var from = reference ?? market;
        if (Math.Abs(price - from) <= max * instrument.Point) return null;
        var retcode = instrument.ExecutionMode is ExecutionMode.Instant or ExecutionMode.Request ? Retcode.Requote : Retcode.PriceChanged;
        return new Refusal(retcode, $"The price is {price}, more than {max} points from {from}.");
    }

    private static Order ToOrder(BrokerSession session, PlaceOrder command, DateTimeOffset? expiresAt) => new()
    {
        Id = command.OrderId,
        ClientOrderId = command.ClientOrderId,
        Symbol = command.Symbol,
        Side = command.Side,
        Type = command.Type,
        Volume = command.Volume,
        Price = command.Price,
        StopLimitPrice = command.StopLimitPrice,
        StopLoss = command.StopLoss,
        TakeProfit = command.TakeProfit,
        TrailingPoints = command.TrailingPoints,
        DeviationPoints = command.DeviationPoints,
        FillPolicy = command.Type == OrderType.Market ? command.FillPolicy : FillPolicy.Return,
        TimeInForce = command.TimeInForce,
        ExpiresAt = expiresAt,
        Comment = command.Comment,
        Reason = command.Reason,
        Copy = command.Copy,
        Status = OrderStatus.Submitted,
        CreatedAt = session.Now,
        UpdatedAt = session.Now,
    };
}
