using System.Collections.Immutable;
using System.Text.Json;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using ActorTrading.Postgres.Migrations;
using ActorTrading.Postgres.Private;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Embedded;

namespace ActorTrading.Grains.Tests;

/// <summary>A private server for the whole test run; each test has a database of its own.</summary>
public sealed class Server : IAsyncLifetime
{
    public TemporaryPostgres Postgres { get; private set; } = null!;

    public async Task InitializeAsync() => Postgres = await TemporaryPostgres.StartAsync();

    public async Task DisposeAsync() => await Postgres.DisposeAsync();
}

[CollectionDefinition(nameof(Server))]
public sealed class ServerCollection : ICollectionFixture<Server>;

/// <summary>The grains, on the embedded host and a real database, as one process would run them.</summary>
public sealed class TradingHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly string _connectionString;
    private readonly Action<IServiceCollection>? _services;

    private TradingHost(IHost host, string connectionString, Action<IServiceCollection>? services) => (_host, _connectionString, _services) = (host, connectionString, services);

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public ProcessMarket Market => _host.Services.GetRequiredService<ProcessMarket>();

    public PostgresDatabase Database => _host.Services.GetRequiredService<PostgresDatabase>();

    public IAccountStore Accounts => _host.Services.GetRequiredService<IAccountStore>();

    public ILedgerReader Ledger => _host.Services.GetRequiredService<ILedgerReader>();

    public static Guid NewId() => Guid.CreateVersion7();

    public static async Task<TradingHost> StartAsync(Server server, Action<IServiceCollection>? services = null) => await StartAsync(await server.Postgres.CreateDatabaseAsync(), services);

    /// <summary>A second start on the same database is what a restart is.</summary>
    public static async Task<TradingHost> StartAsync(string connectionString, Action<IServiceCollection>? services = null)
    {
        await Migrator.RunAsync(new PostgresOptions { ConnectionString = connectionString });
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddSimpleConsole();
        builder.Services.AddActorTradingPostgres(connectionString);
        builder.Services.AddSingleton(KeyRing.Parse("1:" + Convert.ToBase64String(new byte[32])));
        builder.Services.AddEmbeddedOrleans(o => o.AddGrainAssemblies(typeof(AccountGrain).Assembly, typeof(IAccountGrain).Assembly));
        builder.Services.AddActorTradingGrains([.. InstrumentCatalog.All.Select(i => i with { Schedule = TradingSchedule.Always })]);
        services?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        var trading = new TradingHost(host, connectionString, services);
        await trading.Market.StartAsync();
        return trading;
    }

    /// <param name="between">Done to the database while nothing runs.</param>
    public async Task<TradingHost> RestartAsync(Func<PostgresDatabase, Task>? between = null, Action<IServiceCollection>? services = null)
    {
        await DisposeAsync();
        if (between is not null)
        {
            await using var database = new PostgresDatabase(new PostgresOptions { ConnectionString = _connectionString });
            await between(database);
        }

        return await StartAsync(_connectionString, services ?? _services);
    }

    /// <summary>Sends a quote through the symbol's grain; completes when this process's market has it.</summary>
    public async Task QuoteAsync(string symbol, decimal bid, decimal ask, DateTimeOffset? at = null)
    {
        var quote = new Quote(symbol, bid, ask, at ?? NextTime());
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (Market.Listen(batch =>
        {
            if (batch.Quotes.Contains(quote))
            {
                seen.TrySetResult();
            }
        }))
        {
            await Grains.GetGrain<ISymbolGrain>(symbol).PublishAsync(new QuoteBatch(symbol, "test", [quote], 0, 0));
            await seen.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>Later than the last, to the millisecond, as a feed's quotes are.</summary>
    private DateTimeOffset NextTime()
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        return _lastQuoteAt = now > _lastQuoteAt ? now : _lastQuoteAt.AddMilliseconds(1);
    }

    private DateTimeOffset _lastQuoteAt;

    /// <summary>Waits until something holds, at most half a minute; then it fails with what was seen last.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> look, Func<T, bool> holds, string what)
    {
        var since = TimeProvider.System.GetTimestamp();
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (true)
        {
            var seen = await look();
            if (holds(seen))
            {
                return seen;
            }

            if (TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(30))
            {
                throw new TimeoutException($"Waited for {what}; last seen: {seen}");
            }

            await pause.WaitForNextTickAsync();
        }
    }

    public async Task<Guid> UserAsync()
    {
        var id = NewId();
        await Database.UseAsync(c => c.ExecuteAsync(
            "INSERT INTO users (id, username, email, password_hash, created_at, updated_at) VALUES (@id, @name, @name, 'x', now(), now())",
            new { id, name = id.ToString() }));
        return id;
    }

    public async Task<IAccountGrain> PaperAccountAsync(Guid userId, decimal deposit = 10_000m, PositionMode mode = PositionMode.Hedging, DateTimeOffset? openedAt = null)
    {
        var id = NewId();
        await AccountRowAsync(id, userId, "paper", mode, null);
        var account = Grains.GetGrain<IAccountGrain>(id);
        await account.OpenAsync(new OpenAccount(userId, "Test", AccountKind.Paper, mode, "USD", 100, deposit, null, openedAt ?? DateTimeOffset.UtcNow));
        return account;
    }

    public Task<int> AccountRowAsync(Guid id, Guid userId, string kind, PositionMode mode, int? port) => Database.UseAsync(c => c.ExecuteAsync(
        """
        INSERT INTO accounts (id, user_id, name, kind, mode, currency, leverage, terminal_host, terminal_port, created_at, updated_at)
        VALUES (@id, @userId, 'Test', @kind, @mode, 'USD', 100, @host, @port, now(), now())
        """, new { id, userId, kind, mode = mode.ToString().ToLowerInvariant(), host = port is null ? null : "127.0.0.1", port }));

    public async Task PublishAsync(Guid leader, Guid userId)
    {
        await Database.UseAsync(c => c.ExecuteAsync(
            "INSERT INTO leaders (account_id, user_id, published, name, created_at, updated_at) VALUES (@leader, @userId, true, 'L', now(), now())", new { leader, userId }));
        await Grains.GetGrain<ILeaderGrain>(leader).PublishAsync(true);
    }

    public async Task<Guid> LinkAsync(Guid userId, LinkSettings settings)
    {
        var id = NewId();
        await Database.UseAsync(c => c.ExecuteAsync(
            """
            INSERT INTO copy_links (id, user_id, leader_account_id, follower_account_id, settings, status, start_seq, version, created_at, updated_at)
            VALUES (@id, @userId, @LeaderAccountId, @FollowerAccountId, @json::jsonb, 'active',
                COALESCE((SELECT max(seq) FROM account_ledger WHERE account_id = @LeaderAccountId), 0), 1, now(), now())
            """, new { id, userId, settings.LeaderAccountId, settings.FollowerAccountId, json = JsonSerializer.Serialize(settings, DomainJson.Options) }));
        await Grains.GetGrain<ILeaderGrain>(settings.LeaderAccountId).LinkChangedAsync(id);
        return id;
    }

    public static PlaceOrder Buy(string symbol, decimal volume, decimal? stopLoss = null, decimal? takeProfit = null)
    {
        var id = NewId();
        return new PlaceOrder
        {
            OrderId = id, ClientOrderId = ClientOrderIds.ForOrder(id), Symbol = symbol, Side = Side.Buy, Type = OrderType.Market, Volume = volume,
            StopLoss = stopLoss, TakeProfit = takeProfit,
        };
    }

    public static ClosePosition Close(Guid positionId, decimal? volume = null)
    {
        var id = NewId();
        return new ClosePosition(id, ClientOrderIds.ForOrder(id), positionId, volume);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
