namespace ActorTrading.Domain;

/// <summary>Changing stops of positions, closing them, and closing one by another.</summary>
internal static class PositionChanges
{
    public static BrokerDecision Modify(BrokerSession session, ModifyPosition command)
    {
        if (OrderChecks.Account(session.State) is { } closed) return closed.ToDecision();
        if (Find(session, command.PositionId) is not { } position) return Gone(command.PositionId);
        if (session.Market.FindInstrument(position.Symbol) is not { } instrument) return Unknown(position.Symbol);
        if (position.StopLoss == command.StopLoss && position.TakeProfit == command.TakeProfit && position.TrailingPoints == command.TrailingPoints)
            return new BrokerDecision(Retcode.NoChanges, "The position has these values already.", []);
        if (OrderChecks.MarketOpen(session, instrument) is { } shut) return shut.ToDecision();
        if (session.TradableQuote(position.Symbol) is not { } quote) return OrderChecks.NoPrice(session, position.Symbol).ToDecision();
        if (OrderChecks.PositionFrozen(instrument, position, quote) is { } frozen) return frozen.ToDecision();

        // A level that stays is not measured again: the market may have come near to it since.
        var refusal = OrderChecks.Stops(instrument, position.Side, quote.ClosePrice(position.Side),
            command.StopLoss == position.StopLoss ? null : command.StopLoss,
            command.TakeProfit == position.TakeProfit ? null : command.TakeProfit,
            command.TrailingPoints);
        if (refusal is not null) return refusal.ToDecision();
        session.Emit(new PositionModified(position.Id, command.StopLoss, command.TakeProfit, command.TrailingPoints, command.Reason));
        return new BrokerDecision(Retcode.Done, $"Position {position.Id} changed.", session.Events);
    }

    public static BrokerDecision Close(BrokerSession session, ClosePosition command)
    {
        if (Placing.Duplicate(session.State, command.ClientOrderId, command.OrderId) is { } earlier) return earlier;
        if (OrderChecks.Account(session.State) is { } closed) return closed.ToDecision();
        if (Placing.Identity(session.State, command.OrderId, command.ClientOrderId) is { } bad) return bad.ToDecision();
        if (Find(session, command.PositionId) is not { } position) return Gone(command.PositionId);
        if (session.Market.FindInstrument(position.Symbol) is not { } instrument) return Unknown(position.Symbol);
        var side = Execution.Opposite(position.Side);
        var volume = command.Volume ?? position.Volume;
        if (OrderChecks.Tradable(instrument, side, opens: false) is { } disabled) return disabled.ToDecision();
        if (volume > position.Volume)
            return new Refusal(Retcode.InvalidCloseVolume, $"{volume} lots cannot be closed: position {position.Id} has {position.Volume}.").ToDecision();
        if (volume != position.Volume && OrderChecks.Volume(instrument, volume) is { } odd) return odd.ToDecision();
        if (OrderChecks.MarketOpen(session, instrument) is { } shut) return shut.ToDecision();
        if (session.TradableQuote(position.Symbol) is not { } quote) return OrderChecks.NoPrice(session, position.Symbol).ToDecision();
        if (OrderChecks.PositionFrozen(instrument, position, quote) is { } frozen) return frozen.ToDecision();

        var price = Execution.MarketPrice(session, instrument, side, quote);
        if (Placing.Deviation(instrument, quote.OpenPrice(side), price, null, command.DeviationPoints) is { } moved) return moved.ToDecision();
        var available = Execution.Available(session, instrument, volume);
        if (available == 0) return new Refusal(Retcode.Reject, $"{volume} lots cannot be closed: none are on offer.").ToDecision();

        session.Emit(new OrderSubmitted(Execution.CloseOrder(command.OrderId, command.ClientOrderId, position, volume, command.Reason, session.Now, command.Copy)));
        if (!Execution.Fill(session, command.OrderId, instrument, available, price, command.Reason))
            return OrderChecks.NoRate(instrument, session.State.Currency).ToDecision();
        if (available < volume) session.Emit(new OrderCancelled(command.OrderId, DealReason.Broker));
        MarginReaction.EndCallWhenFlat(session);
        return new BrokerDecision(available < volume ? Retcode.DonePartial : Retcode.Done,
            $"Closed {available} of {position.Volume} {position.Symbol} at {price}.", session.Events)
        { OrderId = command.OrderId };
    }

