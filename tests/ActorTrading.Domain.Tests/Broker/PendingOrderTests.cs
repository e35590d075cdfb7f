using ActorTrading.Domain;

namespace ActorTrading.Domain.Tests.Broker;

public class PendingOrderTests
{
    private readonly Desk _desk = new();

    public PendingOrderTests() => _desk.Price("EURUSD", 1.10000m, 1.10010m);

    private PlaceOrder Pending(Side side, OrderType type, decimal price, decimal? stopLimit = null) =>
        _desk.Order(side, 0.10m, type: type) with { Price = price, StopLimitPrice = stopLimit };

    [Theory]
    [InlineData(Side.Buy, OrderType.Limit, 1.0990, 1.0989, 1.0990, 1.0990)] // the ask at the price
    [InlineData(Side.Buy, OrderType.Limit, 1.0990, 1.0950, 1.0951, 1.0951)] // a gap fills better
    [InlineData(Side.Sell, OrderType.Limit, 1.1020, 1.1020, 1.1021, 1.1020)]
    [InlineData(Side.Sell, OrderType.Limit, 1.1020, 1.1050, 1.1051, 1.1050)]
    [InlineData(Side.Buy, OrderType.Stop, 1.1020, 1.1019, 1.1020, 1.1020)]
    [InlineData(Side.Buy, OrderType.Stop, 1.1020, 1.1050, 1.1051, 1.1051)] // a gap fills worse
    [InlineData(Side.Sell, OrderType.Stop, 1.0990, 1.0990, 1.0991, 1.0990)]
    [InlineData(Side.Sell, OrderType.Stop, 1.0990, 1.0950, 1.0951, 1.0950)]
    public void Orders_are_triggered_by_the_price_they_trade_at(Side side, OrderType type, double price, double bid, double ask, double filled)
    {
        var order = Pending(side, type, (decimal)price);
        _desk.Do(order).Retcode.ShouldBe(Retcode.Placed);
        _desk.State.Orders[order.OrderId].Status.ShouldBe(OrderStatus.Placed);
        var nearly = side == Side.Buy ? ((decimal)bid, (decimal)ask + (type == OrderType.Limit ? 1 : -1) * 0.02m) : ((decimal)bid + (type == OrderType.Limit ? -1 : 1) * 0.02m, (decimal)ask + 0.02m);
        if (nearly.Item2 >= nearly.Item1) _desk.Quote("EURUSD", nearly.Item1, nearly.Item2).ShouldBeEmpty();
        _desk.Quote("EURUSD", (decimal)bid, (decimal)ask).ShouldHaveSingleItem().ShouldBeOfType<DealExecuted>().Deal.Reason.ShouldBe(DealReason.Pending);
        _desk.Only.OpenPrice.ShouldBe((decimal)filled);
        _desk.Only.Id.ShouldBe(order.OrderId);
        _desk.State.Orders.ShouldBeEmpty();
    }

    [Fact]
    public void A_stop_fills_with_slippage_and_a_limit_without()
    {
        _desk.Settings = _desk.Settings with { SlippagePoints = 7 };
        _desk.Do(Pending(Side.Buy, OrderType.Stop, 1.1020m));
        _desk.Do(Pending(Side.Buy, OrderType.Limit, 1.0990m));
        _desk.Quote("EURUSD", 1.1020m, 1.1021m);
        _desk.Only.OpenPrice.ShouldBe(1.10217m);
        _desk.Quote("EURUSD", 1.0988m, 1.0989m);
        _desk.State.Positions.Values.Select(p => p.OpenPrice).ShouldBe([1.10217m, 1.0989m], ignoreOrder: true);
    }

    [Fact]
    public void A_stop_limit_rests_as_a_limit_once_its_stop_is_touched()
    {
        var order = Pending(Side.Buy, OrderType.StopLimit, 1.1020m, 1.1010m);
        _desk.Do(order).Retcode.ShouldBe(Retcode.Placed);
        _desk.Quote("EURUSD", 1.1005m, 1.1006m).ShouldBeEmpty();
        _desk.Quote("EURUSD", 1.1025m, 1.1026m).ShouldHaveSingleItem().ShouldBe(new OrderStopTouched(order.OrderId, 1.1026m));
        _desk.Quote("EURUSD", 1.1030m, 1.1031m).ShouldBeEmpty();
        _desk.Quote("EURUSD", 1.1008m, 1.1009m);
        _desk.Only.OpenPrice.ShouldBe(1.1009m);
    }

