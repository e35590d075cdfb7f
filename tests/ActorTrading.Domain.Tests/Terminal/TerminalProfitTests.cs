using ActorTrading.Domain.Tests.Broker;

namespace ActorTrading.Domain.Tests.Terminal;

/// <summary>The profit of a deal that the terminal has not told yet.</summary>
public sealed class TerminalProfitTests
{
    private static readonly DateTimeOffset At = Desk.Start;

    [Theory]
    [InlineData("USD", "-12.71")]
    [InlineData("JPY", "-1908")]
    public void Is_in_whole_cents_as_a_broker_books_it(string currency, string expected)
    {
        var account = DeterministicId.FromNumbers(4, 30);
        var market = new MarketBoard(InstrumentCatalog.All);
        market.Update(new Quote("GBPUSD", 1.27123m, 1.27125m, At));
        market.Update(new Quote("GBPJPY", 190.773m, 190.775m, At));
        var state = AccountState.Empty;
        Add(new AccountOpened(Guid.Empty, "a", AccountKind.Mt5, PositionMode.Hedging, currency, 100));
        Add(new TerminalReconciled(0));
        Add(new PositionAdopted(new Position
        {
            Id = DeterministicId.FromNumbers(4, 31), Symbol = "EURGBP", Side = Side.Buy, Volume = 0.5m, PeakVolume = 0.5m, OpenPrice = 0.85466m, OpenedAt = At, BrokerTicket = 5,
        }));
        foreach (var happened in TerminalBook.Observe(state, new TerminalFact { Kind = TerminalFactKind.PositionReduced, PositionTicket = 5, Volume = 0.5m, Price = 0.85446m, At = At }, market))
            Add(happened);
        state.Positions.ShouldBeEmpty();
        // 10 pounds.
        state.Balance.ToString(System.Globalization.CultureInfo.InvariantCulture).ShouldBe(expected);

        void Add(LedgerEvent happened) => state = state.Apply(new LedgerEntry(account, state.Seq + 1, At, happened));
    }
}
