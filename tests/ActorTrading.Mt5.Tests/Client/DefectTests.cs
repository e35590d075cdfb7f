using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;

namespace ActorTrading.Mt5.Tests.Client;

/// <summary>Each defect of the EA, switched on at a simulated terminal, against the client. Numbers as in docs/mt5.md.</summary>
public sealed class DefectTests
{
    private static TradeRequest Buy(string id, decimal volume = 1m) => TradeRequest.Market(id, "EURUSD", Side.Buy, volume);

    private static Func<SimulatedTerminalOptions, SimulatedTerminalOptions> With(TerminalDefects defects) => o => o with { Defects = o.Defects | defects };

    private static Task Price(SimulatedPair pair) => pair.Quote("EURUSD", 1.10000m, 1.10010m);

    [Fact]
    public async Task Defect_1_a_late_answer_reaches_the_request_it_belongs_to()
    {
        var time = new ManualTime();
        await using var pair = await SimulatedPair.Online(o => With(TerminalDefects.LateAnswers)(o) with { LateAnswerEvery = 3 }, // BALANCE and RESET come before
            client: c => c with { QuietPeriod = TimeSpan.Zero, IdleProbeInterval = TimeSpan.FromHours(1), TradeTimeout = TimeSpan.FromSeconds(7) }, clientTime: time);
        await Price(pair);
        var slow = pair.Client.TradeAsync(Buy("b", 2m));
        await time.Pass(TimeSpan.FromSeconds(7));
        (await slow.OrHang()).ShouldBeOfType<TradeOutcome.Unknown>();
        while ((await pair.Terminal.GetAuditAsync().OrHang()).Count == 0) { } // its delay must begin before the terminal's clock moves
        var next = pair.Client.GetPositionsAsync();
        pair.Time.Advance(TimeSpan.FromSeconds(20));
        var late = await pair.Events.LateAnswers.Next();
        (late.Request.ClientOrderId, late.Answer.Volume).ShouldBe(("b", 2m));
        (await next.OrHang()).ShouldHaveSingleItem().Volume.ShouldBe(2m);
    }

    [Fact]
    public async Task Defect_2_an_unknown_symbol_is_answered_twice_and_the_second_answer_is_nobodys()
    {
        await using var pair = await SimulatedPair.Online();
        await Price(pair);
        (await pair.Trade(TradeRequest.Market("a", "NOSUCH", Side.Buy, 1m))).Retcode.ShouldBe(Retcode.Invalid);
        (await pair.Trade(Buy("b"))).Retcode.ShouldBe(Retcode.Done);
    }

    [Fact]
    public async Task Defect_4_a_pending_order_never_expires_at_the_terminal()
    {
        await using var pair = await SimulatedPair.Online();
        await Price(pair);
        await pair.Trade(TradeRequest.Pending("a", "EURUSD", Side.Buy, OrderType.Limit, 1m, 1.09m));
        (await pair.Terminal.GetAccountAsync()).Orders.Values.ShouldHaveSingleItem().TimeInForce.ShouldBe(TimeInForce.GoodTillCancelled);
    }

    [Fact]
    public async Task Defect_5_a_ticket_beyond_32_bits_is_recognised_and_never_acted_on_by_mistake()
    {
        await using var pair = await SimulatedPair.Online(With(TerminalDefects.NarrowTickets));
        await Price(pair);
        var answer = await pair.Trade(Buy("a"));
        answer.TicketIsNarrowed.ShouldBeTrue();
        var position = (await pair.Client.GetPositionsAsync().OrHang()).ShouldHaveSingleItem();
        position.Ticket.ShouldBeGreaterThan(int.MaxValue);
        ((int)position.Ticket).ShouldBe((int)answer.Order);
        (await pair.Client.TradeAsync(TradeRequest.ClosePosition("b", position.Ticket)).OrHang()).ShouldBeOfType<TradeOutcome.Refused>();
        (await pair.Trade(TradeRequest.CloseSymbol("c", "EURUSD"))).Retcode.ShouldBe(Retcode.Done);
    }

    [Fact]
    public async Task Defect_6_a_price_rounded_by_the_chart_is_still_the_same_order()
    {
        await using var pair = await SimulatedPair.Online(With(TerminalDefects.ChartDigits));
        await Price(pair);
        var before = (await pair.Settled()).Snapshot;
        var request = TradeRequest.Pending("a", "EURUSD", Side.Buy, OrderType.Limit, 1m, 1.09126m);
        await pair.Trade(request);
        var now = await pair.Settled();
        now.Snapshot.Orders.ShouldHaveSingleItem().Price.ShouldBe(1.091m);
        OutcomeResolver.Resolve(before, now, [request], PositionMode.Hedging).ShouldHaveSingleItem().ShouldBeOfType<ResolvedOutcome.Executed>();
    }

