namespace ActorTrading.Domain;

/// <summary>What a quote does to the account's positions and orders in its symbol.</summary>
internal static class QuoteReaction
{
    public static void React(BrokerSession session, in Quote quote)
    {
        if (session.Market.FindInstrument(quote.Symbol) is not { } instrument) return;
        if (!instrument.Schedule.IsOpen(session.At)) return;
        // Risk is taken away before new risk is taken on.
        CloseAtLevels(session, instrument, quote);
        TriggerOrders(session, instrument, quote);
        Trail(session, instrument, quote);
    }

    // A quote may be reacted to late, and never reaches what was made after it came.
    private static bool WasThere(BrokerSession session, Position position) => position.OpenedAt <= session.At;

    /// <summary>Whether something was opened or enlarged after the quote came.</summary>
    public static bool HasGrownSince(BrokerSession session)
    {
        foreach (var (_, position) in session.State.Positions)
            if ((position.GrownAt ?? position.OpenedAt) > session.At) return true;
        return false;
    }

    public static int Oldest(Order a, Order b) => a.CreatedAt != b.CreatedAt ? a.CreatedAt.CompareTo(b.CreatedAt) : a.Id.CompareTo(b.Id);

    private static int Oldest(Position a, Position b) => a.OpenedAt != b.OpenedAt ? a.OpenedAt.CompareTo(b.OpenedAt) : a.Id.CompareTo(b.Id);

    private static void CloseAtLevels(BrokerSession session, Instrument instrument, in Quote quote)
    {
        List<Position>? hit = null;
        foreach (var (_, p) in session.State.Positions)
            if (p.Symbol == quote.Symbol && WasThere(session, p) && (OrderTrigger.StopLossOf(p)?.IsHit(quote) == true || OrderTrigger.TakeProfitOf(p)?.IsHit(quote) == true))
                (hit ??= []).Add(p);
        if (hit is null) return;
        hit.Sort(Oldest);
        foreach (var p in hit)
        {
            // A stop loss is a market order: a gap fills it at the market. A take profit is filled at the market only when that is as
            // good or better, which a hit says.
            var stop = OrderTrigger.StopLossOf(p)?.IsHit(quote) == true;
            Execution.CloseByServer(session, p, instrument, quote, stop ? DealReason.StopLoss : DealReason.TakeProfit, atMarket: stop);
        }
    }

    private static void TriggerOrders(BrokerSession session, Instrument instrument, in Quote quote)
    {
        List<Order>? hit = null;
        foreach (var (_, o) in session.State.Orders)
            if (o.Symbol == quote.Symbol && o.Status != OrderStatus.Submitted && o.CreatedAt <= session.At && OrderTrigger.Of(o).IsHit(quote)) (hit ??= []).Add(o);
        if (hit is null) return;
        hit.Sort(Oldest);
        foreach (var o in hit) TriggerOrder(session, instrument, o, quote);
    }

    private static void TriggerOrder(BrokerSession session, Instrument instrument, Order order, in Quote quote)
    {
        if (order.Type == OrderType.StopLimit && !order.StopTouched)
        {
            // The limit lies on the other side of the stop, so that this same quote cannot reach it.
            session.Emit(new OrderStopTouched(order.Id, quote.OpenPrice(order.Side)));
            return;
        }
        var volume = Execution.Available(session, instrument, order.RemainingVolume);
        if (volume == 0) return;
        var limit = order.Type == OrderType.Limit || order.StopTouched;
        var price = limit ? quote.OpenPrice(order.Side) : Execution.MarketPrice(session, instrument, order.Side, quote);
        var reason = order is { Type: not OrderType.Market, Reason: DealReason.Client } ? DealReason.Pending : order.Reason;
        var refusal = Placing.StillAllowed(session, instrument, order)
            ?? Placing.MoneyFor(session, instrument, order.Id, volume, price, reason);
        if (refusal is null or { Retcode: Retcode.PriceOff }) return; // Without a rate it waits for one.

        // What was filled before stays; the rest has no future.
        session.Emit(order.FilledVolume > 0 ? new OrderCancelled(order.Id, DealReason.Broker) : new OrderRejected(order.Id, refusal.Retcode, refusal.Message));
    }

    private static void Trail(BrokerSession session, Instrument instrument, in Quote quote)
    {
        List<Position>? moved = null;
        foreach (var (_, p) in session.State.Positions)
            if (p.Symbol == quote.Symbol && WasThere(session, p) && OrderTrigger.TrailingOf(p, instrument, session.Settings)?.IsHit(quote) == true) (moved ??= []).Add(p);
        if (moved is null) return;
        moved.Sort(Oldest);
        foreach (var p in moved)
        {
            var distance = p.TrailingPoints!.Value * instrument.Point;
            var stop = decimal.Round(p.Side == Side.Buy ? quote.Bid - distance : quote.Ask + distance, instrument.Digits);
            if (stop > 0) session.Emit(new PositionModified(p.Id, stop, p.TakeProfit, p.TrailingPoints, DealReason.TrailingStop));
        }
    }
}
