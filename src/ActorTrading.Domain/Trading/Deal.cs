namespace ActorTrading.Domain;

/// <summary>
/// An execution. In a reversal (<see cref="DealEntry.InOut"/>) <see cref="PositionId"/> is the position that ends, and the one
/// that begins takes the order's id, as MetaTrader 5's position ticket does. Price in the quote currency, volume in lots, money in the account's currency, time UTC.
/// </summary>
public sealed record Deal
{
    public required Guid Id { get; init; }
    public required Guid OrderId { get; init; }
    public required Guid PositionId { get; init; }
    public required string Symbol { get; init; }
    public required Side Side { get; init; }
    public required DealEntry Entry { get; init; }
    public required decimal Volume { get; init; }
    public required decimal Price { get; init; }

    /// <summary>Realised profit without commission and swap; zero for an entry.</summary>
    public decimal Profit { get; init; }
    public decimal Commission { get; init; }

    /// <summary>The share of the position's swap that this deal realises.</summary>
    public decimal Swap { get; init; }
    public DealReason Reason { get; init; }
    public required DateTimeOffset Time { get; init; }
    public long? BrokerTicket { get; init; }

    /// <summary>The terminal's ticket of the order, which is that of the position it opens; null on paper.</summary>
    public long? OrderTicket { get; init; }

    /// <summary>The other position of a close-by.</summary>
    public Guid? ByPositionId { get; init; }

    /// <summary>
    /// Units of the account's currency for one unit of the margin currency when the deal was made; null where unknown.
    /// Margin is held at this rate until the position changes, as MetaTrader 5 does.
    /// </summary>
    public decimal? MarginRate { get; init; }
}
