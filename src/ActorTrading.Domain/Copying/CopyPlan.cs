using System.Collections.Immutable;

namespace ActorTrading.Domain;

/// <summary>What a link does about one leader entry.</summary>
/// <param name="Reason">Stable UPPER_SNAKE code (listed in docs/copying.md); null when copied just as the settings say.</param>
/// <param name="Detail">The values that decided, for a person.</param>
/// <param name="Commands">For the follower's account, in this order. Ids are functions of the link, the leader's sequence and the part.</param>
public sealed record CopyPlan(CopyOutcome Outcome, string? Reason, string? Detail, ImmutableArray<TradeCommand> Commands)
{
    /// <summary>Not before this time (a signal delay): decide again then; nothing is recorded until then. Later entries of the link wait behind it.</summary>
    public DateTimeOffset? DeferUntil { get; init; }

    public static CopyPlan Copy(ImmutableArray<TradeCommand> commands, string? reason = null, string? detail = null) =>
        new(CopyOutcome.Copied, reason, detail, commands);

    public static CopyPlan Skip(string reason, string detail) => new(CopyOutcome.Skipped, reason, detail, []);
}
