using ActorTrading.Domain;
using ActorTrading.Mt5.ZeroMq;

namespace ActorTrading.Mt5.Tests.Client;

/// <summary>ejtraderMT: one request socket, whose reply is the answer, and no streams.</summary>
public sealed class DialectBTests
{
    private static async Task<(ScriptedTerminal, Mt5TerminalClient, RecordedEvents, ManualTime)> Online(params string[] symbols)
    {
        var terminal = new ScriptedTerminal();
        var events = new RecordedEvents();
        var time = new ManualTime();
        var client = new Mt5TerminalClient(terminal.Options with { Dialect = TerminalDialect.B }, events, time);
        if (symbols.Length > 0)
            await client.SubscribeQuotesAsync(symbols);
        client.Start();
        (await terminal.Next()).GetProperty("action").GetString().ShouldBe("BALANCE");
        terminal.Reply(ScriptedTerminal.BalanceAnswer);
        await client.WaitUntilOnlineAsync().OrHang();
        return (terminal, client, events, time);
    }

    [Fact]
    public async Task The_reply_is_the_answer()
    {
        var (terminal, client, _, _) = await Online();
        await using var _1 = terminal;
        await using var _2 = client;
        var positions = client.GetPositionsAsync();
        await terminal.Next();
        terminal.Reply("""{"positions":[]}""");
        (await positions.OrHang()).ShouldBeEmpty();
        var trade = client.TradeAsync(TradeRequest.Market("a", "EURUSD", Side.Buy, 1m));
        await terminal.Next();
        terminal.Reply("""{"error":false,"retcode":10009,"desription":"TRADE_RETCODE_DONE","order":1,"volume":1.0,"price":1.1,"bid":1.1,"ask":1.1,"function":"TradingModule"}""");
        (await trade.OrHang()).ShouldBeOfType<TradeOutcome.Answered>().Succeeded.ShouldBeTrue();
    }

    [Fact]
    public async Task Ticks_are_asked_for_and_each_is_told_once()
    {
        var (terminal, client, events, time) = await Online("EURUSD");
        await using var _1 = terminal;
        await using var _2 = client;
        var t = ManualTime.Default.ToUnixTimeMilliseconds();
        (await terminal.Next()).GetProperty("chartTF").GetString().ShouldBe("TICK");
        terminal.Reply($$"""{"data":[[{{t}},1.1,1.2],[{{t + 1}},1.11,1.21]],"symbol":"EURUSD","timeframe":"TICK"}""");
        (await events.Quotes.Next()).Bid.ShouldBe(1.11m);
        await time.Pass(terminal.Options.QuotePollInterval);
        await terminal.Next();
        terminal.Reply($$"""{"data":[[{{t + 1}},1.11,1.21],[{{t + 2}},1.12,1.22]],"symbol":"EURUSD","timeframe":"TICK"}""");
        (await events.Quotes.Next()).Bid.ShouldBe(1.12m);
        events.Quotes.Drain().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_terminal_that_connects_to_us_is_served()
    {
        using var context = new ZmqContext();
        using var probe = context.CreateSocket(ZmqSocketType.Rep);
        probe.Bind("tcp://127.0.0.1:*");
        var port = new Uri(probe.LastEndpoint).Port; // free a moment from now
        probe.Dispose();

        await using var client = new Mt5TerminalClient(
            new Mt5TerminalOptions { Dialect = TerminalDialect.B, Bind = true, RequestPort = port, QuietPeriod = TimeSpan.FromMilliseconds(5) }, new RecordedEvents());
        client.Start();
        using var terminal = context.CreateSocket(ZmqSocketType.Rep);
        terminal.Connect($"tcp://127.0.0.1:{port}");
        using (var poller = new ZmqPoller(terminal))
        {
            poller.Wait((int)TestLimits.Hang.TotalMilliseconds).ShouldBeTrue();
            var frame = default(ZmqFrame);
            terminal.TryReceive(ref frame).ShouldBeTrue();
            frame.Dispose();
        }
        terminal.TrySend(System.Text.Encoding.ASCII.GetBytes(ScriptedTerminal.BalanceAnswer)).ShouldBeTrue();
        await client.WaitUntilOnlineAsync().OrHang();
    }
}
