namespace ActorTrading.Domain;

/// <summary>An open position. Prices in the quote currency, volume in lots, money in the account's currency, times UTC.</summary>
public sealed record Position
{
    /// <summary>In hedging mode the id of the order that opened it; in netting mode that of the first order since flat.</summary>
    public required Guid Id { get; init; }
    public required string Symbol { get; init; }
    public required Side Side { get; init; }
    public required decimal Volume { get; init; }

    /// <summary>Volume-weighted price of the entries.</summary>
    public required decimal OpenPrice { get; init; }
    public decimal? StopLoss { get; init; }
    public decimal? TakeProfit { get; init; }

    /// <summary>Distance, in points, at which the stop follows the best price; null for a fixed stop.</summary>
    public int? TrailingPoints { get; init; }

    /// <summary>Swap and commission charged so far for the volume still open; negative is a cost.</summary>
    public decimal Swap { get; init; }
    public decimal Commission { get; init; }
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>When it was last enlarged; null where it never was. Kept by the ledger only, not in the stored rows.</summary>
    public DateTimeOffset? GrownAt { get; init; }
    public long? BrokerTicket { get; init; }
    public CopyOrigin? Copy { get; init; }

    /// <summary>Number of the expert advisor whose order opened it; null by hand or by us.</summary>
    public long? Magic { get; init; }
    public string? Comment { get; init; }

    /// <summary>The largest volume that the position has had: partial closes of a leader are fractions of what was there.</summary>
    public decimal PeakVolume { get; init; }

    /// <summary>Account currency per unit of margin currency, averaged over the entries by volume; null where the entries did not tell.</summary>
    public decimal? MarginRate { get; init; }

    /// <summary>The last trading day whose swap has been charged; null before the first roll-over.</summary>
    public DateOnly? SwapChargedThrough { get; init; }
}
