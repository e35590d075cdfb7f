using Dapper;

namespace ActorTrading.Postgres;

public sealed record StoredApiKey
{
    public required Guid Id { get; init; }
    public required Guid UserId { get; init; }
    public required string Name { get; init; }

    /// <summary>The key's first characters, to recognise it by.</summary>
    public required string Prefix { get; init; }
    public string[] Scopes { get; init; } = [];
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>To the minute.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
}

/// <summary>API keys by their SHA-256.</summary>
public interface IApiKeyStore
{
    Task CreateAsync(StoredApiKey key, byte[] hash, CancellationToken cancellation = default);

    /// <summary>The user's keys that are not revoked, newest first.</summary>
    Task<IReadOnlyList<StoredApiKey>> ListAsync(Guid userId, CancellationToken cancellation = default);

    /// <summary>False where the user has no such key.</summary>
    Task<bool> RevokeAsync(Guid userId, Guid keyId, DateTimeOffset now, CancellationToken cancellation = default);

    /// <summary>The key of this hash if it is valid now, and notes that it was used.</summary>
    Task<StoredApiKey?> UseAsync(byte[] hash, DateTimeOffset now, CancellationToken cancellation = default);
}

public sealed class ApiKeyStore(PostgresDatabase database) : IApiKeyStore
{
    private const string Columns = "id, user_id, name, prefix, scopes, created_at, expires_at, last_used_at";

    public Task CreateAsync(StoredApiKey key, byte[] hash, CancellationToken cancellation = default) =>
        database.AsUserAsync(key.UserId, connection => connection.ExecuteAsync("""
            INSERT INTO api_keys (id, user_id, name, prefix, hash, scopes, created_at, expires_at)
            VALUES (@Id, @UserId, @Name, @Prefix, @hash, @Scopes, @CreatedAt, @ExpiresAt)
            """.With(new { key.Id, key.UserId, key.Name, key.Prefix, hash, key.Scopes, key.CreatedAt, key.ExpiresAt }, cancellation)), cancellation);

    public Task<IReadOnlyList<StoredApiKey>> ListAsync(Guid userId, CancellationToken cancellation = default) =>
        database.AsUserAsync<IReadOnlyList<StoredApiKey>>(userId, async connection =>
            (await connection.QueryAsync<StoredApiKey>($"SELECT {Columns} FROM api_keys WHERE user_id = @userId AND revoked_at IS NULL ORDER BY created_at DESC"
                .With(new { userId }, cancellation))).AsList(), cancellation);

    public Task<bool> RevokeAsync(Guid userId, Guid keyId, DateTimeOffset now, CancellationToken cancellation = default) =>
        database.AsUserAsync(userId, async connection => await connection.ExecuteAsync(
            "UPDATE api_keys SET revoked_at = @now WHERE id = @keyId AND user_id = @userId AND revoked_at IS NULL".With(new { userId, keyId, now }, cancellation)) == 1, cancellation);

    public Task<StoredApiKey?> UseAsync(byte[] hash, DateTimeOffset now, CancellationToken cancellation = default) =>
        // Written at most once a minute: a busy key would otherwise cost a write per request.
        database.UseAsync(connection => connection.QuerySingleOrDefaultAsync<StoredApiKey>($"""
            WITH found AS (SELECT {Columns} FROM api_keys WHERE hash = @hash AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > @now)),
            noted AS (UPDATE api_keys k SET last_used_at = @now FROM found f WHERE k.id = f.id AND (f.last_used_at IS NULL OR f.last_used_at < @now - interval '1 minute'))
            SELECT {Columns} FROM found
            """.With(new { hash, now }, cancellation)), cancellation);
}
