using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5;
using ActorTrading.Mt5.Simulation;
using ActorTrading.Testing;
using Orleans;

namespace ActorTrading.Grains.Tests;

/// <summary>Leader and follower at simulated terminals over real sockets.</summary>
[Collection(nameof(Server))]
public sealed class TerminalStoryTests(Server server)
{
    private static readonly Instrument EurUsd = InstrumentCatalog.Get("EURUSD") with { Schedule = TradingSchedule.Always };

    [Fact]
    public async Task A_leaders_terminal_trade_is_filled_at_the_followers_terminal()
    {
        await using var leaderTerminal = Terminal(1, PositionMode.Hedging);
        await using var followerTerminal = Terminal(2, PositionMode.Netting);
        await using var host = await TradingHost.StartAsync(server);
        var user = await host.UserAsync();
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var leader = await AtTerminalAsync(host, user, leaderTerminal, PositionMode.Hedging);
        var follower = await AtTerminalAsync(host, user, followerTerminal, PositionMode.Netting);
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

    /// <summary>Waits until the follower has decided everything and no order of it is without outcome.</summary>
    private static async Task Settled(TradingHost host, IAccountGrain leader, IAccountGrain follower)
    {
        await host.Grains.GetGrain<ILeaderGrain>(leader.GetPrimaryKey()).WaitDecidedAsync((await leader.GetStateAsync()).Seq);
        while ((await follower.GetStateAsync()) is var state && (state.Orders.Values.Any(o => o.Status == OrderStatus.Submitted) || !state.Requests.IsEmpty))
        {
            await Task.Yield();
        }
    }

    private static async Task<IAccountGrain> AtTerminalAsync(TradingHost host, Guid user, SimulatedTerminal terminal, PositionMode mode)
    {
        var id = TradingHost.NewId();
        await host.AccountRowAsync(id, user, "mt5", mode, terminal.ClientOptions.RequestPort);
        var account = host.Grains.GetGrain<IAccountGrain>(id);
        await account.OpenAsync(new OpenAccount(user, "T", AccountKind.Mt5, mode, "USD", 100, 0m, null, DateTimeOffset.UtcNow));
        await host.Grains.GetGrain<ITerminalGrain>(id).WakeAsync();
        while (!(await account.GetStateAsync()).IsReconciled)
        {
            await Task.Yield();
        }

        return account;
    }

    private static SimulatedTerminal Terminal(long login, PositionMode mode)
    {
        var terminal = new SimulatedTerminal(new SimulatedTerminalOptions
        {
            Login = login, Mode = mode, Instruments = [EurUsd], PortBase = TestPorts.Next(),
        }, new NoQuotes());
        terminal.Start();
        terminal.PushQuote(new Quote("EURUSD", 1.10000m, 1.10002m, DateTimeOffset.UtcNow));
        return terminal;
    }
}
