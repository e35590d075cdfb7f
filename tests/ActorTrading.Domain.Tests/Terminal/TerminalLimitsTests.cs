using ActorTrading.Domain.Tests.Broker;

namespace ActorTrading.Domain.Tests.Terminal;

/// <summary>What a terminal that does not answer lets an account gather.</summary>
public sealed class TerminalLimitsTests
{
    private static readonly Guid Account = DeterministicId.FromNumbers(4, 7);
    private static readonly DateTimeOffset At = Desk.Start;
    private static readonly Instrument Pair = InstrumentCatalog.Get("EURUSD") with { Schedule = TradingSchedule.Always, CommissionPerLot = 0 };
    private static readonly TerminalLimits Limits = new() { OpeningsWaitingMax = 3, ChangesWaitingMax = 2 };
    private AccountState _state = AccountState.Empty;

    [Fact]
    public void Orders_do_not_gather_without_end_while_the_terminal_is_away()
    {
        Open(PositionMode.Hedging);
        for (var i = 0; i < Limits.OpeningsWaitingMax; i++)
        {
            Buy($"order {i}", limit: i == 0 ? 1.05m : null).Retcode.ShouldBe(Retcode.Placed);
        }

        var refused = Buy("one more");
        (refused.Retcode, refused.Events.Count).ShouldBe((Retcode.LimitOrders, 0));
        Buy("a pending one", limit: 1.05m).Retcode.ShouldBe(Retcode.LimitOrders);
        Decide(Copied("a copied one")).Retcode.ShouldBe(Retcode.LimitOrders);
        Buy("order 1").IsDuplicate.ShouldBeTrue("it is one of those that wait");

        Observe(new TerminalFact { Kind = TerminalFactKind.Filled, OrderId = Id("order 1"), OrderTicket = 5, Volume = 0.1m, Price = 1.1m, At = At });
        Buy("one more").Retcode.ShouldBe(Retcode.Placed);
        _state.Orders.Count.ShouldBe(Limits.OpeningsWaitingMax);
    }

    [Fact]
    public void What_rests_or_closes_does_not_count_as_waiting_to_open()
    {
        Open(PositionMode.Hedging);
        for (var i = 0; i < 2 * Limits.OpeningsWaitingMax; i++)
        {
            Buy($"resting {i}", limit: 1.05m).Accepted.ShouldBeTrue();
            Observe(new TerminalFact { Kind = TerminalFactKind.Placed, OrderId = Id($"resting {i}"), OrderTicket = 100 + i, At = At });
            Close(Position($"position {i}", 10 + i)).Accepted.ShouldBeTrue();
        }

        Buy("opens").Accepted.ShouldBeTrue();
    }

    [Fact]
    public void However_many_orders_wait_what_closes_or_cancels_is_taken()
    {
        Open(PositionMode.Hedging);
        var position = Position("position", 5);
        Rest("resting");
        for (var i = 0; i < Limits.OpeningsWaitingMax; i++)
        {
            Buy($"order {i}");
        }

        Buy("one more").Retcode.ShouldBe(Retcode.LimitOrders);
        Decide(new ModifyPosition(position, 1.05m, null, null)).Accepted.ShouldBeTrue();
        Decide(new CancelOrder(Id("resting"))).Accepted.ShouldBeTrue();
        Close(position).Accepted.ShouldBeTrue();
    }

    [Fact]
    public void However_many_orders_wait_a_net_position_can_be_taken_back_and_not_turned()
    {
        Open(PositionMode.Netting);
        Position("position", 5, 0.5m);
        for (var i = 0; i < Limits.OpeningsWaitingMax; i++)
        {
            Buy($"order {i}");
        }

        Sell("a part", 0.3m).Accepted.ShouldBeTrue();
        Sell("more than is left", 0.3m).Retcode.ShouldBe(Retcode.LimitOrders);
        Sell("the rest", 0.2m).Accepted.ShouldBeTrue();
        Sell("a pending one", 0.2m, limit: 1.2m).Retcode.ShouldBe(Retcode.LimitOrders);
    }

