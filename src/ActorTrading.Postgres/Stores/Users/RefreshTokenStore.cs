using Dapper;

namespace ActorTrading.Postgres;

public enum RotationOutcome
{
    Rotated,

    /// <summary>No such token.</summary>
    Unknown,
    Expired,

    /// <summary>Its family has been ended: logged out, or stolen, or the password was changed.</summary>
    Revoked,

    /// <summary>Used a second time: one of the two users of it is a thief, so the whole family was ended now.</summary>
    Reused,
}

/// <param name="UserId">Set but for an unknown token.</param>
/// <param name="SecurityVersion">The user's while the session had not been ended.</param>
public sealed record Rotation(RotationOutcome Outcome, Guid? UserId, Guid? FamilyId, int SecurityVersion = 0);

/// <summary>Refresh tokens by their SHA-256. A login starts a family; each refresh replaces the token within it.</summary>
public interface IRefreshTokenStore
{
    /// <param name="securityVersion">The user's when the password was looked at.</param>
    /// <param name="client">What logged in, for a list of sessions; at most 300 characters are kept.</param>
    /// <returns>False where the user was disabled or the password changed meanwhile: nothing was started.</returns>
    Task<bool> StartFamilyAsync(Guid familyId, Guid userId, int securityVersion, byte[] tokenHash, DateTimeOffset now, DateTimeOffset expiresAt, string? client, CancellationToken cancellation = default);

    /// <summary>Uses up a token and stores its successor; a token that was used before ends its family.</summary>
    Task<Rotation> RotateAsync(byte[] tokenHash, byte[] newTokenHash, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken cancellation = default);

    /// <summary>Ends the family that a token belongs to; nothing happens where there is none.</summary>
    Task RevokeAsync(byte[] tokenHash, DateTimeOffset now, string reason, CancellationToken cancellation = default);

    Task RevokeAllAsync(Guid userId, DateTimeOffset now, string reason, CancellationToken cancellation = default);

    /// <summary>Deletes up to <paramref name="limit"/> tokens that expired before a time, and families left without one; answers how many tokens.</summary>
    Task<int> DeleteExpiredAsync(DateTimeOffset before, int limit, CancellationToken cancellation = default);
}

public sealed class RefreshTokenStore(PostgresDatabase database) : IRefreshTokenStore
{
    public Task<bool> StartFamilyAsync(Guid familyId, Guid userId, int securityVersion, byte[] tokenHash, DateTimeOffset now, DateTimeOffset expiresAt, string? client,
        CancellationToken cancellation = default) =>
        // The user's row is held until this is committed: a change of the password comes before it or ends what it began.
        database.UseAsync(async connection => await connection.ExecuteAsync("""
            WITH held AS (SELECT id FROM users WHERE id = @userId AND security_version = @securityVersion AND status = 'active' FOR SHARE),
            family AS (
                INSERT INTO refresh_token_families (id, user_id, created_at, client) SELECT @familyId, id, @now, left(@client, 300) FROM held RETURNING id)
            INSERT INTO refresh_tokens (hash, family_id, issued_at, expires_at) SELECT @tokenHash, id, @now, @expiresAt FROM family
            """.With(new { familyId, userId, securityVersion, tokenHash, now, expiresAt, client }, cancellation)) == 1, cancellation);

    public Task<Rotation> RotateAsync(byte[] tokenHash, byte[] newTokenHash, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken cancellation = default) =>
        database.TransactAsync(async connection =>
        {
            // Locked: of two requests with the same token one comes second and is a reuse.
            var found = await connection.QuerySingleOrDefaultAsync<Row>("""
                SELECT t.family_id, t.expires_at, t.used_at, f.user_id, f.revoked_at, u.security_version
                FROM refresh_tokens t JOIN refresh_token_families f ON f.id = t.family_id JOIN users u ON u.id = f.user_id
                WHERE t.hash = @tokenHash FOR UPDATE OF t, f
                """.With(new { tokenHash }, cancellation));
            if (found is null) return new Rotation(RotationOutcome.Unknown, null, null);
            Rotation Is(RotationOutcome outcome) => new(outcome, found.UserId, found.FamilyId, found.SecurityVersion);
            if (found.RevokedAt is not null) return Is(RotationOutcome.Revoked);
            if (found.UsedAt is not null)
            {
                await connection.ExecuteAsync("UPDATE refresh_token_families SET revoked_at = @now, revoke_reason = 'reuse' WHERE id = @FamilyId"
                    .With(new { now, found.FamilyId }, cancellation));
                return Is(RotationOutcome.Reused);
            }
            if (found.ExpiresAt <= now) return Is(RotationOutcome.Expired);
            await connection.ExecuteAsync("""
                WITH used AS (UPDATE refresh_tokens SET used_at = @now WHERE hash = @tokenHash)
                INSERT INTO refresh_tokens (hash, family_id, issued_at, expires_at) VALUES (@newTokenHash, @FamilyId, @now, @expiresAt)
                """.With(new { now, tokenHash, newTokenHash, found.FamilyId, expiresAt }, cancellation));
            return Is(RotationOutcome.Rotated);
        }, cancellation);

    public Task RevokeAsync(byte[] tokenHash, DateTimeOffset now, string reason, CancellationToken cancellation = default) =>
        database.UseAsync(connection => connection.ExecuteAsync("""
            UPDATE refresh_token_families SET revoked_at = @now, revoke_reason = @reason
            WHERE revoked_at IS NULL AND id = (SELECT family_id FROM refresh_tokens WHERE hash = @tokenHash)
            """.With(new { tokenHash, now, reason }, cancellation)), cancellation);

    public Task RevokeAllAsync(Guid userId, DateTimeOffset now, string reason, CancellationToken cancellation = default) =>
        database.UseAsync(connection => connection.ExecuteAsync(
            "UPDATE refresh_token_families SET revoked_at = @now, revoke_reason = @reason WHERE user_id = @userId AND revoked_at IS NULL"
                .With(new { userId, now, reason }, cancellation)), cancellation);

    public Task<int> DeleteExpiredAsync(DateTimeOffset before, int limit, CancellationToken cancellation = default) =>
        database.TransactAsync(async connection =>
        {
            var deleted = await connection.ExecuteAsync("""
                DELETE FROM refresh_tokens WHERE hash IN (SELECT hash FROM refresh_tokens WHERE expires_at < @before ORDER BY expires_at LIMIT @limit)
                """.With(new { before, limit }, cancellation));
            await connection.ExecuteAsync("""
                DELETE FROM refresh_token_families f WHERE created_at < @before AND NOT EXISTS (SELECT FROM refresh_tokens t WHERE t.family_id = f.id)
                """.With(new { before }, cancellation));
            return deleted;
        }, cancellation);

    private sealed record Row
    {
        public Guid FamilyId { get; init; }
        public Guid UserId { get; init; }
        public DateTimeOffset ExpiresAt { get; init; }
        public DateTimeOffset? UsedAt { get; init; }
        public DateTimeOffset? RevokedAt { get; init; }
        public int SecurityVersion { get; init; }
    }
}
