namespace ActorTrading.Domain;

/// <summary>The 13 operators. L is <see cref="AlertDefinition.Value"/>; a channel is [Value, Value2]; p is the price observed, p1 the one before.</summary>
public enum AlertCondition
{
    /// <summary>p1 &lt; L and p ≥ L, or p1 &gt; L and p ≤ L.</summary>
    Crossing,

    /// <summary>p1 &lt; L and p ≥ L.</summary>
    CrossingUp,

    /// <summary>p1 &gt; L and p ≤ L.</summary>
    CrossingDown,

    /// <summary>p &gt; L.</summary>
    GreaterThan,

    /// <summary>p &lt; L.</summary>
    LessThan,

    /// <summary>p1 outside the channel and p inside; the bounds are inside.</summary>
    EnteringChannel,

    /// <summary>p1 inside and p outside.</summary>
    ExitingChannel,

    /// <summary>Value ≤ p ≤ Value2.</summary>
    InsideChannel,

    /// <summary>p &lt; Value or p &gt; Value2.</summary>
    OutsideChannel,

    /// <summary>p − ref ≥ Value, ref the close <see cref="AlertDefinition.BarsBack"/> bars back.</summary>
    MovingUp,

    /// <summary>ref − p ≥ Value.</summary>
    MovingDown,

    /// <summary>(p / ref − 1) · 100 ≥ Value.</summary>
    MovingUpPct,

    /// <summary>(1 − p / ref) · 100 ≥ Value.</summary>
    MovingDownPct,
}

/// <summary>How often an alert may fire.</summary>
public enum AlertTrigger { Once, EveryTime, OncePerBar, OncePerBarClose, OncePerMinute }

/// <summary>Where a firing is told, besides the hub.</summary>
public enum AlertChannel { App, Email, Webhook }

/// <summary>What a user wants to be told about. Prices in the symbol's quote currency, times UTC.</summary>
public sealed record AlertDefinition
{
    public Guid Id { get; init; }
    public Guid UserId { get; init; }
    public string Symbol { get; init; } = "";
    public AlertCondition Condition { get; init; }

    /// <summary>The level; a channel's lower bound; for the moving conditions a price distance or a percentage. Above zero.</summary>
    public decimal Value { get; init; }

    /// <summary>A channel's upper bound, above <see cref="Value"/>; null for the other conditions.</summary>
    public decimal? Value2 { get; init; }
    public PriceSource Price { get; init; } = PriceSource.Bid;
    public AlertTrigger Trigger { get; init; } = AlertTrigger.Once;

    /// <summary>MetaTrader 5's name of the bar length (M1 … MN1); needed by the moving conditions and the two bar triggers.</summary>
    public string? Timeframe { get; init; }

    /// <summary>N of the moving conditions: 1 is the bar before the one that the price belongs to. 1 to 500.</summary>
    public int BarsBack { get; init; } = 1;
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Text with placeholders such as {{price}}; null for a plain sentence.</summary>
    public string? Message { get; init; }
    public IReadOnlyList<AlertChannel>? Channels { get; init; }
    public string? WebhookUrl { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>How often its user has changed it, pauses counted: a firing says of which definition it is.</summary>
    public int Version { get; init; }

    /// <summary>Whether the condition compares with a channel.</summary>
    public bool IsChannel => Condition is >= AlertCondition.EnteringChannel and <= AlertCondition.OutsideChannel;

    /// <summary>Whether the condition compares with an earlier bar's close.</summary>
    public bool IsMoving => Condition is >= AlertCondition.MovingUp and <= AlertCondition.MovingDownPct;
}
