using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5;
using ActorTrading.Mt5.Simulation;
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

    /// <summary>Waits until the follower has decided everything and no order of it is without outcome.</summary>
    private static async Task Settled(TradingHost host, IAccountGrain leader, IAccountGrain follower)
    {
        await host.Grains.GetGrain<ILeaderGrain>(leader.GetPrimaryKey()).WaitDecidedAsync((await leader.GetStateAsync()).Seq);
        await TradingHost.UntilAsync(follower.GetStateAsync, s => s.Requests.IsEmpty && s.Orders.Values.All(o => o.Status != OrderStatus.Submitted), "the outcomes");
    }
}
