namespace ActorTrading.Domain;

/// <summary>The command that leaves a holding.</summary>
internal static class CopyExit
{
    public static TradeCommand Of(AccountState follower, in CopyHolding holding, decimal volume, Guid orderId, string clientOrderId, CopyOrigin origin, FillPolicy filling)
    {
        if (follower.Mode == PositionMode.Hedging)
            return new ClosePosition(orderId, clientOrderId, holding.PositionId, volume == holding.Volume ? null : volume) { Reason = DealReason.Copy, Copy = origin };

        var net = CopyHolding.NetPosition(follower, holding.Symbol);
        if (net is not null && net.Side == holding.Side && net.Volume >= volume)
            return new ClosePosition(orderId, clientOrderId, net.Id, volume == net.Volume ? null : volume) { Reason = DealReason.Copy, Copy = origin };

        // Other shares have netted this one away, at least in part: leaving it is a trade of its own. Where it adds to the
        // position, it repeats the position's levels, which it would otherwise replace.
        var adds = net is not null && net.Side != holding.Side;
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
