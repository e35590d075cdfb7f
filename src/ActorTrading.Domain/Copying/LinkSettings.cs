using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;

namespace ActorTrading.Domain;

/// <summary>How one account follows another. Every filter, limit and guard left out is off; what <see cref="LinkValidation"/> refuses to do without is marked.</summary>
public sealed record LinkSettings
{
    [Required]
    public Guid LeaderAccountId { get; init; }

    [Required]
    public Guid FollowerAccountId { get; init; }
    public SizingSettings Sizing { get; init; } = new();

    /// <summary>Do the opposite: buy and sell, stop-loss and take-profit, limit and stop change places.</summary>
    public bool Reverse { get; init; }

    /// <summary>The leader's symbol to the follower's; a symbol without an entry keeps its name.</summary>
    public ImmutableDictionary<string, string>? SymbolMapping { get; init; }

    /// <summary>Symbols copied or left out, by the leader's name or the follower's.</summary>
    public SymbolFilter? SymbolFilter { get; init; }
    public MagicFilter? MagicFilter { get; init; }

    /// <summary>The sides that the follower may trade; null for both.</summary>
    public IReadOnlyList<Side>? AllowedSides { get; init; }
    public StopSettings Stops { get; init; } = new();
    public ExposureLimits Limits { get; init; } = new();
    public IReadOnlyList<RiskLimit>? RiskLimits { get; init; }
    public EquityStop? EquityStop { get; init; }

    /// <summary>Everything of this link is closed, and copying stops, when its total profit reaches this amount in the follower's currency.</summary>
    public decimal? TakeProfitAmount { get; init; }
    public CloseOnlyMode CloseOnly { get; init; }
    public RemovalMode RemovalMode { get; init; } = RemovalMode.CloseImmediately;

    /// <summary>Do not copy pending orders; enter at the market when the leader's is filled.</summary>
    public bool SkipPendingOrders { get; init; }
    public TimingSettings Timing { get; init; } = new();
    public SlippageGuard? SlippageGuard { get; init; }

    /// <summary>Open only at a price this many pips better than the leader's: a limit order waits for it. Null for at once.</summary>
    public decimal? WaitForImprovementPips { get; init; }
    public EquityCurveFilter? EquityCurveFilter { get; init; }
    public DrawdownFilter? DrawdownFilter { get; init; }
    public CorrelationMode ReduceCorrelations { get; init; }
    public InitialSyncMode InitialSync { get; init; }

    /// <summary>Also copy what the leader itself only copies, but nothing that has come through the follower or through <see cref="CopyOrigin.LinksMax"/> links: a ring cannot feed itself.</summary>
    public bool CopyCopiedTrades { get; init; }
}

/// <summary>With an include list only its symbols pass; the exclude list wins.</summary>
public sealed record SymbolFilter(IReadOnlyList<string>? Include, IReadOnlyList<string>? Exclude);

/// <summary>Numbers of expert advisors, both ends inclusive.</summary>
public readonly record struct MagicRange(long From, long To);

/// <summary>With an include list only its numbers pass; the exclude list wins. A trade by hand has number 0.</summary>
public sealed record MagicFilter(IReadOnlyList<MagicRange>? Include, IReadOnlyList<MagicRange>? Exclude);

/// <summary>What happens to SL and TP. Distances in pips from the follower's entry.</summary>
public sealed record StopSettings
{
    public bool CopyStopLoss { get; init; } = true;
    public bool CopyTakeProfit { get; init; } = true;

    /// <summary>Instead of the leader's; later changes of the leader's are then not followed.</summary>
    public decimal? FixedStopLossPips { get; init; }
    public decimal? FixedTakeProfitPips { get; init; }

    /// <summary>A stop-loss further away is brought to this distance; one that is missing is set there.</summary>
    public decimal? MaxStopLossPips { get; init; }
}

/// <summary>Limits on what is opened.</summary>
public sealed record ExposureLimits
{
    /// <summary>Largest loss at the stop-loss, as a fraction of the balance: the volume shrinks. Without a stop-loss one is set at that loss.</summary>
    public decimal? MaxTradeRisk { get; init; }

    /// <summary>Largest (value of all open positions with the new one) / equity; a trade beyond it is not copied. Pending orders count as if filled: they fill unasked.</summary>
    public decimal? MaxLeverage { get; init; }

    /// <summary>Fraction of the balance that stays free margin after the trade; else it is not copied.</summary>
    public decimal? ReservedMarginFraction { get; init; }
}

