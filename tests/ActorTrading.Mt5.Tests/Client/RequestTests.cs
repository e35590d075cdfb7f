using ActorTrading.Domain;

namespace ActorTrading.Mt5.Tests.Client;

public sealed class RequestTests
{
    private const string TradeDone =
        """{"error":false,"retcode":10009,"desription":"TRADE_RETCODE_DONE","order":501700843,"volume":0.10000,"price":1.12181,"bid":1.12175,"ask":1.12181,"function":"TradingModule"}""";
    private static readonly TradeRequest Buy = TradeRequest.Market("copy:42", "EURUSD", Side.Buy, 0.1m, 1.1m, 1.3m);

    [Fact]
    public async Task A_trade_is_written_as_the_protocol_says_and_its_answer_read()
    {
        await using var pair = await ScriptedPair.Online();
        var trade = pair.Client.TradeAsync(Buy);
        var request = await pair.Terminal.Expect("TRADE");
        request.GetRawText().ShouldBe("""{"action":"TRADE","actionType":"ORDER_TYPE_BUY","symbol":"EURUSD","volume":0.1,"stoploss":1.1,"takeprofit":1.3,"comment":"copy:42"}""");
        pair.Terminal.Answer(TradeDone);
        var answer = (await trade.OrHang()).ShouldBeOfType<TradeOutcome.Answered>();
        answer.Retcode.ShouldBe(Retcode.Done);
        (answer.Order, answer.Volume, answer.Price, answer.Bid, answer.Ask).ShouldBe((501700843, 0.1m, 1.12181m, 1.12175m, 1.12181m));
    }

    [Fact]
    public async Task Only_one_request_is_in_flight()
    {
        await using var pair = await ScriptedPair.Online();
        var first = pair.Client.GetOrdersAsync();
        var second = pair.Client.GetBalanceAsync();
        await pair.Terminal.Expect("ORDERS");
        pair.Terminal.HasRequest.ShouldBeFalse();
        pair.Terminal.Answer("""{"error":false,"orders":[]}""");
        await first.OrHang();
        await pair.Terminal.Expect("BALANCE", ScriptedTerminal.BalanceAnswer);
        (await second.OrHang()).Balance.ShouldBe(10000m);
    }

    [Fact]
    public async Task A_timeout_is_an_unknown_outcome_and_the_late_answer_is_not_taken_for_the_next_ones()
    {
        await using var pair = await ScriptedPair.Online();
        var slow = pair.Client.TradeAsync(Buy);
        await pair.Terminal.Expect("TRADE");
        await pair.Time.Pass(pair.Terminal.Options.TradeTimeout);
        (await slow.OrHang()).ShouldBeOfType<TradeOutcome.Unknown>().Cause.ShouldBe(UnknownCause.NoAnswer);

        var next = pair.Client.TradeAsync(Buy with { ClientOrderId = "copy:43" });
        await pair.Terminal.Expect("BALANCE"); // the probe, before anything else
        pair.Terminal.Answer(TradeDone);
        pair.Terminal.Answer(ScriptedTerminal.BalanceAnswer);
        var late = await pair.Events.LateAnswers.Next();
        late.Request.ClientOrderId.ShouldBe("copy:42");
        late.Answer.Order.ShouldBe(501700843);

        var request = await pair.Terminal.Expect("TRADE");
        request.GetProperty("comment").GetString().ShouldBe("copy:43");
        pair.Terminal.Answer(TradeDone.Replace("501700843", "501700844"));
        (await next.OrHang()).ShouldBeOfType<TradeOutcome.Answered>().Order.ShouldBe(501700844);
    }

    [Fact]
    public async Task After_an_unanswered_balance_the_probe_is_of_another_shape()
    {
        await using var pair = await ScriptedPair.Online();
        var slow = pair.Client.GetBalanceAsync();
        await pair.Terminal.Expect("BALANCE");
        await pair.Time.Pass(pair.Terminal.Options.RequestTimeout);
        await Should.ThrowAsync<TimeoutException>(slow.OrHang());
        await pair.Terminal.Expect("ACCOUNT");
    }

