using ActorTrading.Postgres;
using ActorTrading.Postgres.Migrations;
using ActorTrading.Postgres.Private;

namespace ActorTrading.Silo;

/// <summary>The server that this process uses: the one that it was told of, or one of its own under the data folder.</summary>
internal sealed class LocalDatabase : IAsyncDisposable
{
    private readonly PrivatePostgres? _own;

    private LocalDatabase(string connectionString, PrivatePostgres? own) => (ConnectionString, _own) = (connectionString, own);

    public string ConnectionString { get; }

    /// <exception cref="PrivatePostgresException">There is no server to start, or it does not come up; the message says what to do.</exception>
    /// <exception cref="StoreUnavailableException">The configured server cannot be reached.</exception>
    public static async Task<LocalDatabase> StartAsync(string? configured, string dataFolder, CancellationToken cancellation)
    {
        var own = configured is null
            ? await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Folder = Path.Combine(dataFolder, "postgres") }, TimeProvider.System, cancellation)
            : null;
        var database = new LocalDatabase(configured ?? own!.ConnectionString(), own);
        try
        {
            await Migrator.RunAsync(database.ConnectionString, GrainHost.Migrations, cancellation);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }

        return database;
    }

    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? ValueTask.CompletedTask;
}