/// <summary>Which stretch of time a risk limit watches; the first four and the likes roll, the to-date ones begin at a UTC calendar boundary.</summary>
public enum RiskPeriod
{
    /// <summary>The last 24 hours.</summary>
    Day,

    /// <summary>The calendar day.</summary>
    Date,
    Week, WeekToDate, Month, MonthToDate, Quarter, QuarterToDate, Year, YearToDate, Lifetime,
}

/// <summary>What a risk limit measures.</summary>
public enum RiskMeasure
{
    /// <summary>Balance at the start − balance now.</summary>
    BalanceDifference,

    /// <summary>Balance at the start − equity now.</summary>
    BalanceMinusEquity,

    /// <summary>Equity at the start − equity now.</summary>
    EquityDifference,
}

/// <summary>Stops copying when a loss is reached.</summary>
public sealed record RiskLimit
{
    public RiskPeriod Type { get; init; }
    public RiskMeasure ApplyTo { get; init; }

    /// <summary>Loss in the follower's currency; at least one of the two is given, the first reached counts.</summary>
    public decimal? MaxAbsoluteRisk { get; init; }

    /// <summary>Loss as a fraction of the value at the start.</summary>
    public decimal? MaxRelativeRisk { get; init; }

    /// <summary>Also close what the link has open.</summary>
    public bool ClosePositions { get; init; }

    /// <summary>Nothing before this time counts; moving it forward, with a reset, lets a stopped link go on.</summary>
    public DateTimeOffset? StartTime { get; init; }
}

public enum EquityStopType
{
    /// <summary>At a total loss of the amount.</summary>
    Fixed,

    /// <summary>When the total has fallen by the amount from its peak.</summary>
    Trailing,
}

/// <summary>Closes everything of the link and stops it. Amount in the follower's currency, above zero.</summary>
public sealed record EquityStop([Required] EquityStopType? Type, [Required] decimal Amount);

public enum CloseOnlyMode
{
    None,

    /// <summary>Nothing new; what is open follows the leader to its end.</summary>
    ByPosition,

    /// <summary>As by position, but a symbol that is still open may be traded until it is flat.</summary>
    BySymbol,

    /// <summary>Close all at once, open nothing.</summary>
    Immediately,
}

/// <summary>What happens to what is open when a link is removed.</summary>
public enum RemovalMode { CloseImmediately, CloseGracefullyByPosition, CloseGracefullyBySymbol, Preserve }

public sealed record TimingSettings
{
    /// <summary>An opening signal older than this is not copied and never retried; minutes, above 0.</summary>
    public decimal OpeningIntervalMinutes { get; init; } = 1m;

    /// <summary>A copied position older than this is closed; hours. Default 90 days.</summary>
    public decimal LifetimeHours { get; init; } = 2160m;

    /// <summary>Whether the opening interval also holds for pending orders.</summary>
    public bool ExpirePendingSignals { get; init; }

    /// <summary>An opening signal older than this is not copied; seconds. Null for none; the stricter of it and the interval counts. A signal delay is not part of the age.</summary>
    public decimal? MaxDelaySeconds { get; init; }

    /// <summary>Wait this long before copying; with two bounds, a time between them that depends only on the signal.</summary>
    public SignalDelay? SignalDelay { get; init; }
}

/// <summary>In seconds, 0 to 300; a bound that is left out is 0 below and the lower one above.</summary>
public sealed record SignalDelay(decimal MinSeconds, decimal? MaxSeconds = null);

public enum SlippageAction { Ignore, Wait }

/// <summary>Open only while the follower's price is within this many pips of the leader's entry; else ignore, or wait with a limit order.</summary>
public sealed record SlippageGuard([Required] decimal MaxPips, SlippageAction Action = SlippageAction.Ignore);

/// <summary>New trades only while the leader's equity is above the mean of its balance over the last closes of the timeframe.</summary>
public sealed record EquityCurveFilter([Required] int Period, [Required] string Timeframe);

public enum FilterAction { Include, Exclude }

/// <summary>The leader's drawdown, (balance − equity) / balance. Exclude: copy only below it; include: only above it.</summary>
public sealed record DrawdownFilter([Required] FilterAction? Action, [Required] decimal MaxDrawdown);

public enum CorrelationMode { None, ByStrategy, BySymbol, ByAccount }

public enum InitialSyncMode
{
    /// <summary>What the leader has open already is not copied.</summary>
    None,

    /// <summary>Copy it at the market, but only while the leader floats at a loss or zero and the follower is flat.</summary>
    LeaderNotInProfit,

    /// <summary>Copy it at the market.</summary>
    Market,
}
