using ActorTrading.Domain;

namespace ActorTrading.Postgres;

/// <summary>Entries to append to one account's ledger and everything that becomes durable together with them, or not at all.</summary>
public sealed record LedgerAppend
{
    public required Guid AccountId { get; init; }

    /// <summary>Sequence of the account's last entry before these; 0 for a new account.</summary>
    public required long ExpectedSeq { get; init; }

    /// <summary>In order, numbered from <see cref="ExpectedSeq"/> + 1 without a gap; at least one. Times are stored to the microsecond.</summary>
    public required IReadOnlyList<LedgerEntry> Entries { get; init; }

    /// <summary>The projection rows after the last entry, as <see cref="AccountProjection.Fold"/> tells them.</summary>
    public required AccountChanges Changes { get; init; }

    public IReadOnlyList<OutboxMessage> Outbox { get; init; } = [];

    /// <summary>The answer of the request that caused this, so that its key is never answered by doing it twice.</summary>
    public IdempotentAnswer? Idempotency { get; init; }

    /// <summary>Time spent at the terminals for copies decided in this append or an earlier one.</summary>
    public IReadOnlyList<CopyLatency> Latencies { get; init; } = [];
}

/// <param name="LastSeq">The account's sequence now.</param>
public sealed record AppendResult(Guid AccountId, long LastSeq);

/// <param name="LeaderTerminal">From the leader's deal at its terminal until we knew; null where there is no terminal or it is not known yet.</param>
/// <param name="FollowerTerminal">From sending to the follower's terminal until it had filled; null likewise.</param>
public sealed record CopyLatency(Guid LinkId, long LeaderSeq, TimeSpan? LeaderTerminal, TimeSpan? FollowerTerminal);

/// <param name="Key">The client's <c>Idempotency-Key</c>.</param>
/// <param name="BodyHash">SHA-256 of method, path and body.</param>
/// <param name="Status">HTTP status to replay.</param>
/// <param name="Response">Body to replay.</param>
public sealed record IdempotentAnswer(Guid UserId, string Key, byte[] BodyHash, int Status, byte[] Response);

/// <summary>Something to do outside, once its cause is durable.</summary>
/// <param name="Id">A function of its cause, so that a cause repeated does not enqueue it twice.</param>
/// <param name="Kind">Which handler does it.</param>
/// <param name="Payload">JSON.</param>
/// <param name="DueAt">Not before this time, UTC.</param>
public sealed record OutboxMessage(Guid Id, string Kind, string Payload, DateTimeOffset DueAt);