    [Fact]
    public async Task A_terminal_that_does_not_answer_the_probe_either_is_connected_to_anew()
    {
        await using var pair = await ScriptedPair.Online();
        var slow = pair.Client.TradeAsync(Buy);
        await pair.Terminal.Expect("TRADE");
        await pair.Time.Pass(pair.Terminal.Options.TradeTimeout);
        await slow.OrHang();
        await pair.Terminal.Expect("BALANCE");
        await pair.Time.Pass(pair.Terminal.Options.RequestTimeout);
        (await pair.Events.Until(TerminalConnectionState.Online)).ShouldBe("online");
        await pair.Events.Until(TerminalConnectionState.Connecting);
        await pair.Time.Pass(pair.Terminal.Options.FirstBackoff);
        // BALANCE may still be answered for the old probe: another shape is asked for.
        await pair.Terminal.Expect("ACCOUNT");
    }

    [Fact]
    public async Task A_trade_with_an_error_before_its_answer_is_judged_by_the_answer()
    {
        await using var pair = await ScriptedPair.Online();
        var trade = pair.Client.TradeAsync(Buy with { Symbol = "NOSUCH" });
        await pair.Terminal.Expect("TRADE",
            """{"error":true,"lastError":"4301","description":"ERR_MARKET_UNKNOWN_SYMBOL","function":"TradingModule"}""",
            """{"error":true,"retcode":10013,"desription":"TRADE_RETCODE_INVALID","order":0,"volume":0.00000,"price":0.00000,"bid":0.00000,"ask":0.00000,"function":"TradingModule"}""");
        (await trade.OrHang()).ShouldBeOfType<TradeOutcome.Answered>().Retcode.ShouldBe(Retcode.Invalid);
        (await pair.Events.Faults.Next()).Kind.ShouldBe(ProtocolFaultKind.ErrorAnswer);
    }

    [Fact]
    public async Task A_stray_5040_answer_is_taken_for_nothing_elses_answer()
    {
        const string stray = """{"error":true,"lastError":"5040","description":"Damaged parameter of string type","function":"GetPositions"}""";
        await using var pair = await ScriptedPair.Online();
        var positions = pair.Client.GetPositionsAsync();
        await pair.Terminal.Expect("POSITIONS", stray, """{"positions":[]}""", stray);
        (await positions.OrHang()).ShouldBeEmpty();
        var trade = pair.Client.TradeAsync(Buy);
        await pair.Terminal.Expect("TRADE", stray, TradeDone);
        (await trade.OrHang()).ShouldBeOfType<TradeOutcome.Answered>();
    }

    [Fact]
    public async Task An_error_that_is_the_only_answer_fails_the_question_after_a_grace()
    {
        await using var pair = await ScriptedPair.Online();
        var positions = pair.Client.GetPositionsAsync();
        await pair.Terminal.Expect("POSITIONS", """{"error":true,"lastError":"5040","description":"Damaged","function":"GetPositions"}""");
        await pair.Time.Pass(pair.Terminal.Options.ErrorGrace);
        (await Should.ThrowAsync<TerminalErrorException>(positions.OrHang())).Code.ShouldBe(5040);
        // Its proper answer may still come: the shape of the probe is another.
        await pair.Terminal.Expect("BALANCE");
    }

