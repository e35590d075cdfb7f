using System.Text.Json;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Grains;
using ActorTrading.Postgres;
using ActorTrading.Postgres.Migrations;
using ActorTrading.Postgres.Private;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace ActorTrading.Benchmarks;

/// <summary>The grains on the chosen host and a private PostgreSQL, as <c>./run</c> has them, without API and terminals.</summary>
internal sealed class GrainBed : IAsyncDisposable
{
    private readonly TemporaryPostgres _server;
    private readonly IHost _host;

    private GrainBed(TemporaryPostgres server, IHost host) => (_server, _host) = (server, host);

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public string ConnectionString => _server.Server.ConnectionString("bench");

    public Guid UserId { get; } = Guid.CreateVersion7();

    private PostgresDatabase Database => _host.Services.GetRequiredService<PostgresDatabase>();

    public static async Task<GrainBed> StartAsync()
    {
        var server = await TemporaryPostgres.StartAsync();
        var connectionString = server.Server.ConnectionString("bench");
        await Migrator.RunAsync(new PostgresOptions { ConnectionString = connectionString });
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddActorTradingPostgres(connectionString);
        builder.Services.AddSingleton(KeyRing.Parse("1:" + Convert.ToBase64String(new byte[32])));
        builder.AddGrains(typeof(AccountGrain).Assembly, typeof(IAccountGrain).Assembly);
        builder.Services.AddActorTradingGrains([.. InstrumentCatalog.All.Select(i => i with { Schedule = TradingSchedule.Always })]);
        var host = builder.Build();
        await host.StartAsync();
        var bed = new GrainBed(server, host);
        await host.Services.GetRequiredService<ProcessMarket>().StartAsync();
        await bed.Database.UseAsync(c => c.ExecuteAsync(
            "INSERT INTO users (id, username, email, password_hash, created_at, updated_at) VALUES (@UserId, 'bench', 'bench@example.invalid', '!', now(), now())", new { bed.UserId }));
        await bed.QuoteAsync();
        return bed;
    }

    public Task QuoteAsync() => Grains.GetGrain<ISymbolGrain>("EURUSD").PublishAsync(
        new QuoteBatch("EURUSD", "bench", [new Quote("EURUSD", 1.10000m, 1.10002m, TimeProvider.System.GetUtcNow())], 0, 0));

    /// <summary>Opens paper accounts with a deposit, in one user's name.</summary>
    public async Task<IReadOnlyList<IAccountGrain>> AccountsAsync(int count, decimal deposit = 1_000_000m)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).ToArray();
        await Database.UseAsync(c => c.ExecuteAsync(
            """
            INSERT INTO accounts (id, user_id, name, kind, mode, currency, leverage, created_at, updated_at)
            SELECT id, @UserId, 'bench', 'paper', 'hedging', 'USD', 500, now(), now() FROM unnest(@ids) AS id
            """, new { UserId, ids }));
        var accounts = ids.Select(id => Grains.GetGrain<IAccountGrain>(id)).ToList();
        await Task.WhenAll(accounts.Select(a => a.OpenAsync(new OpenAccount(UserId, "bench", AccountKind.Paper, PositionMode.Hedging, "USD", 500, deposit, null, TimeProvider.System.GetUtcNow()))));
        return accounts;
    }

    /// <summary>Publishes the leader and links every follower to it.</summary>
    public async Task LinkAsync(IAccountGrain leader, IReadOnlyList<IAccountGrain> followers, SizingSettings sizing)
    {
        var leaderId = leader.GetPrimaryKey();
        var ids = followers.Select(f => f.GetPrimaryKey()).ToArray();
        var settings = ids.Select(id => JsonSerializer.Serialize(new LinkSettings { LeaderAccountId = leaderId, FollowerAccountId = id, Sizing = sizing }, DomainJson.Options)).ToArray();
        // In one transaction: the leaders are watched, and one that is found before its links are there does not look for them again.
        await Database.UseAsync(c => c.ExecuteAsync(
            """
            WITH leader AS (INSERT INTO leaders (account_id, user_id, published, name, created_at, updated_at) VALUES (@leaderId, @UserId, true, 'bench', now(), now()))
            INSERT INTO copy_links (id, user_id, leader_account_id, follower_account_id, settings, status, start_seq, version, created_at, updated_at)
            SELECT gen_random_uuid(), @UserId, @leaderId, f.id, f.settings::jsonb, 'active', (SELECT max(seq) FROM account_ledger WHERE account_id = @leaderId), 1, now(), now()
            FROM unnest(@ids, @settings) AS f (id, settings)
            """, new { UserId, leaderId, ids, settings }));
        await Grains.GetGrain<ILeaderGrain>(leaderId).PublishAsync(true);
    }

    public static PlaceOrder Buy(decimal volume)
    {
        var id = Guid.CreateVersion7();
        return new PlaceOrder { OrderId = id, ClientOrderId = ClientOrderIds.ForOrder(id), Symbol = "EURUSD", Side = Side.Buy, Type = OrderType.Market, Volume = volume };
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        await _server.DisposeAsync();
    }
}
