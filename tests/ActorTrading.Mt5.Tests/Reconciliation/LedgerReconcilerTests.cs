using ActorTrading.Domain;

namespace ActorTrading.Mt5.Tests.Reconciliation;

/// <summary>A ledger and a terminal's books, without either's machinery: what the comparison says is folded at once.</summary>
public sealed class LedgerReconcilerTests
{
    private static readonly DateTimeOffset T0 = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);
    private static readonly TerminalAccount Account = new("b", "USD", "s", true, true, 10_000m, 10_000m, 0m, 10_000m, 0m);
    private static readonly Guid Id = DeterministicId.FromNumbers(9, 9);
    private readonly MarketBoard _market = new([SimulatedPair.Eurusd]);
    private readonly List<LedgerEvent> _told = [];
    private DateTimeOffset _now = T0;
    private AccountState _state = AccountState.Empty;

    public LedgerReconcilerTests()
    {
        Add(new AccountOpened(Guid.Empty, "a", AccountKind.Mt5, PositionMode.Hedging, "USD", 100));
        Compare([], []);
    }

    [Fact]
    public void What_was_opened_and_closed_between_two_looks_is_told_with_its_profit()
    {
        Compare([], [Deal(11, 1.00m, 1.1m), Deal(12, 0.40m, 1.2m, DealEntry.Out, 400m), Deal(13, 0.60m, 1.3m, DealEntry.Out, 1_200m)], balance: 11_600m);

        var deals = _told.OfType<DealExecuted>().Select(e => e.Deal).ToList();
        deals.Select(d => (d.BrokerTicket, d.Entry, d.Volume, d.Profit)).ShouldBe([(11, DealEntry.In, 1.00m, 0m), (12, DealEntry.Out, 0.40m, 400m), (13, DealEntry.Out, 0.60m, 1_200m)]);
        deals.Select(d => d.PositionId).Distinct().ShouldHaveSingleItem();
        _state.Positions.ShouldBeEmpty();
        _state.Balance.ShouldBe(11_600m);
        _told.OfType<BalanceAdjusted>().ShouldBeEmpty("the deals say where the money came from");
        Compare([], [Deal(11, 1.00m, 1.1m), Deal(12, 0.40m, 1.2m, DealEntry.Out, 400m), Deal(13, 0.60m, 1.3m, DealEntry.Out, 1_200m)], balance: 11_600m);
        _told.ShouldBeEmpty();
    }

    [Fact]
    public void An_old_position_that_is_closed_and_a_round_trip_beside_it_are_told_apart()
    {
        Compare([Position(5)], [Deal(1, 1m, 1.1m)]);
        Compare([], [Deal(1, 1m, 1.1m), Deal(2, 0.5m, 1.15m), Deal(3, 0.5m, 1.15m, DealEntry.Out), Deal(4, 1m, 1.2m, DealEntry.Out, 10_000m)], balance: 20_000m);
        _told.OfType<DealExecuted>().Select(e => (e.Deal.BrokerTicket, e.Deal.Entry)).ShouldBe([(2, DealEntry.In), (3, DealEntry.Out), (4, DealEntry.Out)]);
        _state.Positions.ShouldBeEmpty();
        _state.Balance.ShouldBe(20_000m);
    }

    [Fact]
    public void Deals_that_do_not_add_up_are_not_made_into_a_trade()
    {
        Compare([], [Deal(11, 1.00m, 1.1m), Deal(12, 0.40m, 1.2m, DealEntry.Out, 400m)], balance: 10_400m);
        _told.OfType<DealExecuted>().ShouldBeEmpty();
        _state.Balance.ShouldBe(10_400m);
    }

    [Fact]
    public void A_stop_that_was_hit_before_a_fill_was_found_is_not_lost_behind_it()
    {
        Compare([Position(5, sl: 1.05m)], [Deal(1, 1m, 1.1m)]);
        var order = Submit("new", 0.3m);
        Compare([Position(6, 0.3m)], [Deal(1, 1m, 1.1m), Deal(2, 1m, 1.05m, DealEntry.Out, -5_000m), Deal(3, 0.3m, 1.1m)], balance: 5_000m);

        var closed = _told.OfType<DealExecuted>().First().Deal;
        (closed.BrokerTicket, closed.Profit, closed.Reason).ShouldBe((2, -5_000m, DealReason.StopLoss));
        _state.Positions.Keys.ShouldBe([order.Id]);
        _told.OfType<BalanceAdjusted>().ShouldBeEmpty();
    }

    [Fact]
    public void A_fill_that_the_history_shows_in_parts_is_one_fill_and_nobody_elses_trade()
    {
        var order = Submit("open", 1m);
        Observe(new TerminalFact { Kind = TerminalFactKind.Filled, OrderId = order.Id, OrderTicket = 5, Volume = 1m, Price = 1.1m, At = _now });
        var close = Submit("close", 1m, order.Id);
        Observe(new TerminalFact { Kind = TerminalFactKind.Filled, OrderId = close.Id, OrderTicket = 7, Volume = 1m, Price = 1.1m, At = _now });
        Compare([], [Deal(1, 0.4m, 1.1m), Deal(2, 0.6m, 1.1m), Deal(3, 0.4m, 1.1m, DealEntry.Out), Deal(4, 0.6m, 1.1m, DealEntry.Out)]);
        _told.OfType<DealExecuted>().ShouldBeEmpty();
        _state.UnconfirmedFills.ShouldBeEmpty();
    }

    [Fact]
    public void A_deal_that_the_history_shows_late_is_not_taken_for_another_trade()
    {
        var order = Submit("open", 1m);
        Observe(new TerminalFact { Kind = TerminalFactKind.Filled, OrderId = order.Id, OrderTicket = 5, Volume = 1m, Price = 1.1m, At = _now });
        var close = Submit("close", 1m, order.Id);
        Observe(new TerminalFact { Kind = TerminalFactKind.Filled, OrderId = close.Id, OrderTicket = 7, Volume = 1m, Price = 1.1m, At = _now });
        Compare([], []);
        _state.UnconfirmedFills.Count.ShouldBe(2);
        Compare([], []);
        _told.ShouldBeEmpty("a late deal is waited for without an entry each time");

        Compare([], [Deal(1, 1m, 1.1m), Deal(2, 1m, 1.1m, DealEntry.Out)]);
        _told.OfType<DealExecuted>().ShouldBeEmpty();
        _state.UnconfirmedFills.ShouldBeEmpty();
        _state.LastDealTicket.ShouldBe(2);
    }

    [Fact]
    public void A_deal_that_never_comes_is_not_waited_for_for_ever()
    {
        var order = Submit("open", 1m);
        Observe(new TerminalFact { Kind = TerminalFactKind.Filled, OrderId = order.Id, OrderTicket = 5, Volume = 1m, Price = 1.1m, At = _now });
        Compare([Position(5)], []);
        _state.UnconfirmedFills.Count.ShouldBe(1);
        _now += TimeSpan.FromMinutes(2);
        Compare([Position(5)], []);
        _state.UnconfirmedFills.ShouldBeEmpty();
    }

    [Fact]
    public void Each_attempt_at_an_order_has_a_name_of_its_own_at_the_broker()
    {
        var order = Submit(new string('x', ClientOrderIds.MaxLength), 1m);
        var names = new List<string> { NameOf(order) };
        for (var tries = 1; tries < TerminalBook.RequotedTriesMax; tries++)
        {
            Requote(order.Id, tries - 1).ShouldHaveSingleItem().ShouldBeOfType<OrderRetried>();
            Requote(order.Id, tries - 1).ShouldBeEmpty("the same requote again says nothing new");
            names.Add(NameOf(_state.Orders[order.Id]));
        }

        names.ShouldBeUnique();
        names.ShouldAllBe(n => n.Length <= TradeRequest.MaxClientOrderIdLength && ClientOrderIds.OfAttempt(n) == order.ClientOrderId);
        Requote(order.Id, TerminalBook.RequotedTriesMax - 1).ShouldHaveSingleItem().ShouldBeOfType<OrderRejected>().Retcode.ShouldBe(Retcode.Requote);
        _state.Orders.ShouldBeEmpty();
    }

    [Fact]
    public void An_order_with_a_largest_deviation_is_not_filled_at_a_price_that_nobody_checked()
    {
        var order = Submit("guarded", 1m, deviation: 10);
        Requote(order.Id, 0).ShouldHaveSingleItem().ShouldBeOfType<OrderRejected>();
    }

    [Fact]
    public void A_change_that_was_followed_by_another_is_not_sent_again_after_it()
    {
        Compare([Position(5)], [Deal(1, 1m, 1.1m)]);
        var id = _state.Positions.Keys.Single();
        foreach (var stop in new[] { 1.05m, 1.06m })
        {
            foreach (var happened in TerminalBook.Decide(_state, new ModifyPosition(id, stop, null, null), SimulatedPair.Eurusd, _now).Events)
            {
                Add(happened);
            }
        }

        // Both arrived, and we died before either's answer was written.
        Compare([Position(5, sl: 1.06m)], [Deal(1, 1m, 1.1m)]);
        _state.Requests.ShouldBeEmpty();
        _state.Positions[id].StopLoss.ShouldBe(1.06m);
        _told.OfType<RequestSettled>().Select(e => e.Retcode).ShouldBe([Retcode.Cancel, Retcode.Done]);
    }

    [Fact]
    public void A_comparison_that_ends_after_any_of_its_parts_is_finished_by_the_next_one()
    {
        var open = Submit("open", 0.1m);
        Observe(new TerminalFact { Kind = TerminalFactKind.Filled, OrderId = open.Id, OrderTicket = 1, Volume = 0.1m, Price = 1.05m, At = _now });
        Compare([Position(1, 0.1m)], [Deal(1, 0.1m, 1.05m)]);
        var close = Submit("close", 0.1m, open.Id);
        Observe(new TerminalFact { Kind = TerminalFactKind.Filled, OrderId = close.Id, OrderTicket = 502, Volume = 0.1m, Price = 1.3m, At = _now });

        // Our close, which the ledger has from its answer, in the midst of 400 trades by hand that are like it.
        List<TerminalDeal> deals = [Deal(1, 0.1m, 1.05m), Deal(502, 0.1m, 1.3m, DealEntry.Out)];
        for (var ticket = 2; deals.Count < 802; ticket += ticket == 500 ? 3 : 2)
        {
            deals.AddRange([Deal(ticket, 0.1m, 1.1m), Deal(ticket + 1, 0.1m, 1.2m, DealEntry.Out)]);
        }

        var before = _state;
        var parts = LedgerReconciler.Reconcile(_state, Settled([], deals), _now).Parts;
        parts.Length.ShouldBeGreaterThan(3);
        for (var reached = 0; reached <= parts.Length; reached++)
        {
            _state = before;
            var booked = 0;
            foreach (var part in parts.Take(reached))
            {
                var from = _state.Seq;
                booked += part.SelectMany(Observe).OfType<DealExecuted>().Count();
                (_state.Seq - from).ShouldBeLessThanOrEqualTo(1_000);
            }

            Compare([], [.. deals]);
            (booked + _told.OfType<DealExecuted>().Count()).ShouldBe(800, $"after {reached} of {parts.Length} parts");
            _state.UnconfirmedFills.ShouldBeEmpty();
            _state.Positions.ShouldBeEmpty();
            _state.LastDealTicket.ShouldBe(deals[^1].Ticket);
        }
    }

    [Fact]
    public void A_close_that_waits_for_another_is_not_taken_for_what_that_one_did()
    {
        Compare([Position(5)], [Deal(1, 1m, 1.1m)]);
        var id = _state.Positions.Keys.Single();
        foreach (var (name, volume) in new[] { ("first", 0.6m), ("second", 0.4m) })
        {
            var command = new ClosePosition(DeterministicId.Create(Id, name), name, id, volume) { Copy = new CopyOrigin(Id, Id, 1, null, null) };
            TerminalBook.Decide(_state, command, SimulatedPair.Eurusd, _now).Events.ToList().ForEach(Add);
        }

        // The answer to the first is lost.
        var result = LedgerReconciler.Reconcile(_state, Settled([Position(5, 0.4m)], [Deal(1, 1m, 1.1m), Deal(2, 0.6m, 1.2m, DealEntry.Out)]), _now);
        result.Ambiguous.ShouldBeEmpty();
        result.NotExecuted.ShouldBe([DeterministicId.Create(Id, "second")]);
        result.Facts.ToList().ForEach(fact => Observe(fact));
        _state.Positions[id].Volume.ShouldBe(0.4m);
        TerminalQueue.Submitted(_state).ShouldHaveSingleItem().ClientOrderId.ShouldBe("second");
    }

    private IReadOnlyList<LedgerEvent> Requote(Guid orderId, int attempt) =>
        Observe(new TerminalFact { Kind = TerminalFactKind.Requoted, OrderId = orderId, Attempt = attempt, Retcode = Retcode.Requote, Message = "10004", At = _now });

    private static string NameOf(Order order) => LedgerReconciler.RequestOf(order, null, null, null, false, false)!.ClientOrderId;

    private Order Submit(string id, decimal volume, Guid? closes = null, int? deviation = null)
    {
        var order = new Order
        {
            Id = DeterministicId.Create(Id, id), ClientOrderId = id, Symbol = "EURUSD", Side = closes is null ? Side.Buy : Side.Sell, Type = OrderType.Market, Volume = volume,
            DeviationPoints = deviation, ClosesPositionId = closes, Status = OrderStatus.Submitted, CreatedAt = _now, UpdatedAt = _now,
        };
        Add(new OrderSubmitted(order));
        return order;
    }

    private static SettledSnapshot Settled(IEnumerable<TerminalPosition> positions, IEnumerable<TerminalDeal> deals, decimal balance = 10_000m)
    {
        var snapshot = TerminalSnapshot.Create(Account with { Balance = balance }, [.. positions], [], [.. deals]);
        return SettledSnapshot.TryCreate(snapshot, snapshot)!;
    }

    private void Compare(TerminalPosition[] positions, TerminalDeal[] deals, decimal balance = 10_000m)
    {
        _told.Clear();
        foreach (var fact in LedgerReconciler.Reconcile(_state, Settled(positions, deals, balance), _now).Facts)
        {
            _told.AddRange(Observe(fact));
        }
    }

    private IReadOnlyList<LedgerEvent> Observe(TerminalFact fact)
    {
        var events = TerminalBook.Observe(_state, fact, _market);
        foreach (var happened in events)
        {
            Add(happened);
        }

        return events;
    }

    private void Add(LedgerEvent happened) => _state = _state.Apply(new LedgerEntry(Id, _state.Seq + 1, _now, happened));

    private static TerminalPosition Position(long ticket, decimal volume = 1m, decimal? sl = null) => new(ticket, 0, "EURUSD", Side.Buy, T0, 1.1m, sl, null, volume);

    private static TerminalDeal Deal(long ticket, decimal volume, decimal price, DealEntry entry = DealEntry.In, decimal profit = 0m) =>
        new(ticket, T0, "EURUSD", entry == DealEntry.In ? TerminalDealKind.Buy : TerminalDealKind.Sell, entry, volume, price, profit);
}