    [Fact]
    public async Task An_account_without_deals_is_an_empty_frame()
    {
        await using var pair = await ScriptedPair.Online();
        var deals = pair.Client.GetDealsAsync();
        await pair.Terminal.Expect("HISTORY");
        pair.Terminal.AnswerBytes([]);
        (await deals.OrHang()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_malformed_answer_fails_the_question_and_shows_an_excerpt()
    {
        await using var pair = await ScriptedPair.Online();
        var orders = pair.Client.GetOrdersAsync();
        await pair.Terminal.Expect("ORDERS", "{\"orders\":[{\"id\":\u0001\u00ff}]}");
        await Should.ThrowAsync<TerminalProtocolException>(orders.OrHang());
        var fault = await pair.Events.Faults.Next();
        fault.Kind.ShouldBe(ProtocolFaultKind.Malformed);
        fault.Excerpt.ShouldBe("{\"orders\":[{\"id\":··}]}");
    }

    [Fact]
    public async Task A_lost_connection_leaves_the_trade_unknown_and_sends_nothing_twice()
    {
        await using var pair = await ScriptedPair.Online();
        var trade = pair.Client.TradeAsync(Buy);
        await pair.Terminal.Expect("TRADE");
        await pair.RestartTerminal();
        (await trade.OrHang()).ShouldBeOfType<TradeOutcome.Unknown>().Cause.ShouldBe(UnknownCause.ConnectionLost);
        (await pair.Client.TradeAsync(Buy)).ShouldBeOfType<TradeOutcome.Refused>().Kind.ShouldBe(RefusalKind.NotConnected);
        await pair.Time.Pass(pair.Terminal.Options.FirstBackoff);
        await pair.Terminal.Welcome();
    }

    [Fact]
    public async Task After_a_reconnect_each_symbol_is_reset_and_subscribed_exactly_once()
    {
        await using var pair = await ScriptedPair.Online(null, "EURUSD", "XAUUSD");
        await pair.RestartTerminal();
        await pair.Time.Pass(pair.Terminal.Options.FirstBackoff);
        await pair.Terminal.Welcome("EURUSD", "XAUUSD");
        await pair.Client.WaitUntilOnlineAsync().OrHang();
        await pair.Client.SubscribeQuotesAsync(["EURUSD"]).OrHang();
        var balance = pair.Client.GetBalanceAsync();
        await pair.Terminal.Expect("BALANCE", ScriptedTerminal.BalanceAnswer); // and no CONFIG before it
        await balance.OrHang();
    }

    [Fact]
    public async Task A_subscription_without_an_answer_is_not_asked_for_twice_on_one_connection()
    {
        await using var pair = await ScriptedPair.Online();
        var subscribed = pair.Client.SubscribeQuotesAsync(["EURUSD"]);
        await pair.Terminal.Expect("CONFIG");
        await pair.Time.Pass(pair.Terminal.Options.RequestTimeout);
        await Should.ThrowAsync<TimeoutException>(subscribed.OrHang());
        await pair.Terminal.Gone();
        await pair.Time.Pass(pair.Terminal.Options.FirstBackoff);
        await pair.Terminal.Welcome("EURUSD");
    }

    [Fact]
    public async Task A_hanging_terminal_is_noticed_though_nothing_is_asked()
    {
        await using var pair = await ScriptedPair.Online();
        await pair.Time.Pass(pair.Terminal.Options.IdleProbeInterval);
        await pair.Terminal.Expect("BALANCE", ScriptedTerminal.BalanceAnswer);
    }

    [Fact]
    public async Task What_cannot_be_right_is_refused_before_it_is_sent()
    {
        await using var pair = await ScriptedPair.Online();
        TradeRequest[] wrong =
        [
            Buy with { ClientOrderId = "" }, Buy with { ClientOrderId = new string('x', 32) }, Buy with { ClientOrderId = "né" },
            Buy with { Symbol = null }, Buy with { Symbol = new string('x', 32) }, Buy with { Volume = 0 }, Buy with { Volume = 1e12m },
            Buy with { StopLoss = -1 }, TradeRequest.Pending("a", "EURUSD", Side.Buy, OrderType.Limit, 1, 0),
            TradeRequest.ClosePosition("a", 0), TradeRequest.ClosePosition("a", 2L + int.MaxValue),
        ];
        foreach (var request in wrong)
            (await pair.Client.TradeAsync(request)).ShouldBeOfType<TradeOutcome.Refused>().Kind.ShouldBe(RefusalKind.Invalid);
        pair.Terminal.HasRequest.ShouldBeFalse();
    }

    [Fact]
    public async Task A_trade_that_waited_too_long_is_not_sent()
    {
        await using var pair = await ScriptedPair.Online(o => o with { MaxTradeQueueTime = TimeSpan.FromSeconds(1) });
        var blocking = pair.Client.GetOrdersAsync();
        await pair.Terminal.Expect("ORDERS");
        var trade = pair.Client.TradeAsync(Buy);
        pair.Time.Advance(TimeSpan.FromSeconds(2));
        pair.Terminal.Answer("""{"error":false,"orders":[]}""");
        (await trade.OrHang()).ShouldBeOfType<TradeOutcome.Refused>().Kind.ShouldBe(RefusalKind.WaitedTooLong);
        await blocking.OrHang();
    }

    [Fact]
    public async Task Disposing_with_a_trade_in_flight_says_that_its_outcome_is_unknown()
    {
        await using var pair = await ScriptedPair.Online();
        var trade = pair.Client.TradeAsync(Buy);
        await pair.Terminal.Expect("TRADE");
        var queued = pair.Client.TradeAsync(Buy);
        await pair.Client.DisposeAsync();
        (await trade.OrHang()).ShouldBeOfType<TradeOutcome.Unknown>().Cause.ShouldBe(UnknownCause.Stopped);
        (await queued.OrHang()).ShouldBeOfType<TradeOutcome.Refused>();
    }
}
