using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>Follower links as they are stored.</summary>
public interface ILinkDirectory
{
    /// <summary>The links of a leader that are not removed, each with the last leader sequence it has decided.</summary>
    Task<IReadOnlyList<LinkRow>> ActiveLinksAsync(Guid leaderAccountId, CancellationToken cancellation);

    Task<LinkRow?> GetAsync(Guid linkId, CancellationToken cancellation);

    /// <summary>Notes that every link of the leader has decided up to this sequence.</summary>
    Task SaveCursorAsync(Guid leaderAccountId, long seq, CancellationToken cancellation);

    /// <summary>How a link ends or has ended; null for one that goes on.</summary>
    Task<LinkEnding?> EndingAsync(Guid linkId, CancellationToken cancellation);

    /// <summary>Ends a link at once, or (closing) goes on with settings that open nothing new. One that has ended stays as it is.</summary>
    Task EndAsync(Guid linkId, bool closing, LinkSettings settings, CancellationToken cancellation);

    Task SaveRiskAsync(Guid linkId, LinkRiskState risk, CancellationToken cancellation);

    /// <summary>Saves the state of a link that was stopped, with a notification for its user; the user, or null where this stop is known already.</summary>
    /// <param name="json">The notification's payload, a JSON object.</param>
    Task<Guid?> SaveStopAsync(Guid linkId, LinkRiskState risk, string json, CancellationToken cancellation);
}

/// <summary>A link that is being removed, or is removed. It never goes back.</summary>
/// <param name="Settings">Those with which it goes on until it is flat: they open nothing new.</param>
public sealed record LinkEnding(LinkSettings Settings, bool Removed);

/// <param name="Settings">Those that count: while the link is paused, its own would open.</param>
/// <param name="Active">Whether it is not removed.</param>
/// <param name="DecidedSeq">The last leader sequence that the follower has decided, or the one at which the link began.</param>
/// <param name="StartSeq">The leader's sequence at which the link began.</param>
/// <param name="Begun">Whether the follower has decided anything at or after the beginning.</param>
/// <param name="Version">Grows with each change of the settings or the status.</param>
public sealed record LinkRow(Guid LinkId, Guid UserId, LinkSettings Settings, LinkRiskState Risk, bool Active, long DecidedSeq, long StartSeq, bool Begun, int Version)
{
    /// <summary>Whether what the leader had open when the link began is still to be looked at. That look is a decision at <see cref="StartSeq"/>.</summary>
    public bool SyncDue => Settings.InitialSync != InitialSyncMode.None && StartSeq > 0 && !Begun;
}
