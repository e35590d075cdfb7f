using Dapper;

namespace ActorTrading.Postgres;

public sealed record StoredBacktest
{
    public required Guid Id { get; init; }
    public required Guid UserId { get; init; }
    public Guid? StrategyId { get; init; }
    public int? StrategyVersion { get; init; }

    /// <summary><c>queued</c>, <c>running</c>, <c>completed</c>, <c>failed</c> or <c>cancelled</c>.</summary>
    public string Status { get; init; } = "queued";

    /// <summary>0 to 1.</summary>
    public double Progress { get; init; }

    /// <summary>JSON object.</summary>
    public required string Request { get; init; }
    public string? Error { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
}

public interface IBacktestStore
{
    Task CreateAsync(StoredBacktest backtest, CancellationToken cancellation = default);

    /// <summary>Null where there is none or it is another user's.</summary>
    Task<StoredBacktest?> FindAsync(Guid userId, Guid id, CancellationToken cancellation = default);

    /// <summary>The user's, newest first.</summary>
    Task<Page<StoredBacktest>> ListAsync(Guid userId, PageRequest page, CancellationToken cancellation = default);

    /// <summary>The report's bytes as they were stored; null while there is none.</summary>
    Task<byte[]?> ResultAsync(Guid userId, Guid id, CancellationToken cancellation = default);

    Task<StoredBacktest?> GetAsync(Guid id, CancellationToken cancellation = default);

    /// <summary>Queued and running ones, oldest first: what to go on with after a restart.</summary>
    Task<IReadOnlyList<StoredBacktest>> UnfinishedAsync(int limit, CancellationToken cancellation = default);

    /// <summary>False where it is finished already, cancelled say.</summary>
    Task<bool> StartAsync(Guid id, DateTimeOffset at, CancellationToken cancellation = default);

    Task SetProgressAsync(Guid id, double progress, CancellationToken cancellation = default);

    /// <summary>Ends it as completed (with a result), failed (with an error) or cancelled; false where it has ended already.</summary>
    Task<bool> FinishAsync(Guid id, string status, byte[]? result, string? error, DateTimeOffset at, CancellationToken cancellation = default);
}

public sealed class BacktestStore(PostgresDatabase database) : IBacktestStore
{
    private const string Select = "SELECT id, user_id, strategy_id, strategy_version, status, progress, request, error, created_at, started_at, finished_at FROM backtests";

    public Task CreateAsync(StoredBacktest backtest, CancellationToken cancellation = default) => database.UseAsync(connection => connection.ExecuteAsync("""
        INSERT INTO backtests (id, user_id, strategy_id, strategy_version, status, request, created_at)
        VALUES (@Id, @UserId, @StrategyId, @StrategyVersion, 'queued', @Request::jsonb, @CreatedAt)
        """.With(backtest, cancellation)), cancellation);

    public Task<StoredBacktest?> FindAsync(Guid userId, Guid id, CancellationToken cancellation = default) => database.AsUserAsync(userId, connection =>
        connection.QuerySingleOrDefaultAsync<StoredBacktest>($"{Select} WHERE id = @id AND user_id = @userId".With(new { id, userId }, cancellation)), cancellation);

    public Task<Page<StoredBacktest>> ListAsync(Guid userId, PageRequest page, CancellationToken cancellation = default)
    {
        var after = PageKey.Of(page);
        return database.AsUserAsync(userId, async connection => PageKey.Cut((await connection.QueryAsync<StoredBacktest>($"""
            {Select} WHERE user_id = @userId AND (created_at, id) < (@At, @Id) ORDER BY created_at DESC, id DESC LIMIT @limit
            """.With(new { userId, after.At, after.Id, limit = page.Limit + 1 }, cancellation))).AsList(), page, row => new PageKey(row.CreatedAt, row.Id)), cancellation);
    }

    public Task<byte[]?> ResultAsync(Guid userId, Guid id, CancellationToken cancellation = default) => database.AsUserAsync(userId, connection =>
        connection.ExecuteScalarAsync<byte[]?>("SELECT result FROM backtests WHERE id = @id AND user_id = @userId".With(new { id, userId }, cancellation)), cancellation);

    public Task<StoredBacktest?> GetAsync(Guid id, CancellationToken cancellation = default) => database.UseAsync(connection =>
        connection.QuerySingleOrDefaultAsync<StoredBacktest>($"{Select} WHERE id = @id".With(new { id }, cancellation)), cancellation);

    public Task<IReadOnlyList<StoredBacktest>> UnfinishedAsync(int limit, CancellationToken cancellation = default) =>
        database.UseAsync<IReadOnlyList<StoredBacktest>>(async connection => (await connection.QueryAsync<StoredBacktest>(
            $"{Select} WHERE status IN ('queued', 'running') ORDER BY created_at LIMIT @limit".With(new { limit = Math.Clamp(limit, 1, 10_000) }, cancellation))).AsList(), cancellation);

    public Task<bool> StartAsync(Guid id, DateTimeOffset at, CancellationToken cancellation = default) => database.UseAsync(async connection =>
        await connection.ExecuteAsync("UPDATE backtests SET status = 'running', started_at = @at WHERE id = @id AND status IN ('queued', 'running')"
            .With(new { id, at }, cancellation)) == 1, cancellation);

    public Task SetProgressAsync(Guid id, double progress, CancellationToken cancellation = default) => database.UseAsync(connection =>
        connection.ExecuteAsync("UPDATE backtests SET progress = @progress WHERE id = @id AND status = 'running'".With(new { id, progress }, cancellation)), cancellation);

    public Task<bool> FinishAsync(Guid id, string status, byte[]? result, string? error, DateTimeOffset at, CancellationToken cancellation = default) =>
        database.UseAsync(async connection => await connection.ExecuteAsync("""
            UPDATE backtests SET status = @status, result = @result, error = @error, finished_at = @at, progress = CASE WHEN @status = 'completed' THEN 1 ELSE progress END
            WHERE id = @id AND status IN ('queued', 'running')
            """.With(new { id, status, result, error, at }, cancellation)) == 1, cancellation);
}
