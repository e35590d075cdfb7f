using System.Text;
using Dapper;
using Npgsql;

namespace ActorTrading.Postgres;

/// <summary>A message that this process may work on until its lease ends.</summary>
public sealed record LeasedMessage
{
    public required Guid Id { get; init; }
    public required string Kind { get; init; }

    /// <summary>JSON.</summary>
    public required string Payload { get; init; }

    /// <summary>Tries before this one.</summary>
    public required int Attempts { get; init; }
    public required DateTimeOffset LeasedUntil { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Effects to be done outside, at least once each: a handler must bear a repetition, because a process may die between doing and saying so.</summary>
public interface IOutbox
{
    /// <summary>Adds messages; one whose id is there already is left as it is.</summary>
    Task EnqueueAsync(IReadOnlyList<OutboxMessage> messages, DateTimeOffset now, CancellationToken cancellation = default);

    /// <summary>Takes up to <paramref name="limit"/> due messages of a kind, oldest first, that nobody else works on.</summary>
    Task<IReadOnlyList<LeasedMessage>> LeaseAsync(string kind, int limit, DateTimeOffset now, TimeSpan lease, CancellationToken cancellation = default);

    /// <summary>Done: forgets the message. False where the lease was lost meanwhile.</summary>
    Task<bool> CompleteAsync(LeasedMessage message, CancellationToken cancellation = default);

    /// <summary>Failed: to be tried again at <paramref name="dueAt"/>. False where the lease was lost meanwhile.</summary>
    Task<bool> RetryAsync(LeasedMessage message, DateTimeOffset dueAt, string error, CancellationToken cancellation = default);

    /// <summary>Failed for good: kept for people to look at, not tried again. False where the lease was lost meanwhile.</summary>
    Task<bool> GiveUpAsync(LeasedMessage message, string error, CancellationToken cancellation = default);

    /// <summary>Messages that were given up, newest first.</summary>
    Task<IReadOnlyList<DeadMessage>> DeadAsync(int limit, CancellationToken cancellation = default);

    /// <summary>Forgets up to <paramref name="limit"/> given-up messages that were added before a time; answers how many.</summary>
    Task<int> ForgetDeadAsync(DateTimeOffset before, int limit, CancellationToken cancellation = default);

    /// <summary>Messages waiting, and how long the oldest has been due.</summary>
    Task<OutboxBacklog> BacklogAsync(DateTimeOffset now, CancellationToken cancellation = default);
}

public sealed record DeadMessage(Guid Id, string Kind, string Payload, int Attempts, string? LastError, DateTimeOffset CreatedAt);

public sealed record OutboxBacklog(long Waiting, TimeSpan OldestDueFor);

public sealed class OutboxStore(PostgresDatabase database) : IOutbox
{
    /// <summary>Longest error text kept.</summary>
    public const int ErrorMax = 1_000;

    public Task EnqueueAsync(IReadOnlyList<OutboxMessage> messages, DateTimeOffset now, CancellationToken cancellation = default) =>
        database.TransactAsync(async connection =>
        {
            foreach (var message in messages) await AddAsync(connection, message, now, cancellation);
            return messages.Count;
        }, cancellation);

    public Task<IReadOnlyList<LeasedMessage>> LeaseAsync(string kind, int limit, DateTimeOffset now, TimeSpan lease, CancellationToken cancellation = default) =>
        // SKIP LOCKED: processes that lease at the same moment get different messages instead of waiting for one another.
        database.UseAsync<IReadOnlyList<LeasedMessage>>(async connection => (await connection.QueryAsync<LeasedMessage>("""
            WITH due AS (
                SELECT id FROM outbox WHERE kind = @kind AND status = 'pending' AND due_at <= @now AND (leased_until IS NULL OR leased_until <= @now)
                ORDER BY due_at LIMIT @limit FOR UPDATE SKIP LOCKED)
            UPDATE outbox o SET leased_until = @until, attempts = o.attempts + 1 FROM due WHERE o.id = due.id
            RETURNING o.id, o.kind, o.payload, o.attempts - 1 AS attempts, o.leased_until, o.created_at
            """.With(new { kind, limit = Math.Clamp(limit, 1, 1_000), now, until = now + lease }, cancellation))).OrderBy(message => message.CreatedAt).ToList(), cancellation);

    public Task<bool> CompleteAsync(LeasedMessage message, CancellationToken cancellation = default) =>
        EndAsync("DELETE FROM outbox", message, null, null, cancellation);

    public Task<bool> RetryAsync(LeasedMessage message, DateTimeOffset dueAt, string error, CancellationToken cancellation = default) =>
        EndAsync("UPDATE outbox SET due_at = @dueAt, leased_until = NULL, last_error = left(@error, 1000)", message, dueAt, error, cancellation);

    public Task<bool> GiveUpAsync(LeasedMessage message, string error, CancellationToken cancellation = default) =>
        EndAsync("UPDATE outbox SET status = 'dead', leased_until = NULL, last_error = left(@error, 1000)", message, null, error, cancellation);

    public Task<IReadOnlyList<DeadMessage>> DeadAsync(int limit, CancellationToken cancellation = default) =>
        database.UseAsync<IReadOnlyList<DeadMessage>>(async connection => await connection.ListAsync(
            "SELECT id, kind, payload, attempts, last_error, created_at FROM outbox WHERE status = 'dead' ORDER BY created_at DESC LIMIT @limit",
            row => new DeadMessage(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetInt32(3), row.TextOrNull("last_error"), row.Time("created_at")),
            cancellation, RowReading.Parameter("limit", Math.Clamp(limit, 1, PageRequest.LimitMax))), cancellation);

    public Task<int> ForgetDeadAsync(DateTimeOffset before, int limit, CancellationToken cancellation = default) =>
        database.UseAsync(connection => connection.ExecuteAsync(
            "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE status = 'dead' AND created_at < @before LIMIT @limit)".With(new { before, limit }, cancellation)), cancellation);

    public Task<OutboxBacklog> BacklogAsync(DateTimeOffset now, CancellationToken cancellation = default) => database.UseAsync(async connection =>
        (await connection.ListAsync("SELECT count(*), min(due_at) FROM outbox WHERE status = 'pending' AND due_at <= @now",
            row => new OutboxBacklog(row.GetInt64(0), row.ValueOrNull<DateTimeOffset>("min") is { } oldest ? now - oldest : TimeSpan.Zero),
            cancellation, RowReading.Parameter("now", now.UtcDateTime))).Single(), cancellation);

    internal static Task AddAsync(NpgsqlConnection connection, OutboxMessage message, DateTimeOffset now, CancellationToken cancellation) =>
        connection.ExecuteAsync("""
            INSERT INTO outbox (id, kind, payload, due_at, created_at) VALUES (@Id, @Kind, @Payload::jsonb, @DueAt, @now) ON CONFLICT (id) DO NOTHING
            """.With(new { message.Id, message.Kind, message.Payload, message.DueAt, now }, cancellation));

    /// <summary>Said by others, who may use characters that a column does not take; what cannot be noted would be tried again for ever.</summary>
    private static string Storable(string said) => string.Concat(said.EnumerateRunes().Select(rune => rune.Value == 0 ? Rune.ReplacementChar : rune));

    /// <summary>Only while the lease is still ours: after it ended somebody else may have the message.</summary>
    private Task<bool> EndAsync(string change, LeasedMessage message, DateTimeOffset? dueAt, string? error, CancellationToken cancellation) =>
        database.UseAsync(async connection => await connection.ExecuteAsync(
            $"{change} WHERE id = @Id AND status = 'pending' AND leased_until = @LeasedUntil AND attempts = @attempts"
                .With(new { message.Id, message.LeasedUntil, attempts = message.Attempts + 1, dueAt, error = error is null ? null : Storable(error) }, cancellation)) == 1, cancellation);
}
