using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;
using Dapper;
using Orleans;

namespace ActorTrading.Grains.Tests;

/// <summary>An account at a terminal that is closed while it holds something: its broker keeps that.</summary>
[Collection(nameof(Server))]
public sealed class TerminalLeaveTests(Server server) : IDisposable
{
    private readonly DirectoryInfo _books = Directory.CreateTempSubdirectory("terminal");

    [Fact]
    public async Task What_it_holds_stays_at_the_broker_and_nothing_of_it_is_touched_from_here_any_more()
    {
        var terminal = Start();
        await using var host = await TradingHost.StartAsync(server);
        var user = await host.UserAsync();
        var account = await TestTerminal.AccountAsync(host, user, terminal);
        var id = account.GetPrimaryKey();
        var whole = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
        var part = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.20m));
        (await account.ClosePositionAsync(TradingHost.Close(part.PositionId!.Value, 0.05m))).Accepted.ShouldBeTrue();
        var limit = TradingHost.Buy("EURUSD", 0.10m) with { Type = OrderType.Limit, Price = 1.05m, FillPolicy = FillPolicy.Return };
        (await account.PlaceAsync(limit)).Accepted.ShouldBeTrue();
        await TradingHost.UntilAsync(account.GetStateAsync, s => s.UnconfirmedFills.IsEmpty, "the deals in the terminal's history");
        var port = terminal.ClientOptions.RequestPort;
        await terminal.DisposeAsync();
        await TradingHost.UntilAsync(account.GetStatusAsync, s => s.Status != "connected", "the terminal to be missed");

        var late = TradingHost.Buy("EURUSD", 0.30m);
        var placing = account.PlaceAsync(late);
        var moving = account.ModifyPositionAsync(new ModifyPosition(whole.PositionId!.Value, 1.05m, null, null));
        await TradingHost.UntilAsync(account.GetStateAsync, s => s.Orders.ContainsKey(late.OrderId) && s.Requests.Count == 1, "what waits for the terminal");
        (await account.CloseAsync()).Code.ShouldBe("ACCOUNT_NOT_FLAT");
        (await account.LeaveAsync()).Accepted.ShouldBeTrue();
        (await placing).Code.ShouldBe("CANCELLED");
        (await moving).Accepted.ShouldBeFalse();
        (await account.LeaveAsync()).Accepted.ShouldBeTrue("again changes nothing");

        var left = await account.GetStateAsync();
        left.ShouldSatisfyAllConditions(s => s.IsOpen.ShouldBeFalse(), s => s.Orders.ShouldBeEmpty(), s => s.Positions.ShouldBeEmpty(), s => s.Requests.ShouldBeEmpty(), s => s.OpenTrades.ShouldBeEmpty());
        (await host.Ledger.FoldAsync(id)).ShouldSatisfyAllConditions(s => s.Seq.ShouldBe(left.Seq), s => s.Balance.ShouldBe(left.Balance), s => s.Positions.ShouldBeEmpty());
        (await RowsAsync(host, "SELECT count(*) FROM positions WHERE account_id = @id", id)).ShouldBe(0);
        (await RowsAsync(host, "SELECT count(*) FROM orders WHERE account_id = @id AND status NOT IN ('filled', 'cancelled')", id)).ShouldBe(0);
        (await RowsAsync(host, "SELECT count(*) FROM trades WHERE account_id = @id AND closed_at IS NULL", id)).ShouldBe(0);

        await using var back = Start(port);
        var next = await TestTerminal.AccountAsync(host, user, back);
        (await next.GetStateAsync()).Positions.Values.Select(p => (p.Volume, p.StopLoss)).ShouldBe([(0.10m, null), (0.15m, null)], ignoreOrder: true);
        (await back.GetAuditAsync()).Count.ShouldBe(4, "nothing was asked of it since");
        (await account.GetStateAsync()).Seq.ShouldBe(left.Seq);
    }

    [Fact]
    public async Task What_its_terminal_says_afterwards_is_not_its_own_any_more()
    {
        await using var terminal = Start();
        await using var host = await TradingHost.StartAsync(server);
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal);
        var opened = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
        (await account.LeaveAsync()).Accepted.ShouldBeTrue();
        var seq = (await account.GetStateAsync()).Seq;
        var found = new TerminalFact
        {
            Kind = TerminalFactKind.PositionFound, PositionTicket = 77, Symbol = "EURUSD", Side = Side.Buy, Volume = 0.1m, Price = 1.1m, At = DateTimeOffset.UtcNow,
        };
        await account.OnTerminalAsync(new TerminalReport([found], "connected", DateTimeOffset.UtcNow));
        (await account.GetStateAsync()).ShouldSatisfyAllConditions(s => s.Seq.ShouldBe(seq), s => s.Positions.ShouldBeEmpty());
        (await terminal.GetAccountAsync()).Positions.Count.ShouldBe(1);
        opened.Accepted.ShouldBeTrue();
    }

    public void Dispose() => _books.Delete(recursive: true);

    private SimulatedTerminal Start(int? port = null) =>
        TestTerminal.Start(1, o => o with { StateFolder = _books.FullName, PortBase = port ?? o.PortBase });

    private static Task<long> RowsAsync(TradingHost host, string sql, Guid id) => host.Database.UseAsync(c => c.ExecuteScalarAsync<long>(sql, new { id }));
}
