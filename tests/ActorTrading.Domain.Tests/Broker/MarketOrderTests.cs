using ActorTrading.Domain;

namespace ActorTrading.Domain.Tests.Broker;

public class MarketOrderTests
{
    private static Desk EurUsd(PositionMode mode = PositionMode.Hedging, BrokerSettings? settings = null)
    {
        var desk = new Desk(mode, settings: settings);
        desk.Price("EURUSD", 1.10000m, 1.10010m);
        return desk;
    }

    [Fact]
    public void A_buy_fills_at_the_ask_and_books_commission()
    {
        var desk = EurUsd();
        var decision = desk.Market(Side.Buy, 0.50m);
        decision.Retcode.ShouldBe(Retcode.Done);
        decision.Events.Select(e => e.Kind).ShouldBe(["orderSubmitted", "dealExecuted"]);
        desk.Only.OpenPrice.ShouldBe(1.10010m);
        desk.State.Balance.ShouldBe(10_000m - 1.75m);
        desk.State.Orders.ShouldBeEmpty();
        desk.Figures.FloatingProfit.ShouldBe(-5m);
        desk.Figures.Margin.ShouldBe(0.5m * 100_000m / 100m * 1.10010m);
    }

    [Fact]
    public void Closing_realises_profit_at_the_bid()
    {
        var desk = EurUsd();
        desk.Market(Side.Buy, 0.50m);
        desk.Price("EURUSD", 1.10110m, 1.10120m);
        desk.Close(desk.Only.Id, 0.20m).Retcode.ShouldBe(Retcode.Done);
        desk.Only.Volume.ShouldBe(0.30m);
        desk.State.Balance.ShouldBe(10_000m - 1.75m + 20m - 0.70m);
        desk.Close(desk.Only.Id).Retcode.ShouldBe(Retcode.Done);
        desk.State.Positions.ShouldBeEmpty();
        desk.State.OpenTrades.ShouldBeEmpty();
        desk.State.Balance.ShouldBe(10_000m - 3.50m + 50m);
    }

    [Fact]
    public void The_same_client_order_id_does_nothing_twice()
    {
        var desk = EurUsd();
        var order = desk.Order(Side.Buy, 0.1m);
        desk.Do(order).Retcode.ShouldBe(Retcode.Done);
        var again = desk.Do(order with { OrderId = desk.NextId() });
        again.IsDuplicate.ShouldBeTrue();
        again.Retcode.ShouldBe(Retcode.Done);
        again.OrderId.ShouldBe(order.OrderId);
        again.Events.ShouldBeEmpty();
    }

    [Fact]
    public void Netting_adds_reduces_and_reverses()
    {
        var desk = EurUsd(PositionMode.Netting);
        desk.Market(Side.Buy, 0.10m);
        var first = desk.Only.Id;
        desk.Price("EURUSD", 1.10100m, 1.10110m);
        desk.Market(Side.Buy, 0.30m);
        desk.Only.Volume.ShouldBe(0.40m);
        desk.Only.OpenPrice.ShouldBe(1.10085m);
        desk.Only.Id.ShouldBe(first);
        desk.Market(Side.Sell, 0.10m);
        desk.Only.Volume.ShouldBe(0.30m);
        desk.Only.OpenPrice.ShouldBe(1.10085m);

        var reversal = desk.Order(Side.Sell, 0.50m);
        desk.Do(reversal).Retcode.ShouldBe(Retcode.Done);
        desk.Only.Side.ShouldBe(Side.Sell);
        desk.Only.Volume.ShouldBe(0.20m);
        desk.Only.OpenPrice.ShouldBe(1.10100m);
        desk.Only.Id.ShouldBe(reversal.OrderId);
        desk.Ledger.Select(e => e.Event).OfType<DealExecuted>().Last().Deal.Entry.ShouldBe(DealEntry.InOut);
    }
}
