using Npgsql;

namespace ActorTrading.Postgres.Ledger.Writing;

/// <summary>A lane's own connection, outside the pool: its statements stay prepared, and it is replaced whenever it is in doubt.</summary>
internal sealed class LaneConnection : IAsyncDisposable
{
    /// <summary>
    /// Unnested arrays look the same to the planner whatever is in them: planning once is enough. Every statement of a lane finds its rows by key,
    /// and must say so: a plan made while a table is new and empty would read all of it, and be kept while it grows.
    /// </summary>
    private const string Planning =
        "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";

    private readonly string connectionString;
    private NpgsqlConnection? connection;
    private bool wasOpen;

    public LaneConnection(string connectionString, TimeSpan batchTimeout)
    {
        var text = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 1,
            CommandTimeout = (int)Math.Ceiling(batchTimeout.TotalSeconds),
            ApplicationName = "actortrading ledger",
            Timezone = "UTC",
            WriteBufferSize = 256 * 1024,
        };
        this.connectionString = text.ConnectionString;
    }

    public async Task<NpgsqlConnection> GetAsync(CancellationToken cancellation)
    {
        if (connection is { State: System.Data.ConnectionState.Open }) return connection;
        await DropAsync();
        var fresh = new NpgsqlConnection(connectionString);
        try
        {
            await fresh.OpenAsync(cancellation);
            await using var prepare = new NpgsqlCommand($"SET ROLE {PostgresDatabase.AppRole}; {Planning}", fresh);
            await prepare.ExecuteNonQueryAsync(cancellation);
            if (wasOpen) LedgerMetrics.Reconnects.Add(1);
            wasOpen = true;
            return connection = fresh;
        }
        catch
        {
            await fresh.DisposeAsync();
            throw;
        }
    }

    public async Task DropAsync()
    {
        if (connection is null) return;
        var gone = connection;
        connection = null;
        try
        {
            await gone.DisposeAsync();
        }
        catch (Exception error) when (Faults.IsConnectionLost(error))
        {
            // It was dropped because it is broken.
        }
    }

    public async ValueTask DisposeAsync() => await DropAsync();
}
