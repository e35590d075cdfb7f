using Dapper;

namespace ActorTrading.Postgres;

/// <summary>A script and its name. Every change of the script is a new version; old ones stay, because runs and backtests name them.</summary>
public sealed record StoredStrategy
{
    public required Guid Id { get; init; }
    public required Guid UserId { get; init; }
    public required string Name { get; init; }
    public string Description { get; init; } = "";
    public bool IsPublic { get; init; }
    public bool Enabled { get; init; } = true;
    public int Version { get; init; } = 1;
    public required string Script { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
}

public interface IStrategyStore
{
    Task CreateAsync(StoredStrategy strategy, CancellationToken cancellation = default);

    /// <summary>The user's own, or a public one; null otherwise.</summary>
    Task<StoredStrategy?> FindAsync(Guid userId, Guid id, CancellationToken cancellation = default);

    /// <summary>The user's own, newest first.</summary>
    Task<Page<StoredStrategy>> ListAsync(Guid userId, PageRequest page, CancellationToken cancellation = default);

    /// <summary>Others' public ones, newest first.</summary>
    Task<Page<StoredStrategy>> PublicAsync(Guid userId, PageRequest page, CancellationToken cancellation = default);

    /// <summary>Replaces what the user owns, if it is still at <see cref="StoredStrategy.Version"/>; a changed script becomes the next version. Null where it is not there or has changed.</summary>
    Task<StoredStrategy?> UpdateAsync(StoredStrategy strategy, DateTimeOffset at, CancellationToken cancellation = default);

    /// <summary>False where the user has no such strategy.</summary>
    Task<bool> DeleteAsync(Guid userId, Guid id, DateTimeOffset at, CancellationToken cancellation = default);

    /// <summary>A version's script, for the system's own work.</summary>
    Task<string?> ScriptAsync(Guid id, int version, CancellationToken cancellation = default);
}

public sealed class StrategyStore(PostgresDatabase database) : IStrategyStore
{
    private const string Select = """
        SELECT s.id, s.user_id, s.name, s.description, s.is_public, s.enabled, s.version, v.script, s.created_at, s.updated_at
        FROM strategies s JOIN strategy_versions v ON v.strategy_id = s.id AND v.version = s.version
        """;

    public Task CreateAsync(StoredStrategy strategy, CancellationToken cancellation = default) => database.AsUserAsync(strategy.UserId, async connection =>
    {
        await connection.ExecuteAsync("""
            INSERT INTO strategies (id, user_id, name, description, is_public, enabled, version, created_at, updated_at)
            VALUES (@Id, @UserId, @Name, @Description, @IsPublic, @Enabled, 1, @CreatedAt, @CreatedAt)
            """.With(strategy, cancellation));
        return await connection.ExecuteAsync("INSERT INTO strategy_versions (strategy_id, version, script, created_at) VALUES (@Id, 1, @Script, @CreatedAt)"
            .With(strategy, cancellation));
    }, cancellation);

    public Task<StoredStrategy?> FindAsync(Guid userId, Guid id, CancellationToken cancellation = default) => database.AsUserAsync(userId, connection =>
        connection.QuerySingleOrDefaultAsync<StoredStrategy>($"{Select} WHERE s.id = @id AND s.deleted_at IS NULL".With(new { id }, cancellation)), cancellation);

    public Task<Page<StoredStrategy>> ListAsync(Guid userId, PageRequest page, CancellationToken cancellation = default) =>
        ListAsync(userId, "s.user_id = @userId", page, cancellation);

    public Task<Page<StoredStrategy>> PublicAsync(Guid userId, PageRequest page, CancellationToken cancellation = default) =>
        ListAsync(userId, "s.is_public AND s.user_id <> @userId", page, cancellation);

    public Task<StoredStrategy?> UpdateAsync(StoredStrategy strategy, DateTimeOffset at, CancellationToken cancellation = default) =>
        database.AsUserAsync(strategy.UserId, async connection =>
        {
            var there = await connection.QuerySingleOrDefaultAsync<StoredStrategy>($"{Select} WHERE s.id = @Id AND s.user_id = @UserId AND s.deleted_at IS NULL FOR UPDATE OF s"
                .With(new { strategy.Id, strategy.UserId }, cancellation));
            if (there is null || there.Version != strategy.Version) return null;
            var version = there.Script == strategy.Script ? there.Version : there.Version + 1;
            if (version != there.Version)
                await connection.ExecuteAsync("INSERT INTO strategy_versions (strategy_id, version, script, created_at) VALUES (@Id, @version, @Script, @at)"
                    .With(new { strategy.Id, version, strategy.Script, at }, cancellation));
            await connection.ExecuteAsync("""
                UPDATE strategies SET name = @Name, description = @Description, is_public = @IsPublic, enabled = @Enabled, version = @version, updated_at = @at WHERE id = @Id
                """.With(new { strategy.Id, strategy.Name, strategy.Description, strategy.IsPublic, strategy.Enabled, version, at }, cancellation));
            return strategy with { Version = version, CreatedAt = there.CreatedAt, UpdatedAt = at };
        }, cancellation);

    public Task<bool> DeleteAsync(Guid userId, Guid id, DateTimeOffset at, CancellationToken cancellation = default) => database.AsUserAsync(userId, async connection =>
        await connection.ExecuteAsync("UPDATE strategies SET deleted_at = @at, enabled = false WHERE id = @id AND user_id = @userId AND deleted_at IS NULL"
            .With(new { userId, id, at }, cancellation)) == 1, cancellation);

    public Task<string?> ScriptAsync(Guid id, int version, CancellationToken cancellation = default) => database.UseAsync(connection =>
        connection.ExecuteScalarAsync<string?>("SELECT script FROM strategy_versions WHERE strategy_id = @id AND version = @version".With(new { id, version }, cancellation)), cancellation);

    private Task<Page<StoredStrategy>> ListAsync(Guid userId, string condition, PageRequest page, CancellationToken cancellation)
    {
        var after = PageKey.Of(page);
        return database.AsUserAsync(userId, async connection => PageKey.Cut((await connection.QueryAsync<StoredStrategy>($"""
            {Select} WHERE {condition} AND s.deleted_at IS NULL AND (s.created_at, s.id) < (@At, @Id) ORDER BY s.created_at DESC, s.id DESC LIMIT @limit
            """.With(new { userId, after.At, after.Id, limit = page.Limit + 1 }, cancellation))).AsList(), page, row => new PageKey(row.CreatedAt, row.Id)), cancellation);
    }
}
