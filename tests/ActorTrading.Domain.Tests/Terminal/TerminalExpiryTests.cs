using ActorTrading.Domain.Tests.Broker;

namespace ActorTrading.Domain.Tests.Terminal;

public class TerminalExpiryTests
{
    private static readonly Guid Account = DeterministicId.FromNumbers(4, 4);
    private static readonly DateTimeOffset At = Desk.Start;
    private static readonly Instrument Pair = InstrumentCatalog.Get("EURUSD") with { Schedule = TradingSchedule.Always, CommissionPerLot = 0 };
    private AccountState _state = AccountState.Empty;

    public TerminalExpiryTests() => Apply([new AccountOpened(Guid.Empty, "a", AccountKind.Mt5, PositionMode.Hedging, "USD", 100)]);

    [Fact]
    public void An_order_whose_time_is_over_is_cancelled_once_and_has_expired_when_the_terminal_says_so()
    {
        var order = Resting("order", At.AddMinutes(5));
        TerminalExpiry.Next(_state).ShouldBe(At.AddMinutes(5));
        Expire(At.AddMinutes(4)).ShouldBeEmpty();
        var request = Expire(At.AddMinutes(5)).ShouldHaveSingleItem();
        (request.Kind, request.OrderId).ShouldBe((TerminalRequestKind.CancelOrder, order));
        Expire(At.AddMinutes(6)).ShouldBeEmpty("it is without answer");
        TerminalExpiry.Next(_state).ShouldBeNull();

        Observe(new TerminalFact { Kind = TerminalFactKind.Modified, RequestId = request.Id, Retcode = Retcode.Done, At = At }).OfType<OrderExpired>().ShouldHaveSingleItem().OrderId.ShouldBe(order);
        _state.Orders.ShouldBeEmpty();
    }

    [Fact]
    public void A_refused_cancellation_is_asked_for_anew_and_one_that_somebody_asked_for_is_none_of_time()
    {
        var order = Resting("order", At.AddMinutes(5));
        var refused = Expire(At.AddMinutes(5)).Single();
        Observe(new TerminalFact { Kind = TerminalFactKind.Rejected, RequestId = refused.Id, Retcode = Retcode.MarketClosed, At = At });
        TerminalExpiry.Next(_state).ShouldBe(At.AddMinutes(5));
        TerminalExpiry.OnTime(_state, At.AddMinutes(6), _ => false).ShouldBeEmpty();

        Decide(new CancelOrder(order), At.AddMinutes(6)).Accepted.ShouldBeTrue();
        Expire(At.AddMinutes(6)).ShouldBeEmpty("it is being cancelled already");
        Observe(new TerminalFact { Kind = TerminalFactKind.Modified, RequestId = _state.Requests.Keys.Single(), Retcode = Retcode.Done, At = At }).OfType<OrderCancelled>().ShouldHaveSingleItem();

        var again = Resting("another", At.AddMinutes(7));
        var first = Expire(At.AddMinutes(7)).Single();
        Observe(new TerminalFact { Kind = TerminalFactKind.Rejected, RequestId = first.Id, Retcode = Retcode.MarketClosed, At = At });
        var second = Expire(At.AddMinutes(8)).Single();
        (second.OrderId, second.Id == first.Id).ShouldBe((again, false));
    }

    [Fact]
    public void A_changed_end_is_the_end_and_needs_no_terminal_where_nothing_else_changes()
    {
        var order = Resting("order", At.AddMinutes(5));
        var later = Decide(Change(order, 1.05m, At.AddMinutes(30)), At);
        later.Events.ShouldHaveSingleItem().ShouldBeOfType<OrderModified>().ExpiresAt.ShouldBe(At.AddMinutes(30));
        TerminalExpiry.Next(_state).ShouldBe(At.AddMinutes(30));
        Decide(Change(order, 1.05m, At.AddMinutes(-1)), At).Retcode.ShouldBe(Retcode.InvalidExpiration);

        // With another price the terminal decides about both; until then the order keeps its end, and time lets go of it.
        Decide(Change(order, 1.06m, At.AddMinutes(10)), At).Events.ShouldHaveSingleItem().ShouldBeOfType<RequestSubmitted>();
        _state.Orders[order].ExpiresAt.ShouldBe(At.AddMinutes(30));
        Observe(new TerminalFact { Kind = TerminalFactKind.Modified, RequestId = _state.Requests.Keys.Single(), Retcode = Retcode.Done, At = At });
        (_state.Orders[order].Price, _state.Orders[order].ExpiresAt).ShouldBe((1.06m, At.AddMinutes(10)));

        Decide(new ModifyOrder(order, 1.06m, null, null, null, null, TimeInForce.GoodTillCancelled, null), At).Accepted.ShouldBeTrue();
        TerminalExpiry.Next(_state).ShouldBeNull();
    }

    [Fact]
    public void An_order_for_the_day_has_the_days_end_and_one_that_is_over_is_refused()
    {
        Decide(Limit("day", TimeInForce.Day, null), At).Accepted.ShouldBeTrue();
        _state.Orders.Values.Single().ExpiresAt.ShouldBe(TradingDay.NewYork.NextStart(At));
        Decide(Limit("over", TimeInForce.Specified, At), At).Retcode.ShouldBe(Retcode.InvalidExpiration);
    }

    private Guid Resting(string name, DateTimeOffset? end)
    {
        var order = Limit(name, TimeInForce.Specified, end);
        Decide(order, At).Accepted.ShouldBeTrue();
        TerminalExpiry.OnTime(_state, end!.Value, _ => true).ShouldBeEmpty("it does not rest yet");
        Observe(new TerminalFact { Kind = TerminalFactKind.Placed, OrderId = order.OrderId, OrderTicket = 9, At = At });
        return order.OrderId;
    }

    private static PlaceOrder Limit(string name, TimeInForce time, DateTimeOffset? end) => new()
    {
        OrderId = DeterministicId.Create(Account, name), ClientOrderId = name, Symbol = "EURUSD", Side = Side.Buy, Type = OrderType.Limit, Volume = 0.1m, Price = 1.05m,
        TimeInForce = time, ExpiresAt = end,
    };

    private static ModifyOrder Change(Guid order, decimal price, DateTimeOffset end) => new(order, price, null, null, null, null, TimeInForce.Specified, end);

    private List<TerminalRequest> Expire(DateTimeOffset now)
    {
        var events = TerminalExpiry.OnTime(_state, now, _ => true);
        Apply(events);
        return [.. events.Cast<RequestSubmitted>().Select(e => e.Request)];
    }

    private BrokerDecision Decide(TradeCommand command, DateTimeOffset now)
    {
        var decision = TerminalBook.Decide(_state, command, Pair, now);
        Apply(decision.Events);
        return decision;
    }

    private IReadOnlyList<LedgerEvent> Observe(TerminalFact fact)
    {
        var events = TerminalBook.Observe(_state, fact, new MarketBoard([Pair]));
        Apply(events);
        return events;
    }

    private void Apply(IReadOnlyList<LedgerEvent> events) => _state = AccountProjection.Fold(_state, AccountProjection.Entries(Account, _state.Seq, events, At)).After;
}
