using ActorTrading.Domain;

namespace ActorTrading.Contracts;

/// <summary>The API's stable code for each reason for which a broker refuses.</summary>
public static class RefusalCodes
{
    public static string Of(Retcode retcode) => retcode switch
    {
        Retcode.NoMoney => "INSUFFICIENT_MARGIN",
        Retcode.MarketClosed => "MARKET_CLOSED",
        Retcode.InvalidVolume or Retcode.InvalidCloseVolume => "INVALID_VOLUME",
        Retcode.InvalidPrice => "INVALID_PRICE",
        Retcode.InvalidStops => "INVALID_STOPS",
        Retcode.InvalidExpiration => "INVALID_EXPIRATION",
        Retcode.InvalidFill => "INVALID_FILL_POLICY",
        Retcode.InvalidOrder => "ORDER_NOT_FOUND",
        Retcode.PositionClosed => "POSITION_NOT_FOUND",
        Retcode.CloseOrderExist => "CLOSE_UNDER_WAY",
        Retcode.Requote or Retcode.PriceChanged => "REQUOTE",
        Retcode.PriceOff => "NO_QUOTE",
        Retcode.TradeDisabled or Retcode.ServerDisablesAt or Retcode.ClientDisablesAt => "TRADING_DISABLED",
        Retcode.LongOnly => "LONG_ONLY",
        Retcode.ShortOnly => "SHORT_ONLY",
        Retcode.CloseOnly => "CLOSE_ONLY",
        Retcode.LimitOrders => "TOO_MANY_ORDERS",
        Retcode.LimitPositions => "TOO_MANY_POSITIONS",
        Retcode.LimitVolume => "VOLUME_LIMIT",
        Retcode.Frozen => "FROZEN",
        Retcode.HedgeProhibited => "HEDGING_PROHIBITED",
        Retcode.FifoClose => "FIFO_CLOSE",
        Retcode.Connection or Retcode.Timeout => "BROKER_UNAVAILABLE",
        Retcode.Cancel => "CANCELLED",
        Retcode.TooManyRequests => "BROKER_BUSY",
        Retcode.Invalid => "INVALID_REQUEST",
        _ => "REJECTED_BY_BROKER",
    };
}
