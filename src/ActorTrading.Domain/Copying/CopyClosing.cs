namespace ActorTrading.Domain;

/// <summary>Leaving what the leader has left.</summary>
internal static class CopyClosing
{
    /// <summary>Closes the fraction that the leader has closed, and with its last part everything, resting orders included.</summary>
    public static Refused? Close(CopyCase copy, Deal deal, decimal closed, Guid leaderPositionId)
    {
        var context = copy.Context;
        var symbol = copy.MapSymbol(deal.Symbol);
        var before = context.LeaderBefore.Positions.GetValueOrDefault(leaderPositionId);
        var remaining = before is null ? 0m : Math.Max(0m, before.Volume - closed);
        // In netting mode a pending order can close. Its copy may have been filled by itself, or not yet.
        var pending = context.LeaderBefore.Orders.TryGetValue(deal.OrderId, out var order) && order.IsPending ? order.Id : (Guid?)null;
        CancelResting(copy, pending, remaining == 0 ? leaderPositionId : null, symbol);
        var reduced = remaining > 0 ? CopyReducing.Reduce(copy, before!, remaining, pending, symbol) : null;

        var held = new List<CopyHolding>(copy.Holdings.Count);
        foreach (var holding in copy.Holdings)
        {
            if (pending is not null && holding.LeaderOrderId == pending)
                AddClose(copy, holding, holding.Volume);
            else if (holding.Follows(context, leaderPositionId, symbol))
                held.Add(holding);
        }
        if (held.Count == 0)
            return copy.HasCommands ? reduced : new(CopyReasons.NothingToClose, $"position {leaderPositionId} is not held");

        var (total, peak) = (held.Sum(h => h.Volume), held.Sum(h => h.PeakVolume));
        if (remaining == 0)
        {
            Spread(copy, held, total, 0m);
            return null;
        }
        if (context.FollowerMarket.FindInstrument(held[0].Symbol) is not { } instrument)
            return new(CopyReasons.UnknownSymbol, held[0].Symbol);
        // Only in netting mode can the copy of a pending order have closed a part; in hedging mode it has opened the opposite, closed above.
        var closedItself = pending is not null && copy.Follower.Mode == PositionMode.Netting;
        var comparable = held.Count == 1 && (context.LeaderBefore.Mode == PositionMode.Hedging || copy.Follower.Mode == PositionMode.Netting);
        var volume = PartToClose(before!, remaining, total, comparable ? peak : null, instrument, closedItself);
        if (volume <= 0)
        {
            return pending is not null
                ? new(CopyReasons.FollowsPending, "the follower's own order has closed its part")
                : new(CopyReasons.CloseRoundsToZero, $"{closed} of {before!.Volume} lots at the leader is less than half a step of {total}");
        }
        Spread(copy, held, volume, instrument.VolumeMin);
        return volume == total ? new(CopyReasons.ClosedWhole, $"{total} lots would leave less than the least of {instrument.VolumeMin}") : reduced;
    }

    private static void CancelResting(CopyCase copy, Guid? pending, Guid? closedPosition, string symbol)
    {
        IEnumerable<Order> resting = pending is { } order ? copy.RestingForOrder(order) : [];
        if (closedPosition is { } position)
            resting = resting.Union(copy.RestingForPosition(position, symbol));
        foreach (var rests in resting.OrderBy(o => o.Id))
            copy.Add(new CancelOrder(rests.Id) { Reason = DealReason.Copy, Copy = copy.Origin(rests.Copy!.LeaderPositionId, rests.Copy.LeaderOrderId) });
    }

    /// <summary>
    /// How much to close so that the follower keeps what the leader keeps. Measured against the peaks, so that many small
    /// closings do not add up their roundings; against the present volumes where the follower's is not what it should have been
    /// (a trade by hand, an addition that was not copied). To the nearest step, a tie closes more; a rest below the least volume is closed too.
    /// </summary>
    /// <param name="peak">The largest volume that the follower has held; null where its history is not the leader's: several positions for one, or one that is a part of it.</param>
    /// <param name="byPeak">The follower may have closed its part already, so only the peaks tell.</param>
    internal static decimal PartToClose(Position leader, decimal remaining, decimal held, decimal? peak, Instrument instrument, bool byPeak)
    {
        var leaderPeak = Math.Max(leader.PeakVolume, leader.Volume);
        var keep = peak is { } most && (byPeak || held == NearestOrLess(most * leader.Volume / leaderPeak, instrument.VolumeStep))
            ? most * remaining / leaderPeak
            : held * remaining / leader.Volume;
        var volume = VolumeMath.Nearest(held - Math.Min(keep, held), instrument.VolumeStep);
        return volume > 0 && held - volume < instrument.VolumeMin ? held : Math.Min(volume, held);
    }

    private static decimal NearestOrLess(decimal volume, decimal step) => decimal.Ceiling(volume / step - 0.5m) * step;

    /// <summary>The oldest first; a position that would be left with less than the least volume is closed whole.</summary>
    private static void Spread(CopyCase copy, List<CopyHolding> held, decimal volume, decimal min)
    {
        var left = volume;
        foreach (var holding in held)
        {
            if (left <= 0)
                break;
            var part = Math.Min(left, holding.Volume);
            if (holding.Volume - part < min)
                part = holding.Volume;
            left -= part;
            AddClose(copy, holding, part);
        }
    }

    /// <summary>Closes part of a holding, or all of it; in several orders where it is more than one may trade.</summary>
    public static void AddClose(CopyCase copy, in CopyHolding holding, decimal volume)
    {
        var instrument = copy.Context.FollowerMarket.FindInstrument(holding.Symbol);
        var filling = instrument is null ? FillPolicy.FillOrKill : CopyOpening.Filling(instrument);
        var origin = copy.Origin(holding.LeaderPositionId, holding.LeaderOrderId);
        foreach (var part in CopyExit.PartsOf(volume, instrument))
        {
            var (orderId, clientOrderId) = copy.NextIds();
            copy.Add(copy.Exit.Of(holding, part, orderId, clientOrderId, origin, filling));
        }
    }
}
