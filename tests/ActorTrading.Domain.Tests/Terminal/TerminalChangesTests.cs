using ActorTrading.Domain.Tests.Broker;

namespace ActorTrading.Domain.Tests.Terminal;

/// <summary>What is asked of a terminal while something else that was asked has no answer yet.</summary>
public sealed class TerminalChangesTests
{
    private static readonly Guid Account = DeterministicId.FromNumbers(4, 20);
    private static readonly Guid Opened = DeterministicId.FromNumbers(4, 21);
    private static readonly Guid Ordered = DeterministicId.FromNumbers(4, 22);
    private static readonly DateTimeOffset At = Desk.Start;
    private static readonly Instrument Pair = InstrumentCatalog.Get("EURUSD") with { Schedule = TradingSchedule.Always, CommissionPerLot = 0 };
    private readonly MarketBoard _market = new([Pair]);
    private AccountState _state = AccountState.Empty;

    public TerminalChangesTests()
    {
        Add(new AccountOpened(Guid.Empty, "a", AccountKind.Mt5, PositionMode.Hedging, "USD", 100));
        Add(new TerminalReconciled(0));
        Add(new PositionAdopted(new Position
        {
            Id = Opened, Symbol = "EURUSD", Side = Side.Buy, Volume = 0.5m, PeakVolume = 0.5m, OpenPrice = 1.1m, StopLoss = 1.09m, TrailingPoints = 100, OpenedAt = At, BrokerTicket = 5,
        }));
    }

    [Fact]
    public void A_stop_is_put_back_where_it_is_while_it_is_on_its_way_elsewhere()
    {
        var away = Ask(new ModifyPosition(Opened, 1.08m, null, 100));
        var back = Ask(new ModifyPosition(Opened, 1.09m, null, 100));
        Answered(away);
        Only.StopLoss.ShouldBe(1.08m);
        Answered(back);
        Only.StopLoss.ShouldBe(1.09m);
        Decide(new ModifyPosition(Opened, 1.09m, null, 100)).Retcode.ShouldBe(Retcode.NoChanges);
    }

    [Fact]
    public void A_stop_that_trails_meanwhile_is_not_put_back_by_who_changes_nothing()
    {
        Trails();
        Decide(new ModifyPosition(Opened, 1.09m, null, 100)).Retcode.ShouldBe(Retcode.NoChanges);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(70)]
    public void The_distance_that_was_set_while_the_stop_moves_outlives_that_move(int? points)
    {
        var trailed = Trails();
        Decide(new ModifyPosition(Opened, 1.09m, null, points)).Retcode.ShouldBe(Retcode.Done);
        Answered(trailed);
        (Only.StopLoss, Only.TrailingPoints).ShouldBe((1.11m, points));
    }

    [Fact]
    public void A_position_that_is_larger_at_the_terminal_goes_on_trailing()
    {
        Observe(new TerminalFact { Kind = TerminalFactKind.PositionOpened, PositionTicket = 5, Symbol = "EURUSD", Side = Side.Buy, Volume = 0.7m, Price = 1.1m, StopLoss = 1.09m, At = At });
        (Only.Volume, Only.StopLoss, Only.TrailingPoints).ShouldBe((0.7m, 1.09m, 100));
    }

    [Fact]
    public void An_order_id_that_is_in_use_is_refused()
    {
        Decide(Limit("a")).Retcode.ShouldBe(Retcode.Placed);
        Decide(Limit("b")).Retcode.ShouldBe(Retcode.InvalidOrder);
        Decide(new ClosePosition(Ordered, "c", Opened, null)).Retcode.ShouldBe(Retcode.InvalidOrder);
    }

    [Fact]
    public void An_order_that_rests_is_known_again_however_many_came_after_it()
    {
        Decide(Limit("a"));
        Observe(new TerminalFact { Kind = TerminalFactKind.Placed, OrderId = Ordered, OrderTicket = 7, At = At });
        for (var i = 0; i < RecentOrders.Max; i++)
        {
            var other = Limit($"o{i}") with { OrderId = DeterministicId.FromNumbers(5, i) };
            Decide(other).Retcode.ShouldBe(Retcode.Placed);
            Observe(new TerminalFact { Kind = TerminalFactKind.Rejected, OrderId = other.OrderId, Retcode = Retcode.NoMoney, At = At });
        }

        var again = Decide(Limit("a"));
        (again.Retcode, again.IsDuplicate, again.OrderId, again.Events.Count).ShouldBe((Retcode.Placed, true, Ordered, 0));
    }

    private static PlaceOrder Limit(string name) => new()
    {
        OrderId = Ordered, ClientOrderId = name, Symbol = "EURUSD", Side = Side.Buy, Type = OrderType.Limit, Price = 1.05m, Volume = 0.1m,
    };

    private Position Only => _state.Positions.Values.ShouldHaveSingleItem();

    /// <summary>Asks the terminal to move the stop to 1.11, as trailing does.</summary>
    private TerminalRequest Trails()
    {
        var price = new TerminalPrice(new Quote("EURUSD", 1.111m, 1.111m, At), 1.111m, 1.111m);
        var asked = TerminalTrailing.OnPrice(_state, price, _market, BrokerSettings.Default, (_, _) => true).ShouldHaveSingleItem();
        Add(asked);
        return ((RequestSubmitted)asked).Request;
    }

    private TerminalRequest Ask(ModifyPosition command) => Decide(command).Events.ShouldHaveSingleItem().ShouldBeOfType<RequestSubmitted>().Request;

    private void Answered(TerminalRequest request) => Observe(new TerminalFact { Kind = TerminalFactKind.Modified, RequestId = request.Id, Retcode = Retcode.Done, At = At });

    private BrokerDecision Decide(TradeCommand command)
    {
        var decision = TerminalBook.Decide(_state, command, Pair, At);
        foreach (var happened in decision.Events) Add(happened);
        return decision;
    }

    private void Observe(TerminalFact fact)
    {
        foreach (var happened in TerminalBook.Observe(_state, fact, _market)) Add(happened);
    }

    private void Add(LedgerEvent happened) => _state = _state.Apply(new LedgerEntry(Account, _state.Seq + 1, At, happened));
}
