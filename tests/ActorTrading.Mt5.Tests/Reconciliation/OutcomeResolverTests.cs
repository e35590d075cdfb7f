using ActorTrading.Domain;

namespace ActorTrading.Mt5.Tests.Reconciliation;

public sealed class OutcomeResolverTests
{
    private static readonly DateTimeOffset T0 = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);
    private static readonly TerminalAccount Account = new("b", "USD", "s", true, true, 10000, 10000, 0, 10000, 0);

    private static TerminalPosition Position(long ticket, decimal volume = 1m, Side side = Side.Buy, decimal? sl = null, decimal? tp = null, string symbol = "EURUSD") =>
        new(ticket, 0, symbol, side, T0, 1.1m, sl, tp, volume);

    private static TerminalDeal Deal(long ticket, TerminalDealKind kind = TerminalDealKind.Buy, DealEntry entry = DealEntry.In, decimal volume = 1m, string symbol = "EURUSD") =>
        new(ticket, T0, symbol, kind, entry, volume, 1.1m, 0);

    private static TerminalOrder Order(long ticket, decimal price, Side side = Side.Buy, OrderType type = OrderType.Limit) =>
        new(ticket, 0, "EURUSD", side, type, T0, price, null, null, 1m);

    private static TerminalSnapshot Snapshot(TerminalPosition[]? positions = null, TerminalOrder[]? orders = null, TerminalDeal[]? deals = null) =>
        TerminalSnapshot.Create(Account, positions ?? [], orders ?? [], deals ?? []);

    private static SettledSnapshot Settled(TerminalSnapshot s) => SettledSnapshot.TryCreate(s, s)!;

    private static IReadOnlyList<ResolvedOutcome> Resolve(TerminalSnapshot before, TerminalSnapshot now, params TradeRequest[] requests) =>
        OutcomeResolver.Resolve(before, Settled(now), requests, PositionMode.Hedging);

    private static readonly TradeRequest Buy = TradeRequest.Market("a", "EURUSD", Side.Buy, 1m);

    [Fact]
    public void Nothing_new_means_not_executed() =>
        Resolve(Snapshot(), Snapshot(), Buy).ShouldHaveSingleItem().ShouldBeOfType<ResolvedOutcome.NotExecuted>();

    [Fact]
    public void A_new_deal_and_its_position_mean_executed()
    {
        var done = Resolve(Snapshot(), Snapshot([Position(5)], deals: [Deal(6)]), Buy).ShouldHaveSingleItem().ShouldBeOfType<ResolvedOutcome.Executed>();
        (done.Order, done.Deal, done.Position, done.Volume, done.Price).ShouldBe((5L, 6L, 5L, 1m, 1.1m));
    }

    [Fact]
    public void Of_two_equal_requests_and_one_deal_the_first_was_executed()
    {
        var outcomes = Resolve(Snapshot(), Snapshot([Position(5)], deals: [Deal(6)]), Buy, Buy with { ClientOrderId = "b" });
        outcomes[0].ShouldBeOfType<ResolvedOutcome.Executed>();
        outcomes[1].ShouldBeOfType<ResolvedOutcome.NotExecuted>();
    }

    [Fact]
    public void Requests_are_told_apart_by_their_levels()
    {
        var outcomes = Resolve(Snapshot(), Snapshot([Position(5, sl: 1.05m), Position(7, sl: 1.06m)], deals: [Deal(6), Deal(8)]),
            Buy with { StopLoss = 1.06m }, Buy with { StopLoss = 1.05m });
        outcomes.Cast<ResolvedOutcome.Executed>().Select(o => o.Position).ShouldBe([7, 5]);
    }

    [Fact]
    public void What_an_answered_request_did_is_not_claimed_again() =>
        OutcomeResolver.Resolve(Snapshot(), Settled(Snapshot([Position(5)], deals: [Deal(6)])), [Buy], PositionMode.Hedging, new HashSet<long> { 5 })
            .ShouldHaveSingleItem().ShouldBeOfType<ResolvedOutcome.NotExecuted>();

    [Fact]
    public void Opened_and_stopped_out_meanwhile_is_executed_with_no_position()
    {
        var done = Resolve(Snapshot([Position(1)]), Snapshot([Position(1)], deals: [Deal(6), Deal(8, TerminalDealKind.Sell, DealEntry.Out)]), Buy)
            .ShouldHaveSingleItem().ShouldBeOfType<ResolvedOutcome.Executed>();
        (done.Deal, done.Position).ShouldBe((6L, null));
    }

    [Fact]
    public void A_partial_fill_is_executed_with_what_was_done() =>
        Resolve(Snapshot(), Snapshot([Position(5, 0.4m)], deals: [Deal(6, volume: 0.4m)]), Buy).ShouldHaveSingleItem()
            .ShouldBeOfType<ResolvedOutcome.Executed>().Volume.ShouldBe(0.4m);

    [Fact]
    public void A_foreign_deal_of_another_symbol_direction_or_size_proves_nothing() =>
        Resolve(Snapshot(), Snapshot(deals: [Deal(6, TerminalDealKind.Sell), Deal(7, symbol: "GBPUSD"), Deal(8, volume: 2m)]), Buy)
            .ShouldHaveSingleItem().ShouldBeOfType<ResolvedOutcome.NotExecuted>();

    [Fact]
    public void A_close_is_proved_by_the_position_gone_and_a_partial_one_by_its_deal()
    {
        var before = Snapshot([Position(5), Position(7)], deals: [Deal(6), Deal(8)]);
        var now = Snapshot([Position(7, 0.6m)], deals: [Deal(6), Deal(8), Deal(9, TerminalDealKind.Sell, DealEntry.Out), Deal(10, TerminalDealKind.Sell, DealEntry.Out, 0.4m)]);
        var outcomes = Resolve(before, now, TradeRequest.ClosePosition("a", 5), TradeRequest.ClosePartial("b", 7, 0.4m), TradeRequest.ClosePartial("c", 7, 0.1m));
        outcomes[0].ShouldBeOfType<ResolvedOutcome.Executed>().Deal.ShouldBe(9);
        outcomes[1].ShouldBeOfType<ResolvedOutcome.Executed>().Deal.ShouldBe(10);
        outcomes[2].ShouldNotBeOfType<ResolvedOutcome.Executed>();
    }

    [Fact]
    public void A_close_of_a_position_that_is_still_whole_was_not_executed() =>
        Resolve(Snapshot([Position(5)]), Snapshot([Position(5)]), TradeRequest.ClosePosition("a", 5)).ShouldHaveSingleItem().ShouldBeOfType<ResolvedOutcome.NotExecuted>();

    [Fact]
    public void A_change_of_levels_is_read_off_the_position()
    {
        var now = Snapshot([Position(5, sl: 1.05m)]);
        Resolve(Snapshot([Position(5)]), now, TradeRequest.ModifyPosition("a", 5, 1.05m, null))[0].ShouldBeOfType<ResolvedOutcome.Executed>();
        Resolve(Snapshot([Position(5)]), now, TradeRequest.ModifyPosition("a", 5, 1.05m, 1.2m))[0].ShouldBeOfType<ResolvedOutcome.NotExecuted>();
    }

    [Fact]
    public void A_pending_order_is_found_resting_or_filled()
    {
        var request = TradeRequest.Pending("a", "EURUSD", Side.Buy, OrderType.Limit, 1m, 1.09m);
        Resolve(Snapshot(), Snapshot(orders: [Order(5, 1.09m)]), request)[0].ShouldBeOfType<ResolvedOutcome.Executed>().Order.ShouldBe(5);
        Resolve(Snapshot(), Snapshot(orders: [Order(5, 1.08m)]), request)[0].ShouldBeOfType<ResolvedOutcome.NotExecuted>();
        Resolve(Snapshot(), Snapshot([Position(5)], deals: [Deal(6)]), request with { Price = 1.1m })[0].ShouldBeOfType<ResolvedOutcome.Executed>().Position.ShouldBe(5);
        Resolve(Snapshot(), Snapshot([Position(5)], deals: [Deal(6)]), request)[0].ShouldBeOfType<ResolvedOutcome.NotExecuted>("a limit of 1.09 is not filled at 1.1");
    }

    [Fact]
    public void A_cancelled_order_is_gone_and_no_deal_is_its()
    {
        var before = Snapshot(orders: [Order(5, 1.09m)]);
        var cancel = TradeRequest.CancelOrder("a", 5);
        Resolve(before, Snapshot(), cancel)[0].ShouldBeOfType<ResolvedOutcome.Executed>();
        Resolve(before, before, cancel)[0].ShouldBeOfType<ResolvedOutcome.NotExecuted>();
        Resolve(before, Snapshot([Position(5)], deals: [Deal(6)]), cancel)[0].ShouldBeOfType<ResolvedOutcome.NotExecuted>();
        Resolve(before, Snapshot(deals: [Deal(6), Deal(7, TerminalDealKind.Sell, DealEntry.Out)]), cancel)[0].ShouldBeOfType<ResolvedOutcome.Ambiguous>();
    }

    [Fact]
    public void Hidden_by_copies_is_ambiguous_and_not_closed()
    {
        var before = Snapshot([Position(5), Position(7)], deals: [Deal(6), Deal(8)]);
        var now = Snapshot([Position(5), Position(5)], deals: [Deal(6), Deal(8)]);
        Resolve(before, now, TradeRequest.ClosePosition("a", 7))[0].ShouldBeOfType<ResolvedOutcome.Ambiguous>();
    }

    [Fact]
    public void Two_different_snapshots_settle_nothing()
    {
        SettledSnapshot.TryCreate(Snapshot(), Snapshot(deals: [Deal(6)])).ShouldBeNull();
        var richer = Snapshot() with { Account = Account with { Equity = 9999 } };
        SettledSnapshot.TryCreate(Snapshot(), richer).ShouldNotBeNull();
    }
}
