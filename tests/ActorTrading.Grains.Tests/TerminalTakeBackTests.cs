using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5;
using ActorTrading.Mt5.Simulation;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace ActorTrading.Grains.Tests;

/// <summary>Orders that are cancelled before their terminal was asked, or before it is known what became of them.</summary>
[Collection(nameof(Server))]
public sealed class TerminalTakeBackTests(Server server) : IDisposable
{
    private readonly DirectoryInfo _books = Directory.CreateTempSubdirectory("terminal");

    [Fact]
    public async Task An_order_that_waits_for_an_absent_terminal_is_cancelled_at_once_and_never_sent()
    {
        var terminal = Start();
        await using var host = await TradingHost.StartAsync(server);
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal);
        var options = terminal.ClientOptions;
        await GoneAsync(host, account, terminal);
        var order = Limit();
        var placing = account.PlaceAsync(order);
        await TradingHost.UntilAsync(account.GetStateAsync, s => s.Orders.Count == 1, "the order");

        var cancelled = await account.CancelOrderAsync(new CancelOrder(order.OrderId));
        (cancelled.Accepted, cancelled.Retcode, cancelled.Order!.Status).ShouldBe((true, Retcode.Done, OrderStatus.Cancelled));
        var placed = await placing;
        (placed.Accepted, placed.Code, placed.Order!.Status).ShouldBe((false, "CANCELLED", OrderStatus.Cancelled));
        var state = await account.GetStateAsync();
        (state.Orders.Count, state.Requests.Count).ShouldBe((0, 0));

        await using var back = Start(options);
        var next = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
        next.Accepted.ShouldBeTrue(next.Message);
        await TradingHost.UntilAsync(back.GetAuditAsync, a => a.Count > 0, "the next order at the terminal");
        (await back.GetAuditAsync()).ShouldHaveSingleItem().ClientOrderId.ShouldBe(next.Order!.ClientOrderId);
    }

    [Fact]
    public async Task Where_a_process_before_may_have_sent_it_the_terminals_books_decide()
    {
        var terminal = Start();
        await using var before = await TradingHost.StartAsync(server);
        var account = await TestTerminal.AccountAsync(before, await before.UserAsync(), terminal);
        var options = terminal.ClientOptions;
        await GoneAsync(before, account, terminal);
        var order = Limit();
        _ = account.PlaceAsync(order).ContinueWith(_ => { }, TaskScheduler.Default);
        await TradingHost.UntilAsync(account.GetStateAsync, s => s.Orders.Count == 1, "the order");

        await using var host = await before.RestartAsync();
        account = host.Grains.GetGrain<IAccountGrain>(account.GetPrimaryKey());
        var asked = await account.CancelOrderAsync(new CancelOrder(order.OrderId));
        (asked.Accepted, asked.Retcode, asked.Order!.Status).ShouldBe((true, Retcode.Placed, OrderStatus.Submitted), "it may stand there");

        await using var back = Start(options);
        await host.Grains.GetGrain<ITerminalGrain>(account.GetPrimaryKey()).WakeAsync();
        var state = await TradingHost.UntilAsync(account.GetStateAsync, s => s.Orders.IsEmpty, "the end of the order");
        state.Requests.ShouldBeEmpty();
        (await host.Ledger.ReadAsync(account.GetPrimaryKey(), 0)).Select(e => e.Event).OfType<OrderCancelled>().ShouldHaveSingleItem().Reason.ShouldBe(DealReason.Client);
        (await back.GetAuditAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_turns_out_to_have_been_placed_is_cancelled_at_the_terminal()
    {
        await using var terminal = Start();
        await using var host = await TradingHost.StartAsync(server, services => services.AddSingleton(TerminalSettings.Default with { TradeTimeout = TimeSpan.FromSeconds(3) }));
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal);
        await terminal.LoseNextAnswer();
        var order = Limit();
        var placing = account.PlaceAsync(order);
        await TradingHost.UntilAsync(terminal.GetAuditAsync, a => a.Count == 1, "the order at the terminal");

        var cancelled = await account.CancelOrderAsync(new CancelOrder(order.OrderId));
        (cancelled.Accepted, cancelled.Order!.Status).ShouldBe((true, OrderStatus.Cancelled), cancelled.Message);
        (await terminal.GetAccountAsync()).Orders.ShouldBeEmpty();
        var events = (await host.Ledger.ReadAsync(account.GetPrimaryKey(), 0)).Select(e => e.Event).ToList();
        (events.OfType<OrderPlaced>().Count(), events.OfType<OrderCancelled>().Count()).ShouldBe((1, 1));
        (await terminal.GetAuditAsync()).Count.ShouldBe(2, "the order and its cancellation");
        (await placing).Order!.Id.ShouldBe(order.OrderId);
    }

    public void Dispose() => _books.Delete(recursive: true);

    private static PlaceOrder Limit() => TradingHost.Buy("EURUSD", 0.10m) with { Type = OrderType.Limit, Price = 1.05000m, FillPolicy = FillPolicy.Return };

    /// <summary>The same terminal, with the books that it had.</summary>
    private SimulatedTerminal Start(Mt5TerminalOptions? where = null) =>
        TestTerminal.Start(1, o => o with { StateFolder = _books.FullName, PortBase = where?.RequestPort ?? o.PortBase });

    private static async Task GoneAsync(TradingHost host, IAccountGrain account, SimulatedTerminal terminal)
    {
        await terminal.DisposeAsync();
        await TradingHost.UntilAsync(host.Grains.GetGrain<ITerminalGrain>(account.GetPrimaryKey()).GetStatusAsync, s => s.State == "connecting", "the terminal's absence");
    }
}
