using Npgsql;

namespace ActorTrading.SystemTests;

/// <summary>Three silos and an API process on a database of their own, with a leader and followers who are ready to trade.</summary>
internal sealed record ClusterStage(TestCluster Cluster, MirroredTrading Trading, NpgsqlDataSource Database) : IAsyncDisposable
{
    public static Task<ClusterStage> OpenAsync(Server server) => OpenAsync(server, null);

    /// <param name="build">The folder of another build than the one beside these tests.</param>
    public static async Task<ClusterStage> OpenAsync(Server server, string? build, params string[] arguments)
    {
        var connectionString = await server.Postgres.CreateDatabaseAsync();
        var cluster = new TestCluster(connectionString, 3, build, ["--no-demo", .. arguments]);
        var stage = new ClusterStage(cluster, new MirroredTrading(cluster.Api), NpgsqlDataSource.Create(connectionString));
        try
        {
            await cluster.StartAsync();
            await cluster.Api.RegisterAsync("trader");
            await stage.Trading.OpenAsync();
            await stage.Trading.FollowAsync();
            await cluster.Api.QuotedAsync("EURUSD");
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens paper accounts that trade beside the leader.</summary>
    public async Task<StrictTraders> TradersAsync(int count)
    {
        var accounts = new Guid[count];
        for (var i = 0; i < count; i++)
        {
            accounts[i] = Guid.Parse((string)(await Cluster.Api.PostAsync("/api/v1/accounts", new { kind = "paper", name = $"trader {i}", deposit = 100_000 }))["id"]!);
        }

        return new StrictTraders(Cluster.Api, accounts);
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await Trading.DisposeAsync();
        await Database.DisposeAsync();
    }
}

/// <summary>They open and close without ever asking twice: an answer that is no fill ends the test.</summary>
internal sealed class StrictTraders(ApiClient api, IReadOnlyList<Guid> accounts)
{
    /// <returns>For each, how many orders it placed.</returns>
    public Task<int[]> TradeAsync(CancellationToken enough) => Task.WhenAll(accounts.Select(account => TradeAsync(account, enough)));

    private async Task<int> TradeAsync(Guid account, CancellationToken enough)
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
}
