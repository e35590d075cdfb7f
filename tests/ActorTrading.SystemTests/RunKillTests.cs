using Npgsql;

namespace ActorTrading.SystemTests;

/// <summary>The process is killed while strategies trade netting and hedging accounts, on paper and at terminals; then their books are audited.</summary>
[Collection(nameof(Server))]
public sealed class RunKillTests(Server server)
{
    private static readonly int[] Bars = [1, 0, -1, 0, 1];

    [Fact]
    public async Task Killed_while_its_orders_go_out_a_run_repeats_none_and_loses_none()
    {
        var connectionString = await server.Postgres.CreateDatabaseAsync();
        await using var silo = new SiloProcess(connectionString, new Dictionary<string, string> { ["Market__Simulated"] = "false", ["Market__AlwaysOpen"] = "true" }, "--no-demo");
        await using var trading = new RunTrading(silo.Api);
        await using var db = NpgsqlDataSource.Create(connectionString);
        await silo.StartAsync();
        await silo.Api.RegisterAsync("runs");
        await trading.OpenAsync(db);
        await silo.KillAsync();
        await silo.StartAsync();
        await silo.Api.LoginAsync();
        await trading.StartAsync();

        // The killer strikes between a bar's first quote and the end of what follows from it: before, between and after the orders.
        var killer = new Killer();
        foreach (var bar in Bars)
        {
            await trading.BarAsync(bar);
            await killer.WaitAsync(200, 2_200);
            await silo.KillAsync();
            await silo.StartAsync();
            await silo.Api.LoginAsync();
            await trading.QuotedAsync();
            await trading.SettledAsync(db);
        }

        await trading.StopAsync(db);
    }
}
