namespace ActorTrading.Domain;

/// <summary>What a follower is exposed to once a plan is carried out.</summary>
internal static class CopyExposure
{
    /// <summary>The follower's positions and orders as the plan's commands so far leave them. Money stays as it is: at the market's prices a closing does not change the equity.</summary>
    public static AccountState AfterClosings(CopyCase copy)
    {
        var state = copy.Follower;
        foreach (var command in copy.Commands)
        {
            state = command switch
            {
                CancelOrder cancel => state with { Orders = state.Orders.Remove(cancel.OrderId) },
                ClosePosition close when state.Positions.TryGetValue(close.PositionId, out var position) => Reduced(state, position, close.Volume ?? position.Volume),
                // What other shares have netted away is left by a trade of its own.
                PlaceOrder { Type: OrderType.Market } order => Netted(state, order.Symbol, order.Side, order.Volume, copy.Context.FollowerMarket),
                _ => state,
            };
        }
        return state;
    }

    /// <summary>
    /// In netting mode how far from flat the symbol may come with the trade, whichever orders fill, in lots, and how much of that
    /// is new. In hedging mode the trade's volume, which is all new.
    /// </summary>
    public static (decimal Lots, decimal More) Reach(AccountState follower, string symbol, Side side, decimal volume, bool rests)
    {
        if (follower.Mode == PositionMode.Hedging)
            return (volume, volume);
        var net = CopyHolding.NetPosition(follower, symbol) is { } position ? Signed(position.Side, position.Volume) : 0m;
        var (bought, sold) = (0m, 0m);
        foreach (var (_, order) in follower.Orders)
        {
            if (order.Symbol != symbol || order.ClosesPositionId is not null)
                continue;
            if (order.Side == Side.Buy)
                bought += order.RemainingVolume;
            else
                sold += order.RemainingVolume;
        }
        var before = Math.Max(Math.Abs(net + bought), Math.Abs(net - sold));
        var after = rests
            ? Math.Max(Math.Abs(net + bought + (side == Side.Buy ? volume : 0m)), Math.Abs(net - sold - (side == Side.Sell ? volume : 0m)))
            : Math.Max(Math.Abs(net + Signed(side, volume) + bought), Math.Abs(net + Signed(side, volume) - sold));
        return (after, after - before);
    }

    /// <summary>Margin held after the trade, in the account's currency; null where a conversion is missing.</summary>
    public static decimal? MarginWith(AccountState follower, IMarketView market, Instrument instrument, Side side, decimal entry, decimal volume)
    {
        if (MarginCalculator.Rate(instrument, follower.Currency, entry, market) is not { } rate)
            return null;
        var opens = volume;
        if (follower.Mode == PositionMode.Netting && CopyHolding.NetPosition(follower, instrument.Symbol) is { } net && net.Side != side)
        {
            opens = Math.Max(0m, volume - net.Volume);
            follower = Reduced(follower, net, Math.Min(volume, net.Volume));
        }
        return MarginCalculator.Total(follower, market) + MarginCalculator.Native(instrument, opens, entry, follower.Leverage) * rate;
    }

    private static AccountState Netted(AccountState state, string symbol, Side side, decimal volume, IMarketView market)
    {
        var net = CopyHolding.NetPosition(state, symbol);
        var price = market.LastQuote(symbol)?.OpenPrice(side) ?? net?.OpenPrice ?? 0m;
        if (net is null)
            return state with { Positions = state.Positions.Add(Guid.Empty, new Position { Id = Guid.Empty, Symbol = symbol, Side = side, Volume = volume, OpenPrice = price, OpenedAt = DateTimeOffset.MinValue }) };
        if (net.Side == side)
            return state with { Positions = state.Positions.SetItem(net.Id, net with { Volume = net.Volume + volume }) };
        return volume <= net.Volume
            ? Reduced(state, net, volume)
            : state with { Positions = state.Positions.SetItem(net.Id, net with { Side = side, Volume = volume - net.Volume, OpenPrice = price, MarginRate = null }) };
    }

    private static AccountState Reduced(AccountState state, Position position, decimal volume) => state with
    {
        Positions = volume < position.Volume
            ? state.Positions.SetItem(position.Id, position with { Volume = position.Volume - volume })
            : state.Positions.Remove(position.Id),
    };

    private static decimal Signed(Side side, decimal volume) => side == Side.Buy ? volume : -volume;
}
