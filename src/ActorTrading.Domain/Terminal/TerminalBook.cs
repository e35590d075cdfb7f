namespace ActorTrading.Domain;

/// <summary>
/// The rules of an account that trades at a terminal: which commands are written down before they are sent, and what an
/// observation at the terminal means for the ledger. Pure; observing the same fact twice yields nothing the second time.
/// </summary>
public static partial class TerminalBook
{
    /// <summary>Decides a command: the events to make durable before anything is sent, or the refusal.</summary>
    /// <param name="tradingDay">Whose end orders for the day have; null for New York's.</param>
    /// <param name="limits">What may wait for the terminal; null for the default.</param>
    public static BrokerDecision Decide(AccountState state, TradeCommand command, Instrument? instrument, DateTimeOffset now, TradingDay? tradingDay = null, TerminalLimits? limits = null) => command switch
    {
        PlaceOrder c => Place(state, c, instrument, now, tradingDay ?? TradingDay.NewYork, limits ?? TerminalLimits.Default),
        ClosePosition c => Close(state, c, instrument, now),
        ModifyPosition c => Modify(state, Kept.Resolve(c, state), instrument, limits ?? TerminalLimits.Default),
        ModifyOrder c => Modify(state, Kept.Resolve(c, state), now, tradingDay ?? TradingDay.NewYork, limits ?? TerminalLimits.Default),
        CancelOrder c => Cancel(state, c),
        CloseBy => Refuse(Retcode.Invalid, "This terminal's protocol has no close-by; close each position instead."),
        AdjustBalance => Refuse(Retcode.Invalid, "The balance of an account at a terminal is the broker's to change."),
        _ => Refuse(Retcode.Invalid, $"Unknown command {command.GetType().Name}."),
    };

    private static BrokerDecision Place(AccountState state, PlaceOrder c, Instrument? instrument, DateTimeOffset now, TradingDay tradingDay, TerminalLimits limits)
    {
        if (Repeated(state, c.ClientOrderId, c.OrderId) is { } repeated)
        {
            return repeated;
        }

        if (OrderChecks.InTime(c, now) is { } late)
        {
            return late.ToDecision();
        }

        if (CheckVolume(c.Volume, instrument, c.Symbol) is { } refusal)
        {
            return refusal;
        }

        if (c.Type == OrderType.StopLimit)
        {
            return Refuse(Retcode.InvalidOrder, "This terminal's protocol has no stop-limit orders.");
        }

        if (c.Type == OrderType.Market ? c.Price is not null : c.Price is not > 0m)
        {
            return Refuse(Retcode.InvalidPrice, c.Type == OrderType.Market ? "A market order has no price." : $"A {c.Type} order needs a price above zero.");
        }

        if (CheckTrailing(c.TrailingPoints, instrument, c.Side) is { } distance)
        {
            return distance;
        }

        var (expiresAt, over) = c.Type == OrderType.Market ? (c.ExpiresAt, null) : OrderChecks.Expiry(tradingDay, now, c.TimeInForce, c.ExpiresAt);
        if (over is not null)
        {
            return over.ToDecision();
        }

        if (limits.Opening(state, c) is { } full)
        {
            return full.ToDecision();
        }

        return Submit(state, new Order
        {
            Id = c.OrderId,
            ClientOrderId = c.ClientOrderId,
            Symbol = c.Symbol,
            Side = c.Side,
            Type = c.Type,
            Volume = c.Volume,
            Price = c.Price,
            StopLoss = c.StopLoss,
            TakeProfit = c.TakeProfit,
            TrailingPoints = c.TrailingPoints,
            DeviationPoints = c.DeviationPoints,
            WorstPrice = Worst(c, instrument!),
            FillPolicy = c.FillPolicy,
            TimeInForce = c.TimeInForce,
            ExpiresAt = expiresAt,
            NotAfter = c.NotAfter,
            Comment = c.Comment,
            Reason = c.Reason,
            Copy = c.Copy,
            Status = OrderStatus.Submitted,
            CreatedAt = now,
            UpdatedAt = now,
        });
    }

    /// <summary>The price that a market order's deviation leads to; null where it bounds none.</summary>
    private static decimal? Worst(PlaceOrder c, Instrument instrument) =>
        c is { Type: OrderType.Market, DeviationPoints: { } points, ReferencePrice: { } reference }
            ? reference + (c.Side == Side.Buy ? points : -points) * instrument.Point
            : null;

