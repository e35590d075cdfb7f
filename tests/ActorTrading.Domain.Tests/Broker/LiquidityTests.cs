using ActorTrading.Domain;

namespace ActorTrading.Domain.Tests.Broker;

public class LiquidityTests
{
    private static Desk Thin(ExecutionMode mode = ExecutionMode.Exchange)
    {
        var desk = new Desk(settings: BrokerSettings.Default with { LiquidityLots = 0.40m },
            instruments: InstrumentCatalog.All.Select(i => i with { ExecutionMode = mode }));
        desk.Price("EURUSD", 1.10000m, 1.10010m);
        return desk;
    }

    [Fact]
    public void Fill_or_kill_fills_all_or_nothing()
    {
        var desk = Thin();
        desk.Do(desk.Order(Side.Buy, 0.41m)).Retcode.ShouldBe(Retcode.Reject);
        desk.Do(desk.Order(Side.Buy, 0.40m)).Retcode.ShouldBe(Retcode.Done);
    }

    [Fact]
    public void Immediate_or_cancel_cancels_the_rest()
    {
        var desk = Thin();
        var decision = desk.Do(desk.Order(Side.Buy, 1m) with { FillPolicy = FillPolicy.ImmediateOrCancel });
        decision.Retcode.ShouldBe(Retcode.DonePartial);
        decision.Events.Select(e => e.Kind).ShouldBe(["orderSubmitted", "dealExecuted", "orderCancelled"]);
        desk.Only.Volume.ShouldBe(0.40m);
        desk.State.Orders.ShouldBeEmpty();
    }

    [Fact]
    public void Return_fills_the_rest_at_the_following_quotes_into_one_position()
    {
        var desk = Thin();
        var order = desk.Order(Side.Buy, 1m) with { FillPolicy = FillPolicy.Return };
        desk.Do(order).Retcode.ShouldBe(Retcode.DonePartial);
        desk.State.Orders[order.OrderId].Status.ShouldBe(OrderStatus.PartiallyFilled);
        BrokerEngine.WatchList(desk.State, desk.Board, desk.Settings).ShouldContain(t => t.Price == 0m);
        desk.Quote("EURUSD", 1.10010m, 1.10020m);
        desk.Quote("EURUSD", 1.10020m, 1.10030m);
        desk.Only.Volume.ShouldBe(1m);
        desk.Only.OpenPrice.ShouldBe((0.4m * 1.10010m + 0.4m * 1.10020m + 0.2m * 1.10030m) / 1m);
        desk.State.Orders.ShouldBeEmpty();
        desk.State.RecentOrders[order.ClientOrderId].Status.ShouldBe(OrderStatus.Filled);
    }

    [Fact]
    public void A_stop_loss_on_more_than_is_on_offer_closes_in_parts()
    {
        var desk = Thin();
        desk.Do(desk.Order(Side.Buy, 0.40m) with { StopLoss = 1.09m });
        desk.Settings = desk.Settings with { LiquidityLots = 0.25m };
        desk.Quote("EURUSD", 1.0890m, 1.0891m);
        desk.Only.Volume.ShouldBe(0.15m);
        desk.Quote("EURUSD", 1.0880m, 1.0881m);
        desk.State.Positions.ShouldBeEmpty();
    }

    [Fact]
    public void A_position_closed_while_its_order_still_fills_is_not_reopened_under_its_id()
    {
        var desk = Thin();
        var order = desk.Order(Side.Buy, 0.80m) with { FillPolicy = FillPolicy.Return };
        desk.Do(order);
        desk.Close(order.OrderId).Retcode.ShouldBe(Retcode.Done);
        desk.Quote("EURUSD", 1.1m, 1.1001m);
        desk.Only.Id.ShouldNotBe(order.OrderId);
        desk.Only.Volume.ShouldBe(0.40m);
    }

    [Fact]
    public void Market_orders_that_would_rest_are_limited_like_others()
    {
        var desk = Thin();
        desk.Settings = desk.Settings with { LiquidityLots = 0.40m, PendingOrdersMax = 2 };
        desk.Do(Rest()).Retcode.ShouldBe(Retcode.DonePartial);
        desk.Settings = desk.Settings with { LiquidityLots = 0m };
        desk.Do(Rest()).Retcode.ShouldBe(Retcode.Placed);
        desk.Do(Rest()).Retcode.ShouldBe(Retcode.LimitOrders);
        desk.Settings = desk.Settings with { LiquidityLots = 1m };
        desk.Do(Rest()).Retcode.ShouldBe(Retcode.Done, "what is filled at once does not rest");

        PlaceOrder Rest() => desk.Order(Side.Buy, 1m) with { FillPolicy = FillPolicy.Return };
    }
}
