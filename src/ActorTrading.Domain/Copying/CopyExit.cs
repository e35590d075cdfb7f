namespace ActorTrading.Domain;

/// <summary>The commands of one plan that leave holdings: what the ones before have done to a symbol's position decides about the next.</summary>
internal sealed class CopyExit(AccountState follower)
{
    // Netting only: what the plan's closings so far buy (above zero) or sell in each symbol, lots.
    private Dictionary<string, decimal>? _traded;

    public TradeCommand Of(in CopyHolding holding, decimal volume, Guid orderId, string clientOrderId, CopyOrigin origin, FillPolicy filling)
    {
        // A plan leaves each holding once, and in hedging mode a holding is a position.
        if (follower.Mode == PositionMode.Hedging)
            return new ClosePosition(orderId, clientOrderId, holding.PositionId, volume == holding.Volume ? null : volume) { Reason = DealReason.Copy, Copy = origin };

        var net = CopyHolding.NetPosition(follower, holding.Symbol);
        var direction = holding.Side == Side.Buy ? 1m : -1m;
        var tradedBefore = 0m;
        var isFirst = _traded is null || !_traded.TryGetValue(holding.Symbol, out tradedBefore);
        (_traded ??= [])[holding.Symbol] = tradedBefore - volume * direction;
        var available = net is null || net.Side != holding.Side ? 0m : net.Volume + tradedBefore * direction;
        // "All that is left" is only this holding's where nothing before can be refused or filled in part: of those after it the volume is said.
        if (net is not null && available >= volume)
            return new ClosePosition(orderId, clientOrderId, net.Id, isFirst && volume == available ? null : volume) { Reason = DealReason.Copy, Copy = origin };

        // Other shares have netted this one away, at least in part: leaving it is a trade of its own. Where it adds to the
        // position, it repeats the position's levels, which it would otherwise replace.
        var adds = net is not null && net.Side != holding.Side && tradedBefore == 0;
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
