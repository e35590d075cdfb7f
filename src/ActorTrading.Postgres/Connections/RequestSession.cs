using Npgsql;

namespace ActorTrading.Postgres;

/// <summary>
/// A transaction that sees and changes only one user's rows. Everything that it set is gone when it ends, so the pooled connection carries nothing over.
/// </summary>
public sealed class RequestSession : IAsyncDisposable
{
    private readonly NpgsqlTransaction transaction;

    private RequestSession(NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (Connection, this.transaction) = (connection, transaction);

    public NpgsqlConnection Connection { get; }

    public static async Task<RequestSession> OpenAsync(PostgresDatabase database, Guid userId, CancellationToken cancellation = default)
    {
        var connection = await database.OpenAsync(cancellation);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellation);
            await using var become = new NpgsqlBatch(connection, transaction);
            become.BatchCommands.Add(new NpgsqlBatchCommand($"SET LOCAL ROLE {PostgresDatabase.RequestRole}"));
            become.BatchCommands.Add(new NpgsqlBatchCommand("SELECT set_config('app.user_id', $1, true)")
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = userId.ToString() } },
            });
            await become.ExecuteNonQueryAsync(cancellation);
            return new RequestSession(connection, transaction);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public Task CommitAsync(CancellationToken cancellation = default) => transaction.CommitAsync(cancellation);

    /// <summary>Rolls back what was not committed.</summary>
    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }
}
