using System.Collections.Immutable;

namespace ActorTrading.Domain;

/// <summary>
/// What a link's risk limits, equity stop and take-profit remember between looks at the follower's equity. Kept durably beside
/// the link; <see cref="CopyWatch"/> moves it on.
/// </summary>
public sealed record LinkRiskState
{
    public static LinkRiskState Empty { get; } = new();

    /// <summary>Why copying is stopped, one of <see cref="CopyReasons"/>; null while it runs.</summary>
    public string? StopReason { get; init; }

    /// <summary>Which limit, and the values that reached it.</summary>
    public string? StopDetail { get; init; }

    /// <summary>Until when; null for until it is reset.</summary>
    public DateTimeOffset? StoppedUntil { get; init; }

    /// <summary>The stop also closes what the link holds, until it holds nothing.</summary>
    public bool Closes { get; init; }

    /// <summary>Counts the stops; names a stop once and for all together with the link's id.</summary>
    public long StopSequence { get; init; }

    /// <summary>Nothing before this time counts: when the link began, or was last reset.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The link's total profit at <see cref="Since"/>, in the follower's currency.</summary>
    public decimal Baseline { get; init; }

    /// <summary>The highest total profit since then, above the baseline; at least 0.</summary>
    public decimal PeakProfit { get; init; }

    /// <summary>Balance and equity of the follower over time, oldest first, as fine as the longest risk limit needs; empty without risk limits.</summary>
    public ImmutableArray<RiskSample> Samples { get; init; } = [];

    /// <summary>The follower at the last stop; null before the first.</summary>
    public RiskSample? AtStop { get; init; }

    /// <summary>Also beyond its time while there is something left to close: what was opened then would be closed with it.</summary>
    public bool IsStopped(DateTimeOffset now) => StopReason is not null && (Closes || StoppedUntil is null || now < StoppedUntil);

    /// <summary>Lets a stopped link go on; losses before the next look no longer count.</summary>
    public LinkRiskState Reset() => new() { StopSequence = StopSequence };

    /// <summary>By what is in it, also of the samples: what has been read anew, or come from another silo, would always seem changed, and be written.</summary>
    public bool Equals(LinkRiskState? other) => other is not null
        && StopReason == other.StopReason && StopDetail == other.StopDetail && StoppedUntil == other.StoppedUntil && Closes == other.Closes
        && StopSequence == other.StopSequence && Since == other.Since && Baseline == other.Baseline && PeakProfit == other.PeakProfit
        && AtStop == other.AtStop && Samples.AsSpan().SequenceEqual(other.Samples.AsSpan());

    public override int GetHashCode() => HashCode.Combine(StopReason, StoppedUntil, StopSequence, Since, Baseline, PeakProfit, Samples.Length);
}

/// <summary>Balance and equity at a time, in the follower's currency.</summary>
/// <param name="Transfers">What had been moved into the balance by then, less what had been moved out; null in a sample of a version that did not note it.</param>
/// <param name="Credit">Part of the equity; null as above.</param>
public readonly record struct RiskSample(DateTimeOffset At, decimal Balance, decimal Equity, decimal? Transfers = null, decimal? Credit = null)
{
    /// <summary>What it measures, as if the money that has been moved in or out since had been so before: that is neither a loss nor a gain. Credit is none of it.</summary>
    /// <param name="now">The present.</param>
    public decimal Value(bool equity, in RiskSample now) =>
        (equity ? Equity - (Credit ?? now.Credit ?? 0m) : Balance) + ((now.Transfers ?? 0m) - (Transfers ?? now.Transfers ?? 0m));
}
