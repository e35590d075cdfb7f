using ActorTrading.Domain;

namespace ActorTrading.Mt5.Tests.Reconciliation;

/// <summary>Trading by hand at the terminal of a netting account: the ledger follows deal by deal.</summary>
public sealed class NettedTradesTests
{
    private static readonly DateTimeOffset T0 = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);
    private static readonly Guid Id = DeterministicId.FromNumbers(9, 10);
    private readonly MarketBoard _market = new([SimulatedPair.Eurusd]);
    private readonly List<Deal> _told = [];
    private AccountState _state = AccountState.Empty;
    private decimal _balance = 10_000m;

    public NettedTradesTests()
    {
        Add(new AccountOpened(Guid.Empty, "a", AccountKind.Mt5, PositionMode.Netting, "USD", 100));
        Compare(null);
        Compare(Position(5, Side.Buy, 1m), Deal(1, Side.Buy, 1m, 1.1m));
        _state.Positions.Values.ShouldHaveSingleItem().Volume.ShouldBe(1m);
    }

    [Fact]
    public void A_position_that_was_enlarged_is_enlarged_at_the_average()
    {
        Compare(Position(5, Side.Buy, 3m, sl: 1.0m), Deal(1, Side.Buy, 1m, 1.1m), Deal(2, Side.Buy, 2m, 1.4m));
        var position = _state.Positions.Values.ShouldHaveSingleItem();
        (position.Volume, position.OpenPrice, position.StopLoss).ShouldBe((3m, 1.3m, 1.0m));
        _told.Select(d => (d.BrokerTicket, d.Entry, d.Volume)).ShouldBe([(2, DealEntry.In, 2m)]);
        Compare(Position(5, Side.Buy, 3m, sl: 1.0m), Deal(1, Side.Buy, 1m, 1.1m), Deal(2, Side.Buy, 2m, 1.4m));
        _told.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(5)]
    [InlineData(77)]
    public void A_position_that_was_reversed_is_closed_and_opened_the_other_way(long ticket)
    {
        _balance += 10_000m;
        Compare(Position(ticket, Side.Sell, 0.5m), Deal(1, Side.Buy, 1m, 1.1m), Deal(2, Side.Sell, 1.5m, 1.2m, DealEntry.InOut, 10_000m));
        var position = _state.Positions.Values.ShouldHaveSingleItem();
        (position.Side, position.Volume, position.OpenPrice, position.BrokerTicket).ShouldBe((Side.Sell, 0.5m, 1.2m, ticket));
        _told.Select(d => (d.Entry, d.Profit)).ShouldBe([(DealEntry.InOut, 10_000m)]);
        _state.Balance.ShouldBe(20_000m);
    }

    [Fact]
    public void Enlarged_reduced_and_closed_between_two_looks_is_told_deal_by_deal()
    {
        _balance += 300m;
        Compare(null, Deal(1, Side.Buy, 1m, 1.1m), Deal(2, Side.Buy, 1m, 1.1m), Deal(3, Side.Sell, 0.5m, 1.1m, DealEntry.Out, 100m), Deal(4, Side.Sell, 1.5m, 1.1m, DealEntry.Out, 200m));
        _state.Positions.ShouldBeEmpty();
        _told.Select(d => (d.BrokerTicket, d.Entry)).ShouldBe([(2, DealEntry.In), (3, DealEntry.Out), (4, DealEntry.Out)]);
        _state.Balance.ShouldBe(10_300m);
    }

    [Fact]
    public void Deals_that_do_not_come_to_what_the_terminal_shows_are_not_made_into_trades_and_its_position_stands()
    {
        Compare(Position(5, Side.Buy, 2m), Deal(1, Side.Buy, 1m, 1.1m), Deal(2, Side.Buy, 2m, 1.1m));
        _told.Select(d => (d.BrokerTicket, d.Entry, d.Volume)).ShouldBe([(null, DealEntry.In, 1m)]);
        _state.Positions.Values.ShouldHaveSingleItem().Volume.ShouldBe(2m);
        Compare(Position(5, Side.Buy, 1.5m), Deal(1, Side.Buy, 1m, 1.1m), Deal(2, Side.Buy, 2m, 1.1m));
        _told.Select(d => (d.BrokerTicket, d.Entry, d.Volume)).ShouldBe([(null, DealEntry.Out, 0.5m)]);
        Compare(Position(5, Side.Buy, 1.5m), Deal(1, Side.Buy, 1m, 1.1m), Deal(2, Side.Buy, 2m, 1.1m));
        _told.ShouldBeEmpty();
    }

    private void Compare(TerminalPosition? position, params TerminalDeal[] deals)
    {
        var account = new TerminalAccount("b", "USD", "s", true, true, _balance, _balance, 0m, _balance, 0m);
        var snapshot = TerminalSnapshot.Create(account, position is null ? [] : [position], [], deals);
        _told.Clear();
        foreach (var fact in LedgerReconciler.Reconcile(_state, SettledSnapshot.TryCreate(snapshot, snapshot)!, T0).Facts)
        {
            foreach (var happened in TerminalBook.Observe(_state, fact, _market))
            {
                Add(happened);
                if (happened is DealExecuted { Deal: var deal })
                {
                    _told.Add(deal);
                }
            }
        }
    }

    private void Add(LedgerEvent happened) => _state = _state.Apply(new LedgerEntry(Id, _state.Seq + 1, T0, happened));

    private static TerminalPosition Position(long ticket, Side side, decimal volume, decimal? sl = null) => new(ticket, 0, "EURUSD", side, T0, 1.1m, sl, null, volume);

    private static TerminalDeal Deal(long ticket, Side side, decimal volume, decimal price, DealEntry entry = DealEntry.In, decimal profit = 0m) =>
        new(ticket, T0, "EURUSD", side == Side.Buy ? TerminalDealKind.Buy : TerminalDealKind.Sell, entry, volume, price, profit);
}
