using System.Text.Json;
using System.Text.Json.Nodes;
using ActorTrading.Domain.Tests.Broker;

namespace ActorTrading.Domain.Tests.Terminal;

/// <summary>The price to which an order's deviation leads, which it takes along to its terminal.</summary>
public sealed class WorstPriceTests
{
    [Theory]
    [InlineData(Side.Buy, "1.10014")]
    [InlineData(Side.Sell, "1.09990")]
    public void A_bounded_deviation_names_the_worst_price(Side side, string worst) =>
        Submitted(side, c => c with { DeviationPoints = 12, ReferencePrice = 1.10002m }).WorstPrice.ShouldBe(decimal.Parse(worst, System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void Without_a_deviation_or_a_price_or_at_a_price_of_its_own_no_price_is_too_bad()
    {
        Submitted(Side.Buy, c => c with { ReferencePrice = 1.1m }).WorstPrice.ShouldBeNull();
        Submitted(Side.Buy, c => c with { DeviationPoints = 5 }).WorstPrice.ShouldBeNull();
        Submitted(Side.Buy, c => c with { DeviationPoints = 5, ReferencePrice = 1.1m, Type = OrderType.Limit, Price = 1.05m }).WorstPrice.ShouldBeNull();
    }

    [Fact]
    public void An_order_from_before_it_was_kept_has_none_and_one_of_today_keeps_it()
    {
        var order = Submitted(Side.Buy, c => c with { DeviationPoints = 12, ReferencePrice = 1.10002m });
        var stored = JsonSerializer.SerializeToNode<LedgerEvent>(new OrderSubmitted(order), DomainJson.Options)!;
        Read(stored).ShouldBe(order);
        stored["order"]!.AsObject().Remove("worstPrice").ShouldBeTrue();
        Read(stored).ShouldBe(order with { WorstPrice = null });

        static Order Read(JsonNode stored) => stored.Deserialize<LedgerEvent>(DomainJson.Options).ShouldBeOfType<OrderSubmitted>().Order;
    }

    private static Order Submitted(Side side, Func<PlaceOrder, PlaceOrder> change)
    {
        var order = new PlaceOrder
        {
            OrderId = DeterministicId.FromNumbers(1, 2), ClientOrderId = "a", Symbol = "EURUSD", Side = side, Type = OrderType.Market, Volume = 0.1m,
        };
        var state = AccountState.Empty with { Kind = AccountKind.Mt5 };
        return TerminalBook.Decide(state, change(order), InstrumentCatalog.Get("EURUSD"), Desk.Start).Events.ShouldHaveSingleItem().ShouldBeOfType<OrderSubmitted>().Order;
    }
}
