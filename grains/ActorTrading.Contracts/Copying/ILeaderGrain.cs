using System.Collections.Immutable;
using ActorTrading.Domain;
using Orleans;
using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace ActorTrading.Contracts;

/// <summary>
/// An account that publishes, key: the account's id. Reads the account's ledger by cursor and offers each trade entry to every
/// active link. The cursor survives in PostgreSQL and moves only after every link has decided.
/// </summary>
[Alias("ActorTrading.ILeaderGrain"), Version(1)]
public interface ILeaderGrain : IGrainWithGuidKey
{
    /// <summary>A hint that there is more to read, with the new entries themselves so that nothing need be read.</summary>
    [Alias("OnLedger"), OneWay]
    Task OnLedgerAsync(LedgerHint hint);

    /// <summary>Brings the grain up after a restart, so that it catches up without waiting for a trade.</summary>
    [Alias("Wake"), OneWay]
    Task WakeAsync();

    [Alias("Publish")]
    Task PublishAsync(bool published);

    /// <summary>A link was added, changed, paused or removed.</summary>
    [Alias("LinkChanged")]
    Task LinkChangedAsync(Guid linkId);

    /// <summary>A link that was busy can take more.</summary>
    [Alias("LinkReady"), OneWay]
    Task LinkReadyAsync(Guid linkId);

    /// <summary>Completes when every entry up to <paramref name="seq"/> has been decided by every active link.</summary>
    [Alias("WaitDecided")]
    Task WaitDecidedAsync(long seq);
}

/// <summary>One link from a leader's to a follower's account, key: its id.</summary>
[Alias("ActorTrading.IFollowerLinkGrain"), Version(2)]
public interface IFollowerLinkGrain : IGrainWithGuidKey
{
    /// <summary>Takes leader entries in order; answers when the follower has decided them durably.</summary>
    [Alias("Offer")]
    Task<CopyAck> OfferAsync(LeaderOffer offer);

    /// <summary>The follower's order that was without outcome has one now.</summary>
    [Alias("Resume"), OneWay]
    Task ResumeAsync(Guid leaderAccountId);

    /// <summary>Looks at the link as a whole: risk limits, equity stop, lifetimes, what is left to close of one that is being removed. Answers what the link remembers now, which is durable.</summary>
    [Alias("Watch")]
    Task<LinkRiskState> WatchAsync(LinkWatch watch);

    /// <summary>
    /// Stops copying; what is open is treated as the mode says. The link goes on closing until it is flat, then it is removed. While it does, a
    /// harder mode takes over; otherwise repeating it changes nothing.
    /// </summary>
    [Alias("Remove")]
    Task RemoveAsync(RemovalMode mode);

    /// <summary>Lets a stopped link go on; one that is not stopped stays as it is. False for a link that is being removed.</summary>
    [Alias("Reset")]
    Task<bool> ResetAsync();
}

[GenerateSerializer, Immutable, Alias("ActorTrading.LedgerHint")]
public sealed record LedgerHint(
    [property: Id(0)] Guid AccountId,
    [property: Id(1)] ImmutableArray<LedgerEntry> Entries,
    [property: Id(2)] DateTimeOffset CommittedAt);

/// <summary>Leader entries for one link, with what the link wants.</summary>
/// <param name="BalanceCloses">The leader's balance at the last closes of the link's equity-curve filter, oldest first; null where it has none.</param>
/// <param name="Sync">
/// Not entries but what was open when the link began, at the one entry of the stretch: the positions of that moment that are open still.
/// Null for entries.
/// </param>
[GenerateSerializer, Immutable, Alias("ActorTrading.LeaderOffer")]
public sealed record LeaderOffer(
    [property: Id(0)] Guid FollowerAccountId,
    [property: Id(1)] LinkSettings Settings,
    [property: Id(2)] LinkRiskState Risk,
    [property: Id(3)] LeaderStretch Stretch,
    [property: Id(4)] ImmutableArray<decimal>? BalanceCloses = null,
    [property: Id(5)] ImmutableArray<Guid>? Sync = null);

[GenerateSerializer, Immutable, Alias("ActorTrading.CopyOffer")]
public sealed record CopyOffer(
    [property: Id(0)] Guid LinkId,
    [property: Id(1)] LeaderOffer Leader);

/// <param name="DecidedSeq">The last leader sequence that the follower has decided durably for this link.</param>
/// <param name="DeferUntil">The settings hold the next entry back until then; offer it again then.</param>
/// <param name="Busy">An order of this link is still without outcome at its terminal; offer the rest again later.</param>
/// <param name="IsFlat">Of an unlinking: whether the link holds nothing and waits for nothing. Null where that was not looked at.</param>
/// <param name="IsClosed">The follower's account is closed: it will never decide anything more.</param>
[GenerateSerializer, Immutable, Alias("ActorTrading.CopyAck")]
public sealed record CopyAck(
    [property: Id(0)] long DecidedSeq,
    [property: Id(1)] bool Busy,
    [property: Id(2)] DateTimeOffset? DeferUntil,
    [property: Id(3)] bool? IsFlat = null,
    [property: Id(4)] bool IsClosed = false);

[GenerateSerializer, Immutable, Alias("ActorTrading.UnlinkRequest")]
public sealed record UnlinkRequest([property: Id(0)] Guid LinkId, [property: Id(1)] RemovalMode Mode);

/// <param name="Leader">The leader's account where this link has decided everything; null while it is behind.</param>
[GenerateSerializer, Immutable, Alias("ActorTrading.LinkWatch")]
public sealed record LinkWatch(
    [property: Id(0)] Guid LinkId,
    [property: Id(1)] Guid FollowerAccountId,
    [property: Id(2)] LinkSettings Settings,
    [property: Id(3)] LinkRiskState Risk,
    [property: Id(4)] AccountState? Leader);
