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
    public void A_change_of_one_level_leaves_the_other_where_it_is_going()
    {
        var stop = Ask(new ModifyPosition(Opened, 1.095m, null, 100));
        // Who reads the position now sees the stop at 1.09 still.
        var target = Ask(new ModifyPosition(Opened, 1.09m, 1.2m, 100) { Keeps = KeptValues.StopLoss | KeptValues.TrailingPoints });
        var distance = Ask(new ModifyPosition(Opened, 1.09m, null, 50) { Keeps = KeptValues.StopLoss | KeptValues.TakeProfit });
        foreach (var asked in (TerminalRequest[])[stop, target, distance])
            Answered(asked);
        (Only.StopLoss, Only.TakeProfit, Only.TrailingPoints).ShouldBe((1.095m, 1.2m, 50));
        Decide(new ModifyPosition(Opened, null, null, null) { Keeps = KeptValues.StopLoss | KeptValues.TakeProfit | KeptValues.TrailingPoints }).Retcode.ShouldBe(Retcode.NoChanges);
    }

    [Fact]
    public void A_distance_that_is_set_while_levels_are_on_their_way_outlives_them()
    {
        var levels = Ask(new ModifyPosition(Opened, 1.095m, null, 100));
        var distance = Ask(new ModifyPosition(Opened, 1.09m, null, null) { Keeps = KeptValues.StopLoss | KeptValues.TakeProfit });
        Answered(levels);
        Answered(distance);
        (Only.StopLoss, Only.TrailingPoints).ShouldBe((1.095m, null));
    }

    [Theory]
    [InlineData(KeptValues.StopLoss | KeptValues.TrailingPoints)]
    [InlineData(KeptValues.StopLoss)]
    public void A_new_take_profit_does_not_put_back_a_stop_that_trails_meanwhile(KeptValues kept)
    {
        var trailed = Trails();
        var target = Ask(new ModifyPosition(Opened, 1.09m, 1.2m, 100) { Keeps = kept });
        Answered(trailed);
        Answered(target);
        (Only.StopLoss, Only.TakeProfit, Only.TrailingPoints).ShouldBe((1.11m, 1.2m, 100));
    }

    [Fact]
    public void The_distance_alone_does_not_wait_for_a_stop_that_trails_meanwhile()
    {
        Trails();
        Decide(new ModifyPosition(Opened, 1.09m, null, 70) { Keeps = KeptValues.StopLoss | KeptValues.TakeProfit }).Retcode.ShouldBe(Retcode.Done);
        (Only.StopLoss, Only.TrailingPoints).ShouldBe((1.09m, 70));
    }

    [Fact]
    public void A_change_of_an_orders_price_leaves_its_levels_and_its_end_where_they_are_going()
    {
        Decide(Limit("a") with { StopLoss = 1.04m }).Retcode.ShouldBe(Retcode.Placed);
        Observe(new TerminalFact { Kind = TerminalFactKind.Placed, OrderId = Ordered, OrderTicket = 7, At = At });
        var end = At.AddHours(5);
        var levels = Asked(new ModifyOrder(Ordered, 1.05m, null, 1.03m, 1.2m, 30, TimeInForce.Specified, end));
        var price = Asked(new ModifyOrder(Ordered, 1.06m, null, 1.04m, null, null, TimeInForce.GoodTillCancelled, null)
        {
            Keeps = KeptValues.StopLoss | KeptValues.TakeProfit | KeptValues.TrailingPoints | KeptValues.Expiry | KeptValues.StopLimitPrice,
        });
        Answered(levels);
        Answered(price);
        _state.Orders[Ordered].ShouldSatisfyAllConditions(o => o.Price.ShouldBe(1.06m), o => o.StopLoss.ShouldBe(1.03m), o => o.TakeProfit.ShouldBe(1.2m),
            o => o.TrailingPoints.ShouldBe(30), o => o.TimeInForce.ShouldBe(TimeInForce.Specified), o => o.ExpiresAt.ShouldBe(end));
        var stop = Asked(new ModifyOrder(Ordered, null, null, 1.02m, null, null, TimeInForce.GoodTillCancelled, null)
        {
            Keeps = KeptValues.Price | KeptValues.TakeProfit | KeptValues.TrailingPoints | KeptValues.Expiry | KeptValues.StopLimitPrice,
        });
        (stop.Price, stop.StopLoss, stop.TakeProfit, stop.ExpiresAt).ShouldBe((1.06m, 1.02m, 1.2m, end));
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

    private TerminalRequest Asked(ModifyOrder command) => Decide(command).Events.ShouldHaveSingleItem().ShouldBeOfType<RequestSubmitted>().Request;

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
