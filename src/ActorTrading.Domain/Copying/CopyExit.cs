namespace ActorTrading.Domain;

/// <summary>The commands of one plan that leave holdings: what the ones before have done to a symbol's position decides about the next.</summary>
internal sealed class CopyExit(AccountState follower)
{
    /// <summary>Orders in which a plan leaves one holding, at most: what is left then, the watch closes.</summary>
    private const int PartsMax = 100;

    // Netting only, by symbol.
    private Dictionary<string, Traded>? _traded;

    /// <summary>What the plan's closings so far do in a symbol.</summary>
    /// <param name="Lots">Bought, or below zero sold.</param>
    /// <param name="Ended">The position that the account has comes to its end on the way: what is there then is another.</param>
    private readonly record struct Traded(decimal Lots, bool Ended);

    /// <summary>The volumes of the orders that trade this one.</summary>
    /// <param name="instrument">Null where it is not known: then one.</param>
    public static IEnumerable<decimal> PartsOf(decimal volume, Instrument? instrument)
    {
        for (var parts = 0; volume > 0 && parts < PartsMax; parts++)
        {
            var part = VolumeMath.FirstPart(volume, instrument);
            yield return part;
            volume -= part;
        }
    }

    /// <param name="volume">No more than one order may trade: see <see cref="PartsOf"/>.</param>
    public TradeCommand Of(in CopyHolding holding, decimal volume, Guid orderId, string clientOrderId, CopyOrigin origin, FillPolicy filling)
    {
        // In hedging mode a holding is a position, and a plan leaves each once: whole, or in parts that say how much.
        if (follower.Mode == PositionMode.Hedging)
            return new ClosePosition(orderId, clientOrderId, holding.PositionId, volume == holding.Volume ? null : volume) { Reason = DealReason.Copy, Copy = origin };

        var net = CopyHolding.NetPosition(follower, holding.Symbol);
        var direction = holding.Side == Side.Buy ? 1m : -1m;
        var before = default(Traded);
        var isFirst = _traded is null || !_traded.TryGetValue(holding.Symbol, out before);
        var lots = before.Lots - volume * direction;
        (_traded ??= [])[holding.Symbol] = new Traded(lots, before.Ended || net is null || net.Volume + (net.Side == Side.Buy ? lots : -lots) <= 0);
        var isThere = net is not null && !before.Ended;
        // At a terminal nothing of the plan is done yet: no more can be closed than there is now.
        var available = isThere && net!.Side == holding.Side ? net.Volume + Math.Min(0m, before.Lots * direction) : 0m;
        // "All that is left" is only this holding's where nothing before can be refused or filled in part: of those after it the volume is said.
        if (available >= volume)
            return new ClosePosition(orderId, clientOrderId, net!.Id, isFirst && volume == available ? null : volume) { Reason = DealReason.Copy, Copy = origin };

        // Other shares have netted this one away, at least in part: leaving it is a trade of its own. Where it adds to the
        // position, it repeats the position's levels, which it would otherwise replace.
        var adds = isThere && net!.Side != holding.Side;
        return new PlaceOrder
        {
            OrderId = orderId,
            ClientOrderId = clientOrderId,
            Symbol = holding.Symbol,
            Side = CopyCase.Opposite(holding.Side),
            Type = OrderType.Market,
            Volume = volume,
            StopLoss = adds ? net!.StopLoss : null,
            TakeProfit = adds ? net!.TakeProfit : null,
            FillPolicy = filling,
            Reason = DealReason.Copy,
            Copy = origin,
        };
    }
}
