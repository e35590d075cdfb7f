namespace ActorTrading.Domain;

/// <summary>The command that leaves a holding.</summary>
internal static class CopyExit
{
    /// <param name="tradedBefore">What earlier commands of the same plan buy (above zero) or sell in the symbol, lots; netting only.</param>
    public static TradeCommand Of(AccountState follower, in CopyHolding holding, decimal volume, Guid orderId, string clientOrderId, CopyOrigin origin, FillPolicy filling,
        decimal tradedBefore)
    {
        if (follower.Mode == PositionMode.Hedging)
            return new ClosePosition(orderId, clientOrderId, holding.PositionId, volume == holding.Volume ? null : volume) { Reason = DealReason.Copy, Copy = origin };

        var net = CopyHolding.NetPosition(follower, holding.Symbol);
        var direction = holding.Side == Side.Buy ? 1m : -1m;
        var available = net is null || net.Side != holding.Side ? 0m : net.Volume + tradedBefore * direction;
        if (net is not null && available >= volume)
            return new ClosePosition(orderId, clientOrderId, net.Id, volume == available ? null : volume) { Reason = DealReason.Copy, Copy = origin };

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
