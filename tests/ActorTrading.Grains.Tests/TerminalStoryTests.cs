using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5;
using ActorTrading.Mt5.Simulation;
using ActorTrading.Postgres;
using ActorTrading.Testing;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace ActorTrading.Grains.Tests;

/// <summary>Leader and follower at simulated terminals over real sockets.</summary>
[Collection(nameof(Server))]
public sealed class TerminalStoryTests(Server server)
{
    [Fact]
    public async Task A_leaders_terminal_trade_is_filled_at_the_followers_terminal()
    {
        await using var leaderTerminal = TestTerminal.Start(1);
        await using var followerTerminal = TestTerminal.Start(2, o => o with { Mode = PositionMode.Netting });
        await using var host = await TradingHost.StartAsync(server);
        var user = await host.UserAsync();
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var leader = await TestTerminal.AccountAsync(host, user, leaderTerminal, PositionMode.Hedging);
        var follower = await TestTerminal.AccountAsync(host, user, followerTerminal, PositionMode.Netting);
        await host.PublishAsync(leader.GetPrimaryKey(), user);
        await host.LinkAsync(user, new LinkSettings
        {
            LeaderAccountId = leader.GetPrimaryKey(), FollowerAccountId = follower.GetPrimaryKey(), Sizing = new SizingSettings { Mode = SizingMode.FixedVolume, Value = 0.30m },
        });

        var opened = await leader.PlaceAsync(TradingHost.Buy("EURUSD", 1.00m, 1.09000m, 1.12000m));
        opened.Accepted.ShouldBeTrue(opened.Message);
        opened.Order!.Status.ShouldBe(OrderStatus.Filled);
        opened.Order.BrokerTicket.ShouldNotBeNull();
        await Settled(host, leader, follower);
        var mirrored = (await follower.GetStateAsync()).Positions.Values.ShouldHaveSingleItem();
        mirrored.Volume.ShouldBe(0.30m);
        mirrored.StopLoss.ShouldBe(1.09000m);

        (await leader.ModifyPositionAsync(new ModifyPosition(opened.PositionId!.Value, 1.09500m, 1.12000m, null))).Accepted.ShouldBeTrue();
        (await leader.ClosePositionAsync(TradingHost.Close(opened.PositionId.Value, 0.50m))).Accepted.ShouldBeTrue();
        await Settled(host, leader, follower);
        mirrored = (await follower.GetStateAsync()).Positions.Values.ShouldHaveSingleItem();
        mirrored.Volume.ShouldBe(0.15m);
        mirrored.StopLoss.ShouldBe(1.09500m);

        (await leader.ClosePositionAsync(TradingHost.Close(opened.PositionId.Value))).Accepted.ShouldBeTrue();
        await Settled(host, leader, follower);
        (await follower.GetStateAsync()).Positions.ShouldBeEmpty();
        (await followerTerminal.GetAccountAsync()).Positions.ShouldBeEmpty();
        var comments = (await followerTerminal.GetAuditAsync()).Where(a => a.ClientOrderId.Length > 0 && a.Order != 0).Select(a => a.ClientOrderId).ToList();
        comments.ShouldBeUnique();
    }

