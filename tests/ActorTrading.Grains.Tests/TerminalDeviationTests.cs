using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace ActorTrading.Grains.Tests;

/// <summary>Orders that bound their deviation, at a terminal whose price is not the one at which they were decided.</summary>
[Collection(nameof(Server))]
public sealed class TerminalDeviationTests(Server server)
{
    /// <summary>Every order has waited longer than its price counts.</summary>
    private static readonly Action<IServiceCollection> Waited = services => services.AddSingleton(TerminalSettings.Default with { PriceFreshFor = TimeSpan.Zero });

    /// <summary>Nothing is asked, and what was streamed counts.</summary>
    private static readonly Action<IServiceCollection> Streamed =
        services => services.AddSingleton(TerminalSettings.Default with { PriceFreshFor = TimeSpan.FromHours(1), PriceEvery = TimeSpan.Zero });

    [Fact]
    public async Task A_copy_that_has_waited_is_not_sent_at_a_price_that_its_slippage_guard_does_not_allow()
    {
        await using var terminal = TestTerminal.Start(1);
        await using var host = await TradingHost.StartAsync(server, Waited);
        var user = await host.UserAsync();
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var leader = await host.PaperAccountAsync(user, 100_000m);
        var follower = await TestTerminal.AccountAsync(host, user, terminal);
        await host.PublishAsync(leader.GetPrimaryKey(), user);
        await host.LinkAsync(user, new LinkSettings
        {
            LeaderAccountId = leader.GetPrimaryKey(), FollowerAccountId = follower.GetPrimaryKey(), Sizing = new SizingSettings { Mode = SizingMode.None },
            SlippageGuard = new SlippageGuard(2m),
        });

        // Everybody else sees the leader's price; the follower's terminal is 5 pips away when the order gets there.
        await terminal.QuoteAsync(1.10050m);
        var copied = await CopyAsync(0.10m);
        (copied.Status, copied.Retcode).ShouldBe((OrderStatus.Rejected, Retcode.Requote), copied.RejectMessage);
        (await terminal.GetAuditAsync()).ShouldBeEmpty("it was not sent");

        await terminal.QuoteAsync(1.10010m);
        (await CopyAsync(0.20m)).Status.ShouldBe(OrderStatus.Filled, "a pip is within the guard");
        await terminal.QuoteAsync(1.09900m);
        (await CopyAsync(0.30m)).Status.ShouldBe(OrderStatus.Filled, "a better price is no slippage");

        async Task<Order> CopyAsync(decimal volume)
        {
            (await leader.PlaceAsync(TradingHost.Buy("EURUSD", volume))).Accepted.ShouldBeTrue();
            await host.Grains.GetGrain<ILeaderGrain>(leader.GetPrimaryKey()).WaitDecidedAsync((await leader.GetStateAsync()).Seq);
            await TradingHost.UntilAsync(follower.GetStateAsync, s => s.Orders.IsEmpty, "the outcome");
            Order? order = null;
            foreach (var entry in await host.Ledger.ReadAsync(follower.GetPrimaryKey(), 0))
            {
                order = entry.Event switch
                {
                    OrderSubmitted e when e.Order.Volume == volume => e.Order,
                    OrderRejected e when e.OrderId == order?.Id => order with { Status = OrderStatus.Rejected, Retcode = e.Retcode, RejectMessage = e.Message },
                    DealExecuted e when e.Deal.OrderId == order?.Id => order with { Status = OrderStatus.Filled },
                    _ => order,
                };
            }

            return order.ShouldNotBeNull();
        }
    }

    [Fact]
    public async Task An_order_that_bounds_its_deviation_is_held_against_the_price_that_its_terminal_streams()
    {
        await using var terminal = TestTerminal.Start(1);
        await using var host = await TradingHost.StartAsync(server, Streamed);
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal);

        // Its stop follows the terminal's price, so that price is streamed.
        var trailed = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m, 1.09500m) with { TrailingPoints = 100 });
        trailed.Accepted.ShouldBeTrue(trailed.Message);
        await StreamAsync(1.10300m);

        var refused = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.20m) with { DeviationPoints = 250 });
        (refused.Accepted, refused.Retcode, refused.Code).ShouldBe((false, Retcode.Requote, "REQUOTE"), refused.Message);
        (await terminal.GetAuditAsync()).ShouldNotContain(a => a.ClientOrderId == refused.Order!.ClientOrderId);
        (await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.20m) with { DeviationPoints = 350 })).Accepted.ShouldBeTrue();
        (await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.20m) with { Side = Side.Sell, DeviationPoints = 0 })).Accepted.ShouldBeTrue("it gets more");
        (await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.20m) with { DeviationPoints = 10, ReferencePrice = 1.10300m })).Accepted.ShouldBeTrue("that is what its sender saw");
        (await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.20m))).Accepted.ShouldBeTrue("it bounds none");

        Task StreamAsync(decimal bid) => TradingHost.UntilAsync(async () =>
        {
            // The first quotes may come before the symbol is subscribed.
            await terminal.QuoteAsync(bid);
            return await account.GetStateAsync();
        }, s => s.Positions.Values.Any(p => p.StopLoss == bid - 0.00100m), "the stop");
    }
}
