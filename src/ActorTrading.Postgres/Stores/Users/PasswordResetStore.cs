using Dapper;

namespace ActorTrading.Postgres;

/// <summary>Password reset tokens by their SHA-256, each good for one use.</summary>
public interface IPasswordResetStore
{
    /// <summary>Stores a token and voids the user's earlier ones.</summary>
    Task CreateAsync(byte[] tokenHash, Guid userId, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken cancellation = default);

    /// <summary>Uses a token up and sets its user's password, ending every session: both or neither.</summary>
    /// <returns>Whose token it was; null where it is unknown, expired or used.</returns>
    Task<Guid?> RedeemAsync(byte[] tokenHash, string passwordHash, DateTimeOffset now, CancellationToken cancellation = default);
}

public sealed class PasswordResetStore(PostgresDatabase database) : IPasswordResetStore
{
    public Task CreateAsync(byte[] tokenHash, Guid userId, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken cancellation = default) =>
        database.UseAsync(connection => connection.ExecuteAsync("""
            WITH voided AS (DELETE FROM password_resets WHERE user_id = @userId)
            INSERT INTO password_resets (hash, user_id, created_at, expires_at) VALUES (@tokenHash, @userId, @now, @expiresAt)
            """.With(new { tokenHash, userId, now, expiresAt }, cancellation)), cancellation);

    public Task<Guid?> RedeemAsync(byte[] tokenHash, string passwordHash, DateTimeOffset now, CancellationToken cancellation = default) =>
        database.TransactAsync(async connection =>
        {
            // The user before the token, as where a password is changed otherwise: neither waits for the other crosswise.
            await connection.ExecuteAsync("SELECT FROM users u JOIN password_resets r ON r.user_id = u.id WHERE r.hash = @tokenHash FOR UPDATE OF u".With(new { tokenHash }, cancellation));
            var userId = await connection.ExecuteScalarAsync<Guid?>("""
                UPDATE password_resets SET used_at = @now WHERE hash = @tokenHash AND used_at IS NULL AND expires_at > @now RETURNING user_id
                """.With(new { tokenHash, now }, cancellation));
            if (userId is { } id) await UserStore.SetPasswordAsync(connection, id, passwordHash, now, cancellation);
            return userId;
        }, cancellation);
}
