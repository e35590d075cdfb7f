using ActorTrading.Postgres.Migrations;
using ActorTrading.Postgres.Private;
using Npgsql;

namespace ActorTrading.Postgres.Tests;

/// <summary>One private server for all the tests, with a migrated database that each test copies.</summary>
public sealed class Server : IAsyncLifetime
{
    private const string Template = "migrated";
    private TemporaryPostgres postgres = null!;

    public TemporaryPostgres Postgres => postgres;

    public async Task InitializeAsync()
    {
        postgres = await TemporaryPostgres.StartAsync(fsync: false);
        await Migrator.RunAsync(new PostgresOptions { ConnectionString = postgres.Server.ConnectionString(Template) });
    }

    public async Task DisposeAsync() => await postgres.DisposeAsync();

    /// <summary>An empty database without a single table.</summary>
    public Task<string> EmptyAsync() => postgres.CreateDatabaseAsync();

    public async Task<Database> MigratedAsync(Action<PostgresOptions>? configure = null)
    {
        var options = new PostgresOptions { ConnectionString = await postgres.CreateDatabaseAsync(Template) };
        configure?.Invoke(options);
        return new Database(options);
    }
}

[CollectionDefinition(Name)]
public sealed class OnServer : ICollectionFixture<Server>
{
    public const string Name = "one PostgreSQL server";
}

/// <summary>A test's own migrated database.</summary>
public sealed class Database(PostgresOptions options) : IAsyncDisposable
{
    public PostgresOptions Options { get; } = options;
    public PostgresDatabase Access { get; } = new(options);

    /// <summary>With one made-up key.</summary>
    public SecretVault Vault { get; } = new(KeyRing.Parse("1:" + Convert.ToBase64String(new byte[32])));

    public async ValueTask DisposeAsync() => await Access.DisposeAsync();

    /// <summary>Runs SQL as the owner.</summary>
    public async Task<object?> SqlAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Options.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public async Task<long> CountAsync(string from) => (long)(await SqlAsync($"SELECT count(*) FROM {from}"))!;

    public async Task<Guid> NewUserAsync(string name)
    {
        var id = Guid.NewGuid();
        await SqlAsync($"INSERT INTO users (id, username, email, password_hash, created_at, updated_at) VALUES ('{id}', '{name}', '{name}@example.com', 'x', now(), now())");
        return id;
    }

    public async Task<Guid[]> NewAccountsAsync(Guid user, int count = 1)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Guid.NewGuid()).ToArray();
        await SqlAsync($"""
            INSERT INTO accounts (id, user_id, name, kind, mode, currency, leverage, created_at, updated_at)
            SELECT id, '{user}', 'Test', 'paper', 'hedging', 'USD', 100, now(), now() FROM unnest(ARRAY[{string.Join(',', ids.Select(id => $"'{id}'"))}]::uuid[]) id
            """);
        return ids;
    }
}
