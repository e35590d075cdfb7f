using System.Text.Json.Serialization;

namespace ActorTrading.Domain;

/// <summary>
/// What happened in an account. The kinds' names are stored and never change; properties are only ever added.
/// Money in the account's currency, prices in the quote currency, volumes in lots, times UTC.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(AccountOpened), "accountOpened")]
[JsonDerivedType(typeof(AccountClosed), "accountClosed")]
[JsonDerivedType(typeof(BalanceAdjusted), "balanceAdjusted")]
[JsonDerivedType(typeof(OrderSubmitted), "orderSubmitted")]
[JsonDerivedType(typeof(OrderPlaced), "orderPlaced")]
[JsonDerivedType(typeof(OrderModified), "orderModified")]
[JsonDerivedType(typeof(OrderStopTouched), "orderStopTouched")]
[JsonDerivedType(typeof(OrderCancelled), "orderCancelled")]
[JsonDerivedType(typeof(OrderExpired), "orderExpired")]
[JsonDerivedType(typeof(OrderRejected), "orderRejected")]
[JsonDerivedType(typeof(OrderRetried), "orderRetried")]
[JsonDerivedType(typeof(DealExecuted), "dealExecuted")]
[JsonDerivedType(typeof(PositionModified), "positionModified")]
[JsonDerivedType(typeof(PositionAdopted), "positionAdopted")]
[JsonDerivedType(typeof(SwapCharged), "swapCharged")]
[JsonDerivedType(typeof(MarginCalled), "marginCalled")]
[JsonDerivedType(typeof(MarginRecovered), "marginRecovered")]
[JsonDerivedType(typeof(StoppedOut), "stoppedOut")]
[JsonDerivedType(typeof(CopyDecided), "copyDecided")]
[JsonDerivedType(typeof(RequestSubmitted), "requestSubmitted")]
[JsonDerivedType(typeof(RequestSettled), "requestSettled")]
[JsonDerivedType(typeof(TerminalReconciled), "terminalReconciled")]
public abstract record LedgerEvent
{
    /// <summary>The stored name of this kind, as in <see cref="JsonDerivedTypeAttribute"/>.</summary>
    [JsonIgnore]
    public abstract string Kind { get; }

    /// <summary>W3C trace context (<c>traceparent</c>) of the step that wrote it, where that was traced; means nothing to the account.</summary>
    public string? Trace { get; init; }
}

/// <summary>A ledger event in its place.</summary>
/// <param name="Seq">From 1, gapless in the account.</param>
/// <param name="At">When it was decided, UTC.</param>
public sealed record LedgerEntry(Guid AccountId, long Seq, DateTimeOffset At, LedgerEvent Event);

public sealed record AccountOpened(Guid UserId, string Name, AccountKind AccountKind, PositionMode Mode, string Currency, int Leverage) : LedgerEvent
{
    [JsonIgnore]
    public override string Kind => "accountOpened";
}

/// <summary>The account trades no more here. It is flat, or at a terminal and leaves to its broker what it holds.</summary>
public sealed record AccountClosed : LedgerEvent
{
    [JsonIgnore]
    public override string Kind => "accountClosed";

    /// <summary>What was open, or asked without an outcome, is the broker's from here on: nothing is known of it here any more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LeavesPositions { get; init; }
}

public sealed record BalanceAdjusted(decimal Amount, BalanceReason Reason, string Reference) : LedgerEvent
{
    [JsonIgnore]
    public override string Kind => "balanceAdjusted";

    /// <summary>What makes a repetition known; null where the movement had no id.</summary>
    public Guid? OperationId { get; init; }

    /// <summary>For a person, and the same each time.</summary>
    public string Describe(string currency) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Reason} of {Amount} {currency}.");
}

/// <summary>The order is accepted by us. At a terminal it is sent only after this is durable.</summary>
public sealed record OrderSubmitted(Order Order) : LedgerEvent
{
    [JsonIgnore]
    public override string Kind => "orderSubmitted";
}

/// <summary>The order rests at the broker.</summary>
public sealed record OrderPlaced(Guid OrderId, long? BrokerTicket) : LedgerEvent
{
    [JsonIgnore]
    public override string Kind => "orderPlaced";
}

public sealed record OrderModified(Guid OrderId, decimal? Price, decimal? StopLimitPrice, decimal? StopLoss, decimal? TakeProfit,
    int? TrailingPoints, TimeInForce TimeInForce, DateTimeOffset? ExpiresAt) : LedgerEvent
{
    [JsonIgnore]
    public override string Kind => "orderModified";
}

