namespace ActorTrading.Domain;

/// <summary>Where an alert is in its life. Only an active alert is armed.</summary>
public enum AlertStatus
{
    Active,

    /// <summary>A once-alert that has fired.</summary>
    Fired,
    Expired,

    /// <summary>Switched off by its user; switching on starts afresh, without a prior sample.</summary>
    Paused,
}

/// <summary>What an alert remembers between observations. Kept durably, so that the first quote after a downtime is judged against it.</summary>
public sealed record AlertState
{
    public static AlertState New { get; } = new();

    public AlertStatus Status { get; init; }

    /// <summary>p1, or a price on the same side of every level as p1; null before the first sample.</summary>
    public decimal? Previous { get; init; }

    /// <summary>Whether the condition held when last observed; null before.</summary>
    public bool? Holding { get; init; }

    /// <summary>Close of the bar that a moving condition compares with; null until a bar has closed.</summary>
    public decimal? Reference { get; init; }

    /// <summary>The alert does not fire before this time: end of the bar, or of the minute, in which it fired last.</summary>
    public DateTimeOffset? QuietUntil { get; init; }
    public DateTimeOffset? LastFiredAt { get; init; }
    public long FireCount { get; init; }

    /// <summary>When its user changed it last; null where it is as it was made.</summary>
    public DateTimeOffset? ChangedAt { get; init; }
}

/// <summary>One price seen by an alert.</summary>
/// <param name="Price">Of the alert's <see cref="PriceSource"/>.</param>
/// <param name="Time">Of the quote, or of the bar's end when closing; UTC.</param>
/// <param name="BarEnd">End (exclusive) of the bar that the price belongs to; needed by <see cref="AlertTrigger.OncePerBar"/>.</param>
/// <param name="BarClosing">The price is the close of a bar of the alert's timeframe, not a quote.</param>
public readonly record struct AlertObservation(decimal Price, DateTimeOffset Time, DateTimeOffset? BarEnd = null, bool BarClosing = false);

/// <summary>An alert that fires now.</summary>
/// <param name="Sequence">From 1, counts the alert's firings: with the alert's id, names the firing once and for all.</param>
/// <param name="Level">The level that counted; of a channel the bound that was met or left (the lower one when found inside); for the moving conditions the price that the reference and the value make.</param>
public sealed record AlertFiring(Guid AlertId, long Sequence, string Symbol, decimal Price, DateTimeOffset Time, decimal Level, string Message);
