using Dapper;

namespace ActorTrading.Postgres;

public sealed record StoredLeader
{
    public required Guid AccountId { get; init; }
    public required Guid UserId { get; init; }
    public required bool Published { get; init; }
    public required string Name { get; init; }

    /// <summary>JSON object: what the leader tells of himself.</summary>
    public string Profile { get; init; } = "{}";
    public required DateTimeOffset UpdatedAt { get; init; }
}

public interface ILeaderStore
{
    /// <summary>Publishes, changes or withdraws a leader.</summary>
    Task SaveAsync(StoredLeader leader, CancellationToken cancellation = default);

    Task<StoredLeader?> GetAsync(Guid accountId, CancellationToken cancellation = default);

    /// <summary>What a user may see: published leaders and his own.</summary>
    Task<StoredLeader?> FindAsync(Guid userId, Guid accountId, CancellationToken cancellation = default);

    /// <summary>The accounts that publish, and those that do not any more but are followed still.</summary>
    Task<IReadOnlyList<Guid>> LeadingAccountsAsync(CancellationToken cancellation = default);
}

public sealed class LeaderStore(PostgresDatabase database) : ILeaderStore
{
    private const string Select = "SELECT account_id, user_id, published, name, profile, updated_at FROM leaders";

    public Task SaveAsync(StoredLeader leader, CancellationToken cancellation = default) => database.UseAsync(connection => connection.ExecuteAsync("""
        INSERT INTO leaders (account_id, user_id, published, name, profile, created_at, updated_at)
        VALUES (@AccountId, @UserId, @Published, @Name, @Profile::jsonb, @UpdatedAt, @UpdatedAt)
        ON CONFLICT (account_id) DO UPDATE SET published = excluded.published, name = excluded.name, profile = excluded.profile, updated_at = excluded.updated_at
        """.With(leader, cancellation)), cancellation);

    public Task<StoredLeader?> GetAsync(Guid accountId, CancellationToken cancellation = default) => database.UseAsync(connection =>
        connection.QuerySingleOrDefaultAsync<StoredLeader>($"{Select} WHERE account_id = @accountId".With(new { accountId }, cancellation)), cancellation);

    public Task<StoredLeader?> FindAsync(Guid userId, Guid accountId, CancellationToken cancellation = default) => database.AsUserAsync(userId, connection =>
        connection.QuerySingleOrDefaultAsync<StoredLeader>($"{Select} WHERE account_id = @accountId".With(new { accountId }, cancellation)), cancellation);

    public Task<IReadOnlyList<Guid>> LeadingAccountsAsync(CancellationToken cancellation = default) =>
        database.UseAsync<IReadOnlyList<Guid>>(async connection => (await connection.QueryAsync<Guid>("""
            SELECT account_id FROM leaders WHERE published
            UNION SELECT leader_account_id FROM copy_links WHERE removed_at IS NULL
            """.With(null, cancellation))).AsList(), cancellation);
}
