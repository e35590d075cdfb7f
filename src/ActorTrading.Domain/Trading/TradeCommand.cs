namespace ActorTrading.Domain;

/// <summary>What somebody wants done in an account. Ids are given by the caller, so that a command repeated is the same command.</summary>
public abstract record TradeCommand
{
    private protected TradeCommand() { }

    public DealReason Reason { get; init; } = DealReason.Client;
    public CopyOrigin? Copy { get; init; }
}

/// <summary>Opens, or in netting mode nets. A market order has no price; the others have.</summary>
public sealed record PlaceOrder : TradeCommand
{
    public required Guid OrderId { get; init; }
    public required string ClientOrderId { get; init; }
    public required string Symbol { get; init; }
    public required Side Side { get; init; }
    public required OrderType Type { get; init; }
    public required decimal Volume { get; init; }
    public decimal? Price { get; init; }
    public decimal? StopLimitPrice { get; init; }
    public decimal? StopLoss { get; init; }
    public decimal? TakeProfit { get; init; }
    public int? TrailingPoints { get; init; }

    /// <summary>Largest accepted distance from <see cref="ReferencePrice"/> (or from the quote when deciding), in points; null for any.</summary>
    public int? DeviationPoints { get; init; }

    /// <summary>The price that the sender saw, for <see cref="DeviationPoints"/>.</summary>
    public decimal? ReferencePrice { get; init; }
    public FillPolicy FillPolicy { get; init; } = FillPolicy.FillOrKill;
    public TimeInForce TimeInForce { get; init; } = TimeInForce.GoodTillCancelled;
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Not to be taken on after this, nor sent to a terminal, however long it takes to get there; null for no such time.</summary>
    public DateTimeOffset? NotAfter { get; init; }
    public string? Comment { get; init; }
}

/// <summary>Replaces a pending order's prices; every value is the wanted end state (null removes), but for those that it keeps.</summary>
public sealed record ModifyOrder(Guid OrderId, decimal? Price, decimal? StopLimitPrice, decimal? StopLoss, decimal? TakeProfit,
    int? TrailingPoints, TimeInForce TimeInForce, DateTimeOffset? ExpiresAt) : TradeCommand
{
    /// <summary>Values that stay as they were last asked for, whatever is given for them.</summary>
    public KeptValues Keeps { get; init; }
}

public sealed record CancelOrder(Guid OrderId) : TradeCommand;

/// <summary>Replaces a position's SL, TP and trailing distance; every value is the wanted end state (null removes), but for those that it keeps.</summary>
public sealed record ModifyPosition(Guid PositionId, decimal? StopLoss, decimal? TakeProfit, int? TrailingPoints) : TradeCommand
{
    /// <summary>Values that stay as they were last asked for, whatever is given for them.</summary>
    public KeptValues Keeps { get; init; }
}

/// <summary>Closes all of a position, or <paramref name="Volume"/> lots of it, at the market.</summary>
public sealed record ClosePosition(Guid OrderId, string ClientOrderId, Guid PositionId, decimal? Volume) : TradeCommand
{
    public int? DeviationPoints { get; init; }
}

/// <summary>Closes a position by an opposite one of the same symbol (hedging only); the smaller volume is closed of both.</summary>
public sealed record CloseBy(Guid OrderId, string ClientOrderId, Guid PositionId, Guid OppositePositionId) : TradeCommand;

/// <summary>Moves money in (above zero) or out (below zero).</summary>
public sealed record AdjustBalance(decimal Amount, BalanceReason BalanceReason, string Reference) : TradeCommand
{
    /// <summary>With an id the same movement given again does nothing; without one every command moves money.</summary>
    public Guid? OperationId { get; init; }
}
