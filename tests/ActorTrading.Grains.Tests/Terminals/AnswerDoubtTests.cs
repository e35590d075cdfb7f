using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5;

namespace ActorTrading.Grains.Tests.Terminals;

/// <summary>Which answers tell an outcome, and after which the books have to be compared.</summary>
public sealed class AnswerDoubtTests
{
    [Fact]
    public void A_market_order_that_is_only_placed_is_no_fill_at_price_nought()
    {
        Doubt(Retcode.Placed, OrderType.Market, price: 0m).ShouldNotBeNull();
        Doubt(Retcode.Done, OrderType.Market, price: 0m).ShouldNotBeNull();
        Doubt(Retcode.Placed, OrderType.Limit, price: 0m).ShouldBeNull();
        Doubt(Retcode.Done, OrderType.Market).ShouldBeNull();
        Doubt(Retcode.Timeout, OrderType.Limit).ShouldNotBeNull();
        Doubt(Retcode.Connection, OrderType.Limit).ShouldNotBeNull();
        Doubt(Retcode.Reject, OrderType.Market, price: 0m, ticket: 0).ShouldBeNull("it was refused, whatever else is in the answer");
    }

    [Fact]
    public void A_ticket_that_was_narrowed_to_a_positive_one_is_not_believed()
    {
        const long Told = 5; // 4294967301 in 32 bits
        Doubt(Retcode.Done, OrderType.Market, ticket: Told).ShouldBeNull();
        Doubt(Retcode.Done, OrderType.Market, ticket: Told, wide: true).ShouldNotBeNull();
        Doubt(Retcode.Placed, OrderType.Limit, ticket: Told, wide: true).ShouldNotBeNull();
        Doubt(Retcode.Done, OrderType.Market, ticket: -5).ShouldNotBeNull();
        Doubt(Retcode.Done, OrderType.Market, ticket: 0).ShouldNotBeNull();
    }

    [Fact]
    public void More_than_was_asked_for_says_that_the_books_differ() => Doubt(Retcode.Done, OrderType.Market, volume: 1.5m).ShouldNotBeNull();

    private static string? Doubt(Retcode retcode, OrderType type, decimal price = 1.1m, long ticket = 7, decimal volume = 1m, bool wide = false)
    {
        var order = new Order
        {
            Id = Guid.Empty, ClientOrderId = "a", Symbol = "EURUSD", Side = Side.Buy, Type = type, Volume = 1m, Status = OrderStatus.Submitted,
            CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch,
        };
        return InstructionSender.Doubt(new TerminalInstruction(order, null, null, null, new TerminalSession(Guid.Empty, 1), false),
            new TradeOutcome.Answered(retcode, ticket, volume, price, 1.1m, 1.1m, "", TimeSpan.Zero), wide);
    }
}
