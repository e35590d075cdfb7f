using Dapper;
using Npgsql;

namespace ActorTrading.Postgres;

/// <param name="Seq">From 1, gapless per user.</param>
/// <param name="Json">The payload, a JSON object.</param>
public sealed record StoredNotification(long Seq, string Kind, string Json, DateTimeOffset CreatedAt, DateTimeOffset? ReadAt);

public interface INotificationStore
{
    /// <summary>Adds a notification and answers its sequence.</summary>
    Task<long> AddAsync(Guid userId, string kind, string json, DateTimeOffset at, CancellationToken cancellation = default);

    /// <summary>The user's notifications after a sequence, oldest first; what a client that was away has missed.</summary>
    Task<IReadOnlyList<StoredNotification>> AfterAsync(Guid userId, long afterSeq, int limit, CancellationToken cancellation = default);

    /// <summary>The user's notifications before a sequence, newest first.</summary>
    Task<IReadOnlyList<StoredNotification>> BeforeAsync(Guid userId, long beforeSeq, int limit, CancellationToken cancellation = default);

    /// <summary>Marks everything up to a sequence as read.</summary>
    Task MarkReadAsync(Guid userId, long upToSeq, DateTimeOffset at, CancellationToken cancellation = default);
}

public sealed class NotificationStore(PostgresDatabase database) : INotificationStore
{
    public Task<long> AddAsync(Guid userId, string kind, string json, DateTimeOffset at, CancellationToken cancellation = default) =>
        database.UseAsync(connection => AddAsync(connection, userId, kind, json, at, cancellation), cancellation);

    public Task<IReadOnlyList<StoredNotification>> AfterAsync(Guid userId, long afterSeq, int limit, CancellationToken cancellation = default) =>
        ListAsync(userId, "seq > @seq ORDER BY seq", afterSeq, limit, cancellation);

    public Task<IReadOnlyList<StoredNotification>> BeforeAsync(Guid userId, long beforeSeq, int limit, CancellationToken cancellation = default) =>
        ListAsync(userId, "seq < @seq ORDER BY seq DESC", beforeSeq, limit, cancellation);

    public Task MarkReadAsync(Guid userId, long upToSeq, DateTimeOffset at, CancellationToken cancellation = default) =>
        database.AsUserAsync(userId, connection => connection.ExecuteAsync(
            "UPDATE notifications SET read_at = @at WHERE user_id = @userId AND seq <= @upToSeq AND read_at IS NULL".With(new { userId, upToSeq, at }, cancellation)), cancellation);

    /// <summary>One statement: the number is drawn and used together, and the head's row keeps others waiting until the transaction ends.</summary>
    internal static Task<long> AddAsync(NpgsqlConnection connection, Guid userId, string kind, string json, DateTimeOffset at, CancellationToken cancellation) =>
        connection.ExecuteScalarAsync<long>("""
            WITH head AS (
                INSERT INTO notification_heads AS h (user_id, seq) VALUES (@userId, 1) ON CONFLICT (user_id) DO UPDATE SET seq = h.seq + 1 RETURNING seq)
            INSERT INTO notifications (user_id, seq, kind, payload, created_at) SELECT @userId, seq, @kind, @json::jsonb, @at FROM head RETURNING seq
            """.With(new { userId, kind, json, at }, cancellation));

    private Task<IReadOnlyList<StoredNotification>> ListAsync(Guid userId, string condition, long seq, int limit, CancellationToken cancellation) =>
        database.AsUserAsync<IReadOnlyList<StoredNotification>>(userId, async connection => await connection.ListAsync(
            $"SELECT seq, kind, payload, created_at, read_at FROM notifications WHERE user_id = @user AND {condition} LIMIT @limit",
            row => new StoredNotification(row.GetInt64(0), row.GetString(1), row.GetString(2), row.Time("created_at"), row.ValueOrNull<DateTimeOffset>("read_at")), cancellation,
            RowReading.Parameter("user", userId), RowReading.Parameter("seq", seq), RowReading.Parameter("limit", Math.Clamp(limit, 1, PageRequest.LimitMax))), cancellation);
}
