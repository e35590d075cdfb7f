using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>Follower links as they are stored.</summary>
public interface ILinkDirectory
{
    /// <summary>The active links of a leader, each with the last leader sequence it has decided.</summary>
    Task<IReadOnlyList<LinkRow>> ActiveLinksAsync(Guid leaderAccountId, CancellationToken cancellation);

    Task<LinkRow?> GetAsync(Guid linkId, CancellationToken cancellation);

    /// <summary>Notes that every link of the leader has decided up to this sequence.</summary>
    Task SaveCursorAsync(Guid leaderAccountId, long seq, CancellationToken cancellation);

    /// <summary>Ends a link at once, or (closing) goes on with settings that open nothing new.</summary>
    Task EndAsync(Guid linkId, bool closing, LinkSettings settings, CancellationToken cancellation);

    Task SaveRiskAsync(Guid linkId, LinkRiskState risk, CancellationToken cancellation);
}

/// <param name="DecidedSeq">The last leader sequence that the follower has decided, or the one at which the link began.</param>
/// <param name="StartSeq">The leader's sequence at which the link began.</param>
/// <param name="Begun">Whether the follower has decided anything at or after the beginning.</param>
public sealed record LinkRow(Guid LinkId, Guid UserId, LinkSettings Settings, LinkRiskState Risk, bool Active, long DecidedSeq, long StartSeq, bool Begun)
{
    /// <summary>Whether what the leader had open when the link began is still to be looked at. That look is a decision at <see cref="StartSeq"/>.</summary>
    public bool SyncDue => Settings.InitialSync != InitialSyncMode.None && StartSeq > 0 && !Begun;
}
