using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Dapper;
using Orleans;

namespace ActorTrading.Grains.Tests;

/// <summary>The story that must work, on paper accounts: one leader, followers by balance, fixed, and reversed with a mapped symbol.</summary>
[Collection(nameof(Server))]
public sealed class CopyStoryTests(Server server)
{
    [Fact]
    public async Task Followers_mirror_an_order_its_stop_a_half_close_and_the_rest_exactly_once()
    {
        await using var host = await TradingHost.StartAsync(server);
        var user = await host.UserAsync();
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        await host.QuoteAsync("GBPUSD", 1.25000m, 1.25002m);
        var leader = await host.PaperAccountAsync(user, 10_000m);
        var byBalance = await host.PaperAccountAsync(user, 5_000m);
        var fixedLots = await host.PaperAccountAsync(user);
        var reversed = await host.PaperAccountAsync(user);
        var leaderId = leader.GetPrimaryKey();
        await host.PublishAsync(leaderId, user);
        await host.LinkAsync(user, Link(byBalance, new SizingSettings { Mode = SizingMode.Balance }));
        await host.LinkAsync(user, Link(fixedLots, new SizingSettings { Mode = SizingMode.FixedVolume, Value = 0.10m }));
        await host.LinkAsync(user, Link(reversed, new SizingSettings { Mode = SizingMode.None }) with
        {
            Reverse = true,
            SymbolMapping = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("EURUSD", "GBPUSD"),
            Stops = new StopSettings { CopyStopLoss = false, CopyTakeProfit = false },
        });

        var opened = await leader.PlaceAsync(TradingHost.Buy("EURUSD", 1.00m, 1.09000m, 1.12000m));
        opened.Accepted.ShouldBeTrue(opened.Message);
        await Decided(opened.Seq);
        (await Single(byBalance)).ShouldSatisfyAllConditions(p => p.Volume.ShouldBe(0.50m), p => p.Side.ShouldBe(Side.Buy), p => p.StopLoss.ShouldBe(1.09000m), p => p.TakeProfit.ShouldBe(1.12000m));
        (await Single(fixedLots)).Volume.ShouldBe(0.10m);
        (await Single(reversed)).ShouldSatisfyAllConditions(p => p.Symbol.ShouldBe("GBPUSD"), p => p.Side.ShouldBe(Side.Sell), p => p.Volume.ShouldBe(1.00m));

        var moved = await leader.ModifyPositionAsync(new ModifyPosition(opened.PositionId!.Value, 1.09500m, 1.12000m, null));
        await Decided(moved.Seq);
        (await Single(byBalance)).StopLoss.ShouldBe(1.09500m);

        var half = await leader.ClosePositionAsync(TradingHost.Close(opened.PositionId.Value, 0.50m));
        half.Accepted.ShouldBeTrue(half.Message);
        await Decided(half.Seq);
        (await Single(byBalance)).Volume.ShouldBe(0.25m);
        (await Single(fixedLots)).Volume.ShouldBe(0.05m);
        (await Single(reversed)).Volume.ShouldBe(0.50m);

        var rest = await leader.ClosePositionAsync(TradingHost.Close(opened.PositionId.Value));
        await Decided(rest.Seq);
        foreach (var follower in new[] { byBalance, fixedLots, reversed })
        {
            var state = await follower.GetStateAsync();
            state.Positions.ShouldBeEmpty();

            // Open, half, rest: three orders and no more.
            var entries = await host.Ledger.ReadAsync(state.AccountId, 0);
            entries.Count(e => e.Event is OrderSubmitted).ShouldBe(3);
            entries.Select(e => e.Event).OfType<CopyDecided>().Select(d => d.LeaderSeq).ShouldBeUnique();
        }

        LinkSettings Link(IAccountGrain follower, SizingSettings sizing) =>
            new() { LeaderAccountId = leaderId, FollowerAccountId = follower.GetPrimaryKey(), Sizing = sizing };

        Task Decided(long seq) => host.Grains.GetGrain<ILeaderGrain>(leaderId).WaitDecidedAsync(seq);
    }