/// <summary>A stop-limit's stop was touched: the order now rests as a limit.</summary>
public sealed record OrderStopTouched(Guid OrderId, decimal Price) : LedgerEvent
{
    [JsonIgnore]
    public override string Kind => "orderStopTouched";
}

public sealed record OrderCancelled(Guid OrderId, DealReason Reason) : LedgerEvent
{
    [JsonIgnore]
    public override string Kind => "orderCancelled";
}

public sealed record OrderExpired(Guid OrderId) : LedgerEvent
{
    [JsonIgnore]
    public override string Kind => "orderExpired";
}

public sealed record OrderRejected(Guid OrderId, Retcode Retcode, string Message) : LedgerEvent
{
    [JsonIgnore]
    public override string Kind => "orderRejected";
}

/// <summary>The order goes to its terminal once more, under the next name: durable before it is sent, so that the broker never meets a name twice.</summary>
/// <param name="Attempt">The order's <see cref="Order.Attempt"/> from now on.</param>
/// <param name="Retcode">Why the attempt before it came to nothing; null where nobody knows more than that it was not executed.</param>
public sealed record OrderRetried(Guid OrderId, int Attempt, Retcode? Retcode, string Message) : LedgerEvent
{
    [JsonIgnore]
    public override string Kind => "orderRetried";
}

/// <summary>
/// A fill. Folding it fills the order, opens, enlarges, reduces, reverses or closes the position, and books profit, commission and swap.
/// <see cref="Deal.PositionId"/> names the position; SL, TP and trailing distance of a new position come from the order.
/// </summary>
public sealed record DealExecuted(Deal Deal) : LedgerEvent
{
    [JsonIgnore]
    public override string Kind => "dealExecuted";
}

/// <summary>SL, TP or trailing distance changed, by hand or by trailing.</summary>
public sealed record PositionModified(Guid PositionId, decimal? StopLoss, decimal? TakeProfit, int? TrailingPoints, DealReason Reason) : LedgerEvent
{
    [JsonIgnore]
    public override string Kind => "positionModified";
}

/// <summary>A position found at the broker that nobody here opened (manual trades, or trades before the account was connected).</summary>
public sealed record PositionAdopted(Position Position) : LedgerEvent
{
    [JsonIgnore]
    public override string Kind => "positionAdopted";
}

public sealed record SwapCharged(Guid PositionId, decimal Amount, DateOnly TradingDay) : LedgerEvent
{
    [JsonIgnore]
    public override string Kind => "swapCharged";
}

/// <summary>The margin level, in percent, fell below the call level.</summary>
public sealed record MarginCalled(decimal MarginLevel) : LedgerEvent
{
    [JsonIgnore]
    public override string Kind => "marginCalled";
}

/// <summary>After a margin call the margin level, in percent, is well above the call level again, or no margin is in use.</summary>
/// <param name="MarginLevel">Percent; null when no margin is in use.</param>
public sealed record MarginRecovered(decimal? MarginLevel) : LedgerEvent
{
    [JsonIgnore]
    public override string Kind => "marginRecovered";
}

/// <summary>The margin level, in percent, fell below the stop-out level; the deals that follow with <see cref="DealReason.StopOut"/> close positions.</summary>
public sealed record StoppedOut(decimal MarginLevel) : LedgerEvent
{
    [JsonIgnore]
    public override string Kind => "stoppedOut";
}

public enum CopyOutcome { Copied, Skipped, Failed }

/// <summary>What a follower did about one entry of its leader's ledger. There is exactly one per link and leader entry.</summary>
/// <param name="Reason">A stable UPPER_SNAKE code; null when copied as the settings say.</param>
/// <param name="Detail">The values that decided, for a person.</param>
/// <param name="OrderIds">The follower's orders that came of it.</param>
public sealed record CopyDecided(Guid LinkId, Guid LeaderAccountId, long LeaderSeq, CopyOutcome Outcome, string? Reason, string? Detail,
    IReadOnlyList<Guid> OrderIds, DateTimeOffset LeaderAt) : LedgerEvent
{
    /// <summary>
    /// The <see cref="LeaderSeq"/> of a link's end, which no entry has: with it all of them are decided, so whoever carries one that
    /// comes later, not knowing of the end, is answered as for a repetition. It is no row of its own.
    /// </summary>
    public const long EndSeq = long.MaxValue;

    /// <summary>When the leader's entry became durable: with <see cref="LeaderAt"/> and this entry's own time, the latency split.</summary>
    public DateTimeOffset? LeaderCommittedAt { get; init; }

    [JsonIgnore]
    public override string Kind => "copyDecided";
}
