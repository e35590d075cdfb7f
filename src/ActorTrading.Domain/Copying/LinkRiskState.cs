namespace ActorTrading.Domain;

/// <summary>
/// What a link's risk limits, equity stop and take-profit remember between looks at the follower's equity. Kept durably beside
/// the link; the watch moves it on.
/// </summary>
public sealed record LinkRiskState
{
    public static LinkRiskState Empty { get; } = new();

    /// <summary>Why copying is stopped; null while it runs.</summary>
    public string? StopReason { get; init; }

    /// <summary>Until when; null for until it is reset.</summary>
    public DateTimeOffset? StoppedUntil { get; init; }

    /// <summary>Counts the stops; names a stop once and for all together with the link's id.</summary>
    public long StopSequence { get; init; }

    public bool IsStopped(DateTimeOffset now) => StopReason is not null && (StoppedUntil is null || now < StoppedUntil);
}
