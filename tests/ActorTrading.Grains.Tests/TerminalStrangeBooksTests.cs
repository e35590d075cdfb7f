using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5;
using ActorTrading.Mt5.Simulation;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace ActorTrading.Grains.Tests;

/// <summary>Terminals that show the books of another account than the one they are connected for.</summary>
[Collection(nameof(Server))]
public sealed class TerminalStrangeBooksTests(Server server) : IDisposable
{
    private readonly DirectoryInfo _books = Directory.CreateTempSubdirectory("terminal");

    [Fact]
    public async Task A_terminal_that_is_logged_in_to_another_account_closes_nothing_here_and_is_sent_nothing()
    {
        var terminal = Start(_books.FullName);
        await using var host = await TradingHost.StartAsync(server, services => services.AddSingleton(TerminalSettings.Default with { StrangeEvery = TimeSpan.Zero }));
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal);
        var opened = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
        opened.Accepted.ShouldBeTrue(opened.Message);
        await TradingHost.UntilAsync(account.GetStateAsync, s => s.UnconfirmedFills.IsEmpty, "the deal in the terminal's history");
        var (seq, port) = ((await account.GetStateAsync()).Seq, terminal.ClientOptions.RequestPort);
        await terminal.DisposeAsync();

        await using (var another = Start(null, port))
        {
            var status = await TradingHost.UntilAsync(account.GetStatusAsync, s => s.Reason?.Contains("another account", StringComparison.Ordinal) == true, "the reason");
            status.Status.ShouldBe("connecting");
            var order = TradingHost.Buy("EURUSD", 0.10m);
            var placing = account.PlaceAsync(order);
            await TradingHost.UntilAsync(account.GetStateAsync, s => s.Orders.Count == 1, "the order");
            await account.SyncAsync();
            (await account.CancelOrderAsync(new CancelOrder(order.OrderId))).Order!.Status.ShouldBe(OrderStatus.Cancelled);
            (await placing).Code.ShouldBe("CANCELLED");
            (await another.GetAuditAsync()).ShouldBeEmpty();
            (await account.GetStateAsync()).Positions.ShouldContainKey(opened.PositionId!.Value);
            (await host.Ledger.ReadAsync(account.GetPrimaryKey(), seq)).Select(e => e.Event).ShouldAllBe(e => e is OrderSubmitted || e is RequestSubmitted || e is RequestSettled || e is OrderCancelled);
        }

        await using var back = Start(_books.FullName, port);
        (await TradingHost.UntilAsync(account.GetStatusAsync, s => s.Status == "connected", "the account's own books")).Reason.ShouldBeNull();
        (await account.ClosePositionAsync(TradingHost.Close(opened.PositionId!.Value))).Accepted.ShouldBeTrue();
        (await back.GetAccountAsync()).Positions.ShouldBeEmpty();
    }

    [Fact]
    public async Task Books_in_another_currency_are_not_taken_over()
    {
        await using var terminal = TestTerminal.Start(1, o => o with { Currency = "EUR" });
        await using var host = await TradingHost.StartAsync(server);
        var (id, user) = (TradingHost.NewId(), await host.UserAsync());
        await host.AccountRowAsync(id, user, "mt5", PositionMode.Hedging, terminal.ClientOptions.RequestPort);
        var account = host.Grains.GetGrain<IAccountGrain>(id);
        await account.OpenAsync(new OpenAccount(user, "T", AccountKind.Mt5, PositionMode.Hedging, "USD", 100, 0m, null, DateTimeOffset.UtcNow));
        await host.Grains.GetGrain<ITerminalGrain>(id).WakeAsync();
        var status = await TradingHost.UntilAsync(account.GetStatusAsync, s => s.Reason is not null && s.Reason.Contains("EUR", StringComparison.Ordinal), "the reason");
        (status.Status, status.Balance, (await account.GetStateAsync()).IsReconciled).ShouldBe(("connecting", 0m, false));
    }

    [Fact]
    public async Task A_terminal_that_has_moved_is_found_where_it_is_now_and_trades()
    {
        var terminal = Start(_books.FullName);
        await using var host = await TradingHost.StartAsync(server);
        var user = await host.UserAsync();
        var account = await TestTerminal.AccountAsync(host, user, terminal);
        var opened = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
        await terminal.DisposeAsync();

        await using var moved = Start(_books.FullName);
        moved.ClientOptions.RequestPort.ShouldNotBe(terminal.ClientOptions.RequestPort);
        var stored = (await host.Accounts.FindAsync(user, account.GetPrimaryKey()))!;
        await host.Accounts.UpdateAsync(stored with { TerminalPort = moved.ClientOptions.RequestPort }, DateTimeOffset.UtcNow);
        await host.Grains.GetGrain<ITerminalGrain>(account.GetPrimaryKey()).ReloadAsync();
        (await account.ClosePositionAsync(TradingHost.Close(opened.PositionId!.Value))).Accepted.ShouldBeTrue();
        (await moved.GetAccountAsync()).Positions.ShouldBeEmpty();
    }

    public void Dispose() => _books.Delete(recursive: true);

    private static SimulatedTerminal Start(string? books, int? port = null) =>
        TestTerminal.Start(1, o => o with { StateFolder = books, PortBase = port ?? o.PortBase });
}
