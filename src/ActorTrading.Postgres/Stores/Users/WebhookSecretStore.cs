using Dapper;

namespace ActorTrading.Postgres;

/// <param name="Version">How often it has been changed; 0 where it never was.</param>
/// <param name="RotatedAt">When it was last changed, UTC.</param>
public sealed record WebhookSecretVersion(int Version, DateTimeOffset? RotatedAt);

/// <summary>Which of a user's webhook secrets counts. The secrets themselves are computed and stored nowhere.</summary>
public interface IWebhookSecretStore
{
    Task<WebhookSecretVersion> FindAsync(Guid userId, CancellationToken cancellation = default);

    /// <summary>Goes on to the next secret; null where <paramref name="fromVersion"/> is not the one that counts.</summary>
    Task<WebhookSecretVersion?> RotateAsync(Guid userId, int fromVersion, DateTimeOffset at, CancellationToken cancellation = default);
}

public sealed class WebhookSecretStore(PostgresDatabase database) : IWebhookSecretStore
{
    public Task<WebhookSecretVersion> FindAsync(Guid userId, CancellationToken cancellation = default) => database.UseAsync(async connection =>
        (await connection.QuerySingleOrDefaultAsync<Row>("SELECT version, rotated_at FROM webhook_secrets WHERE user_id = @userId".With(new { userId }, cancellation)))?.ToVersion()
            ?? new WebhookSecretVersion(0, null), cancellation);

    public Task<WebhookSecretVersion?> RotateAsync(Guid userId, int fromVersion, DateTimeOffset at, CancellationToken cancellation = default) =>
        // Two at the same moment: the row's key lets one of them insert, and the condition lets one of them update.
        database.UseAsync(async connection => (await connection.QuerySingleOrDefaultAsync<Row>("""
            INSERT INTO webhook_secrets AS s (user_id, version, rotated_at) SELECT @userId, @fromVersion + 1, @at
            WHERE @fromVersion = coalesce((SELECT version FROM webhook_secrets WHERE user_id = @userId), 0)
            ON CONFLICT (user_id) DO UPDATE SET version = excluded.version, rotated_at = excluded.rotated_at WHERE s.version = @fromVersion
            RETURNING version, rotated_at
            """.With(new { userId, fromVersion, at }, cancellation)))?.ToVersion(), cancellation);

    private sealed record Row
    {
        public int Version { get; init; }
        public DateTimeOffset RotatedAt { get; init; }

        public WebhookSecretVersion ToVersion() => new(Version, RotatedAt);
    }
}
