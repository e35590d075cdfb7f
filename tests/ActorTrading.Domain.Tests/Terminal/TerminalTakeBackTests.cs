using ActorTrading.Domain.Tests.Broker;

namespace ActorTrading.Domain.Tests.Terminal;

/// <summary>Orders that their user takes back while nobody knows what became of them.</summary>
public sealed class TerminalTakeBackTests
{
    private static readonly Guid Account = DeterministicId.FromNumbers(4, 8);
    private static readonly Guid Ordered = DeterministicId.FromNumbers(4, 9);
    private static readonly DateTimeOffset At = Desk.Start;
    private static readonly Instrument Pair = InstrumentCatalog.Get("EURUSD") with { Schedule = TradingSchedule.Always, CommissionPerLot = 0 };
    private readonly MarketBoard _market = new([Pair]);
    private AccountState _state = AccountState.Empty;

    public TerminalTakeBackTests()
    {
        Add(new AccountOpened(Guid.Empty, "a", AccountKind.Mt5, PositionMode.Hedging, "USD", 100));
        Add(new TerminalReconciled(0));
    }

    [Fact]
    public void Before_the_first_comparison_nothing_can_have_been_sent()
    {
        _state = _state with { IsReconciled = false };
        Limit();
        var decision = Decide(new CancelOrder(Ordered));
        (decision.Accepted, decision.Retcode, decision.Events.ShouldHaveSingleItem().ShouldBeOfType<OrderCancelled>().OrderId).ShouldBe((true, Retcode.Done, Ordered));
        _state.Orders.ShouldBeEmpty();
    }

    [Fact]
    public void The_wish_is_written_down_and_keeps_the_order_from_being_sent()
    {
        Limit();
        TerminalBook.IsTakenBack(_state, Ordered).ShouldBeFalse();
        var request = Decide(new CancelOrder(Ordered)).Events.ShouldHaveSingleItem().ShouldBeOfType<RequestSubmitted>().Request;
        TerminalBook.IsTakenBack(_state, Ordered).ShouldBeTrue();
        TerminalBook.AwaitsOutcome(_state, request).ShouldBeTrue();
        _state.Orders[Ordered].Status.ShouldBe(OrderStatus.Submitted);
    }

    [Fact]
    public void Asked_for_twice_it_is_written_down_once()
    {
        Limit();
        Decide(new CancelOrder(Ordered));
        var again = Decide(new CancelOrder(Ordered));
        (again.Accepted, again.Events.Count).ShouldBe((true, 0));
    }

    [Theory]
    [InlineData(TerminalFactKind.NotExecuted, Retcode.Timeout)]
    [InlineData(TerminalFactKind.Requoted, Retcode.Requote)]
    [InlineData(TerminalFactKind.Requoted, Retcode.TooManyRequests)]
    [InlineData(TerminalFactKind.Cancelled, Retcode.Cancel)]
    public void What_was_not_executed_is_cancelled_instead_of_sent_again(TerminalFactKind kind, Retcode retcode)
    {
        Limit();
        Decide(new CancelOrder(Ordered));
        Observe(new TerminalFact { Kind = kind, OrderId = Ordered, Retcode = retcode, Reason = DealReason.Client, At = At }).OfType<OrderCancelled>().ShouldHaveSingleItem().OrderId.ShouldBe(Ordered);
        _state.Orders.ShouldBeEmpty();
        _state.Requests.ShouldBeEmpty();
    }

    [Fact]
    public void What_was_placed_in_spite_of_it_is_cancelled_at_the_terminal()
    {
        Limit();
        var request = Decide(new CancelOrder(Ordered)).Events.OfType<RequestSubmitted>().Single().Request;
        Observe(new TerminalFact { Kind = TerminalFactKind.Placed, OrderId = Ordered, OrderTicket = 7, At = At });
        TerminalBook.AwaitsOutcome(_state, request).ShouldBeFalse("the terminal can be asked now");
        Observe(new TerminalFact { Kind = TerminalFactKind.Modified, RequestId = request.Id, At = At }).OfType<OrderCancelled>().ShouldHaveSingleItem().Reason.ShouldBe(DealReason.Client);
        _state.Orders.ShouldBeEmpty();
    }

    [Fact]
    public void What_was_filled_stays_filled()
    {
        Decide(new PlaceOrder { OrderId = Ordered, ClientOrderId = "o", Symbol = "EURUSD", Side = Side.Buy, Type = OrderType.Market, Volume = 0.1m });
        var request = Decide(new CancelOrder(Ordered)).Events.OfType<RequestSubmitted>().Single().Request;
        Observe(new TerminalFact { Kind = TerminalFactKind.Filled, OrderId = Ordered, OrderTicket = 7, Volume = 0.1m, Price = 1.1m, At = At });
        TerminalBook.AwaitsOutcome(_state, request).ShouldBeFalse();
        Observe(new TerminalFact { Kind = TerminalFactKind.Rejected, RequestId = request.Id, Retcode = Retcode.PositionClosed, At = At });
        _state.Positions.ShouldContainKey(Ordered);
        _state.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(DealReason.Client, true)]
    [InlineData(DealReason.Copy, false)]
    public void A_close_can_be_taken_back_by_who_asked_for_it(DealReason reason, bool taken)
    {
        var position = DeterministicId.FromNumbers(4, 10);
        Add(new PositionAdopted(new Position { Id = position, Symbol = "EURUSD", Side = Side.Buy, Volume = 0.5m, PeakVolume = 0.5m, OpenPrice = 1.1m, OpenedAt = At, BrokerTicket = 5 }));
        Decide(new ClosePosition(Ordered, "c", position, null) { Reason = reason });
        var decision = Decide(new CancelOrder(Ordered));
        (decision.Accepted, decision.Retcode).ShouldBe(taken ? (true, Retcode.Placed) : (false, Retcode.InvalidOrder));
    }

    [Fact]
    public void A_link_waits_for_the_outcome_of_its_own()
    {
        Limit();
        var copy = new CopyOrigin(DeterministicId.FromNumbers(4, 11), Account, 1, null, null);
        Decide(new CancelOrder(Ordered) { Copy = copy, Reason = DealReason.Copy }).Retcode.ShouldBe(Retcode.InvalidOrder);
    }

    [Fact]
    public void An_order_that_is_over_cannot_be_taken_back()
    {
        Limit();
        Observe(new TerminalFact { Kind = TerminalFactKind.Rejected, OrderId = Ordered, Retcode = Retcode.NoMoney, At = At });
        Decide(new CancelOrder(Ordered)).Retcode.ShouldBe(Retcode.InvalidOrder);
    }

    private void Limit() => Decide(new PlaceOrder
    {
        OrderId = Ordered, ClientOrderId = "o", Symbol = "EURUSD", Side = Side.Buy, Type = OrderType.Limit, Price = 1.05m, Volume = 0.1m,
    }).Accepted.ShouldBeTrue();

    private BrokerDecision Decide(TradeCommand command)
    {
        var decision = TerminalBook.Decide(_state, command, Pair, At);
        foreach (var happened in decision.Events) Add(happened);
        return decision;
    }

    private IReadOnlyList<LedgerEvent> Observe(TerminalFact fact)
    {
        var events = TerminalBook.Observe(_state, fact, _market);
        foreach (var happened in events) Add(happened);
        return events;
    }

    private void Add(LedgerEvent happened) => _state = _state.Apply(new LedgerEntry(Account, _state.Seq + 1, At, happened));
}