    private static BrokerDecision Modify(AccountState state, ModifyPosition c, Instrument? instrument, TerminalLimits limits)
    {
        if (!state.Positions.TryGetValue(c.PositionId, out var position))
        {
            return Refuse(Retcode.PositionClosed, $"There is no open position {c.PositionId}.");
        }

        if (c.TrailingPoints != position.TrailingPoints && CheckTrailing(c.TrailingPoints, instrument, position.Side) is { } refusal)
        {
            return refusal;
        }

        // With another change on its way the position does not stay as it is, and what that brings would be the last word. A stop that trails is
        // not meant: nobody asked for it to be put back, and it leaves the distance alone.
        var isUnderWay = state.Requests.Values.Any(r => r.PositionId == c.PositionId && !r.OnlyTightens);
        if (c.StopLoss == position.StopLoss && c.TakeProfit == position.TakeProfit && !isUnderWay)
        {
            // Trailing is done from here: the terminal has nothing to change.
            return c.TrailingPoints == position.TrailingPoints
                ? new BrokerDecision(Retcode.NoChanges, "The position has this stop loss and take profit already.", [])
                : new BrokerDecision(Retcode.Done, $"Position {c.PositionId} changed.", [new PositionModified(c.PositionId, c.StopLoss, c.TakeProfit, c.TrailingPoints, c.Reason)]);
        }

        if (c.Copy is null && limits.Change(state, c.PositionId) is { } full)
        {
            return full.ToDecision();
        }

        return Ask(c, new TerminalRequest
        {
            Id = DeterministicId.Create(c.PositionId, $"modify:{state.Seq}"),
            Kind = TerminalRequestKind.ModifyPosition,
            PositionId = c.PositionId,
            StopLoss = c.StopLoss,
            TakeProfit = c.TakeProfit,
            TrailingPoints = c.TrailingPoints,
            AfterSeq = state.Seq,
            Copy = c.Copy,
        });
    }

    private static BrokerDecision Modify(AccountState state, ModifyOrder c, DateTimeOffset now, TradingDay tradingDay, TerminalLimits limits)
    {
        if (Resting(state, c.OrderId) is not { } order)
        {
            return Refuse(Retcode.InvalidOrder, $"There is no resting order {c.OrderId}.");
        }

        var (expiresAt, over) = c.TimeInForce == order.TimeInForce && c.ExpiresAt == order.ExpiresAt
            ? (order.ExpiresAt, null)
            : OrderChecks.Expiry(tradingDay, now, c.TimeInForce, c.ExpiresAt);
        if (over is not null)
        {
            return over.ToDecision(order.Id);
        }

        var ours = c.TrailingPoints != order.TrailingPoints || c.TimeInForce != order.TimeInForce || expiresAt != order.ExpiresAt;
        if (ours && c.Price == order.Price && c.StopLoss == order.StopLoss && c.TakeProfit == order.TakeProfit && !state.Requests.Values.Any(r => r.OrderId == order.Id))
        {
            // Its end is kept from here, and so is trailing: the terminal has nothing to change.
            return new BrokerDecision(Retcode.Done, $"Order {order.Id} changed.",
                [new OrderModified(order.Id, order.Price, order.StopLimitPrice, order.StopLoss, order.TakeProfit, c.TrailingPoints, c.TimeInForce, expiresAt)]) { OrderId = order.Id };
        }

        if (c.Copy is null && limits.Change(state, c.OrderId) is { } full)
        {
            return full.ToDecision(order.Id);
        }

        return Ask(c, new TerminalRequest
        {
            Id = DeterministicId.Create(c.OrderId, $"modify:{state.Seq}"),
            Kind = TerminalRequestKind.ModifyOrder,
            OrderId = c.OrderId,
            Price = c.Price,
            StopLoss = c.StopLoss,
            TakeProfit = c.TakeProfit,
            TrailingPoints = c.TrailingPoints,
            TimeInForce = c.TimeInForce,
            ExpiresAt = expiresAt,
            AfterSeq = state.Seq,
            Copy = c.Copy,
        });
    }

    /// <summary>One cancellation at a time is enough; a link's own goes beside its user's, as the link is told what becomes of it.</summary>
    private static BrokerDecision Cancel(AccountState state, CancelOrder c)
    {
        if (Resting(state, c.OrderId) is null)
        {
            if (!state.Orders.TryGetValue(c.OrderId, out var order) || order.Status != OrderStatus.Submitted)
            {
                return Refuse(Retcode.InvalidOrder, $"There is no resting order {c.OrderId}.");
            }

            if (!MayBeTakenBack(order, c))
            {
                return Refuse(Retcode.InvalidOrder, $"Order {c.OrderId} is being executed.");
            }

            if (!state.IsReconciled)
            {
                // Nothing is sent before the first comparison of the books, and this terminal may never be there.
                return new BrokerDecision(Retcode.Done, $"Order {c.OrderId} is cancelled before it was sent.", TakeBack(state, c.OrderId)) { OrderId = c.OrderId };
            }
        }

        foreach (var (_, request) in state.Requests)
        {
            if (request.Kind == TerminalRequestKind.CancelOrder && request.OrderId == c.OrderId && (c.Copy is null || c.Copy.LinkId == request.Copy?.LinkId))
            {
                return new BrokerDecision(Retcode.Placed, $"A cancellation of order {c.OrderId} is under way.", []) { OrderId = c.OrderId };
            }
        }

        return Ask(c, new TerminalRequest
        {
            Id = DeterministicId.Create(c.OrderId, $"cancel:{state.Seq}"),
            Kind = TerminalRequestKind.CancelOrder,
            OrderId = c.OrderId,
            AfterSeq = state.Seq,
            Copy = c.Copy,
        });
    }

