using System.Globalization;
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
        await using var stage = await ClusterStage.OpenAsync(server);
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
        await using var stage = await ClusterStage.OpenAsync(server);
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
        await using var stage = await ClusterStage.OpenAsync(server);
        var (cluster, trading) = (stage.Cluster, stage.Trading);
        using var enough = new CancellationTokenSource();
        var mirrored = trading.TradeAsync(() => Task.CompletedTask, enough.Token);
        var traders = await stage.TradersAsync(8);
        var orders = traders.TradeAsync(enough.Token);
        foreach (var name in cluster.Names)
        {
            cluster.Terminate(name);
            await cluster.RunningAsync(name);
        }

        await enough.CancelAsync();
        var placed = await Patience.WithinAsync(orders, cluster.Api.Tail);
        await Patience.WithinAsync(mirrored, cluster.Api.Tail);
        placed.ShouldAllBe(count => count > 0);
        await trading.AuditAsync(stage.Database);
        output.WriteLine($"{placed.Sum()} orders during the restart of {cluster.Names.Count} silos, none failed");
    }
}
