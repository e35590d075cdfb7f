using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>What the protocol can ask of the terminal's trading; the names on the wire are in <see cref="Wire.TradeActionNames"/>.</summary>
public enum TradeAction
{
    Buy, Sell, BuyLimit, SellLimit, BuyStop, SellStop,
    PositionModify, PositionPartial, PositionClose, PositionCloseSymbol,
    OrderModify, OrderCancel,
}

/// <summary>
/// One trade request. The protocol applies neither magic, deviation nor expiration, so they are not offered: every pending
/// order goes out good-till-cancelled.
/// </summary>
public sealed record TradeRequest
{
    /// <summary>Longest comment that MetaTrader 5 keeps.</summary>
    public const int MaxClientOrderIdLength = 31;

    /// <summary>Longest symbol name of MetaTrader 5.</summary>
    public const int MaxSymbolLength = 31;

    public required TradeAction Action { get; init; }

    /// <summary>Sent as the comment; 1 to 31 printable ASCII characters.</summary>
    public required string ClientOrderId { get; init; }

    /// <summary>Needed to open, to place and to close by symbol; otherwise helps to find the outcome of a request in doubt.</summary>
    public string? Symbol { get; init; }

    /// <summary>Lots; needed to open, to place and to close partly.</summary>
    public decimal Volume { get; init; }

    /// <summary>Needed to place or modify a pending order.</summary>
    public decimal Price { get; init; }

    /// <summary>Null removes or leaves out.</summary>
    public decimal? StopLoss { get; init; }
    public decimal? TakeProfit { get; init; }

    /// <summary>The position or order acted on. The protocol narrows it to 32 bits: larger ones are refused before sending.</summary>
    public long Ticket { get; init; }

    /// <summary>
    /// With <see cref="TradeAction.PositionPartial"/> on a netting account, the side that reduces the position. MetaTrader 5 closes a part by ticket
    /// in hedging accounts only (CTrade.PositionClosePartial); in a netting one an opposite order of so much does it, and leaves the levels alone.
    /// </summary>
    public Side? Against { get; init; }

    public static TradeRequest Market(string clientOrderId, string symbol, Side side, decimal volume, decimal? stopLoss = null, decimal? takeProfit = null) => new()
    {
        Action = side == Side.Buy ? TradeAction.Buy : TradeAction.Sell,
        ClientOrderId = clientOrderId, Symbol = symbol, Volume = volume, StopLoss = stopLoss, TakeProfit = takeProfit,
    };

    /// <param name="type"><see cref="OrderType.Limit"/> or <see cref="OrderType.Stop"/>: the protocol has no stop-limit.</param>
    public static TradeRequest Pending(string clientOrderId, string symbol, Side side, OrderType type, decimal volume, decimal price,
        decimal? stopLoss = null, decimal? takeProfit = null) => new()
    {
        Action = (side, type) switch
        {
            (Side.Buy, OrderType.Limit) => TradeAction.BuyLimit,
            (Side.Sell, OrderType.Limit) => TradeAction.SellLimit,
            (Side.Buy, OrderType.Stop) => TradeAction.BuyStop,
            (Side.Sell, OrderType.Stop) => TradeAction.SellStop,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "The terminal's protocol places limit and stop orders only."),
        },
        ClientOrderId = clientOrderId, Symbol = symbol, Volume = volume, Price = price, StopLoss = stopLoss, TakeProfit = takeProfit,
    };

    public static TradeRequest ModifyPosition(string clientOrderId, long ticket, decimal? stopLoss, decimal? takeProfit) =>
        new() { Action = TradeAction.PositionModify, ClientOrderId = clientOrderId, Ticket = ticket, StopLoss = stopLoss, TakeProfit = takeProfit };

    public static TradeRequest ClosePartial(string clientOrderId, long ticket, decimal volume) =>
        new() { Action = TradeAction.PositionPartial, ClientOrderId = clientOrderId, Ticket = ticket, Volume = volume };

    /// <summary>Takes a part out of a netting account's position of a symbol.</summary>
    /// <param name="ticket">The position's, by which the outcome is found.</param>
    /// <param name="against">The side opposite to the position's.</param>
    public static TradeRequest Reduce(string clientOrderId, long ticket, string symbol, Side against, decimal volume) =>
        ClosePartial(clientOrderId, ticket, volume) with { Symbol = symbol, Against = against };

    public static TradeRequest ClosePosition(string clientOrderId, long ticket) =>
        new() { Action = TradeAction.PositionClose, ClientOrderId = clientOrderId, Ticket = ticket };

    /// <summary>Closes the symbol's position; on a hedging account the EA closes one of them, the oldest.</summary>
    public static TradeRequest CloseSymbol(string clientOrderId, string symbol) =>
        new() { Action = TradeAction.PositionCloseSymbol, ClientOrderId = clientOrderId, Symbol = symbol };

    public static TradeRequest ModifyOrder(string clientOrderId, long ticket, decimal price, decimal? stopLoss, decimal? takeProfit) =>
        new() { Action = TradeAction.OrderModify, ClientOrderId = clientOrderId, Ticket = ticket, Price = price, StopLoss = stopLoss, TakeProfit = takeProfit };

    public static TradeRequest CancelOrder(string clientOrderId, long ticket) =>
        new() { Action = TradeAction.OrderCancel, ClientOrderId = clientOrderId, Ticket = ticket };

    /// <summary>Buy or sell at the market.</summary>
    public bool IsMarket => Action <= TradeAction.Sell;

    /// <summary>Places a pending order.</summary>
    public bool IsPending => Action is >= TradeAction.BuyLimit and <= TradeAction.SellStop;

    /// <summary>The direction of an opening or placing request.</summary>
    public Side Side => Action is TradeAction.Buy or TradeAction.BuyLimit or TradeAction.BuyStop ? Side.Buy : Side.Sell;

    /// <returns>Why this cannot be sent, or null.</returns>
    public string? Problem()
    {
        if (ClientOrderId.Length is 0 or > MaxClientOrderIdLength || !IsPrintableAscii(ClientOrderId))
            return $"client order id '{ClientOrderId}' must be 1 to {MaxClientOrderIdLength} printable ASCII characters";
        if (Action is not (TradeAction.PositionModify or TradeAction.PositionPartial or TradeAction.PositionClose or TradeAction.OrderModify or TradeAction.OrderCancel))
        {
            if (string.IsNullOrEmpty(Symbol))
                return "a symbol is needed";
        }
        else
        {
            if (Ticket <= 0)
                return $"ticket {Ticket} must be above zero";
            if (Ticket > int.MaxValue)
                return $"ticket {Ticket} is above {int.MaxValue}: the terminal would narrow it to 32 bits and act on another; " +
                    "act by symbol, or at the terminal itself";
        }
        if (Against is not null && string.IsNullOrEmpty(Symbol))
            return "a symbol is needed";
        if (Symbol is { Length: > MaxSymbolLength } || Symbol is not null && !IsPrintableAscii(Symbol))
            return $"symbol '{Symbol}' must be at most {MaxSymbolLength} printable ASCII characters";
        if ((IsMarket || IsPending || Action == TradeAction.PositionPartial) && Volume is <= 0 or > 1_000_000)
            return $"volume {Volume} lots must be above 0 and at most 1000000";
        if ((IsPending || Action == TradeAction.OrderModify) && Price <= 0)
            return $"price {Price} must be above zero";
        if (StopLoss is < 0)
            return $"stop loss {StopLoss} must not be below zero";
        if (TakeProfit is < 0)
            return $"take profit {TakeProfit} must not be below zero";
        return null;
    }

    internal static bool IsPrintableAscii(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
