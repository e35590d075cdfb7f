using Dapper;
using Npgsql;

namespace ActorTrading.Postgres;

public sealed record StoredUser
{
    public required Guid Id { get; init; }
    public required string Username { get; init; }
    public required string Email { get; init; }
    public string? Name { get; init; }
    public required string PasswordHash { get; init; }

    /// <summary><c>active</c> or <c>disabled</c>.</summary>
    public string Status { get; init; } = "active";
    public bool MfaEnabled { get; init; }

    /// <summary>Raised by whatever must end all sessions; a token that names an older one is void.</summary>
    public int SecurityVersion { get; init; } = 1;

    /// <summary>JSON object.</summary>
    public string Preferences { get; init; } = "{}";
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A username or an e-mail address belongs to somebody else already.</summary>
/// <param name="field"><c>username</c> or <c>email</c>.</param>
public sealed class TakenException(string field) : Exception($"That {field} is taken.")
{
    public string Field { get; } = field;
}

/// <param name="SetsName">Whether <paramref name="Name"/> replaces the name, also where it is null; false leaves the name as it is.</param>
/// <param name="PreferencesJson">Null leaves the preferences as they are.</param>
public sealed record ProfileChange(bool SetsName, string? Name, string? PreferencesJson);

public interface IUserStore
{
    /// <exception cref="TakenException"/>
    Task CreateAsync(StoredUser user, CancellationToken cancellation = default);

    Task<StoredUser?> FindAsync(Guid id, CancellationToken cancellation = default);

    /// <summary>By username or e-mail address, in any case of letters.</summary>
    Task<StoredUser?> FindByLoginAsync(string login, CancellationToken cancellation = default);

    Task<StoredUser?> UpdateProfileAsync(Guid id, ProfileChange change, DateTimeOffset at, CancellationToken cancellation = default);

    /// <summary>Sets the password, ends every session and voids the reset tokens that are out.</summary>
    Task SetPasswordAsync(Guid id, string passwordHash, DateTimeOffset at, CancellationToken cancellation = default);

    /// <summary>Stores the second factor's secret; it counts once <paramref name="enabled"/>. A null secret switches it off.</summary>
    Task SetMfaAsync(Guid id, string? secret, bool enabled, DateTimeOffset at, CancellationToken cancellation = default);

    Task<string?> MfaSecretAsync(Guid id, CancellationToken cancellation = default);

    /// <summary>Takes note that the code of a step was given.</summary>
    /// <param name="step">Thirty seconds each since 1970 (RFC 6238).</param>
    /// <returns>False where that step's code, or a later one's, was used before: of several who give it at once one is let in.</returns>
    Task<bool> UseMfaStepAsync(Guid id, long step, CancellationToken cancellation = default);
}

public sealed class UserStore(PostgresDatabase database, SecretVault vault) : IUserStore
{
    internal const string MfaPurpose = "mfa secret";
    private const string Columns = "id, username, email, name, password_hash, status, mfa_enabled, security_version, preferences, created_at, updated_at";

    public Task CreateAsync(StoredUser user, CancellationToken cancellation = default) => database.UseAsync(async connection =>
    {
        try
        {
            return await connection.ExecuteAsync("""
                INSERT INTO users (id, username, email, name, password_hash, status, preferences, created_at, updated_at)
                VALUES (@Id, @Username, @Email, @Name, @PasswordHash, @Status, @Preferences::jsonb, @CreatedAt, @CreatedAt)
                """.With(user, cancellation));
        }
        catch (PostgresException error) when (Faults.IsUniqueViolation(error))
        {
            throw new TakenException(error.ConstraintName == "users_email" ? "email" : "username");
        }
    }, cancellation);

    public Task<StoredUser?> FindAsync(Guid id, CancellationToken cancellation = default) => database.UseAsync(connection =>
        connection.QuerySingleOrDefaultAsync<StoredUser>($"SELECT {Columns} FROM users WHERE id = @id".With(new { id }, cancellation)), cancellation);

    public Task<StoredUser?> FindByLoginAsync(string login, CancellationToken cancellation = default) => database.UseAsync(connection =>
        // A username cannot hold an @, so at most one row answers; where one does all the same, the username wins.
        connection.QueryFirstOrDefaultAsync<StoredUser>($"""
            SELECT {Columns} FROM users WHERE lower(username) = lower(@login)
            UNION ALL SELECT {Columns} FROM users WHERE lower(email) = lower(@login) LIMIT 1
            """.With(new { login }, cancellation)), cancellation);

    public Task<StoredUser?> UpdateProfileAsync(Guid id, ProfileChange change, DateTimeOffset at, CancellationToken cancellation = default) =>
        database.AsUserAsync(id, connection => connection.QuerySingleOrDefaultAsync<StoredUser>($"""
            UPDATE users SET name = CASE WHEN @SetsName THEN @Name ELSE name END, preferences = coalesce(@PreferencesJson::jsonb, preferences), updated_at = @at
            WHERE id = @id RETURNING {Columns}
            """.With(new { id, change.SetsName, change.Name, change.PreferencesJson, at }, cancellation)), cancellation);

    public Task SetPasswordAsync(Guid id, string passwordHash, DateTimeOffset at, CancellationToken cancellation = default) =>
        database.TransactAsync(connection => SetPasswordAsync(connection, id, passwordHash, at, cancellation), cancellation);

    public Task SetMfaAsync(Guid id, string? secret, bool enabled, DateTimeOffset at, CancellationToken cancellation = default) =>
        database.UseAsync(connection => connection.ExecuteAsync(
            "UPDATE users SET mfa_secret = @stored, mfa_enabled = @enabled, mfa_step = CASE WHEN @enabled THEN mfa_step END, updated_at = @at WHERE id = @id"
                .With(new { id, stored = secret is null ? null : vault.Protect(MfaPurpose, id, secret), enabled = enabled && secret is not null, at }, cancellation)), cancellation);

    public Task<string?> MfaSecretAsync(Guid id, CancellationToken cancellation = default) => database.UseAsync(async connection =>
        await connection.ExecuteScalarAsync<byte[]?>("SELECT mfa_secret FROM users WHERE id = @id".With(new { id }, cancellation)) is { } stored
            ? vault.Open(MfaPurpose, id, stored) : null, cancellation);

    public Task<bool> UseMfaStepAsync(Guid id, long step, CancellationToken cancellation = default) => database.UseAsync(async connection =>
        await connection.ExecuteAsync("UPDATE users SET mfa_step = @step WHERE id = @id AND (mfa_step IS NULL OR mfa_step < @step)".With(new { id, step }, cancellation)) == 1, cancellation);

    /// <summary>Within a transaction. The user first, whom a login that is under way holds: what it began is seen by what follows and ended with the rest.</summary>
    internal static async Task<int> SetPasswordAsync(NpgsqlConnection connection, Guid id, string passwordHash, DateTimeOffset at, CancellationToken cancellation)
    {
        await connection.ExecuteAsync("UPDATE users SET password_hash = @passwordHash, security_version = security_version + 1, updated_at = @at WHERE id = @id"
            .With(new { id, passwordHash, at }, cancellation));
        await connection.ExecuteAsync("DELETE FROM password_resets WHERE user_id = @id AND used_at IS NULL".With(new { id }, cancellation));
        return await connection.ExecuteAsync("UPDATE refresh_token_families SET revoked_at = @at, revoke_reason = 'password' WHERE user_id = @id AND revoked_at IS NULL"
            .With(new { id, at }, cancellation));
    }
}
