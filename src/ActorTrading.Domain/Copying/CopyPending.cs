namespace ActorTrading.Domain;

/// <summary>The leader's pending orders: placed, changed, cancelled and expired.</summary>
internal static class CopyPending
{
    public static CopyPlan Place(CopyCase copy, Guid orderId)
    {
        var (context, settings) = (copy.Context, copy.Settings);
        if (!context.LeaderBefore.Orders.TryGetValue(orderId, out var order) || !order.IsPending || order.Price is not { } price)
            return CopyPlan.Skip(CopyReasons.NotATradeEvent, "not a pending order");
        if (settings.SkipPendingOrders)
            return CopyPlan.Skip(CopyReasons.PendingSkipped, "the follower enters when the leader's order is filled");
        if (settings.Reverse && order.Type == OrderType.StopLimit)
            return CopyPlan.Skip(CopyReasons.ReversedStopLimit, "no order does the opposite of a stop-limit; the follower enters when it is filled");

        var symbol = copy.MapSymbol(order.Symbol);
        var side = copy.MapSide(order.Side);
        // In netting mode the order will act on the leader's one position in the symbol.
        var leaderNet = context.LeaderBefore.Mode == PositionMode.Netting ? CopyHolding.NetPosition(context.LeaderBefore, order.Symbol) : null;
        var signal = new LeaderSignal(order.Symbol, order.Side, order.Volume, price, leaderNet?.Id ?? order.Id, order.Id, order.StopLoss, order.TakeProfit, order.CreatedAt,
            order.Magic ?? 0, order.Copy);
        if (CopyFilters.Check(copy, signal, symbol, side, anyAge: !settings.Timing.ExpirePendingSignals) is { } filtered)
            return copy.End(filtered);
        if (order.ExpiresAt <= context.Now)
            return CopyPlan.Skip(CopyReasons.LateSignal, $"expired at {order.ExpiresAt:O}");
        if (context.FollowerMarket.FindInstrument(symbol) is not { } instrument)
            return CopyPlan.Skip(CopyReasons.UnknownSymbol, symbol);

        var entry = decimal.Round(price, instrument.Digits);
        var limitPrice = order.StopLimitPrice is { } limit ? decimal.Round(limit, instrument.Digits) : (decimal?)null;
        var (stopLoss, takeProfit) = CopyLevels.Of(settings, instrument, side, entry, order.StopLoss, order.TakeProfit);
        if (CopyOpening.Beyond(side, limitPrice ?? entry, stopLoss, takeProfit) is { } beyond)
            return copy.End(beyond);
        if (CopyOpening.Size(copy, signal, instrument, side, entry, rests: true, ref stopLoss, ref takeProfit, out var volume) is { } refused)
            return copy.End(refused);

        var ids = copy.NextIds();
        copy.Add(new PlaceOrder
        {
            OrderId = ids.OrderId,
            ClientOrderId = ids.ClientOrderId,
            Symbol = symbol,
            Side = side,
            Type = MapType(settings, order.Type),
            Volume = volume,
            Price = entry,
            StopLimitPrice = limitPrice,
            StopLoss = stopLoss,
            TakeProfit = takeProfit,
            FillPolicy = FillPolicy.Return,
            TimeInForce = order.TimeInForce,
            ExpiresAt = order.TimeInForce is TimeInForce.Specified or TimeInForce.SpecifiedDay ? order.ExpiresAt : null,
            Reason = DealReason.Copy,
            Copy = copy.Origin(leaderNet?.Id, order.Id, signal.Source),
        });
        return copy.Copied();
    }

    public static CopyPlan Modify(CopyCase copy, OrderModified change)
    {
        var found = false;
        foreach (var order in copy.RestingForOrder(change.OrderId))
        {
            if (copy.Context.FollowerMarket.FindInstrument(order.Symbol) is not { } instrument)
                continue;
            found = true;
            var price = CopyLevels.Price(instrument, change.Price) ?? order.Price;
            var limit = CopyLevels.Price(instrument, change.StopLimitPrice);
            var (stopLoss, takeProfit) = Levels(copy, instrument, order, price ?? 0m, change.StopLoss, change.TakeProfit);
            var expiresAt = change.TimeInForce is TimeInForce.Specified or TimeInForce.SpecifiedDay ? change.ExpiresAt : null;
            if (price == order.Price && limit == order.StopLimitPrice && stopLoss == order.StopLoss && takeProfit == order.TakeProfit
                && change.TimeInForce == order.TimeInForce && (expiresAt == order.ExpiresAt || change.TimeInForce == TimeInForce.Day))
                continue;
            copy.Add(new ModifyOrder(order.Id, price, limit, stopLoss, takeProfit, order.TrailingPoints, change.TimeInForce, expiresAt)
            {
                Reason = DealReason.Copy,
                Copy = copy.Origin(order.Copy!.LeaderPositionId, order.Copy.LeaderOrderId),
            });
        }
        if (!found)
            return CopyPlan.Skip(CopyReasons.NothingToModify, $"order {change.OrderId} is not held");
        return copy.HasCommands ? copy.Copied() : CopyPlan.Skip(CopyReasons.NoChange, "the follower's order is the wanted one");
    }

