using System.Text.Json.Serialization;

namespace ActorTrading.Domain;

/// <summary>Which leader's event an order or position mirrors.</summary>
/// <param name="LinkId">The follower link.</param>
/// <param name="LeaderAccountId">The account copied.</param>
/// <param name="LeaderSeq">Sequence of the leader's ledger entry that caused it.</param>
/// <param name="LeaderPositionId">The leader's position it follows, if any.</param>
/// <param name="LeaderOrderId">The leader's pending order it follows, if any.</param>
public sealed record CopyOrigin(Guid LinkId, Guid LeaderAccountId, long LeaderSeq, Guid? LeaderPositionId, Guid? LeaderOrderId)
{
    /// <summary>How many links a trade may come through, so that what is stored with it stays small.</summary>
    public const int LinksMax = 8;

    /// <summary>What the leader's trade itself copies; null where it does not. Kept by the ledger only, not in the stored rows.</summary>
    public CopyOrigin? Source { get; init; }

    /// <summary>The links that it came through, this one included.</summary>
    [JsonIgnore]
    public int Links => 1 + (Source?.Links ?? 0);

    /// <summary>Whether the trade came through the account, however far back.</summary>
    public bool CameThrough(Guid accountId) => LeaderAccountId == accountId || Source?.CameThrough(accountId) == true;
}

/// <summary>An order as it stands after the last ledger entry that touched it. Prices in the quote currency, volumes in lots, times UTC.</summary>
public sealed record Order
{
    public required Guid Id { get; init; }

    /// <summary>Unique in the account; a function of the order's cause, at most 27 ASCII characters so that it fits a terminal's comment.</summary>
    public required string ClientOrderId { get; init; }
    public required string Symbol { get; init; }
    public required Side Side { get; init; }
    public required OrderType Type { get; init; }
    public required decimal Volume { get; init; }
    public decimal FilledVolume { get; init; }
    public decimal? Price { get; init; }
    public decimal? StopLimitPrice { get; init; }
    public decimal? StopLoss { get; init; }
    public decimal? TakeProfit { get; init; }
    public int? TrailingPoints { get; init; }
    public int? DeviationPoints { get; init; }

    /// <summary>
    /// A market order that opens is not sent to a terminal whose price is worse than this, <see cref="DeviationPoints"/> from the price at which it was
    /// decided. Null for any price. Kept by the ledger only, not in the stored rows.
    /// </summary>
    public decimal? WorstPrice { get; init; }
    public FillPolicy FillPolicy { get; init; } = FillPolicy.FillOrKill;
    public TimeInForce TimeInForce { get; init; } = TimeInForce.GoodTillCancelled;
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Not sent to a terminal after this: what made it worth having is over. Null for no such time. Kept by the ledger only, not in the stored rows.</summary>
    public DateTimeOffset? NotAfter { get; init; }
    public string? Comment { get; init; }

    /// <summary>The position that this order closes or reduces; null for an order that opens (or, in netting, nets).</summary>
    public Guid? ClosesPositionId { get; init; }

    /// <summary>The other position of a close-by.</summary>
    public Guid? CloseByPositionId { get; init; }
    public DealReason Reason { get; init; } = DealReason.Client;
    public CopyOrigin? Copy { get; init; }

    /// <summary>Number of the expert advisor that made it at the terminal; null by hand or by us: the protocol passes none on.</summary>
    public long? Magic { get; init; }
    public required OrderStatus Status { get; init; }
    public Retcode? Retcode { get; init; }
    public string? RejectMessage { get; init; }

    /// <summary>Volume-weighted price of the fills so far.</summary>
    public decimal? AveragePrice { get; init; }

    /// <summary>Number of fills so far; the next deal's id is derived from it.</summary>
    public int Fills { get; init; }
    public long? BrokerTicket { get; init; }

    /// <summary>
    /// How often it may have been sent to its terminal before, 0 to <see cref="ClientOrderIds.AttemptMax"/>: each attempt has a name
    /// of its own there, <see cref="ClientOrderIds.ForAttempt"/>. Kept by the ledger only, not in the stored rows.
    /// </summary>
    public int Attempt { get; init; }

    /// <summary>
    /// The account's sequence before it was submitted to a terminal: the order in which what is asked there goes out. Null on paper and in
    /// ledgers from before it was kept. Kept by the ledger only, not in the stored rows.
    /// </summary>
    public long? AfterSeq { get; init; }

    /// <summary>A stop-limit whose stop has been touched: it now rests as a limit at <see cref="StopLimitPrice"/>.</summary>
    public bool StopTouched { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    public decimal RemainingVolume => Volume - FilledVolume;
    public bool IsFinal => Status >= OrderStatus.Filled;
    public bool IsPending => Type != OrderType.Market;
}
