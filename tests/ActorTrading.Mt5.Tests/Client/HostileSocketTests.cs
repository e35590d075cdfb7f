namespace ActorTrading.Mt5.Tests.Client;

/// <summary>Hostile frames over real sockets: the client tells them and goes on.</summary>
public sealed class HostileSocketTests
{
    [Fact]
    public async Task Garbage_on_every_socket_is_told_and_the_next_good_frame_is_taken()
    {
        await using var pair = await ScriptedPair.Online(null, "EURUSD");
        byte[][] garbage = [[], [0], [0xff, 0xfe], "{"u8.ToArray(), "[1,2"u8.ToArray(), [.. Enumerable.Repeat((byte)'[', 5000)], "{\"data\":1e999}"u8.ToArray()];
        foreach (var frame in garbage)
        {
            pair.Terminal.StreamBytes(frame);
            pair.Terminal.AnswerBytes(frame);
            pair.Terminal.Event(System.Text.Encoding.Latin1.GetString(frame));
        }
        pair.Terminal.Stream("""{"status":"CONNECTED","symbol":"EURUSD","timeframe":"TICK","data":[1581611172734,1.08515,1.08521]}""");
        (await pair.Events.Quotes.Next()).Bid.ShouldBe(1.08515m);

        // The sockets have no order among them: garbage that came after the question would be taken as its answer.
        List<ProtocolFault> faults = [];
        while (faults.Count(f => f.Where == "answer") < garbage.Length)
            faults.Add(await pair.Events.Faults.Next());
        var balance = pair.Client.GetBalanceAsync();
        await pair.Terminal.Expect("BALANCE", ScriptedTerminal.BalanceAnswer);
        (await balance.OrHang()).Balance.ShouldBe(10000m);
        pair.Client.State.ShouldBe(TerminalConnectionState.Online);
        faults.AddRange(pair.Events.Faults.Drain());
        faults.ShouldAllBe(f => f.Excerpt.Length <= 201);
        faults.Count(f => f.Where == "stream").ShouldBeGreaterThanOrEqualTo(6);
    }

    [Fact]
    public async Task A_frame_beyond_the_limit_ends_the_connection_and_not_the_client()
    {
        await using var pair = await ScriptedPair.Online(o => o with { MaxStreamFrameBytes = 1000 });
        pair.Terminal.StreamBytes(new byte[1001]);
        (await pair.Events.Until(TerminalConnectionState.Online)).ShouldBe("online");
        (await pair.Events.Until(TerminalConnectionState.Connecting)).ShouldContain("tick port");
        await pair.Terminal.Gone();
        await pair.Time.Pass(pair.Terminal.Options.FirstBackoff);
        await pair.Terminal.Welcome();
        await pair.Client.WaitUntilOnlineAsync().OrHang();
    }

    [Fact]
    public async Task A_handler_that_throws_is_told_and_does_not_end_the_thread()
    {
        await using var terminal = new ScriptedTerminal();
        var events = new ThrowingEvents();
        await using var client = new Mt5TerminalClient(terminal.Options, events, new ManualTime());
        client.Start();
        await terminal.Welcome();
        await client.WaitUntilOnlineAsync().OrHang();
        terminal.Stream("""{"status":"CONNECTED","symbol":"EURUSD","timeframe":"TICK","data":[1581611172734,1.08515,1.08521]}""");
        ProtocolFault fault;
        do
            fault = await events.Faults.Next();
        while (fault.Where != "OnQuote");
        fault.Kind.ShouldBe(ProtocolFaultKind.HandlerFailed);
        client.State.ShouldBe(TerminalConnectionState.Online);
    }

    private sealed class ThrowingEvents : ITerminalEvents
    {
        public Recording<ProtocolFault> Faults { get; } = new();

        public void OnQuote(in ActorTrading.Domain.Quote quote) => throw new InvalidOperationException("quote");
        public void OnBar(in TerminalBar bar) => throw new InvalidOperationException("bar");
        public void OnTradeExecuted(TerminalTradeEvent trade) => throw new InvalidOperationException("trade");
        public void OnLateTradeAnswer(TradeRequest request, TradeOutcome.Answered answer) => throw new InvalidOperationException("late");
        public void OnConnectionChanged(TerminalConnectionState state, string reason) => throw new InvalidOperationException("state");
        public void OnBrokerLink(bool connected) => throw new InvalidOperationException("link");

        public void OnProtocolFault(ProtocolFault fault)
        {
            Faults.Add(fault);
            throw new InvalidOperationException("fault");
        }
    }
}
