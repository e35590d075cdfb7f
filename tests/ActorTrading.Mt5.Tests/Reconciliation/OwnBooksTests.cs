using ActorTrading.Domain;

namespace ActorTrading.Mt5.Tests.Reconciliation;

/// <summary>Which books are an account's own.</summary>
public sealed class OwnBooksTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);
    private static readonly Position Held = new() { Id = DeterministicId.FromNumbers(9, 1), Symbol = "EURUSD", Side = Side.Buy, Volume = 1m, PeakVolume = 1m, OpenPrice = 1.1m, OpenedAt = At, BrokerTicket = 5 };

    [Theory]
    [InlineData(new long[] { 1, 2, 7 }, true)]
    [InlineData(new long[] { 7 }, true)]
    [InlineData(new long[] { 1, 2, 7, 8, 9 }, true)]
    [InlineData(new long[] { 1, 2 }, false)]
    [InlineData(new long[] { 8, 9 }, false)]
    [InlineData(new long[] { }, false)]
    public void The_newest_deal_that_the_ledger_has_seen_is_in_their_history(long[] deals, bool own) =>
        (OwnBooks.WhyNot(Ledger(7), Books(deals)) is null).ShouldBe(own);

    [Theory]
    [InlineData(5, "EURUSD", Side.Buy, true)]
    [InlineData(6, "EURUSD", Side.Buy, false)]
    [InlineData(5, "GBPUSD", Side.Buy, false)]
    [InlineData(5, "EURUSD", Side.Sell, false)]
    public void Where_old_deals_were_put_away_a_position_that_is_held_says_it(long ticket, string symbol, Side side, bool own) =>
        (OwnBooks.WhyNot(Ledger(7) with { Positions = Ledger(7).Positions.Add(Held.Id, Held) }, Books([9], new TerminalPosition(ticket, 0, symbol, side, At, 1.1m, null, null, 1m))) is null).ShouldBe(own);

    [Fact]
    public void Before_the_first_deal_any_history_is_its_own() => OwnBooks.WhyNot(Ledger(0), Books([8, 9])).ShouldBeNull();

    [Theory]
    [InlineData("USD", null)]
    [InlineData("", null)]
    [InlineData("EUR", "The terminal's account is in EUR, this one in USD: connect the terminal as an account in EUR.")]
    public void At_first_they_are_in_its_currency(string currency, string? why) =>
        OwnBooks.WhyNot(Ledger(0) with { IsReconciled = false }, Books([], currency: currency)).ShouldBe(why);

    [Theory]
    [InlineData(PositionMode.Netting, null)]
    [InlineData(PositionMode.Hedging, "The terminal's account is a netting one, this one was made as hedging: connect the terminal as a netting account.")]
    public void A_deal_that_turned_a_position_round_says_that_the_account_nets(PositionMode made, string? why) => OwnBooks.WhyNot(Ledger(0) with { IsReconciled = false, Mode = made },
        TerminalSnapshot.Create(Books([]).Account, [], [], [new TerminalDeal(3, At, "EURUSD", TerminalDealKind.Sell, DealEntry.InOut, 2m, 1.1m, 0m)])).ShouldBe(why);

    [Theory]
    [InlineData(PositionMode.Hedging, 7, null)]
    [InlineData(PositionMode.Netting, 7, "The terminal's account is a hedging one, this one was made as netting: connect the terminal as a hedging account.")]
    [InlineData(PositionMode.Netting, 6, "The terminal's account is a hedging one, this one was made as netting: connect the terminal as a hedging account.")]
    public void Two_positions_of_a_symbol_or_copies_of_one_say_that_it_hedges(PositionMode made, long second, string? why)
    {
        TerminalPosition[] positions = [.. ((long[])[6, second]).Select(ticket => new TerminalPosition(ticket, 0, "EURUSD", Side.Buy, At, 1.1m, null, null, 1m))];
        OwnBooks.WhyNot(Ledger(0) with { IsReconciled = false, Mode = made }, TerminalSnapshot.Create(Books([]).Account, positions, [], [])).ShouldBe(why);
    }

    private static AccountState Ledger(long lastDeal) => AccountState.Empty with { Currency = "USD", IsReconciled = true, LastDealTicket = lastDeal };

    private static TerminalSnapshot Books(long[] deals, TerminalPosition? position = null, string currency = "USD") => TerminalSnapshot.Create(
        new TerminalAccount("b", currency, "s", true, true, 0m, 0m, 0m, 0m, 0m), position is null ? [] : [position], [],
        [.. deals.Select(ticket => new TerminalDeal(ticket, At, "", TerminalDealKind.Balance, DealEntry.In, 0m, 0m, 0m))]);
}
