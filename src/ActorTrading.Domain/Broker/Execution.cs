namespace ActorTrading.Domain;

/// <summary>Turns fills into deals: what a fill does to the account's positions in hedging and netting mode, and the money of it.</summary>
internal static class Execution
{
    /// <summary>The price of a market fill: the quote's, made worse by the slippage.</summary>
    public static decimal MarketPrice(BrokerSession session, Instrument instrument, Side side, in Quote quote)
    {
        var slippage = session.Settings.SlippagePoints * instrument.Point;
        return Math.Max(instrument.Point, side == Side.Buy ? quote.Ask + slippage : quote.Bid - slippage);
    }

    /// <summary>Lots of <paramref name="volume"/> that can be filled at this quote, on the volume step.</summary>
    public static decimal Available(BrokerSession session, Instrument instrument, decimal volume)
    {
        if (session.Settings.LiquidityLots is not { } lots || lots >= volume) return volume;
        return Math.Max(0m, Math.Floor(lots / instrument.VolumeStep) * instrument.VolumeStep);
    }

    /// <summary>
    /// Fills a live order, wholly or partly. False, with nothing done, where a conversion rate for the money is missing.
    /// </summary>
    public static bool Fill(BrokerSession session, Guid orderId, Instrument instrument, decimal volume, decimal price, DealReason reason)
    {
        var order = session.State.Orders[orderId];
        var target = TargetOf(session.State, order);
        if (target is null || target.Side == order.Side)
        {
            var id = target?.Id ?? (order.Fills == 0 ? order.Id : DeterministicId.ForDeal(order.Id, order.Fills + 1));
            return Enter(session, order, instrument, id, volume, price, reason);
        }
        if (volume <= target.Volume) return Leave(session, order, instrument, target, volume, price, reason, DealEntry.Out);
        if (order.Fills == 0) return Leave(session, order, instrument, target, volume, price, reason, DealEntry.InOut);

        // The id of an order that filled before may name a position of the past, so that its reversal is written as two deals.
        var (state, mark) = (session.State, session.EventCount);
        if (Leave(session, order, instrument, target, target.Volume, price, reason, DealEntry.Out)
            && Fill(session, orderId, instrument, volume - target.Volume, price, reason)) return true;
        session.RollBack(state, mark);
        return false;
    }

    private static Position? TargetOf(AccountState state, Order order)
    {
        if (order.ClosesPositionId is { } id) return state.Positions[id];
        if (state.Mode == PositionMode.Hedging) return order.Fills > 0 ? state.Positions.GetValueOrDefault(order.Id) : null;
        return PositionIn(state, order.Symbol);
    }

    /// <summary>The position of a netting account in a symbol.</summary>
    public static Position? PositionIn(AccountState state, string symbol)
    {
        foreach (var (_, position) in state.Positions)
            if (position.Symbol == symbol) return position;
        return null;
    }

    private static bool Enter(BrokerSession session, Order order, Instrument instrument, Guid positionId, decimal volume, decimal price, DealReason reason)
    {
        if (MarginCalculator.Rate(instrument, session.State.Currency, price, session.Market) is not { } marginRate) return false;
        session.Emit(new DealExecuted(new Deal
        {
            Id = DeterministicId.ForDeal(order.Id, order.Fills + 1),
            OrderId = order.Id,
            PositionId = positionId,
            Symbol = order.Symbol,
            Side = order.Side,
            Entry = DealEntry.In,
            Volume = volume,
            Price = price,
            Commission = Commission(session, instrument, volume),
            Reason = reason,
            MarginRate = marginRate,
            Time = session.Now,
        }));
        return true;
    }

    private static bool Leave(BrokerSession session, Order order, Instrument instrument, Position position, decimal volume, decimal price,
        DealReason reason, DealEntry entry)
    {
        var currency = session.State.Currency;
        if (ProfitCalculator.Rate(instrument, currency, price, session.Market) is not { } rate
            || MarginCalculator.Rate(instrument, currency, price, session.Market) is not { } marginRate) return false;
        var closed = Math.Min(volume, position.Volume);
        session.Emit(new DealExecuted(new Deal
        {
            Id = DeterministicId.ForDeal(order.Id, order.Fills + 1),
            OrderId = order.Id,
            PositionId = position.Id,
            Symbol = order.Symbol,
            Side = order.Side,
            Entry = entry,
            Volume = volume,
            Price = price,
            Profit = Currencies.Round(ProfitCalculator.Gross(instrument, position.Side, closed, position.OpenPrice, price) * rate, currency),
            Commission = Commission(session, instrument, volume),
            Swap = SwapShare(position, closed, currency),
            Reason = reason,
            MarginRate = marginRate,
            Time = session.Now,
        }));
        return true;
    }

    public static decimal Commission(BrokerSession session, Instrument instrument, decimal volume) =>
        instrument.CommissionPerLot == 0 ? 0m : -Currencies.Round(instrument.CommissionPerLot * volume, session.State.Currency);

    /// <summary>The swap that closing <paramref name="volume"/> lots realises; the last part takes the rest, so that nothing is lost to rounding.</summary>
    public static decimal SwapShare(Position position, decimal volume, string currency) =>
        volume == position.Volume ? position.Swap : Currencies.Round(position.Swap * volume / position.Volume, currency);

    /// <summary>
    /// An order of the broker itself that closes a position at the market: submitted and filled. False, with nothing done, where it
    /// cannot be filled now. Its id is a function of the position, the reason and the state, so that a repetition makes the same one.
    /// </summary>
    public static bool CloseByServer(BrokerSession session, Position position, Instrument instrument, in Quote quote, DealReason reason, bool atMarket)
    {
        var side = Opposite(position.Side);
        var volume = Available(session, instrument, position.Volume);
        if (volume == 0) return false;
        var (state, mark) = (session.State, session.EventCount);
        var orderId = DeterministicId.Create(position.Id, $"{reason}:{state.Seq}");
        session.Emit(new OrderSubmitted(CloseOrder(orderId, ClientOrderIds.ForServer(orderId), position, volume, reason, session.Now)));
        var price = atMarket ? MarketPrice(session, instrument, side, quote) : quote.OpenPrice(side);
        if (Fill(session, orderId, instrument, volume, price, reason)) return true;
        session.RollBack(state, mark);
        return false;
    }

    public static Order CloseOrder(Guid orderId, string clientOrderId, Position position, decimal volume, DealReason reason, DateTimeOffset now,
        CopyOrigin? copy = null, Guid? closeBy = null) => new()
    {
        Id = orderId,
        ClientOrderId = clientOrderId,
        Symbol = position.Symbol,
        Side = Opposite(position.Side),
        Type = OrderType.Market,
        Volume = volume,
        FillPolicy = FillPolicy.ImmediateOrCancel,
        ClosesPositionId = position.Id,
        CloseByPositionId = closeBy,
        Reason = reason,
        Copy = copy,
        Status = OrderStatus.Submitted,
        CreatedAt = now,
        UpdatedAt = now,
    };

    public static Side Opposite(Side side) => side == Side.Buy ? Side.Sell : Side.Buy;
}