    [Theory]
    [InlineData(Side.Buy, OrderType.Limit, 1.1002)]
    [InlineData(Side.Buy, OrderType.Limit, 1.1001)]
    [InlineData(Side.Buy, OrderType.Stop, 1.1000)]
    [InlineData(Side.Sell, OrderType.Limit, 1.0999)]
    [InlineData(Side.Sell, OrderType.Stop, 1.1001)]
    public void A_price_on_the_wrong_side_is_refused(Side side, OrderType type, double price)
    {
        var decision = _desk.Do(Pending(side, type, (decimal)price));
        decision.Retcode.ShouldBe(Retcode.InvalidPrice);
        decision.Message.ShouldContain(((decimal)price).ToString(System.Globalization.CultureInfo.InvariantCulture));
        decision.Events.ShouldBeEmpty();
    }

    [Fact]
    public void A_stop_limits_limit_lies_before_its_stop() =>
        _desk.Do(Pending(Side.Sell, OrderType.StopLimit, 1.0980m, 1.0970m)).Retcode.ShouldBe(Retcode.InvalidPrice);

    [Fact]
    public void Orders_expire_at_the_given_time_or_with_the_trading_day()
    {
        // Start is 12:00 UTC = 07:00 New York on Tuesday; the day ends at 22:00 UTC.
        var dayEnd = new DateTimeOffset(2026, 3, 3, 22, 0, 0, TimeSpan.Zero);
        var day = Pending(Side.Buy, OrderType.Limit, 1.05m) with { TimeInForce = TimeInForce.Day };
        var at = Pending(Side.Buy, OrderType.Limit, 1.05m) with { TimeInForce = TimeInForce.Specified, ExpiresAt = Desk.Start.AddHours(1) };
        var thatDay = Pending(Side.Buy, OrderType.Limit, 1.05m) with { TimeInForce = TimeInForce.SpecifiedDay, ExpiresAt = dayEnd.AddHours(5) };
        var never = Pending(Side.Buy, OrderType.Limit, 1.05m);
        foreach (var o in new[] { day, at, thatDay, never }) _desk.Do(o).Retcode.ShouldBe(Retcode.Placed);
        _desk.State.Orders[day.OrderId].ExpiresAt.ShouldBe(dayEnd);

        BrokerEngine.NextTimeEvent(_desk.State, _desk.Board, _desk.Settings, _desk.Now).ShouldBe(Desk.Start.AddHours(1));
        _desk.Time(Desk.Start.AddHours(1).AddTicks(-1)).ShouldBeEmpty();
        _desk.Time(Desk.Start.AddHours(1)).ShouldBe([new OrderExpired(at.OrderId)]);
        _desk.Time(dayEnd).ShouldBe([new OrderExpired(day.OrderId)]);
        _desk.Time(dayEnd.AddDays(1)).ShouldBe([new OrderExpired(thatDay.OrderId)]);
        _desk.Time(dayEnd.AddDays(300)).ShouldBeEmpty();
        _desk.State.Orders.Keys.ShouldBe([never.OrderId]);
    }

    [Fact]
    public void An_expired_order_is_not_filled_by_the_quote_that_comes_with_its_expiry()
    {
        var order = Pending(Side.Buy, OrderType.Limit, 1.0990m) with { TimeInForce = TimeInForce.Specified, ExpiresAt = Desk.Start.AddHours(1) };
        _desk.Do(order);
        _desk.Now = Desk.Start.AddHours(1);
        _desk.Quote("EURUSD", 1.0980m, 1.0981m).ShouldBe([new OrderExpired(order.OrderId)]);
    }

    [Theory]
    [InlineData(TimeInForce.Specified, null)]
    [InlineData(TimeInForce.Specified, -1)]
    [InlineData(TimeInForce.Specified, 0)]
    [InlineData(TimeInForce.SpecifiedDay, -2000)]
    [InlineData(TimeInForce.GoodTillCancelled, 10)]
    public void A_senseless_expiry_is_refused(TimeInForce timeInForce, int? minutes)
    {
        var order = Pending(Side.Buy, OrderType.Limit, 1.05m) with { TimeInForce = timeInForce, ExpiresAt = minutes is { } m ? Desk.Start.AddMinutes(m) : null };
        _desk.Do(order).Retcode.ShouldBe(Retcode.InvalidExpiration);
    }