    [Fact]
    public async Task A_removed_link_closes_every_share_of_a_position_at_a_netting_terminal()
    {
        await using var followerTerminal = TestTerminal.Start(2, o => o with { Mode = PositionMode.Netting });
        await using var host = await TradingHost.StartAsync(server);
        var user = await host.UserAsync();
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var leader = await host.PaperAccountAsync(user);
        var follower = await TestTerminal.AccountAsync(host, user, followerTerminal, PositionMode.Netting);
        await host.PublishAsync(leader.GetPrimaryKey(), user);
        var link = await host.LinkAsync(user, new LinkSettings
        {
            LeaderAccountId = leader.GetPrimaryKey(), FollowerAccountId = follower.GetPrimaryKey(), Sizing = new SizingSettings { Mode = SizingMode.None },
        });
        await leader.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
        await leader.PlaceAsync(TradingHost.Buy("EURUSD", 0.20m));
        await Settled(host, leader, follower);
        (await follower.GetStateAsync()).Positions.Values.ShouldHaveSingleItem().Volume.ShouldBe(0.30m);

        await host.Grains.GetGrain<IFollowerLinkGrain>(link).RemoveAsync(RemovalMode.CloseImmediately);
        await TradingHost.UntilAsync(() => new LinkStore(host.Database).GetAsync(link), l => l!.Status == "removed", "the end of the removal");
        (await follower.GetStateAsync()).ShouldSatisfyAllConditions(s => s.Positions.ShouldBeEmpty(), s => s.Orders.ShouldBeEmpty(), s => s.Copying.Links[link].Shares.ShouldBeEmpty());
        (await followerTerminal.GetAccountAsync()).Positions.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_requoted_order_goes_again_under_a_name_of_its_own_and_is_filled_once()
    {
        await using var terminal = TestTerminal.Start(1, o => o with { RequoteRate = 0.5, Seed = 7 });
        await using var host = await TradingHost.StartAsync(server);
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal, PositionMode.Hedging);
        var results = new List<TradeResult>();
        for (var i = 0; i < 12; i++)
        {
            results.Add(await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m)));
        }

        var audit = await terminal.GetAuditAsync();
        audit.Select(a => a.ClientOrderId).ShouldBeUnique();
        audit.Count.ShouldBeGreaterThan(results.Count, "some were requoted");
        var byOrder = audit.ToLookup(a => ClientOrderIds.OfAttempt(a.ClientOrderId));
        foreach (var result in results)
        {
            var attempts = byOrder[result.Order!.ClientOrderId].ToList();
            attempts.Count.ShouldBeLessThanOrEqualTo(TerminalBook.RequotedTriesMax);
            attempts.Count(a => a.Deals.Count > 0).ShouldBe(result.Accepted ? 1 : 0);
            result.Order.Status.ShouldBe(result.Accepted ? OrderStatus.Filled : OrderStatus.Rejected);
            if (!result.Accepted)
            {
                result.Code.ShouldBe("REQUOTE");
            }
        }

        (await account.GetStateAsync()).Positions.Count.ShouldBe(results.Count(r => r.Accepted));
    }

    [Fact]
    public async Task A_ticket_that_comes_back_narrowed_and_positive_is_looked_up()
    {
        const long First = (1L << 32) + 5;
        await using var terminal = TestTerminal.Start(1, o => o with { Defects = o.Defects | TerminalDefects.NarrowTickets, FirstWideTicket = First });
        await using var host = await TradingHost.StartAsync(server);
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal, PositionMode.Hedging);
        var opened = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
        opened.Order!.Status.ShouldBe(OrderStatus.Filled, opened.Message);
        (await account.GetStateAsync()).Positions.Values.ShouldHaveSingleItem().BrokerTicket.ShouldNotBeNull().ShouldBeGreaterThan(First);
        (await terminal.GetAuditAsync()).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(Retcode.TooManyRequests)]
    [InlineData(Retcode.PriceOff)]
    [InlineData(Retcode.Locked)]
    [InlineData(Retcode.Connection)]
    public async Task What_the_terminal_cannot_do_for_the_moment_is_asked_again_after_a_pause(Retcode retcode)
    {
        await using var terminal = TestTerminal.Start(1);
        await using var host = await TradingHost.StartAsync(server);
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal, PositionMode.Hedging);

        await terminal.RefuseNext(retcode);
        var opened = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
        (opened.Accepted, opened.Order!.Status).ShouldBe((true, OrderStatus.Filled), opened.Message);
        await terminal.RefuseNext(retcode);
        var modified = await account.ModifyPositionAsync(new ModifyPosition(opened.PositionId!.Value, 1.09500m, null, null));
        modified.Accepted.ShouldBeTrue(modified.Message);
        (await terminal.GetAccountAsync()).Positions.Values.ShouldHaveSingleItem().StopLoss.ShouldBe(1.09500m);
        await terminal.RefuseNext(retcode);
        (await account.ClosePositionAsync(TradingHost.Close(opened.PositionId.Value))).Accepted.ShouldBeTrue();
        (await terminal.GetAccountAsync()).Positions.ShouldBeEmpty();

        var audit = await terminal.GetAuditAsync();
        audit.Count.ShouldBe(6);
        audit.Count(a => a.Retcode == retcode).ShouldBe(3);
        audit.Where(a => !a.ClientOrderId.StartsWith('R')).Select(a => a.ClientOrderId).ShouldBeUnique();
    }

    [Fact]
    public async Task A_close_that_is_too_large_for_one_order_is_answered_with_what_would_be_taken()
    {
        await using var terminal = TestTerminal.Start(1, o => o with { Mode = PositionMode.Netting, Balance = 1_000_000m });
        await using var host = await TradingHost.StartAsync(server);
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal, PositionMode.Netting);
        (await account.PlaceAsync(TradingHost.Buy("EURUSD", 70m))).Accepted.ShouldBeTrue();
        var opened = await account.PlaceAsync(TradingHost.Buy("EURUSD", 70m));
        opened.Accepted.ShouldBeTrue(opened.Message);

        await terminal.RefuseNext(Retcode.InvalidVolume);
        var refused = await account.ClosePositionAsync(TradingHost.Close(opened.PositionId!.Value));
        (refused.Accepted, refused.Code).ShouldBe((false, "INVALID_VOLUME"));
        refused.Message.ShouldStartWith("140 lots cannot be closed by one order: close at most 100 at a time");
        (await account.ClosePositionAsync(TradingHost.Close(opened.PositionId.Value, 100m))).Accepted.ShouldBeTrue();
        (await account.ClosePositionAsync(TradingHost.Close(opened.PositionId.Value))).Accepted.ShouldBeTrue();
        (await terminal.GetAccountAsync()).Positions.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_opened_and_closed_between_two_looks_is_in_the_ledger()
    {
        await using var terminal = TestTerminal.Start(1);
        await using var host = await TradingHost.StartAsync(server);
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal, PositionMode.Hedging);

        // No spread and no commission: the balance, the positions and the orders are afterwards what they were.
        await terminal.PushQuote(new Quote("EURUSD", 1.10000m, 1.10000m, DateTimeOffset.UtcNow));
        await terminal.TradeByHand(TradeRequest.Market("hand", "EURUSD", Side.Buy, 0.10m));
        await terminal.TradeByHand(new TradeRequest { Action = TradeAction.PositionCloseSymbol, ClientOrderId = "hand", Symbol = "EURUSD" });
        (await terminal.GetAccountAsync()).Balance.ShouldBe((await account.GetStateAsync()).Balance);

        var entries = await TradingHost.UntilAsync(() => host.Ledger.ReadAsync(account.GetPrimaryKey(), 0), e => e.Count(x => x.Event is DealExecuted) == 2, "both deals");
        entries.Select(e => e.Event).OfType<DealExecuted>().Select(e => e.Deal.Entry).ShouldBe([DealEntry.In, DealEntry.Out]);
        (await account.GetStateAsync()).Positions.ShouldBeEmpty();
    }

    [Fact]
    public async Task Hundreds_of_trades_by_hand_while_we_were_away_do_not_keep_the_account_from_trading()
    {
        await using var terminal = TestTerminal.Start(1);
        await using var before = await TradingHost.StartAsync(server);
        var account = await TestTerminal.AccountAsync(before, await before.UserAsync(), terminal, PositionMode.Hedging);
        await using var host = await before.RestartAsync(async _ =>
        {
            for (var i = 0; i < 400; i++)
            {
                await terminal.TradeByHand(TradeRequest.Market("hand", "EURUSD", Side.Buy, 0.10m));
                await terminal.TradeByHand(new TradeRequest { Action = TradeAction.PositionCloseSymbol, ClientOrderId = "hand", Symbol = "EURUSD" });
            }
        });
        account = host.Grains.GetGrain<IAccountGrain>(account.GetPrimaryKey());
        await host.Grains.GetGrain<ITerminalGrain>(account.GetPrimaryKey()).WakeAsync();
        var balance = (await terminal.GetAccountAsync()).Balance;
        await TradingHost.UntilAsync(account.GetStateAsync, s => s.Balance == balance && s.Positions.IsEmpty, "all trades");
        var entries = await host.Ledger.ReadAsync(account.GetPrimaryKey(), 0, limit: 5_000);
        entries.Count(e => e.Event is DealExecuted).ShouldBe(800);

        var placed = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
        placed.Accepted.ShouldBeTrue(placed.Message);
        placed.Order!.Status.ShouldBe(OrderStatus.Filled);
    }

    /// <summary>A leader on paper, copied lot for lot into a netting account at the terminal.</summary>
    private static async Task<(IAccountGrain Leader, IAccountGrain Follower, Guid Link)> FollowedAsync(TradingHost host, SimulatedTerminal terminal, PositionMode leading)
    {
        var user = await host.UserAsync();
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var leader = await host.PaperAccountAsync(user, 100_000m, leading);
        var follower = await TestTerminal.AccountAsync(host, user, terminal, PositionMode.Netting);
        await host.PublishAsync(leader.GetPrimaryKey(), user);
        var link = await host.LinkAsync(user, new LinkSettings
        {
            LeaderAccountId = leader.GetPrimaryKey(), FollowerAccountId = follower.GetPrimaryKey(), Sizing = new SizingSettings { Mode = SizingMode.None },
        });
        return (leader, follower, link);
    }

    [Fact]
    public async Task A_leader_that_turns_its_net_position_turns_its_followers()
    {
        await using var terminal = TestTerminal.Start(1, o => o with { Mode = PositionMode.Netting });
        await using var host = await TradingHost.StartAsync(server);
        var (leader, follower, _) = await FollowedAsync(host, terminal, PositionMode.Netting);
        (await leader.PlaceAsync(TradingHost.Buy("EURUSD", 0.50m))).Accepted.ShouldBeTrue();
        await Settled(host, leader, follower);
        for (var turn = 0; turn < 8; turn++)
        {
            // The close and the opening are decided in one plan; sent the other way round, the close would find nothing to close.
            var side = turn % 2 == 0 ? Side.Sell : Side.Buy;
            (await leader.PlaceAsync(TradingHost.Buy("EURUSD", 1.00m) with { Side = side })).Accepted.ShouldBeTrue();
            await Settled(host, leader, follower);
            var held = (await follower.GetStateAsync()).Positions.Values.ShouldHaveSingleItem($"after turn {turn}");
            (held.Side, held.Volume).ShouldBe((side, 0.50m));
        }
    }

    [Fact]
    public async Task A_leader_that_turns_round_turns_a_follower_whose_position_is_of_two_shares()
    {
        await using var terminal = TestTerminal.Start(1, o => o with { Mode = PositionMode.Netting });
        await using var host = await TradingHost.StartAsync(server);
        var (leader, follower, _) = await FollowedAsync(host, terminal, PositionMode.Netting);
        (await leader.PlaceAsync(TradingHost.Buy("EURUSD", 0.30m))).Accepted.ShouldBeTrue();
        (await leader.PlaceAsync(TradingHost.Buy("EURUSD", 0.20m) with { Type = OrderType.Stop, Price = 1.10100m, FillPolicy = FillPolicy.Return })).Accepted.ShouldBeTrue();
        await Settled(host, leader, follower);

        // The follower's copy of the stop order is filled by itself: a share of its own.
        await terminal.QuoteAsync(1.10110m);
        await TradingHost.UntilAsync(follower.GetStateAsync, s => s.Positions.Values.SingleOrDefault()?.Volume == 0.50m, "the stop order");
        await host.QuoteAsync("EURUSD", 1.10110m, 1.10112m);
        await TradingHost.UntilAsync(leader.GetStateAsync, s => s.Positions.Values.SingleOrDefault()?.Volume == 0.50m, "the leader's");
        await Settled(host, leader, follower);

        (await leader.PlaceAsync(TradingHost.Buy("EURUSD", 1.00m) with { Side = Side.Sell })).Accepted.ShouldBeTrue();
        await Settled(host, leader, follower);
        var held = (await follower.GetStateAsync()).Positions.Values.ShouldHaveSingleItem();
        (held.Side, held.Volume).ShouldBe((Side.Sell, 0.50m));
        (await terminal.GetAccountAsync()).Positions.Values.ShouldHaveSingleItem().Volume.ShouldBe(0.50m);
    }

    [Fact]
    public async Task Two_shares_of_one_net_position_are_both_closed_when_their_link_is_removed()
    {
        await using var terminal = TestTerminal.Start(1, o => o with { Mode = PositionMode.Netting });
        await using var host = await TradingHost.StartAsync(server);
        var (leader, follower, link) = await FollowedAsync(host, terminal, PositionMode.Hedging);
        foreach (var volume in new[] { 0.60m, 0.40m })
        {
            (await leader.PlaceAsync(TradingHost.Buy("EURUSD", volume))).Accepted.ShouldBeTrue();
            await Settled(host, leader, follower);
        }

        (await follower.GetStateAsync()).Positions.Values.ShouldHaveSingleItem().Volume.ShouldBe(1.00m);
        await host.Grains.GetGrain<IFollowerLinkGrain>(link).RemoveAsync(RemovalMode.CloseImmediately);
        await TradingHost.UntilAsync(follower.GetStateAsync, s => s.Positions.IsEmpty && s.Orders.IsEmpty, "both closes");
        (await terminal.GetAccountAsync()).Positions.ShouldBeEmpty();
        (await terminal.GetAuditAsync()).Select(a => a.Retcode).ShouldAllBe(r => r == Retcode.Done);
    }

    [Fact]
    public async Task An_order_whose_time_is_over_is_taken_from_the_terminal_although_the_terminal_knows_of_no_end()
    {
        await using var terminal = TestTerminal.Start(1);
        await using var before = await TradingHost.StartAsync(server);
        var account = await TestTerminal.AccountAsync(before, await before.UserAsync(), terminal, PositionMode.Hedging);
        var (first, second) = (Limit(), Limit());
        foreach (var order in new[] { first, second })
        {
            var placed = await account.PlaceAsync(order);
            placed.Order.ShouldNotBeNull(placed.Message).Status.ShouldBe(OrderStatus.Placed);
        }

        // The end is ours to change: the terminal hears of the first order once more only, when it is over.
        (await account.ModifyOrderAsync(Until(first, TimeSpan.FromMilliseconds(300)))).Accepted.ShouldBeTrue();
        await TradingHost.UntilAsync(account.GetStateAsync, s => s.Orders.Count == 1, "the first end");
        (await terminal.GetAuditAsync()).Count.ShouldBe(3);

        // The second is over while nobody is there, or just before or after.
        (await account.ModifyOrderAsync(Until(second, TimeSpan.FromMilliseconds(300)))).Accepted.ShouldBeTrue();
        await using var host = await before.RestartAsync();
        account = host.Grains.GetGrain<IAccountGrain>(account.GetPrimaryKey());
        await host.Grains.GetGrain<ITerminalGrain>(account.GetPrimaryKey()).WakeAsync();
        await TradingHost.UntilAsync(account.GetStateAsync, s => s.Orders.IsEmpty && s.Requests.IsEmpty, "the second end");
        var entries = (await host.Ledger.ReadAsync(account.GetPrimaryKey(), 0)).Select(e => e.Event).ToList();
        entries.OfType<OrderExpired>().Select(e => e.OrderId).ShouldBe([first.OrderId, second.OrderId]);
        entries.OfType<OrderCancelled>().ShouldBeEmpty();
        (await terminal.GetAccountAsync()).Orders.ShouldBeEmpty();

        static PlaceOrder Limit() => TradingHost.Buy("EURUSD", 0.10m) with
        {
            Type = OrderType.Limit, Price = 1.09000m, FillPolicy = FillPolicy.Return, TimeInForce = TimeInForce.Specified, ExpiresAt = DateTimeOffset.UtcNow.AddHours(1),
        };

        static ModifyOrder Until(PlaceOrder order, TimeSpan end) =>
            new(order.OrderId, order.Price, null, null, null, null, TimeInForce.Specified, DateTimeOffset.UtcNow + end);
    }

    [Fact]
    public async Task A_terminal_asks_its_account_for_a_sign_of_life_so_that_it_is_there_for_what_it_has_to_end()
    {
        await using var terminal = TestTerminal.Start(1);
        var woken = new SemaphoreSlim(0);
        await using var host = await TradingHost.StartAsync(server, services => services
            .AddSingleton(TerminalSettings.Default with { AccountEvery = TimeSpan.Zero })
            .AddSingleton<IIncomingGrainCallFilter>(new StatusAsked(woken)));
        await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal, PositionMode.Hedging);
        (await woken.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue("nobody else asks this account anything");
    }

    [Fact]
    public async Task What_opens_is_refused_when_it_comes_too_late_and_what_closes_is_sent()
    {
        await using var terminal = TestTerminal.Start(1);
        await using var host = await TradingHost.StartAsync(server);
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal, PositionMode.Hedging);
        var opened = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
        opened.Accepted.ShouldBeTrue(opened.Message);

        // Everything is too late.
        await using var late = await host.RestartAsync(services: services => services.AddSingleton(TerminalSettings.Default with { OpenWithin = TimeSpan.Zero }));
        account = late.Grains.GetGrain<IAccountGrain>(account.GetPrimaryKey());
        var refused = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
        refused.Accepted.ShouldBeFalse();
        refused.Code.ShouldBe("BROKER_UNAVAILABLE");
        refused.Order!.Status.ShouldBe(OrderStatus.Rejected);
        (await account.ClosePositionAsync(TradingHost.Close(opened.PositionId!.Value))).Accepted.ShouldBeTrue();
        (await terminal.GetAccountAsync()).Positions.ShouldBeEmpty();
        (await terminal.GetAuditAsync()).Count.ShouldBe(2);
    }

    /// <summary>Releases when an account is asked how it is.</summary>
    private sealed class StatusAsked(SemaphoreSlim asked) : IIncomingGrainCallFilter
    {
        public async Task Invoke(IIncomingGrainCallContext context)
        {
            await context.Invoke();
            if (context.InterfaceMethod.Name == nameof(IAccountGrain.GetStatusAsync))
            {
                asked.Release();
            }
        }
    }

    /// <summary>Waits until the follower has decided everything and no order of it is without outcome.</summary>
    private static async Task Settled(TradingHost host, IAccountGrain leader, IAccountGrain follower)
    {
        await host.Grains.GetGrain<ILeaderGrain>(leader.GetPrimaryKey()).WaitDecidedAsync((await leader.GetStateAsync()).Seq);
        await TradingHost.UntilAsync(follower.GetStateAsync, s => s.Requests.IsEmpty && s.Orders.Values.All(o => o.Status != OrderStatus.Submitted), "the outcomes");
    }
}
