using ActorTrading.Domain.Tests.Broker;

namespace ActorTrading.Domain.Tests.Terminal;

public class TerminalQueueTests
{
    private static readonly Guid Account = DeterministicId.FromNumbers(4, 4);
    private static readonly DateTimeOffset At = Desk.Start;
    private static readonly Instrument Pair = InstrumentCatalog.Get("EURUSD") with { Schedule = TradingSchedule.Always, CommissionPerLot = 0 };
    private AccountState _state = AccountState.Empty;

    public TerminalQueueTests() => Apply([new AccountOpened(Guid.Empty, "a", AccountKind.Mt5, PositionMode.Netting, "USD", 100)]);

    [Fact]
    public void What_is_decided_at_one_time_goes_out_in_the_order_of_the_decision_whatever_the_ids()
    {
        var position = Position(1m);
        var resting = Submit(Id("resting"), 0.1m, limit: 1.05m);
        Observe(new TerminalFact { Kind = TerminalFactKind.Placed, OrderId = resting, OrderTicket = 9, At = At });
        var asked = new List<Guid>();
        for (var i = 0; i < TerminalLimits.Default.ChangesWaitingMax; i++)
        {
            asked.Add(Submit(Id($"order {i}"), 0.1m));
            Decide(new ModifyPosition(position, 1m + (i * 0.001m), null, null));
            asked.Add(_state.Requests.Keys.Except(asked).Single());
        }

        TerminalQueue.All(_state).Select(a => a.Order?.Id ?? a.Request!.Id).ShouldBe(asked);
    }

    [Fact]
    public void A_copys_close_of_a_position_that_is_being_closed_waits_and_closes_what_is_its_own()
    {
        var position = Position(1m);
        Close("first", position, 0.6m).Accepted.ShouldBeTrue();
        Close("by hand", position, 0.1m, byHand: true).Retcode.ShouldBe(Retcode.CloseOrderExist, "a person asks again");
        Close("rest", position, null).Accepted.ShouldBeTrue();
        var (first, rest) = (_state.Orders[Id("first")], _state.Orders[Id("rest")]);
        (first.Volume, rest.Volume).ShouldBe((0.6m, 0.4m));
        (TerminalQueue.Waits(_state, first), TerminalQueue.Waits(_state, rest)).ShouldBe((false, true));

        Observe(new TerminalFact { Kind = TerminalFactKind.Filled, OrderId = first.Id, Volume = 0.6m, Price = 1.1m, At = At });
        TerminalQueue.Waits(_state, rest).ShouldBeFalse();
        Observe(new TerminalFact { Kind = TerminalFactKind.Filled, OrderId = rest.Id, Volume = 0.4m, Price = 1.1m, At = At });
        _state.Positions.ShouldBeEmpty();
    }

    [Fact]
    public void What_a_plan_opens_after_it_has_closed_waits_for_the_close_and_others_orders_do_not()
    {
        var position = Position(1m);
        Close("close", position, null).Accepted.ShouldBeTrue();
        Guid[] after = [Submit(Id("own"), 0.1m, link: Account), Submit(Id("another"), 0.1m, link: Id("link")), Submit(Id("by hand"), 0.1m)];
        after.Select(id => TerminalQueue.Waits(_state, _state.Orders[id])).ShouldBe([true, false, false]);
        Observe(new TerminalFact { Kind = TerminalFactKind.Rejected, OrderId = Id("close"), Retcode = Retcode.MarketClosed, At = At });
        TerminalQueue.Waits(_state, _state.Orders[Id("own")]).ShouldBeFalse();
    }

    [Fact]
    public void A_copys_close_is_kept_also_while_all_of_the_position_is_being_closed()
    {
        var position = Position(1m);
        Close("by hand", position, null, byHand: true).Accepted.ShouldBeTrue();
        Close("copied", position, null).Accepted.ShouldBeTrue();
        Observe(new TerminalFact { Kind = TerminalFactKind.Rejected, OrderId = Id("by hand"), Retcode = Retcode.MarketClosed, At = At });
        var copied = _state.Orders[Id("copied")];
        copied.Volume.ShouldBe(1m);
        TerminalQueue.Waits(_state, copied).ShouldBeFalse();
    }

    private Guid Position(decimal volume)
    {
        var id = Submit(Id("position"), volume);
        Observe(new TerminalFact { Kind = TerminalFactKind.Filled, OrderId = id, OrderTicket = 5, Volume = volume, Price = 1.1m, At = At });
        return id;
    }

    private Guid Submit(Guid id, decimal volume, decimal? limit = null, Guid? link = null)
    {
        Decide(new PlaceOrder
        {
            OrderId = id, ClientOrderId = id.ToString("N")[..20], Symbol = "EURUSD", Side = Side.Buy, Type = limit is null ? OrderType.Market : OrderType.Limit, Volume = volume, Price = limit,
            Copy = link is { } of ? new CopyOrigin(of, Account, 1, null, null) : null,
        }).Accepted.ShouldBeTrue();
        return id;
    }

    private BrokerDecision Close(string name, Guid position, decimal? volume, bool byHand = false) =>
        Decide(new ClosePosition(Id(name), name.Replace(' ', '-'), position, volume) { Copy = byHand ? null : new CopyOrigin(Account, Account, 1, null, null) });

    private static Guid Id(string name) => DeterministicId.Create(Account, name);

    private BrokerDecision Decide(TradeCommand command)
    {
        var decision = TerminalBook.Decide(_state, command, Pair, At);
        Apply(decision.Events);
        return decision;
    }

    private void Observe(TerminalFact fact) => Apply(TerminalBook.Observe(_state, fact, new MarketBoard([Pair])));

    private void Apply(IReadOnlyList<LedgerEvent> events) => _state = AccountProjection.Fold(_state, AccountProjection.Entries(Account, _state.Seq, events, At)).After;
}
