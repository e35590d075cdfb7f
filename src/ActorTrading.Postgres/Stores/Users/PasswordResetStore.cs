using Dapper;

namespace ActorTrading.Postgres;

/// <summary>Password reset tokens by their SHA-256, each good for one use.</summary>
public interface IPasswordResetStore
{
    /// <summary>Stores a token and voids the user's earlier ones.</summary>
    Task CreateAsync(byte[] tokenHash, Guid userId, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken cancellation = default);

    /// <summary>Uses a token up and answers whose it was; null where it is unknown, expired or used.</summary>
    Task<Guid?> ConsumeAsync(byte[] tokenHash, DateTimeOffset now, CancellationToken cancellation = default);
}

public sealed class PasswordResetStore(PostgresDatabase database) : IPasswordResetStore
{
    public Task CreateAsync(byte[] tokenHash, Guid userId, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken cancellation = default) =>
        database.UseAsync(connection => connection.ExecuteAsync("""
            WITH voided AS (DELETE FROM password_resets WHERE user_id = @userId)
            INSERT INTO password_resets (hash, user_id, created_at, expires_at) VALUES (@tokenHash, @userId, @now, @expiresAt)
            """.With(new { tokenHash, userId, now, expiresAt }, cancellation)), cancellation);

    public Task<Guid?> ConsumeAsync(byte[] tokenHash, DateTimeOffset now, CancellationToken cancellation = default) =>
        database.UseAsync(connection => connection.ExecuteScalarAsync<Guid?>("""
            UPDATE password_resets SET used_at = @now WHERE hash = @tokenHash AND used_at IS NULL AND expires_at > @now RETURNING user_id
            """.With(new { tokenHash, now }, cancellation)), cancellation);
}
