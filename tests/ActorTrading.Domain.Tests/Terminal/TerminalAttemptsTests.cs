namespace ActorTrading.Domain.Tests.Terminal;

/// <summary>Whether an order that the terminal did not do goes again.</summary>
public sealed class TerminalAttemptsTests
{
    private static readonly DateTimeOffset T0 = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);
    private static readonly Guid Account = DeterministicId.FromNumbers(9, 20);
    private static readonly MarketBoard Market = new([]);

    [Theory]
    [InlineData(Retcode.PriceOff)]
    [InlineData(Retcode.TooManyRequests)]
    [InlineData(Retcode.Locked)]
    public void What_the_terminal_cannot_do_for_the_moment_goes_again(Retcode retcode)
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            Told(attempt, Refused(attempt, retcode)).ShouldBeOfType<OrderRetried>().Attempt.ShouldBe(attempt + 1);
        }

        Told(0, Refused(0, retcode), deviation: 5).ShouldBeOfType<OrderRejected>().Retcode.ShouldBe(retcode);
        Told(0, Refused(0, retcode), deviation: 5, closes: true).ShouldBeOfType<OrderRetried>();
    }

    [Fact]
    public void A_close_goes_on_when_its_names_are_used_up_and_an_opening_ends()
    {
        foreach (var fact in new[] { Refused(ClientOrderIds.AttemptMax, Retcode.Locked), Refused(ClientOrderIds.AttemptMax, Retcode.Locked) with { Kind = TerminalFactKind.NotExecuted } })
        {
            Told(ClientOrderIds.AttemptMax, fact, closes: true).ShouldBeNull();
            Told(ClientOrderIds.AttemptMax, fact).ShouldBeOfType<OrderRejected>();
        }
    }

    private static TerminalFact Refused(int attempt, Retcode retcode) =>
        new() { Kind = TerminalFactKind.Requoted, OrderId = Account, Attempt = attempt, Retcode = retcode, At = T0 };

    private static LedgerEvent? Told(int attempt, TerminalFact fact, int? deviation = null, bool closes = false)
    {
        var order = new Order
        {
            Id = Account, ClientOrderId = "a", Symbol = "EURUSD", Side = Side.Buy, Type = OrderType.Market, Volume = 1m, DeviationPoints = deviation, Attempt = attempt,
            ClosesPositionId = closes ? Account : null, Status = OrderStatus.Submitted, CreatedAt = T0, UpdatedAt = T0,
        };
        return TerminalBook.Observe(AccountState.Empty with { Orders = AccountState.Empty.Orders.Add(order.Id, order) }, fact, Market).SingleOrDefault();
    }
}