    [Fact]
    public async Task Defect_8_copies_of_one_position_hide_the_others_but_close_none()
    {
        await using var pair = await SimulatedPair.Online(With(TerminalDefects.PositionCopies));
        await Price(pair);
        await pair.Trade(Buy("a"));
        var one = await pair.Client.GetSnapshotAsync().OrHang();
        await pair.Trade(Buy("b", 0.5m));
        await pair.Trade(TradeRequest.Market("c", "EURUSD", Side.Sell, 0.2m));
        var three = (await pair.Client.GetSnapshotAsync().OrHang()).Recall(one);
        three.PositionsAreComplete.ShouldBeFalse();
        three.Positions.ShouldHaveSingleItem();
        three.Unidentified.ShouldBe([new Exposure("EURUSD", Side.Buy, 0.5m), new Exposure("EURUSD", Side.Sell, 0.2m)]);
        SnapshotDiff.Compute(one, three).ShouldAllBe(c => c is TerminalChange.Executed);

        // The first is closed; the second is now the one copied, and what is hidden is known from before.
        await pair.Trade(TradeRequest.ClosePosition("d", one.Positions[0].Ticket));
        var two = (await pair.Client.GetSnapshotAsync().OrHang()).Recall(three);
        SnapshotDiff.Compute(three, two).OfType<TerminalChange.PositionClosed>().ShouldHaveSingleItem().Position.ShouldBe(one.Positions[0]);
    }

    [Fact]
    public async Task Defect_9_an_activation_is_announced_by_a_sound_terminal_only()
    {
        await using var silent = await SimulatedPair.Online();
        await using var sound = await SimulatedPair.Online(o => o with { Defects = o.Defects & ~TerminalDefects.SilentServerDeals });
        foreach (var pair in new[] { silent, sound })
        {
            await Price(pair);
            await pair.Trade(TradeRequest.Pending("a", "EURUSD", Side.Buy, OrderType.Limit, 1m, 1.09m));
            await pair.Events.Trades.Next();
            await pair.Quote("EURUSD", 1.08900m, 1.08910m);
            (await pair.Client.GetPositionsAsync().OrHang()).ShouldHaveSingleItem();
        }
        (await sound.Events.Trades.Next()).Action.ShouldBe("TRADE_ACTION_DEAL");
        silent.Events.Trades.Drain().ShouldBeEmpty();
    }

    [Fact]
    public async Task Defect_10_ticks_that_nobody_takes_are_dropped_and_the_terminal_goes_on()
    {
        await using var pair = await SimulatedPair.Online();
        await pair.Client.SubscribeQuotesAsync(["EURUSD"]).OrHang();
        await pair.Client.DisposeAsync();
        for (var i = 0; i < 100; i++)
            await Price(pair);
        // The connection's end is noticed at some quote or other; nothing blocks, and what is neither sent nor swallowed is dropped.
        var s = pair.Terminal.Statistics;
        (s.FramesSent + s.FramesDropped).ShouldBe(99);
    }

    [Fact]
    public async Task Defect_11_a_stray_5040_disturbs_nothing()
    {
        await using var pair = await SimulatedPair.Online(With(TerminalDefects.StrayErrors));
        await Price(pair);
        await pair.Trade(Buy("a"));
        for (var i = 0; i < 7; i++)
            (await pair.Client.GetPositionsAsync().OrHang()).ShouldHaveSingleItem();
        (await pair.Trade(Buy("b"))).Retcode.ShouldBe(Retcode.Done);
        pair.Events.Faults.Drain().Count(f => f.Kind == ProtocolFaultKind.ErrorAnswer).ShouldBe(2);
    }

    [Fact]
    public async Task Defect_12_closed_ports_are_waited_for_and_the_stream_is_set_up_again()
    {
        await using var pair = await SimulatedPair.Online(With(TerminalDefects.SlowPorts));
        await Price(pair);
        await pair.Client.SubscribeQuotesAsync(["EURUSD"]).OrHang();
        await pair.Terminal.Disconnect();
        await pair.Events.Until(TerminalConnectionState.Connecting, "65 s");
        await pair.Time.Pass(TimeSpan.FromSeconds(65));
        await pair.Events.Until(TerminalConnectionState.Online);
        await Price(pair);
        (await pair.Events.Quotes.Next()).Symbol.ShouldBe("EURUSD");
    }

    [Fact]
    public async Task Defect_13_a_refusal_that_says_no_error_is_a_refusal()
    {
        await using var pair = await SimulatedPair.Online(o => o with { RejectRate = 1 });
        await Price(pair);
        var answer = await pair.Trade(Buy("a"));
        (answer.Retcode, answer.Succeeded).ShouldBe((Retcode.Reject, false));
    }

