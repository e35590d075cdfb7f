using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Orleans;

namespace ActorTrading.Grains.Tests;

/// <summary>What becomes of links when one of their two accounts is closed.</summary>
[Collection(nameof(Server))]
public sealed class ClosedAccountsTests(Server server)
{
    [Theory]
    [InlineData(InitialSyncMode.Market)]
    [InlineData(InitialSyncMode.None)]
    public async Task A_closed_follower_ends_its_link_and_does_not_hold_its_leader_up(InitialSyncMode sync)
    {
        await using var host = await TradingHost.StartAsync(server);
        var user = await host.UserAsync();
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var leader = await host.PaperAccountAsync(user);
        var follower = await host.PaperAccountAsync(user);
        await leader.PlaceAsync(TradingHost.Buy("EURUSD", 0.40m));
        (await follower.CloseAsync()).Accepted.ShouldBeTrue();
        await host.PublishAsync(leader.GetPrimaryKey(), user);
        var link = await host.LinkAsync(user, Settings(leader, follower) with { InitialSync = sync });

        var more = await leader.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
        await host.Grains.GetGrain<ILeaderGrain>(leader.GetPrimaryKey()).WaitDecidedAsync(more.Seq);
        await RemovedAsync(host, link);
    }

    [Fact]
    public async Task A_leaders_last_entries_are_followed_and_then_its_links_end_each_by_its_removal_mode()
    {
        await using var host = await TradingHost.StartAsync(server);
        var user = await host.UserAsync();
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        await host.QuoteAsync("GBPUSD", 1.25000m, 1.25002m);
        var leader = await host.PaperAccountAsync(user);
        var (closing, keeping) = (await host.PaperAccountAsync(user), await host.PaperAccountAsync(user));
        await host.PublishAsync(leader.GetPrimaryKey(), user);

        var links = new[]
        {
            await host.LinkAsync(user, Settings(leader, closing) with { RemovalMode = RemovalMode.CloseImmediately }),
            await host.LinkAsync(user, Settings(leader, keeping) with { RemovalMode = RemovalMode.Preserve }),
        };
        var opened = await leader.PlaceAsync(TradingHost.Buy("EURUSD", 0.40m));
        await host.Grains.GetGrain<ILeaderGrain>(leader.GetPrimaryKey()).WaitDecidedAsync(opened.Seq);
        (await closing.GetStateAsync()).Positions.Count.ShouldBe(1);
        (await leader.ClosePositionAsync(TradingHost.Close(opened.PositionId!.Value))).Accepted.ShouldBeTrue();
        (await leader.CloseAsync()).Accepted.ShouldBeTrue();
        foreach (var (link, account) in links.Zip([closing, keeping]))
        {
            await RemovedAsync(host, link);
            (await account.GetStateAsync()).Positions.ShouldBeEmpty("the closing came before the end");
        }
    }

    [Fact]
    public async Task A_link_of_a_leader_that_was_closed_while_nobody_was_awake_ends_after_the_start()
    {
        var host = await TradingHost.StartAsync(server);
        var user = await host.UserAsync();
        var leader = await host.PaperAccountAsync(user);
        var follower = await host.PaperAccountAsync(user);
        await host.PublishAsync(leader.GetPrimaryKey(), user);
        (await leader.CloseAsync()).Accepted.ShouldBeTrue();
        var settings = Settings(leader, follower);
        var link = Guid.Empty;
        host = await host.RestartAsync(async database =>
        {
            var stored = new StoredLink
            {
                Id = link = TradingHost.NewId(), UserId = user, LeaderAccountId = settings.LeaderAccountId, FollowerAccountId = settings.FollowerAccountId, Settings = settings,
                Status = "active", StartSeq = 1, CreatedAt = DateTimeOffset.UtcNow, UpdatedAt = DateTimeOffset.UtcNow,
            };
            await new LinkStore(database).CreateAsync(stored);
        });
        await using (host)
        {
            await RemovedAsync(host, link);
        }
    }

    private static LinkSettings Settings(IAccountGrain leader, IAccountGrain follower) => new()
    {
        LeaderAccountId = leader.GetPrimaryKey(), FollowerAccountId = follower.GetPrimaryKey(), Sizing = new SizingSettings { Mode = SizingMode.None },
    };

    private static Task RemovedAsync(TradingHost host, Guid link) =>
        TradingHost.UntilAsync(async () => (await new LinkStore(host.Database).GetAsync(link))!.Status, status => status == "removed", "the link to be removed");
}