    [Fact]
    public void Changes_of_one_position_or_order_do_not_gather_without_end_and_others_are_still_taken()
    {
        Open(PositionMode.Hedging);
        var (position, other) = (Position("position", 5), Position("other", 6));
        Rest("resting");
        for (var i = 0; i < Limits.ChangesWaitingMax; i++)
        {
            Decide(new ModifyPosition(position, 1.05m + (i * 0.001m), null, null)).Accepted.ShouldBeTrue();
            Decide(Moved(1.04m + (i * 0.001m))).Accepted.ShouldBeTrue();
        }

        Decide(new ModifyPosition(position, 1.06m, null, null)).Retcode.ShouldBe(Retcode.TooManyRequests);
        Decide(Moved(1.06m)).Retcode.ShouldBe(Retcode.TooManyRequests);
        Decide(new ModifyPosition(other, 1.06m, null, null)).Accepted.ShouldBeTrue();
        Decide(new ModifyPosition(position, 1.06m, null, null) { Copy = Origin }).Accepted.ShouldBeTrue("a link waits for each of its own");
        Decide(new CancelOrder(Id("resting"))).Accepted.ShouldBeTrue();

        Observe(new TerminalFact { Kind = TerminalFactKind.Modified, RequestId = TerminalQueue.Asked(_state).First(r => r.PositionId == position).Id, Retcode = Retcode.Done, At = At });
        Decide(new ModifyPosition(position, 1.06m, null, null)).Accepted.ShouldBeTrue();
    }

    [Fact]
    public void A_cancellation_that_is_asked_for_again_asks_the_terminal_once()
    {
        Open(PositionMode.Hedging);
        Rest("resting");
        for (var i = 0; i < 5; i++)
        {
            var asked = Decide(new CancelOrder(Id("resting")));
            (asked.Retcode, asked.OrderId ?? Id("resting")).ShouldBe((Retcode.Placed, Id("resting")));
            Decide(new CancelOrder(Id("resting")) { Copy = Origin }).Accepted.ShouldBeTrue();
        }

        _state.Requests.Values.Select(r => r.Copy?.LinkId).ShouldBe([null, Account], ignoreOrder: true);
        foreach (var request in _state.Requests.Keys)
        {
            Observe(new TerminalFact { Kind = TerminalFactKind.Rejected, RequestId = request, Retcode = Retcode.Frozen, At = At });
        }

        Decide(new CancelOrder(Id("resting"))).Events.ShouldHaveSingleItem();
    }

    private static CopyOrigin Origin => new(Account, Account, 1, null, null);

    private void Open(PositionMode mode) => Apply([new AccountOpened(Guid.Empty, "a", AccountKind.Mt5, mode, "USD", 100)]);

    private Guid Position(string name, long ticket, decimal volume = 0.1m)
    {
        Decide(Order(name, Side.Buy, volume, null)).Accepted.ShouldBeTrue();
        Observe(new TerminalFact { Kind = TerminalFactKind.Filled, OrderId = Id(name), OrderTicket = ticket, Volume = volume, Price = 1.1m, At = At });
        return Id(name);
    }

    private void Rest(string name)
    {
        Buy(name, limit: 1.03m).Accepted.ShouldBeTrue();
        Observe(new TerminalFact { Kind = TerminalFactKind.Placed, OrderId = Id(name), OrderTicket = 99, At = At });
    }

    private BrokerDecision Buy(string name, decimal? limit = null) => Decide(Order(name, Side.Buy, 0.1m, limit));

    private BrokerDecision Sell(string name, decimal volume, decimal? limit = null) => Decide(Order(name, Side.Sell, volume, limit));

    private BrokerDecision Close(Guid position) => Decide(new ClosePosition(DeterministicId.Create(position, "close"), $"c{position:N}"[..20], position, null));

    private static PlaceOrder Copied(string name) => Order(name, Side.Buy, 0.1m, null) with { Copy = Origin };

    private static ModifyOrder Moved(decimal price) => new(Id("resting"), price, null, null, null, null, TimeInForce.GoodTillCancelled, null);

    private static PlaceOrder Order(string name, Side side, decimal volume, decimal? limit) => new()
    {
        OrderId = Id(name), ClientOrderId = Id(name).ToString("N")[..20], Symbol = "EURUSD", Side = side, Type = limit is null ? OrderType.Market : OrderType.Limit, Volume = volume, Price = limit,
    };

    private static Guid Id(string name) => DeterministicId.Create(Account, name);

    private BrokerDecision Decide(TradeCommand command)
    {
        var decision = TerminalBook.Decide(_state, command, Pair, At, limits: Limits);
        Apply(decision.Events);
        return decision;
    }

    private void Observe(TerminalFact fact) => Apply(TerminalBook.Observe(_state, fact, new MarketBoard([Pair])));

    private void Apply(IReadOnlyList<LedgerEvent> events) => _state = AccountProjection.Fold(_state, AccountProjection.Entries(Account, _state.Seq, events, At)).After;
}
