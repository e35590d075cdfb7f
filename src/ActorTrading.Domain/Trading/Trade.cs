namespace ActorTrading.Domain;

/// <summary>A round trip, open or closed: what a journal shows as one line. Money in the account's currency, times UTC.</summary>
public sealed record Trade
{
    /// <summary>The position's id.</summary>
    public required Guid Id { get; init; }
    public required string Symbol { get; init; }
    public required Side Side { get; init; }

    /// <summary>Total volume entered and total volume closed so far, lots.</summary>
    public required decimal Volume { get; init; }
    public decimal ClosedVolume { get; init; }
    public required decimal OpenPrice { get; init; }
    public decimal? ClosePrice { get; init; }
    public required DateTimeOffset OpenedAt { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }
    public decimal Profit { get; init; }
    public decimal Commission { get; init; }
    public decimal Swap { get; init; }
    public decimal? InitialStopLoss { get; init; }
    public DealReason? CloseReason { get; init; }
    public CopyOrigin? Copy { get; init; }
    public string? Comment { get; init; }

    public decimal NetProfit => Profit + Commission + Swap;
    public bool IsClosed => ClosedAt is not null;

    /// <summary>The trade of a position that has had one deal. Until the next one the position goes on telling all of it but the stop loss it began with.</summary>
    public static Trade JustOpened(Position position) => new()
    {
        Id = position.Id,
        Symbol = position.Symbol,
        Side = position.Side,
        Volume = position.Volume,
        OpenPrice = position.OpenPrice,
        OpenedAt = position.OpenedAt,
        Commission = position.Commission,
        InitialStopLoss = position.StopLoss,
        Copy = position.Copy,
        Comment = position.Comment,
    };
}
