using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5;
using ActorTrading.Mt5.Simulation;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace ActorTrading.Grains.Tests;

/// <summary>Orders whose answer is lost, beside what a hand does at the same terminal: its books do not name who did what, its events do.</summary>
[Collection(nameof(Server))]
public sealed class TerminalAnnouncementTests(Server server)
{
    /// <summary>Time for the hand before the answer is given up.</summary>
    private static readonly Action<IServiceCollection> Patient = services => services.AddSingleton(TerminalSettings.Default with { TradeTimeout = TimeSpan.FromSeconds(3) });

    [Fact]
    public async Task A_pending_order_that_was_placed_with_a_lost_answer_and_cancelled_by_hand_is_not_placed_again()
    {
        await using var terminal = TestTerminal.Start(1);
        await using var host = await TradingHost.StartAsync(server, Patient);
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal);
        await terminal.LoseNextAnswer();
        var order = TradingHost.Buy("EURUSD", 0.10m) with { Type = OrderType.Limit, Price = 1.05000m, FillPolicy = FillPolicy.Return };
        var placing = account.PlaceAsync(order);
        var placed = (await TradingHost.UntilAsync(terminal.GetAuditAsync, a => a.Count == 1, "the order at the terminal"))[0];
        await terminal.TradeByHand(TradeRequest.CancelOrder("hand", placed.Order));

        await TradingHost.UntilAsync(account.GetStateAsync, s => s.Orders.IsEmpty, "the end of the order");
        var events = (await host.Ledger.ReadAsync(account.GetPrimaryKey(), 0)).Select(e => e.Event).ToList();
        events.OfType<OrderPlaced>().ShouldHaveSingleItem().BrokerTicket.ShouldBe(placed.Order);
        events.OfType<OrderCancelled>().ShouldHaveSingleItem().OrderId.ShouldBe(order.OrderId);
        (await terminal.GetAuditAsync()).Count.ShouldBe(2, "the order and the hand");
        (await placing).Order!.Id.ShouldBe(order.OrderId);
    }

    [Fact]
    public async Task An_order_that_was_refused_with_a_lost_answer_is_not_taken_for_a_trade_by_hand_of_its_volume()
    {
        await using var terminal = TestTerminal.Start(1, o => o with { Mode = PositionMode.Netting });
        await using var host = await TradingHost.StartAsync(server, Patient);
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal, PositionMode.Netting);
        await terminal.LoseNextAnswer();
        await terminal.RefuseNext(Retcode.Reject);
        var order = TradingHost.Buy("EURUSD", 0.10m);
        var placing = account.PlaceAsync(order);
        await TradingHost.UntilAsync(terminal.GetAuditAsync, a => a.Count == 1, "the order at the terminal");
        await terminal.TradeByHand(TradeRequest.Market("hand", "EURUSD", Side.Buy, 0.10m));

        await TradingHost.UntilAsync(account.GetStateAsync, s => s.Orders.IsEmpty && s.Positions.Count == 1, "the position by hand");
        var events = (await host.Ledger.ReadAsync(account.GetPrimaryKey(), 0)).Select(e => e.Event).ToList();
        events.OfType<OrderRejected>().ShouldHaveSingleItem().OrderId.ShouldBe(order.OrderId);
        events.OfType<DealExecuted>().ShouldHaveSingleItem().Deal.OrderId.ShouldNotBe(order.OrderId);
        (await terminal.GetAuditAsync()).Count.ShouldBe(2);
        ((await placing).Accepted, (await placing).Retcode).ShouldBe((false, Retcode.Reject));
    }

    [Fact]
    public async Task An_order_that_was_filled_with_a_lost_answer_has_the_fill_that_its_terminal_told_of()
    {
        await using var terminal = TestTerminal.Start(1, o => o with { Mode = PositionMode.Netting });
        await using var host = await TradingHost.StartAsync(server, Patient);
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal, PositionMode.Netting);
        await terminal.LoseNextAnswer();
        var order = TradingHost.Buy("EURUSD", 0.10m);
        var placing = account.PlaceAsync(order);
        await TradingHost.UntilAsync(terminal.GetAuditAsync, a => a.Count == 1, "the order at the terminal");

        // It is closed by hand before the answer is given up: the position says nothing any more.
        await terminal.TradeByHand(TradeRequest.Market("hand", "EURUSD", Side.Sell, 0.10m));
        await TradingHost.UntilAsync(() => host.Ledger.ReadAsync(account.GetPrimaryKey(), 0), e => e.Count(x => x.Event is DealExecuted) == 2, "both deals");
        var state = await account.GetStateAsync();
        (state.Orders.Count, state.Positions.Count).ShouldBe((0, 0));
        (await terminal.GetAuditAsync()).Count.ShouldBe(2);
        (await placing).Order!.Status.ShouldBe(OrderStatus.Filled);
    }
}
