using ActorTrading.Postgres.Private;

namespace ActorTrading.SystemTests;

/// <summary>One private PostgreSQL for the run; each test has a database of its own.</summary>
public sealed class Server : IAsyncLifetime
{
    public TemporaryPostgres Postgres { get; private set; } = null!;

    public async Task InitializeAsync() => Postgres = await TemporaryPostgres.StartAsync();

    public async Task DisposeAsync() => await Postgres.DisposeAsync();
}

[CollectionDefinition(nameof(Server))]
public sealed class ServerCollection : ICollectionFixture<Server>;
