using Dapper;

namespace ActorTrading.Postgres;

public enum IdempotencyOutcome
{
    /// <summary>Nobody has used the key: do the work, then <see cref="IIdempotencyStore.CompleteAsync"/> or <see cref="IIdempotencyStore.ReleaseAsync"/>.</summary>
    Claimed,

    /// <summary>Done before: answer with what is stored.</summary>
    Replay,

    /// <summary>The key was used with another body.</summary>
    Reused,

    /// <summary>The first request is still being worked on.</summary>
    InProgress,
}

public sealed record IdempotencyClaim(IdempotencyOutcome Outcome, int? Status = null, byte[]? Response = null);

/// <summary>The first answer to each idempotency key of a user.</summary>
public interface IIdempotencyStore
{
    /// <param name="claimFor">After this time without an answer the claim is void: whoever held it has died, and the next one does the work.</param>
    Task<IdempotencyClaim> BeginAsync(Guid userId, string key, byte[] bodyHash, DateTimeOffset now, TimeSpan claimFor, CancellationToken cancellation = default);

    /// <summary>Stores the answer, unless one came with the ledger entries already.</summary>
    Task CompleteAsync(IdempotentAnswer answer, DateTimeOffset now, CancellationToken cancellation = default);

    /// <summary>Gives a claim up because nothing was done.</summary>
    Task ReleaseAsync(Guid userId, string key, CancellationToken cancellation = default);

    /// <summary>Forgets up to <paramref name="limit"/> keys created before a time.</summary>
    Task<int> DeleteOlderAsync(DateTimeOffset before, int limit, CancellationToken cancellation = default);
}

public sealed class IdempotencyStore(PostgresDatabase database) : IIdempotencyStore
{
    public const int KeyMax = 200;

    public Task<IdempotencyClaim> BeginAsync(Guid userId, string key, byte[] bodyHash, DateTimeOffset now, TimeSpan claimFor, CancellationToken cancellation = default)
    {
        if (key.Length is 0 or > KeyMax) throw new ArgumentException($"An idempotency key has 1 to {KeyMax} characters; this one has {key.Length}.", nameof(key));
        return database.TransactAsync(async connection =>
        {
            var claimed = await connection.ExecuteScalarAsync<bool?>("""
                INSERT INTO idempotency_keys AS k (user_id, key, body_hash, claimed_until, created_at) VALUES (@userId, @key, @bodyHash, @until, @now)
                ON CONFLICT (user_id, key) DO UPDATE SET claimed_until = excluded.claimed_until
                WHERE k.status IS NULL AND k.claimed_until <= @now AND k.body_hash = excluded.body_hash RETURNING true
                """.With(new { userId, key, bodyHash, until = now + claimFor, now }, cancellation));
            if (claimed == true) return new IdempotencyClaim(IdempotencyOutcome.Claimed);

            var there = await connection.QuerySingleAsync<Row>("SELECT body_hash, status, response FROM idempotency_keys WHERE user_id = @userId AND key = @key"
                .With(new { userId, key }, cancellation));
            if (!there.BodyHash.AsSpan().SequenceEqual(bodyHash)) return new IdempotencyClaim(IdempotencyOutcome.Reused);
            return there.Status is { } status
                ? new IdempotencyClaim(IdempotencyOutcome.Replay, status, there.Response)
                : new IdempotencyClaim(IdempotencyOutcome.InProgress);
        }, cancellation);
    }

    public Task CompleteAsync(IdempotentAnswer answer, DateTimeOffset now, CancellationToken cancellation = default) =>
        database.UseAsync(connection => connection.ExecuteAsync("""
            INSERT INTO idempotency_keys AS k (user_id, key, body_hash, status, response, claimed_until, created_at)
            VALUES (@UserId, @Key, @BodyHash, @Status, @Response, @now, @now)
            ON CONFLICT (user_id, key) DO UPDATE SET status = excluded.status, response = excluded.response
            WHERE k.status IS NULL AND k.body_hash = excluded.body_hash
            """.With(new { answer.UserId, answer.Key, answer.BodyHash, answer.Status, answer.Response, now }, cancellation)), cancellation);

    public Task ReleaseAsync(Guid userId, string key, CancellationToken cancellation = default) =>
        database.UseAsync(connection => connection.ExecuteAsync(
            "DELETE FROM idempotency_keys WHERE user_id = @userId AND key = @key AND status IS NULL".With(new { userId, key }, cancellation)), cancellation);

    public Task<int> DeleteOlderAsync(DateTimeOffset before, int limit, CancellationToken cancellation = default) =>
        database.UseAsync(connection => connection.ExecuteAsync("""
            DELETE FROM idempotency_keys WHERE (user_id, key) IN
                (SELECT user_id, key FROM idempotency_keys WHERE created_at < @before ORDER BY created_at LIMIT @limit)
            """.With(new { before, limit }, cancellation)), cancellation);

    private sealed record Row
    {
        public byte[] BodyHash { get; init; } = [];
        public int? Status { get; init; }
        public byte[]? Response { get; init; }
    }
}
