using ActorTrading.Mt5.Simulation;
using Dapper;
using Npgsql;

namespace ActorTrading.SystemTests;

/// <summary>The process is killed at random moments during mirrored trading; then the books are audited.</summary>
[Collection(nameof(Server))]
public sealed class KillTests(Server server)
{
    [Fact]
    public async Task Killed_at_random_moments_nothing_is_lost_and_nothing_is_doubled()
    {
        var connectionString = await server.Postgres.CreateDatabaseAsync();
        await using var silo = new SiloProcess(connectionString, new Dictionary<string, string> { ["Market__Simulated"] = "false", ["Market__AlwaysOpen"] = "true" }, "--no-demo");
        await using var trading = new MirroredTrading(silo.Api);
        await silo.StartAsync();
        await silo.Api.RegisterAsync("killed");
        await trading.OpenAsync();
        await using var db = NpgsqlDataSource.Create(connectionString);
        await FeedAsync(db, trading.Leader, trading.LeaderTerminal);
        await silo.KillAsync();
        await silo.StartAsync();
        await silo.Api.LoginAsync();
        await trading.FollowAsync();
        await silo.Api.QuotedAsync("EURUSD");

        // The trader goes on through every kill; the killer strikes between and within its calls.
        using var enough = new CancellationTokenSource();
        var restart = new SemaphoreSlim(1, 1);
        var rounds = trading.TradeAsync(RestartedAsync, enough.Token);
        var killer = new Killer();
        for (var i = 0; i < killer.Kills; i++)
        {
            await killer.WaitAsync(300, 2_500);
            await restart.WaitAsync();
            await silo.KillAsync();
            await silo.StartAsync();
            restart.Release();
        }

        await enough.CancelAsync();
        (await rounds).ShouldBeGreaterThan(0);
        await trading.AuditAsync(db);

        async Task RestartedAsync()
        {
            await restart.WaitAsync(CancellationToken.None);
            restart.Release();
        }
    }

    private static async Task FeedAsync(NpgsqlDataSource db, Guid account, SimulatedTerminal terminal)
    {
        await using var connection = await db.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            INSERT INTO terminals (id, name, host, port, settings, created_at, updated_at)
            VALUES (@id, 'feed', '127.0.0.1', @port, '{"feedSymbols":"EURUSD","feedRank":0}', now(), now())
            """, new { id = account.ToString(), port = terminal.ClientOptions.RequestPort });
    }
}