    /// <summary>Changes only SL and TP of an order that still rests although the leader's is filled, or that waits for a better price.</summary>
    public static void ChangeLevels(CopyCase copy, Order order, decimal? leaderStopLoss, decimal? leaderTakeProfit)
    {
        if (copy.Context.FollowerMarket.FindInstrument(order.Symbol) is not { } instrument)
            return;
        var (stopLoss, takeProfit) = Levels(copy, instrument, order, order.Price ?? 0m, leaderStopLoss, leaderTakeProfit);
        if (stopLoss == order.StopLoss && takeProfit == order.TakeProfit)
            return;
        copy.Add(new ModifyOrder(order.Id, order.Price, order.StopLimitPrice, stopLoss, takeProfit, order.TrailingPoints, order.TimeInForce,
            order.TimeInForce is TimeInForce.Specified or TimeInForce.SpecifiedDay ? order.ExpiresAt : null)
        {
            Keeps = KeptValues.Price | KeptValues.StopLimitPrice | KeptValues.TrailingPoints | KeptValues.Expiry,
            Reason = DealReason.Copy,
            Copy = copy.Origin(order.Copy!.LeaderPositionId, order.Copy.LeaderOrderId),
        });
    }

    public static CopyPlan Cancel(CopyCase copy, Guid orderId, string what)
    {
        foreach (var order in copy.RestingForOrder(orderId))
            copy.Add(new CancelOrder(order.Id) { Reason = DealReason.Copy, Copy = copy.Origin(order.Copy!.LeaderPositionId, order.Copy.LeaderOrderId) });
        // The follower's order was filled, the leader's never: nothing of the leader's is followed by that position.
        var leaderFilled = copy.Context.LeaderBefore.Orders.TryGetValue(orderId, out var leaderOrder) && leaderOrder.FilledVolume > 0;
        if (!leaderFilled)
        {
            var orphaned = 0m;
            foreach (var holding in copy.Holdings)
            {
                if (holding.LeaderOrderId != orderId)
                    continue;
                orphaned += holding.Volume;
                CopyClosing.AddClose(copy, holding, holding.Volume);
            }
            if (orphaned > 0)
                return copy.Copied(CopyReasons.OrphanedFillClosed, $"{orphaned} lots were filled for an order that the leader's was {what} of");
        }
        return copy.HasCommands ? copy.Copied() : CopyPlan.Skip(CopyReasons.NothingToCancel, $"order {orderId} is not held");
    }

    private static (decimal?, decimal?) Levels(CopyCase copy, Instrument instrument, Order order, decimal entry, decimal? leaderStopLoss, decimal? leaderTakeProfit)
    {
        // A pending order's fixed distances move with its price, and so does a stop-loss that the link's limits have put there.
        var stops = copy.Settings.Stops;
        var moved = copy.Settings.Limits.MaxTradeRisk is not null || stops.MaxStopLossPips is not null ? entry - (order.Price ?? entry) : 0m;
        var current = CopyLevels.Price(instrument, order.StopLoss + moved);
        var (stopLoss, takeProfit) = CopyLevels.Changed(copy.Settings, instrument, order.Side, entry, leaderStopLoss, leaderTakeProfit, current, order.TakeProfit);
        stopLoss = CopyLimits.MovedStop(copy, instrument, order.Side, entry, order.RemainingVolume, current, stopLoss);
        if (stops.FixedStopLossPips is { } fixedStop)
            stopLoss = CopyLevels.Price(instrument, CopyLevels.Away(instrument, order.Side, entry, -fixedStop));
        if (stops.FixedTakeProfitPips is { } fixedTarget)
            takeProfit = CopyLevels.Price(instrument, CopyLevels.Away(instrument, order.Side, entry, fixedTarget));
        return (stopLoss, takeProfit);
    }

    private static OrderType MapType(LinkSettings settings, OrderType type) => (settings.Reverse, type) switch
    {
        (true, OrderType.Limit) => OrderType.Stop,
        (true, OrderType.Stop) => OrderType.Limit,
        _ => type,
    };
}
