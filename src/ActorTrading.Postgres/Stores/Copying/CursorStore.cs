using Dapper;

namespace ActorTrading.Postgres;

/// <summary>How far each consumer has read each account's ledger.</summary>
public interface ICursorStore
{
    /// <summary>0 where the consumer has read nothing yet.</summary>
    Task<long> GetAsync(string consumer, Guid accountId, CancellationToken cancellation = default);

    /// <summary>Moves a cursor forward; never back.</summary>
    Task AdvanceAsync(string consumer, Guid accountId, long seq, DateTimeOffset at, CancellationToken cancellation = default);
}

public sealed class CursorStore(PostgresDatabase database) : ICursorStore
{
    public Task<long> GetAsync(string consumer, Guid accountId, CancellationToken cancellation = default) => database.UseAsync(connection =>
        connection.ExecuteScalarAsync<long>("SELECT coalesce((SELECT seq FROM consumer_cursors WHERE consumer = @consumer AND account_id = @accountId), 0)"
            .With(new { consumer, accountId }, cancellation)), cancellation);

    public Task AdvanceAsync(string consumer, Guid accountId, long seq, DateTimeOffset at, CancellationToken cancellation = default) =>
        database.UseAsync(connection => connection.ExecuteAsync("""
            INSERT INTO consumer_cursors AS c (consumer, account_id, seq, updated_at) VALUES (@consumer, @accountId, @seq, @at)
            ON CONFLICT (consumer, account_id) DO UPDATE SET seq = excluded.seq, updated_at = excluded.updated_at WHERE c.seq < excluded.seq
            """.With(new { consumer, accountId, seq, at }, cancellation)), cancellation);
}