    [Fact]
    public void A_pending_order_is_changed_and_cancelled()
    {
        var order = Pending(Side.Buy, OrderType.Limit, 1.0990m);
        _desk.Do(order);
        var change = new ModifyOrder(order.OrderId, 1.0980m, null, 1.0900m, 1.1100m, null, TimeInForce.GoodTillCancelled, null);
        _desk.Do(change).Retcode.ShouldBe(Retcode.Done);
        _desk.Do(change).Retcode.ShouldBe(Retcode.NoChanges);
        _desk.State.Orders[order.OrderId].StopLoss.ShouldBe(1.0900m);
        _desk.Quote("EURUSD", 1.0985m, 1.0986m).ShouldBeEmpty();
        _desk.Do(change with { Price = 1.2m }).Retcode.ShouldBe(Retcode.InvalidPrice);
        _desk.Do(new CancelOrder(order.OrderId)).Retcode.ShouldBe(Retcode.Done);
        _desk.Do(new CancelOrder(order.OrderId)).Retcode.ShouldBe(Retcode.InvalidOrder);
        _desk.Do(change).Retcode.ShouldBe(Retcode.InvalidOrder);
    }

    [Fact]
    public void An_order_without_money_when_its_price_comes_is_rejected()
    {
        var order = Pending(Side.Buy, OrderType.Limit, 1.0990m) with { Volume = 50m };
        _desk.Do(order).Retcode.ShouldBe(Retcode.Placed);
        var rejected = _desk.Quote("EURUSD", 1.0980m, 1.0981m).ShouldHaveSingleItem().ShouldBeOfType<OrderRejected>();
        rejected.Retcode.ShouldBe(Retcode.NoMoney);
        _desk.State.Orders.ShouldBeEmpty();
        _desk.Do(order).Retcode.ShouldBe(Retcode.NoMoney, "a repetition is told the outcome");
    }

    [Fact]
    public void Nothing_is_triggered_while_the_market_is_closed()
    {
        _desk.Do(Pending(Side.Buy, OrderType.Limit, 1.0990m));
        _desk.Now = new DateTimeOffset(2026, 3, 7, 12, 0, 0, TimeSpan.Zero); // Saturday
        _desk.Quote("EURUSD", 1.0980m, 1.0981m).ShouldBeEmpty();
        _desk.Now = new DateTimeOffset(2026, 3, 8, 21, 0, 0, TimeSpan.Zero); // Sunday, 17:00 New York
        _desk.Quote("EURUSD", 1.0970m, 1.0971m).ShouldHaveSingleItem().ShouldBeOfType<DealExecuted>().Deal.Price.ShouldBe(1.0971m);
    }

    [Fact]
    public void An_order_that_may_no_longer_open_when_its_price_comes_is_rejected()
    {
        _desk.Do(Pending(Side.Buy, OrderType.Limit, 1.0990m));
        _desk.Do(Pending(Side.Buy, OrderType.Limit, 1.0980m));
        _desk.Settings = _desk.Settings with { PositionsMax = 1 };
        _desk.Quote("EURUSD", 1.0970m, 1.0971m).Select(e => e.Kind).ShouldBe(["dealExecuted", "orderRejected"]);
        _desk.Ledger.Select(e => e.Event).OfType<OrderRejected>().Single().Retcode.ShouldBe(Retcode.LimitPositions);
    }

    [Fact]
    public void An_order_that_rests_is_known_again_however_many_came_after_it()
    {
        var desk = new Desk(deposit: 1_000_000m);
        desk.Price("EURUSD", 1.10000m, 1.10010m);
        var order = desk.Order(Side.Buy, 0.01m, type: OrderType.Limit) with { Price = 1.05m };
        desk.Do(order).Retcode.ShouldBe(Retcode.Placed);
        for (var i = 0; i < RecentOrders.Max; i++) desk.Do(desk.Order(Side.Buy, 0.01m)).Accepted.ShouldBeTrue();
        desk.State.RecentOrders.ContainsKey(order.ClientOrderId).ShouldBeFalse();

        var again = desk.Do(order);
        (again.Retcode, again.IsDuplicate, again.OrderId, again.Events.Count).ShouldBe((Retcode.Placed, true, order.OrderId, 0));
        desk.Do(order with { ClientOrderId = "another" }).Retcode.ShouldBe(Retcode.InvalidOrder);
    }
}
