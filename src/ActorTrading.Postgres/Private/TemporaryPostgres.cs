using Npgsql;

namespace ActorTrading.Postgres.Private;

/// <summary>A private server in a temporary folder that is deleted with it. For tests and trials; each test makes a database of its own.</summary>
public sealed class TemporaryPostgres : IAsyncDisposable
{
    private const string Prefix = "actortrading-pg-";
    private readonly string folder;
    private int databases;

    private TemporaryPostgres(string folder, PrivatePostgres server) => (this.folder, Server) = (folder, server);

    public PrivatePostgres Server { get; }

    /// <param name="fsync">Off for tests of what is stored, which need not wait for the disk; on for measurements.</param>
    public static async Task<TemporaryPostgres> StartAsync(TimeProvider? time = null, CancellationToken cancellation = default, bool fsync = true)
    {
        SweepAbandoned();
        var folder = Directory.CreateTempSubdirectory(Prefix).FullName;
        var server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Folder = folder, Fsync = fsync }, time ?? TimeProvider.System, cancellation);
        return new TemporaryPostgres(folder, server);
    }

    /// <summary>Makes a database, empty or as a copy of <paramref name="template"/> (to which nobody may be connected), and answers how to connect to it.</summary>
    public async Task<string> CreateDatabaseAsync(string? template = null, CancellationToken cancellation = default)
    {
        var name = $"test_{Interlocked.Increment(ref databases)}";
        await using var connection = new NpgsqlConnection(Server.ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE {template ?? "template1"}", connection);
        await create.ExecuteNonQueryAsync(cancellation);
        return Server.ConnectionString(name);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.AbandonAsync();
        await Server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Folders of test runs that were killed: nobody holds their lock.</summary>
    private static void SweepAbandoned()
    {
        foreach (var abandoned in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            try
            {
                var file = Path.Combine(abandoned, "lock");
                if (!File.Exists(file) || File.Exists(Path.Combine(abandoned, "pgdata", "postmaster.pid"))) continue;
                using (new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None)) { }
                Directory.Delete(abandoned, recursive: true);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // In use, or another user's.
            }
        }
    }
}
