namespace ActorTrading.Domain;

/// <summary>What was seen at a terminal.</summary>
public enum TerminalFactKind
{
    /// <summary>The terminal refused a request: OrderId or RequestId, Retcode, Message.</summary>
    Rejected,

    /// <summary>A pending order rests: OrderId, OrderTicket.</summary>
    Placed,

    /// <summary>An order was filled, by request or by itself: OrderId where it is ours, OrderTicket or PositionTicket, Volume, Price.</summary>
    Filled,

    /// <summary>A pending order is gone without a fill: OrderId or OrderTicket.</summary>
    Cancelled,

    /// <summary>A modification was accepted: RequestId.</summary>
    Modified,

    /// <summary>A position's SL or TP differs from ours: PositionTicket, StopLoss, TakeProfit.</summary>
    PositionChanged,

    /// <summary>A position that was open before the account was connected: PositionTicket, Symbol, Side, Volume, Price.</summary>
    PositionFound,

    /// <summary>
    /// Somebody opened a position at the terminal itself, or it is larger there than in the ledger: PositionTicket, DealTicket where known,
    /// Symbol, Side, Volume, Price.
    /// </summary>
    PositionOpened,

    /// <summary>Somebody placed a pending order at the terminal itself: OrderTicket, Symbol, Side, Type, Volume, Price.</summary>
    OrderFound,

    /// <summary>A resting order's prices differ from ours: OrderTicket, Price, StopLoss, TakeProfit.</summary>
    OrderChanged,

    /// <summary>
    /// Part or all of a position was closed at the terminal (SL, TP, stop-out, by hand): PositionTicket, Volume, Price, Profit; DealTicket, or
    /// Left where no deal tells it.
    /// </summary>
    PositionReduced,

    /// <summary>
    /// Somebody traded at the terminal of a netting account, and that enlarged, reduced or reversed the symbol's position: DealTicket, Symbol,
    /// Side, Volume, Price, Profit; OrderTicket, StopLoss and TakeProfit of the position as it is now.
    /// </summary>
    DealMade,

    /// <summary>The books were compared and agree: DealTicket is the newest deal there, Balance the balance.</summary>
    Reconciled,

    /// <summary>The terminal would have filled an order at another price only, and did not: OrderId, Attempt, Retcode, Message.</summary>
    Requoted,

    /// <summary>An attempt at an order that may have been sent came to nothing, the books say: OrderId, Attempt.</summary>
    NotExecuted,
}

/// <summary>One observation at a terminal; which properties are set follows from <see cref="Kind"/>. Times UTC, money in the account's currency, volumes in lots.</summary>
public sealed record TerminalFact
{
    public required TerminalFactKind Kind { get; init; }
    public Guid? OrderId { get; init; }
    public Guid? RequestId { get; init; }
    public long? OrderTicket { get; init; }
    public long? PositionTicket { get; init; }
    public long? DealTicket { get; init; }
    public string? Symbol { get; init; }
    public Side Side { get; init; }
    public OrderType Type { get; init; }
    public decimal Volume { get; init; }
    public decimal Price { get; init; }
    public decimal? StopLoss { get; init; }
    public decimal? TakeProfit { get; init; }

    /// <summary>Realised profit as the terminal's history tells it; null where it has not been read.</summary>
    public decimal? Profit { get; init; }
    public decimal? Balance { get; init; }

    /// <summary>With <see cref="TerminalFactKind.PositionReduced"/>: lots that the terminal still shows.</summary>
    public decimal? Left { get; init; }
    public DealReason Reason { get; init; } = DealReason.Broker;
    public Retcode Retcode { get; init; }
    public string? Message { get; init; }

    /// <summary>With <see cref="TerminalFactKind.Reconciled"/>: ids of booked fills whose deals the history does not show yet; null for none.</summary>
    public IReadOnlyList<Guid>? Unconfirmed { get; init; }

    /// <summary>Which attempt at the order this is about: its <see cref="Order.Attempt"/>.</summary>
    public int Attempt { get; init; }

    /// <summary>Number of the expert advisor that made what was found; null where it was made by hand, or by us.</summary>
    public long? Magic { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>A change to a resting order or an open position that was asked of the terminal and has no answer yet.</summary>
public sealed record TerminalRequest
{
    public required Guid Id { get; init; }
    public required TerminalRequestKind Kind { get; init; }
    public Guid? OrderId { get; init; }
    public Guid? PositionId { get; init; }
    public decimal? Price { get; init; }
    public decimal? StopLoss { get; init; }
    public decimal? TakeProfit { get; init; }

    /// <summary>The trailing distance wanted, in points; it is ours to follow, the terminal is not told. Null for none.</summary>
    public int? TrailingPoints { get; init; }

    /// <summary>How long a changed order is to stand; ours to keep, the terminal is not told. Null in ledgers from before it was kept: as long as before.</summary>
    public TimeInForce? TimeInForce { get; init; }

    /// <summary>Of a changed order: its new end. Of a cancellation: the end that it is asked for because of; null where somebody wants it gone.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
    public CopyOrigin? Copy { get; init; }

    /// <summary>Why it is asked; null for what a person asked, or a copy.</summary>
    public DealReason? Reason { get; init; }

    /// <summary>The account's sequence before it was asked: the order in which requests were made.</summary>
    public long AfterSeq { get; init; }

    /// <summary>A trailing stop: to be sent only where it is tighter than what the terminal has.</summary>
    public bool OnlyTightens => Reason == DealReason.TrailingStop;

    /// <summary>The order as this change wants it.</summary>
    public Order AppliedTo(Order order) => order with
    {
        Price = Price,
        StopLoss = StopLoss,
        TakeProfit = TakeProfit,
        TrailingPoints = TrailingPoints,
        TimeInForce = TimeInForce ?? order.TimeInForce,
        ExpiresAt = TimeInForce is null ? order.ExpiresAt : ExpiresAt,
    };
}

public enum TerminalRequestKind { ModifyPosition, ModifyOrder, CancelOrder }
