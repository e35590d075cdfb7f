namespace ActorTrading.Domain;

/// <summary>Where a resting order or a position's levels act: one definition for reacting to quotes and for arming triggers.</summary>
internal readonly record struct OrderTrigger(PriceSource Source, TriggerDirection Direction, decimal Price)
{
    /// <summary>A remainder that waits for liquidity acts at every quote.</summary>
    public static readonly OrderTrigger EveryQuote = new(PriceSource.Bid, TriggerDirection.AtOrAbove, 0m);

    public bool IsHit(in Quote quote)
    {
        var price = Source == PriceSource.Bid ? quote.Bid : quote.Ask;
        return Direction == TriggerDirection.AtOrAbove ? price >= Price : price <= Price;
    }

    /// <summary>Buys act on the ask, sells on the bid; a limit waits for a better price, a stop for a worse one.</summary>
    public static OrderTrigger Of(Order order)
    {
        // What has begun to fill goes on at any price its limit allows; a stop that was hit is a market order.
        if (order.Type == OrderType.Market || (order.Type == OrderType.Stop && order.FilledVolume > 0)) return EveryQuote;
        var limit = order.Type == OrderType.Limit || order.StopTouched;
        var price = order.StopTouched ? order.StopLimitPrice!.Value : order.Price!.Value;
        var source = order.Side == Side.Buy ? PriceSource.Ask : PriceSource.Bid;
        var falling = limit == (order.Side == Side.Buy);
        return new OrderTrigger(source, falling ? TriggerDirection.AtOrBelow : TriggerDirection.AtOrAbove, price);
    }

    /// <summary>A long's stop loss acts when the bid is at or below it, a short's when the ask is at or above it.</summary>
    public static OrderTrigger? StopLossOf(Position position) => position.StopLoss is not { } price ? null
        : position.Side == Side.Buy ? new OrderTrigger(PriceSource.Bid, TriggerDirection.AtOrBelow, price)
        : new OrderTrigger(PriceSource.Ask, TriggerDirection.AtOrAbove, price);

    public static OrderTrigger? TakeProfitOf(Position position) => position.TakeProfit is not { } price ? null
        : position.Side == Side.Buy ? new OrderTrigger(PriceSource.Bid, TriggerDirection.AtOrAbove, price)
        : new OrderTrigger(PriceSource.Ask, TriggerDirection.AtOrBelow, price);

    /// <summary>
    /// Where a trailing stop next moves: in profit by the trailing distance at least, as MetaTrader 5 begins, and by a step or more
    /// better than the present stop.
    /// </summary>
    public static OrderTrigger? TrailingOf(Position position, Instrument instrument, BrokerSettings settings)
    {
        if (position.TrailingPoints is not { } points) return null;
        var distance = points * instrument.Point;
        var step = Math.Max(1, settings.TrailingStepPoints) * instrument.Point;
        if (position.Side == Side.Buy)
        {
            var from = position.OpenPrice + distance;
            if (position.StopLoss is { } sl) from = Math.Max(from, sl + step + distance);
            return new OrderTrigger(PriceSource.Bid, TriggerDirection.AtOrAbove, from);
        }
        var to = position.OpenPrice - distance;
        if (position.StopLoss is { } stop) to = Math.Min(to, stop - step - distance);
        return new OrderTrigger(PriceSource.Ask, TriggerDirection.AtOrBelow, to);
    }
}
