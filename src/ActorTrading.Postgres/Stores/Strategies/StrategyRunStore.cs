using Dapper;

namespace ActorTrading.Postgres;

/// <summary>A strategy that trades an account.</summary>
public sealed record StoredStrategyRun
{
    public required Guid Id { get; init; }
    public required Guid UserId { get; init; }
    public required Guid StrategyId { get; init; }
    public required int StrategyVersion { get; init; }
    public required Guid AccountId { get; init; }
    public required string Symbol { get; init; }
    public required string Timeframe { get; init; }

    /// <summary><c>running</c>, <c>stopped</c> or <c>failed</c>.</summary>
    public string Status { get; init; } = "running";

    /// <summary>JSON objects.</summary>
    public string Settings { get; init; } = "{}";
    public string State { get; init; } = "{}";
    public string? Error { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? StoppedAt { get; init; }
}

public interface IStrategyRunStore
{
    /// <param name="aloneOnSymbol">Only where no other run goes on with the symbol in the account.</param>
    /// <returns>False where another does.</returns>
    Task<bool> CreateAsync(StoredStrategyRun run, bool aloneOnSymbol = false, CancellationToken cancellation = default);

    /// <summary>A strategy's runs of the user, newest first.</summary>
    Task<Page<StoredStrategyRun>> ListAsync(Guid userId, Guid strategyId, PageRequest page, CancellationToken cancellation = default);

    Task<StoredStrategyRun?> GetAsync(Guid id, CancellationToken cancellation = default);

    /// <summary>What to wake after a restart.</summary>
    Task<IReadOnlyList<StoredStrategyRun>> RunningAsync(CancellationToken cancellation = default);

    /// <summary>One of the user's runs of a strategy that goes on; null where none does.</summary>
    Task<Guid?> FindRunningAsync(Guid userId, Guid strategyId, CancellationToken cancellation = default);

    /// <summary>The runs that go on in an account.</summary>
    Task<IReadOnlyList<Guid>> RunningInAsync(Guid accountId, CancellationToken cancellation = default);

    /// <summary>How many others than this one go on, of the user.</summary>
    Task<int> CountOthersAsync(Guid userId, Guid id, CancellationToken cancellation = default);

    /// <summary>Replaces the state that the caller knows by the next one: of two that think they are the run's only owner, one fails here before it acts.</summary>
    /// <returns>False where it is another by now, or the run has ended.</returns>
    Task<bool> SaveStateAsync(Guid id, string knownJson, string stateJson, DateTimeOffset at, CancellationToken cancellation = default);

    /// <summary>Ends it as stopped or failed; false where it has ended already.</summary>
    Task<bool> StopAsync(Guid id, string status, string? error, DateTimeOffset at, CancellationToken cancellation = default);
}

public sealed class StrategyRunStore(PostgresDatabase database) : IStrategyRunStore
{
    private const string Columns = "id, user_id, strategy_id, strategy_version, account_id, symbol, timeframe, status, settings, state, error, created_at, updated_at, stopped_at";

    public Task<bool> CreateAsync(StoredStrategyRun run, bool aloneOnSymbol = false, CancellationToken cancellation = default) => database.UseAsync(async connection =>
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (aloneOnSymbol)
        {
            // Two that start at once would both see none.
            await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended('strategy_runs ' || @AccountId::text || ' ' || @Symbol, 0))".With(run, cancellation));
        }

