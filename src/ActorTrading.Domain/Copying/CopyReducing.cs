namespace ActorTrading.Domain;

/// <summary>
/// The leader has closed a part of what the follower has not, or not wholly, entered yet: what still rests for it would enter the
/// part that is closed as well.
/// </summary>
internal static class CopyReducing
{
    /// <summary>Leaves of each resting entry the fraction that the leader keeps. No order's volume can be changed, so another takes its place.</summary>
    /// <param name="leader">The leader's position before, of which <paramref name="remaining"/> lots are left.</param>
    /// <param name="pending">The leader's pending order that closed, whose copies are cancelled already.</param>
    public static Refused? Reduce(CopyCase copy, Position leader, decimal remaining, Guid? pending, string symbol)
    {
        Refused? reduced = null;
        foreach (var order in copy.RestingForPosition(leader.Id, symbol).Where(o => pending is null || o.Copy!.LeaderOrderId != pending).OrderBy(o => o.Id))
        {
            var instrument = copy.Context.FollowerMarket.FindInstrument(order.Symbol);
            var cut = instrument is null ? order.RemainingVolume : Cut(copy, leader, remaining, order, instrument);
            if (cut <= 0)
                continue;
            var origin = order.Copy! with { LeaderSeq = copy.Context.LeaderEntry.Seq };
            copy.Add(new CancelOrder(order.Id) { Reason = DealReason.Copy, Copy = origin });
            var left = order.RemainingVolume - cut;
            if (left > 0 && MayReplace(copy, order, instrument!))
                copy.Add(Again(copy, order, left, origin));
            else
                left = 0m;
            reduced = new(CopyReasons.RestingReduced, $"{left} of {order.RemainingVolume} lots go on resting");
        }
        return reduced;
    }

    private static decimal Cut(CopyCase copy, Position leader, decimal remaining, Order order, Instrument instrument)
    {
        // What the leader's order has still to fill is wanted as before.
        var rests = order.Copy!.LeaderOrderId is { } id && copy.Context.LeaderAfter.Orders.TryGetValue(id, out var same) ? same.RemainingVolume : 0m;
        var whole = leader with { Volume = leader.Volume + rests, PeakVolume = Math.Max(leader.PeakVolume, leader.Volume) + rests };
        return CopyClosing.PartToClose(whole, remaining + rests, order.RemainingVolume, order.FilledVolume == 0 ? order.Volume : null, instrument, byPeak: false);
    }

    /// <summary>
    /// Only where the old order is gone for certain before the new one stands: at a terminal it may fill while the cancellation is
    /// on its way, and one that is frozen cannot be cancelled; two of them would be more than the leader ever had.
    /// </summary>
    private static bool MayReplace(CopyCase copy, Order order, Instrument instrument) =>
        copy.Follower.Kind == AccountKind.Paper && !order.StopTouched
        && !(copy.Context.FollowerMarket.LastQuote(order.Symbol) is { } quote && OrderChecks.IsFrozen(instrument, order.Price ?? 0m, quote.OpenPrice(order.Side)));

    private static PlaceOrder Again(CopyCase copy, Order order, decimal volume, CopyOrigin origin)
    {
        var (orderId, clientOrderId) = copy.NextIds();
        return new PlaceOrder
        {
            OrderId = orderId,
            ClientOrderId = clientOrderId,
            Symbol = order.Symbol,
            Side = order.Side,
            Type = order.Type,
            Volume = volume,
            Price = order.Price,
            StopLimitPrice = order.StopLimitPrice,
            StopLoss = order.StopLoss,
            TakeProfit = order.TakeProfit,
            TrailingPoints = order.TrailingPoints,
            FillPolicy = order.FillPolicy,
            TimeInForce = order.TimeInForce,
            ExpiresAt = order.TimeInForce is TimeInForce.Specified or TimeInForce.SpecifiedDay ? order.ExpiresAt : null,
            Comment = order.Comment,
            Reason = DealReason.Copy,
            Copy = origin,
        };
    }
}
