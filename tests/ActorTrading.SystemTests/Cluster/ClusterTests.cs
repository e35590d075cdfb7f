using System.Globalization;
using Npgsql;
using Xunit.Abstractions;

namespace ActorTrading.SystemTests;

/// <summary>Three silos and an API process; silos come and go, and the clients stay where they are.</summary>
[Collection(nameof(Server))]
public sealed class ClusterTests(Server server, ITestOutputHelper output)
{
    private static readonly string[] Symbols = ["EURUSD", "GBPUSD", "USDJPY", "USDCHF", "AUDUSD", "USDCAD", "NZDUSD", "EURJPY", "EURGBP", "XAUUSD", "XAGUSD", "BTCUSD"];

    [Fact]
    public async Task Silos_killed_one_after_another_lose_nothing_and_double_nothing_and_every_symbol_is_quoted_again()
    {
        await using var stage = await StartAsync();
        var (cluster, trading) = (stage.Cluster, stage.Trading);
        await using var watch = await QuoteWatch.OpenAsync(cluster.Port, cluster.Api.Token!, Symbols);

        using var enough = new CancellationTokenSource();
        var rounds = trading.TradeAsync(() => Task.CompletedTask, enough.Token);
        var killer = new Killer();
        var seconds = new List<double>();
        for (var i = 0; i < killer.Kills; i++)
        {
            await killer.WaitAsync(1_000, 4_000);
            var name = cluster.Names[killer.Choose(cluster.Names.Count)];
            var again = watch.NewerThan(TimeProvider.System.GetUtcNow(), Symbols);
            var since = TimeProvider.System.GetTimestamp();
            cluster.Kill(name);
            await Patience.WithinAsync(again, () => $"{watch.Seen()}\n{cluster.Api.Tail()}");
            seconds.Add(TimeProvider.System.GetElapsedTime(since).TotalSeconds);
        }

        await enough.CancelAsync();
        var done = await Patience.WithinAsync(rounds, cluster.Api.Tail);
        done.ShouldBeGreaterThan(0);
        await trading.AuditAsync(stage.Database);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{killer.Kills} kills, {done} rounds; every symbol quoted again after {string.Join(", ", seconds.Select(s => s.ToString("0.0", CultureInfo.InvariantCulture)))} s"));
    }

    [Fact]
    public async Task A_silo_that_was_given_up_and_lives_on_doubles_nothing()
    {
        await using var stage = await StartAsync();
        var (cluster, trading) = (stage.Cluster, stage.Trading);
        await using var watch = await QuoteWatch.OpenAsync(cluster.Port, cluster.Api.Token!, Symbols);
        using var enough = new CancellationTokenSource();
        var rounds = trading.TradeAsync(() => Task.CompletedTask, enough.Token);
        var killer = new Killer();
        foreach (var name in cluster.Names)
        {
            await killer.WaitAsync(500, 1_500);
            var since = TimeProvider.System.GetTimestamp();
            await cluster.Freeze(name);
            var givenUp = TimeProvider.System.GetElapsedTime(since).TotalSeconds;
            await Patience.WithinAsync(watch.NewerThan(TimeProvider.System.GetUtcNow(), Symbols), () => $"{watch.Seen()}\n{cluster.Api.Tail()}");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name} given up after {givenUp:0.0} s, every symbol quoted by {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s"));

            // What it had, others have now and trade with. It goes on in the middle of what it did.
            await killer.WaitAsync(1_000, 4_000);
            await cluster.ThawAsync(name);
        }

        await enough.CancelAsync();
        (await Patience.WithinAsync(rounds, cluster.Api.Tail)).ShouldBeGreaterThan(0);
        await trading.AuditAsync(stage.Database);
    }

    [Fact]
    public async Task Silos_restarted_one_after_another_fail_no_order()
    {
        const int traders = 8;
        await using var stage = await StartAsync();
        var (cluster, trading) = (stage.Cluster, stage.Trading);
        var accounts = new Guid[traders];
        for (var i = 0; i < traders; i++)
        {
            accounts[i] = Guid.Parse((string)(await cluster.Api.PostAsync("/api/v1/accounts", new { kind = "paper", name = $"trader {i}", deposit = 100_000 }))["id"]!);
        }

        using var enough = new CancellationTokenSource();
        var mirrored = trading.TradeAsync(() => Task.CompletedTask, enough.Token);
        var orders = accounts.Select(account => TradeOnceEachAsync(cluster.Api, account, enough.Token)).ToArray();
        foreach (var name in cluster.Names)
        {
            cluster.Terminate(name);
            await cluster.RunningAsync(name);
        }

        await enough.CancelAsync();
        var placed = await Patience.WithinAsync(Task.WhenAll(orders), cluster.Api.Tail);
        await Patience.WithinAsync(mirrored, cluster.Api.Tail);
        placed.ShouldAllBe(count => count > 0);
        await trading.AuditAsync(stage.Database);
        output.WriteLine($"{placed.Sum()} orders during the restart of {cluster.Names.Count} silos, none failed");
    }

    private async Task<Stage> StartAsync()
    {
        var connectionString = await server.Postgres.CreateDatabaseAsync();
        var cluster = new TestCluster(connectionString, 3, "--no-demo");
        var stage = new Stage(cluster, new MirroredTrading(cluster.Api), NpgsqlDataSource.Create(connectionString));
        try
        {
            await cluster.StartAsync();
            await cluster.Api.RegisterAsync("trader");
            await stage.Trading.OpenAsync();
            await stage.Trading.FollowAsync();
            await stage.Trading.QuotedAsync();
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens and closes without ever asking twice: an answer that is no fill ends the test.</summary>
    private static async Task<int> TradeOnceEachAsync(ApiClient api, Guid account, CancellationToken enough)
    {
        var placed = 0;
        while (!enough.IsCancellationRequested)
        {
            var opened = await api.PostAsync("/api/v1/orders", new { accountId = account, symbol = "EURUSD", side = "buy", type = "market", volume = 0.10m });
            ((string?)opened["status"]).ShouldBe("filled");
            var closed = await api.PostAsync($"/api/v1/positions/{opened["positionId"]}/close", new { });
            ((string?)closed["status"]).ShouldBe("filled");
            placed += 2;
        }

        return placed;
    }

    private sealed record Stage(TestCluster Cluster, MirroredTrading Trading, NpgsqlDataSource Database) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Cluster.DisposeAsync();
            await Trading.DisposeAsync();
            await Database.DisposeAsync();
        }
    }
}