    [Fact]
    public async Task A_follower_that_was_away_catches_up_after_a_restart_and_mirrors_nothing_twice()
    {
        var host = await TradingHost.StartAsync(server);
        var user = await host.UserAsync();
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var leader = await host.PaperAccountAsync(user);
        var follower = await host.PaperAccountAsync(user);
        var (leaderId, followerId) = (leader.GetPrimaryKey(), follower.GetPrimaryKey());
        await host.PublishAsync(leaderId, user);
        await host.LinkAsync(user, new LinkSettings { LeaderAccountId = leaderId, FollowerAccountId = followerId, Sizing = new SizingSettings { Mode = SizingMode.None } });
        var first = await leader.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
        await host.Grains.GetGrain<ILeaderGrain>(leaderId).WaitDecidedAsync(first.Seq);
        var second = await leader.PlaceAsync(TradingHost.Buy("EURUSD", 0.20m));

        host = await host.RestartAsync();
        await using (host)
        {
            await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
            await host.Grains.GetGrain<ILeaderGrain>(leaderId).WaitDecidedAsync(second.Seq);
            var state = await host.Grains.GetGrain<IAccountGrain>(followerId).GetStateAsync();
            state.Positions.Values.Select(p => p.Volume).Order().ShouldBe([0.10m, 0.20m]);
        }
    }

    [Fact]
    public async Task Links_of_a_leader_who_does_not_publish_any_more_go_on_after_a_restart()
    {
        var host = await TradingHost.StartAsync(server);
        var user = await host.UserAsync();
        var (leaderId, followerId) = ((await host.PaperAccountAsync(user)).GetPrimaryKey(), (await host.PaperAccountAsync(user)).GetPrimaryKey());
        await host.PublishAsync(leaderId, user);
        await host.LinkAsync(user, new LinkSettings { LeaderAccountId = leaderId, FollowerAccountId = followerId, Sizing = new SizingSettings { Mode = SizingMode.None } });

        host = await host.RestartAsync(database => database.UseAsync(c => c.ExecuteAsync("UPDATE leaders SET published = false")));
        await using (host)
        {
            await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
            (await host.Grains.GetGrain<IAccountGrain>(leaderId).PlaceAsync(TradingHost.Buy("EURUSD", 0.10m))).Accepted.ShouldBeTrue();
            await TradingHost.UntilAsync(host.Grains.GetGrain<IAccountGrain>(followerId).GetStateAsync, s => s.Positions.Count == 1, "the copy");
        }
    }

    [Fact]
    public async Task A_link_that_was_paused_before_a_restart_still_follows_its_leader_out()
    {
        var host = await TradingHost.StartAsync(server);
        var user = await host.UserAsync();
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var (leaderId, followerId) = ((await host.PaperAccountAsync(user)).GetPrimaryKey(), (await host.PaperAccountAsync(user)).GetPrimaryKey());
        await host.PublishAsync(leaderId, user);
        var settings = new LinkSettings { LeaderAccountId = leaderId, FollowerAccountId = followerId, Sizing = new SizingSettings { Mode = SizingMode.None } };
        var link = await host.LinkAsync(user, settings);
        var bought = await host.Grains.GetGrain<IAccountGrain>(leaderId).PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
        await host.Grains.GetGrain<ILeaderGrain>(leaderId).WaitDecidedAsync(bought.Seq);

        host = await host.RestartAsync(async database => (await new LinkStore(database).UpdateAsync(link, settings, "paused", 1, DateTimeOffset.UtcNow)).ShouldBeTrue());
        await using (host)
        {
            await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
            var leader = host.Grains.GetGrain<IAccountGrain>(leaderId);
            await leader.PlaceAsync(TradingHost.Buy("EURUSD", 0.20m));
            (await leader.ClosePositionAsync(TradingHost.Close(bought.PositionId!.Value))).Accepted.ShouldBeTrue();
            await TradingHost.UntilAsync(host.Grains.GetGrain<IAccountGrain>(followerId).GetStateAsync, s => s.Positions.IsEmpty, "the close");
            (await new LinkStore(host.Database).GetAsync(link))!.ShouldSatisfyAllConditions(l => l.Status.ShouldBe("paused"), l => l.Settings.CloseOnly.ShouldBe(CloseOnlyMode.None));
        }
    }