    /// <summary>
    /// Two deals at the opposite position's opening price: the first realises the difference on this position, the second closes the
    /// opposite one at its own price, without profit. No commission, as nothing is bought or sold.
    /// </summary>
    public static BrokerDecision CloseBy(BrokerSession session, CloseBy command)
    {
        var state = session.State;
        if (Placing.Duplicate(state, command.ClientOrderId, command.OrderId) is { } earlier) return earlier;
        if (OrderChecks.Account(state) is { } closed) return closed.ToDecision();
        if (Placing.Identity(state, command.OrderId, command.ClientOrderId) is { } bad) return bad.ToDecision();
        if (state.Mode != PositionMode.Hedging) return new Refusal(Retcode.Invalid, "Only a hedging account has positions to close by one another.").ToDecision();
        if (Find(session, command.PositionId) is not { } position) return Gone(command.PositionId);
        if (Find(session, command.OppositePositionId) is not { } opposite) return Gone(command.OppositePositionId);
        if (position.Symbol != opposite.Symbol || position.Side == opposite.Side)
            return new Refusal(Retcode.Invalid,
                $"{position.Side} {position.Symbol} cannot be closed by {opposite.Side} {opposite.Symbol}: they must be opposite positions of one symbol.").ToDecision();
        if (session.Market.FindInstrument(position.Symbol) is not { } instrument) return Unknown(position.Symbol);
        if (OrderChecks.Tradable(instrument, opposite.Side, opens: false) is { } disabled) return disabled.ToDecision();
        if (OrderChecks.MarketOpen(session, instrument) is { } shut) return shut.ToDecision();
        if (ProfitCalculator.Rate(instrument, state.Currency, opposite.OpenPrice, session.Market) is not { } rate)
            return OrderChecks.NoRate(instrument, state.Currency).ToDecision();

        var volume = Math.Min(position.Volume, opposite.Volume);
        var price = opposite.OpenPrice;
        session.Emit(new OrderSubmitted(Execution.CloseOrder(command.OrderId, command.ClientOrderId, position, volume, command.Reason, session.Now,
            command.Copy, opposite.Id)));
        var deal = new Deal
        {
            Id = DeterministicId.ForDeal(command.OrderId, 1),
            OrderId = command.OrderId,
            PositionId = position.Id,
            ByPositionId = opposite.Id,
            Symbol = position.Symbol,
            Side = opposite.Side,
            Entry = DealEntry.OutBy,
            Volume = volume,
            Price = price,
            Profit = Currencies.Round(ProfitCalculator.Gross(instrument, position.Side, volume, position.OpenPrice, price) * rate, state.Currency),
            Swap = Execution.SwapShare(position, volume, state.Currency),
            Reason = command.Reason,
            Time = session.Now,
        };
        session.Emit(new DealExecuted(deal));
        session.Emit(new DealExecuted(deal with
        {
            Id = DeterministicId.ForDeal(command.OrderId, 2),
            PositionId = opposite.Id,
            ByPositionId = position.Id,
            Side = position.Side,
            Profit = 0m,
            Swap = Execution.SwapShare(opposite, volume, state.Currency),
        }));
        MarginReaction.EndCallWhenFlat(session);
        return new BrokerDecision(Retcode.Done, $"Closed {volume} {position.Symbol} of {position.Id} by {opposite.Id}.", session.Events) { OrderId = command.OrderId };
    }

    private static Position? Find(BrokerSession session, Guid id) => session.State.Positions.GetValueOrDefault(id);

    private static BrokerDecision Gone(Guid id) => new(Retcode.PositionClosed, $"There is no open position {id}.", []);

    private static BrokerDecision Unknown(string symbol) => new(Retcode.Invalid, $"Unknown symbol '{symbol}'.", []);
}