    private static BrokerDecision Close(AccountState state, ClosePosition c, Instrument? instrument, DateTimeOffset now)
    {
        if (Repeated(state, c.ClientOrderId, c.OrderId) is { } repeated)
        {
            return repeated;
        }

        if (!state.Positions.TryGetValue(c.PositionId, out var position))
        {
            return Refuse(Retcode.PositionClosed, $"There is no open position {c.PositionId}.");
        }

        // A person can ask again when the first close has its outcome. A copy is decided once, so it waits in file behind it.
        var underWay = state.Orders.Values.Where(o => o.ClosesPositionId == c.PositionId && o.Status == OrderStatus.Submitted).Sum(o => o.RemainingVolume);
        if (underWay > 0m && c.Copy is null)
        {
            return Refuse(Retcode.CloseOrderExist, $"A close of position {c.PositionId} is under way.");
        }

        // Where all of it is being closed, that may still come to nothing.
        var volume = c.Volume ?? (underWay < position.Volume ? position.Volume - underWay : position.Volume);
        if (volume > position.Volume)
        {
            return Refuse(Retcode.InvalidCloseVolume, $"The position has {position.Volume} lots; {volume} cannot be closed.");
        }

        if (volume != position.Volume && CheckVolume(volume, instrument, position.Symbol) is { } refusal)
        {
            return refusal;
        }

        return Submit(state, new Order
        {
            Id = c.OrderId,
            ClientOrderId = c.ClientOrderId,
            Symbol = position.Symbol,
            Side = position.Side == Side.Buy ? Side.Sell : Side.Buy,
            Type = OrderType.Market,
            Volume = volume,
            DeviationPoints = c.DeviationPoints,
            ClosesPositionId = position.Id,
            Reason = c.Reason,
            Copy = c.Copy,
            Status = OrderStatus.Submitted,
            CreatedAt = now,
            UpdatedAt = now,
        });
    }

    private static Order? Resting(AccountState state, Guid orderId) =>
        state.Orders.TryGetValue(orderId, out var order) && order.Status is OrderStatus.Placed or OrderStatus.PartiallyFilled ? order : null;

    private static BrokerDecision? CheckVolume(decimal volume, Instrument? instrument, string symbol)
    {
        if (instrument is null)
        {
            return Refuse(Retcode.Invalid, $"The symbol {symbol} is not known.");
        }

        if (volume < instrument.VolumeMin || volume > instrument.VolumeMax || volume % instrument.VolumeStep != 0m)
        {
            return Refuse(Retcode.InvalidVolume,
                $"The volume {volume} is not between {instrument.VolumeMin} and {instrument.VolumeMax} in steps of {instrument.VolumeStep}.");
        }

        return null;
    }

    private static BrokerDecision? CheckTrailing(int? points, Instrument? instrument, Side side) =>
        points is null ? null
        : instrument is null ? Refuse(Retcode.Invalid, "A trailing stop needs a symbol whose specification is known.")
        : OrderChecks.Stops(instrument, side, 0m, null, null, points)?.ToDecision();

    /// <summary>The answer to a client order id that was used before, or to an id that cannot be one or is another order's.</summary>
    private static BrokerDecision? Repeated(AccountState state, string clientOrderId, Guid orderId) =>
        Placing.Earlier(state, clientOrderId, orderId) is { } earlier
            ? new BrokerDecision(earlier.Retcode ?? Retcode.Placed, $"The client order id {clientOrderId} was sent before.", [])
            {
                OrderId = earlier.OrderId,
                IsDuplicate = true,
            }
            : ClientOrderIds.WhyNot(clientOrderId, orderId) is { } why ? Refuse(Retcode.Invalid, why)
            : state.Orders.ContainsKey(orderId) ? Refuse(Retcode.InvalidOrder, $"Order id {orderId} is already in use with another client order id.")
            : null;

    private static BrokerDecision Submit(AccountState state, Order order) =>
        new(Retcode.Placed, "Sent to the terminal.", [new OrderSubmitted(order with { AfterSeq = state.Seq })]) { OrderId = order.Id };

    private static BrokerDecision Ask(TradeCommand command, TerminalRequest request) =>
        new(Retcode.Placed, $"{command.GetType().Name} sent to the terminal.", [new RequestSubmitted(request)]);

    private static BrokerDecision Refuse(Retcode retcode, string message) => new(retcode, message, []);
}