    [Fact]
    public async Task An_offer_to_a_link_that_was_removed_before_a_restart_opens_nothing()
    {
        var host = await TradingHost.StartAsync(server);
        var user = await host.UserAsync();
        var (leaderId, followerId) = ((await host.PaperAccountAsync(user)).GetPrimaryKey(), (await host.PaperAccountAsync(user)).GetPrimaryKey());
        await host.PublishAsync(leaderId, user);
        var settings = new LinkSettings { LeaderAccountId = leaderId, FollowerAccountId = followerId, Sizing = new SizingSettings { Mode = SizingMode.None } };
        var link = await host.LinkAsync(user, settings);
        await host.Grains.GetGrain<IFollowerLinkGrain>(link).RemoveAsync(RemovalMode.CloseImmediately);

        host = await host.RestartAsync();
        await using (host)
        {
            await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
            var bought = await host.Grains.GetGrain<IAccountGrain>(leaderId).PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
            var entries = await host.Ledger.ReadAsync(leaderId, 0);
            var stretch = new LeaderStretch(AccountState.Empty, [.. entries], entries[^1].At);
            var ack = await host.Grains.GetGrain<IFollowerLinkGrain>(link).OfferAsync(new LeaderOffer(followerId, settings, LinkRiskState.Empty, stretch));
            ack.DecidedSeq.ShouldBe(bought.Seq);
            (await host.Grains.GetGrain<IAccountGrain>(followerId).GetStateAsync()).Positions.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_link_that_syncs_takes_what_the_leader_has_open_once_and_follows_it()
    {
        var host = await TradingHost.StartAsync(server);
        var user = await host.UserAsync();
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        await host.QuoteAsync("GBPUSD", 1.25000m, 1.25002m);
        var leader = await host.PaperAccountAsync(user);
        var follower = await host.PaperAccountAsync(user);
        var (leaderId, followerId) = (leader.GetPrimaryKey(), follower.GetPrimaryKey());
        var euro = await leader.PlaceAsync(TradingHost.Buy("EURUSD", 0.40m, 1.09000m));
        var closed = await leader.PlaceAsync(TradingHost.Buy("EURUSD", 0.30m));
        await leader.ClosePositionAsync(TradingHost.Close(closed.PositionId!.Value));
        await leader.PlaceAsync(TradingHost.Buy("GBPUSD", 0.20m));
        await host.PublishAsync(leaderId, user);
        await host.LinkAsync(user, new LinkSettings
        {
            LeaderAccountId = leaderId, FollowerAccountId = followerId, Sizing = new SizingSettings { Mode = SizingMode.None }, InitialSync = InitialSyncMode.Market,
        });
        await host.Grains.GetGrain<ILeaderGrain>(leaderId).WaitDecidedAsync((await leader.GetStateAsync()).Seq);
        var state = await follower.GetStateAsync();
        state.Positions.Values.Select(p => (p.Symbol, p.Volume, p.StopLoss)).ShouldBe([("EURUSD", 0.40m, 1.09000m), ("GBPUSD", 0.20m, null)], ignoreOrder: true);

        host = await host.RestartAsync();
        await using (host)
        {
            await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
            await host.QuoteAsync("GBPUSD", 1.25000m, 1.25002m);
            var rest = await host.Grains.GetGrain<IAccountGrain>(leaderId).ClosePositionAsync(TradingHost.Close(euro.PositionId!.Value));
            await host.Grains.GetGrain<ILeaderGrain>(leaderId).WaitDecidedAsync(rest.Seq);
            state = await host.Grains.GetGrain<IAccountGrain>(followerId).GetStateAsync();
            state.Positions.Values.ShouldHaveSingleItem().Symbol.ShouldBe("GBPUSD");
            var entries = await host.Ledger.ReadAsync(followerId, 0);
            entries.Count(e => e.Event is OrderSubmitted { Order.ClosesPositionId: null }).ShouldBe(2, "synced once, not again after the restart");
        }
    }

    [Fact]
    public async Task A_link_that_syncs_losing_leaders_only_leaves_a_winning_one_alone_and_says_so()
    {
        await using var host = await TradingHost.StartAsync(server);
        var user = await host.UserAsync();
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var leader = await host.PaperAccountAsync(user);
        var follower = await host.PaperAccountAsync(user);
        await leader.PlaceAsync(TradingHost.Buy("EURUSD", 0.40m));
        await host.QuoteAsync("EURUSD", 1.10100m, 1.10102m);
        await host.PublishAsync(leader.GetPrimaryKey(), user);
        await host.LinkAsync(user, new LinkSettings
        {
            LeaderAccountId = leader.GetPrimaryKey(), FollowerAccountId = follower.GetPrimaryKey(),
            Sizing = new SizingSettings { Mode = SizingMode.None }, InitialSync = InitialSyncMode.LeaderNotInProfit,
        });
        await host.Grains.GetGrain<ILeaderGrain>(leader.GetPrimaryKey()).WaitDecidedAsync((await leader.GetStateAsync()).Seq);
        (await follower.GetStateAsync()).Positions.ShouldBeEmpty();
        var decided = (await host.Ledger.ReadAsync(follower.GetPrimaryKey(), 0)).Select(e => e.Event).OfType<CopyDecided>().ShouldHaveSingleItem();
        (decided.Outcome, decided.Reason, decided.Detail).ShouldBe((CopyOutcome.Skipped, CopyReasons.InitialSync, "the leader floats at 39.2"));
    }

    [Fact]
    public async Task An_equity_curve_filter_knows_the_leaders_balance_at_the_closes()
    {
        await using var host = await TradingHost.StartAsync(server);
        var user = await host.UserAsync();
        var leader = await host.PaperAccountAsync(user, openedAt: DateTimeOffset.UtcNow.AddHours(-1));
        var follower = await host.PaperAccountAsync(user);
        var (leaderId, followerId) = (leader.GetPrimaryKey(), follower.GetPrimaryKey());
        await host.PublishAsync(leaderId, user);
        await host.LinkAsync(user, new LinkSettings
        {
            LeaderAccountId = leaderId, FollowerAccountId = followerId, Sizing = new SizingSettings { Mode = SizingMode.None },
            EquityCurveFilter = new EquityCurveFilter(3, "M1"),
        });

        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var first = await leader.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
        first.Accepted.ShouldBeTrue(first.Message);
        await host.QuoteAsync("EURUSD", 1.10100m, 1.10102m);
        var second = await leader.PlaceAsync(TradingHost.Buy("EURUSD", 0.20m));
        second.Accepted.ShouldBeTrue(second.Message);
        await host.Grains.GetGrain<ILeaderGrain>(leaderId).WaitDecidedAsync(second.Seq);
        var opened = (await host.Ledger.ReadAsync(followerId, 0)).Select(e => e.Event).OfType<CopyDecided>().ToList();
        opened.Count.ShouldBe(2);
        opened[0].ShouldSatisfyAllConditions(d => d.Reason.ShouldBe(CopyReasons.EquityCurveFilter), d => d.Detail.ShouldBe("equity 10000 is not above 10000"));
        opened[1].Outcome.ShouldBe(CopyOutcome.Copied, opened[1].Detail);
        (await follower.GetStateAsync()).Positions.Values.ShouldHaveSingleItem().Volume.ShouldBe(0.20m);
    }

    private static async Task<Position> Single(IAccountGrain account) => (await account.GetStateAsync()).Positions.Values.ShouldHaveSingleItem();
}
