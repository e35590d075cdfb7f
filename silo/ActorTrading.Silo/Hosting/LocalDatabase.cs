using ActorTrading.Postgres;
using ActorTrading.Postgres.Migrations;
using ActorTrading.Postgres.Private;
using Npgsql;

namespace ActorTrading.Silo;

/// <summary>The server that this process uses: the one that it was told of, or one of its own under the data folder.</summary>
internal sealed class LocalDatabase : IAsyncDisposable
{
    private readonly PrivatePostgres? _own;

    private LocalDatabase(string connectionString, PrivatePostgres? own) => (ConnectionString, _own) = (connectionString, own);

    public string ConnectionString { get; }

    /// <exception cref="PrivatePostgresException">There is no server to start, or it does not come up; the message says what to do.</exception>
    /// <exception cref="StartupException">What is configured names no server.</exception>
    /// <exception cref="StoreUnavailableException">The configured server cannot be reached.</exception>
    public static async Task<LocalDatabase> StartAsync(string? configured, string dataFolder, CancellationToken cancellation)
    {
        if (configured is not null)
        {
            RequireServer(configured);
        }

        var own = configured is null
            ? await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Folder = Path.Combine(dataFolder, "postgres") }, TimeProvider.System, cancellation)
            : null;
        var database = new LocalDatabase(configured ?? own!.ConnectionString(), own);
        try
        {
            // Not waited for when told to stop: a connection that is being made does not always heed it. What a migration had begun is rolled back with it.
            await Migrator.RunAsync(database.ConnectionString, GrainHost.Migrations, cancellation).WaitAsync(cancellation);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }

        return database;
    }

    /// <summary>The text itself is not shown: it may hold a password.</summary>
    private static void RequireServer(string connectionString)
    {
        const string Right = "it must be like 'Host=db;Database=actortrading;Username=actortrading;Password=…'";
        try
        {
            if (string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(connectionString).Host))
            {
                throw new StartupException($"ConnectionStrings:Postgres names no host: {Right}.");
            }
        }
        catch (ArgumentException e)
        {
            throw new StartupException($"ConnectionStrings:Postgres is no connection string: {Right}. {e.Message}");
        }
    }

    /// <summary>A server of our own that ends by itself is started again; one that we were told of is its operator's.</summary>
    public void KeepRunning(Microsoft.Extensions.Logging.ILogger log) => _own?.KeepRunning(log);

    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? ValueTask.CompletedTask;
}