        var created = await connection.ExecuteAsync($"""
            INSERT INTO strategy_runs (id, user_id, strategy_id, strategy_version, account_id, symbol, timeframe, status, settings, state, created_at, updated_at)
            SELECT @Id, @UserId, @StrategyId, @StrategyVersion, @AccountId, @Symbol, @Timeframe, @Status, @Settings::jsonb, @State::jsonb, @CreatedAt, @CreatedAt
            WHERE {(aloneOnSymbol ? "NOT EXISTS (SELECT FROM strategy_runs WHERE account_id = @AccountId AND symbol = @Symbol AND status = 'running')" : "true")}
            """.With(run, cancellation));
        await transaction.CommitAsync(cancellation);
        return created == 1;
    }, cancellation);

    public Task<Page<StoredStrategyRun>> ListAsync(Guid userId, Guid strategyId, PageRequest page, CancellationToken cancellation = default)
    {
        var after = PageKey.Of(page);
        return database.AsUserAsync(userId, async connection => PageKey.Cut((await connection.QueryAsync<StoredStrategyRun>($"""
            SELECT {Columns} FROM strategy_runs WHERE strategy_id = @strategyId AND user_id = @userId AND (created_at, id) < (@At, @Id)
            ORDER BY created_at DESC, id DESC LIMIT @limit
            """.With(new { strategyId, userId, after.At, after.Id, limit = page.Limit + 1 }, cancellation))).AsList(), page, row => new PageKey(row.CreatedAt, row.Id)), cancellation);
    }

    public Task<StoredStrategyRun?> GetAsync(Guid id, CancellationToken cancellation = default) => database.UseAsync(connection =>
        connection.QuerySingleOrDefaultAsync<StoredStrategyRun>($"SELECT {Columns} FROM strategy_runs WHERE id = @id".With(new { id }, cancellation)), cancellation);

    public Task<IReadOnlyList<StoredStrategyRun>> RunningAsync(CancellationToken cancellation = default) =>
        database.UseAsync<IReadOnlyList<StoredStrategyRun>>(async connection =>
            (await connection.QueryAsync<StoredStrategyRun>($"SELECT {Columns} FROM strategy_runs WHERE status = 'running' ORDER BY created_at".With(null, cancellation))).AsList(), cancellation);

    public Task<Guid?> FindRunningAsync(Guid userId, Guid strategyId, CancellationToken cancellation = default) => database.AsUserAsync(userId, connection =>
        connection.ExecuteScalarAsync<Guid?>("SELECT id FROM strategy_runs WHERE user_id = @userId AND strategy_id = @strategyId AND status = 'running' LIMIT 1"
            .With(new { userId, strategyId }, cancellation)), cancellation);

    public Task<IReadOnlyList<Guid>> RunningInAsync(Guid accountId, CancellationToken cancellation = default) => database.UseAsync<IReadOnlyList<Guid>>(async connection =>
        (await connection.QueryAsync<Guid>("SELECT id FROM strategy_runs WHERE account_id = @accountId AND status = 'running' ORDER BY created_at"
            .With(new { accountId }, cancellation))).AsList(), cancellation);

    public Task<int> CountOthersAsync(Guid userId, Guid id, CancellationToken cancellation = default) => database.AsUserAsync(userId, connection =>
        connection.ExecuteScalarAsync<int>("SELECT count(*) FROM strategy_runs WHERE user_id = @userId AND id <> @id AND status = 'running'".With(new { userId, id }, cancellation)), cancellation);

    public Task<bool> SaveStateAsync(Guid id, string knownJson, string stateJson, DateTimeOffset at, CancellationToken cancellation = default) => database.UseAsync(async connection =>
        await connection.ExecuteAsync("UPDATE strategy_runs SET state = @stateJson::jsonb, updated_at = @at WHERE id = @id AND status = 'running' AND state = @knownJson::jsonb"
            .With(new { id, knownJson, stateJson, at }, cancellation)) == 1, cancellation);

    public Task<bool> StopAsync(Guid id, string status, string? error, DateTimeOffset at, CancellationToken cancellation = default) => database.UseAsync(async connection =>
        await connection.ExecuteAsync("UPDATE strategy_runs SET status = @status, error = @error, stopped_at = @at, updated_at = @at WHERE id = @id AND status = 'running'"
            .With(new { id, status, error, at }, cancellation)) == 1, cancellation);
}