    [Theory]
    [InlineData(TerminalDefects.None)]
    [InlineData(TerminalDefects.LateAnswers | TerminalDefects.NarrowTickets | TerminalDefects.ChartDigits | TerminalDefects.PositionCopies
        | TerminalDefects.StrayErrors | TerminalDefects.SlowPorts | TerminalDefects.AsTheEaIs)]
    public async Task With_no_defect_or_all_of_them_a_trade_ends_in_one_position(TerminalDefects defects)
    {
        await using var pair = await SimulatedPair.Online(o => o with { Defects = defects, LateAnswerEvery = 1000 });
        await Price(pair);
        (await pair.Trade(Buy("a"))).Retcode.ShouldBe(Retcode.Done);
        (await pair.Client.GetSnapshotAsync().OrHang()).Positions.ShouldHaveSingleItem().Volume.ShouldBe(1m);
    }

    [Fact]
    public async Task A_partial_fill_and_a_requote_have_their_numbers()
    {
        await using var partly = await SimulatedPair.Online(o => o with { PartialFillRate = 1 });
        await Price(partly);
        var answer = await partly.Trade(Buy("a", 1m));
        (answer.Retcode, answer.Volume, answer.Succeeded).ShouldBe((Retcode.DonePartial, 0.5m, true));

        await using var requoting = await SimulatedPair.Online(o => o with { RequoteRate = 1 });
        await Price(requoting);
        (await requoting.Trade(Buy("a"))).Retcode.ShouldBe(Retcode.Requote);
    }

    [Fact]
    public async Task A_trade_cut_off_after_it_was_done_is_found_and_not_done_twice()
    {
        await using var pair = await SimulatedPair.Online(o => o with { DisconnectRate = 1 });
        await Price(pair);
        var before = (await pair.Settled()).Snapshot;
        var request = Buy("a");
        (await pair.Client.TradeAsync(request).OrHang()).ShouldBeOfType<TradeOutcome.Unknown>().Cause.ShouldBe(UnknownCause.ConnectionLost);
        await pair.Time.Pass(TimeSpan.FromMilliseconds(50));
        await pair.Events.Until(TerminalConnectionState.Online);
        await pair.Events.Until(TerminalConnectionState.Online);
        var found = OutcomeResolver.Resolve(before, await pair.Settled(), [request], PositionMode.Hedging).ShouldHaveSingleItem().ShouldBeOfType<ResolvedOutcome.Executed>();
        found.Volume.ShouldBe(1m);
        (await pair.Terminal.GetAuditAsync()).Count(a => a.ClientOrderId == "a").ShouldBe(1);
    }

    [Fact]
    public async Task A_trade_cut_off_after_it_was_done_and_stopped_out_before_anybody_looked_is_in_the_ledger_with_both_deals()
    {
        await using var pair = await SimulatedPair.Online(o => o with { DisconnectRate = 1 });
        await Price(pair);
        var board = new MarketBoard([SimulatedPair.Eurusd]);
        var id = DeterministicId.FromNumbers(9, 30);
        var state = AccountState.Empty;
        Add(new AccountOpened(Guid.Empty, "a", AccountKind.Mt5, PositionMode.Hedging, "USD", 100));
        await CompareAsync();
        var order = (OrderSubmitted)TerminalBook.Decide(state, new PlaceOrder
        {
            OrderId = id, ClientOrderId = "a", Symbol = "EURUSD", Side = Side.Buy, Type = OrderType.Market, Volume = 1m, StopLoss = 1.05m,
        }, SimulatedPair.Eurusd, SimulatedPair.Start).Events.Single();
        Add(order);

        var request = LedgerReconciler.RequestOf(order.Order, null, null, null, false, false)!;
        (await pair.Client.TradeAsync(request).OrHang()).ShouldBeOfType<TradeOutcome.Unknown>();
        await pair.Quote("EURUSD", 1.04m, 1.0401m);
        await pair.Time.Pass(TimeSpan.FromMilliseconds(50));
        await pair.Events.Until(TerminalConnectionState.Online);
        await pair.Events.Until(TerminalConnectionState.Online);
        var deals = await CompareAsync();
        deals.Select(d => (d.Entry, d.Volume, d.PositionId)).ShouldBe([(DealEntry.In, 1m, id), (DealEntry.Out, 1m, id)]);
        state.Positions.ShouldBeEmpty();
        state.Orders.ShouldBeEmpty();
        state.Balance.ShouldBe((await pair.Terminal.GetAccountAsync()).Balance);
        (await CompareAsync()).ShouldBeEmpty();

        async Task<List<Deal>> CompareAsync()
        {
            var made = new List<Deal>();
            foreach (var fact in LedgerReconciler.Reconcile(state, await pair.Settled(), SimulatedPair.Start).Facts)
            foreach (var happened in TerminalBook.Observe(state, fact, board))
            {
                Add(happened);
                if (happened is DealExecuted { Deal: var deal })
                    made.Add(deal);
            }
            return made;
        }

        void Add(LedgerEvent happened) => state = state.Apply(new LedgerEntry(id, state.Seq + 1, SimulatedPair.Start, happened));
    }
}
