using ActorTrading.Domain;

namespace ActorTrading.Domain.Tests.Ledger;

public class ApplyTests
{
    private static readonly Guid Account = DeterministicId.FromNumbers(1, 1);
    private static readonly DateTimeOffset At = new(2026, 3, 3, 12, 0, 0, TimeSpan.Zero);
    private static readonly AccountOpened Opened = new(Guid.Empty, "a", AccountKind.Paper, PositionMode.Netting, "USD", 100);

    private static AccountState Fold(params LedgerEvent[] events) =>
        AccountProjection.Fold(AccountState.Empty, AccountProjection.Entries(Account, 0, events, At)).After;

    private static Order Order(int n, decimal volume = 1m, Side side = Side.Buy) => new()
    {
        Id = DeterministicId.FromNumbers(2, n),
        ClientOrderId = $"o{n}",
        Symbol = "EURUSD",
        Side = side,
        Type = OrderType.Market,
        Volume = volume,
        Status = OrderStatus.Submitted,
        CreatedAt = At,
        UpdatedAt = At,
    };

    private static Deal Deal(Order order, decimal volume, DealEntry entry = DealEntry.In, Guid? position = null) => new()
    {
        Id = DeterministicId.Create(order.Id, $"{volume}"),
        OrderId = order.Id,
        PositionId = position ?? order.Id,
        Symbol = order.Symbol,
        Side = order.Side,
        Entry = entry,
        Volume = volume,
        Price = 1.1m,
        Time = At,
    };

    private static void Refuses(AccountState state, LedgerEvent e, string because)
    {
        var entry = new LedgerEntry(Account, state.Seq + 1, At, e);
        Should.Throw<InvalidLedgerException>(() => state.Apply(entry)).Message.ShouldContain(because);
    }

    [Fact]
    public void A_trade_that_is_closed_before_its_order_has_filled_goes_on_with_the_rest()
    {
        var (order, exit, last) = (Order(1), Order(2, 0.4m, Side.Sell), Order(3, 0.6m, Side.Sell));
        var closed = Fold(Opened, new OrderSubmitted(order), new DealExecuted(Deal(order, 0.4m) with { Commission = -1m }),
            new OrderSubmitted(exit), new DealExecuted(Deal(exit, 0.4m, DealEntry.Out, order.Id) with { Price = 1.2m, Profit = 40m }));
        closed.Positions.ShouldBeEmpty();
        closed.OpenTrades.Values.ShouldHaveSingleItem().IsClosed.ShouldBeTrue("its order may still fill");

        var (reopened, changes) = Then(closed, new DealExecuted(Deal(order, 0.6m) with { Price = 1.3m, Commission = -2m }));
        changes.Trades.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            t => (t.Id, t.Volume, t.ClosedVolume, t.IsClosed, t.CloseReason).ShouldBe((order.Id, 1m, 0.4m, false, null)),
            t => (t.OpenPrice, t.Profit, t.Commission).ShouldBe((1.22m, 40m, -3m)));
        reopened.Positions.Values.ShouldHaveSingleItem().ShouldSatisfyAllConditions(p => p.Volume.ShouldBe(0.6m), p => p.OpenPrice.ShouldBe(1.3m));

        var (ended, more) = Then(reopened, new OrderSubmitted(last), new DealExecuted(Deal(last, 0.6m, DealEntry.Out, order.Id) with { Price = 1.4m, Profit = 60m }));
        more.Trades.ShouldHaveSingleItem().ShouldSatisfyAllConditions(t => (t.Volume, t.ClosedVolume, t.IsClosed).ShouldBe((1m, 1m, true)), t => (t.Profit, t.ClosePrice).ShouldBe((100m, 1.32m)));
        (ended.OpenTrades.Count, ended.Positions.Count, ended.Balance).ShouldBe((0, 0, 97m));

        // What does not fill is not waited for.
        Then(closed, new OrderCancelled(order.Id, DealReason.Client)).After.OpenTrades.ShouldBeEmpty();
        var left = Then(closed, new AccountClosed { LeavesPositions = true });
        left.Changes.Trades.ShouldBeEmpty("it was closed before");
        left.After.OpenTrades.ShouldBeEmpty();
    }

    private static (AccountState After, AccountChanges Changes) Then(AccountState state, params LedgerEvent[] events) =>
        AccountProjection.Fold(state, AccountProjection.Entries(Account, state.Seq, events, At));

    [Fact]
    public void The_sequence_has_no_gaps()
    {
        var state = Fold(Opened);
        foreach (var seq in new long[] { 0, 1, 3 })
            Should.Throw<InvalidLedgerException>(() => state.Apply(new LedgerEntry(Account, seq, At, new AccountClosed()))).Message.ShouldContain("expected sequence 2");
    }

    [Fact]
    public void An_account_opens_first_and_once()
    {
        Refuses(AccountState.Empty, new AccountClosed(), "before accountOpened");
        Refuses(Fold(Opened), Opened, "already open");
    }

    [Fact]
    public void Entries_of_another_account_are_refused() =>
        Should.Throw<InvalidLedgerException>(() => Fold(Opened).Apply(new LedgerEntry(Guid.Empty, 2, At, new AccountClosed())));

    [Fact]
    public void Nothing_is_filled_beyond_its_volume_or_closed_beyond_what_is_open()
    {
        var order = Order(1);
        var state = Fold(Opened, new OrderSubmitted(order), new DealExecuted(Deal(order, 0.6m)));
        Refuses(state, new DealExecuted(Deal(order, 0.5m)), "1.1 of 1");
        var close = Order(2, side: Side.Sell);
        Refuses(state, new DealExecuted(Deal(close, 0.7m, DealEntry.Out, order.Id)), "cannot close");
        Refuses(state, new DealExecuted(Deal(close, 0.7m, DealEntry.Out)), "not open");
        Refuses(state, new DealExecuted(Deal(close, 0.7m) with { PositionId = order.Id }), "adds Sell");
        Refuses(state, new DealExecuted(Deal(close, 0.7m)), "already has position");
        Refuses(state, new DealExecuted(Deal(close, 0.6m, DealEntry.InOut, order.Id)), "cannot reverse");
        Refuses(state, new DealExecuted(Deal(close, 0m, DealEntry.Out, order.Id)), "volume 0");
    }

    [Fact]
    public void A_client_order_id_is_used_once()
    {
        var state = Fold(Opened, new OrderSubmitted(Order(1)));
        Refuses(state, new OrderSubmitted(Order(2) with { ClientOrderId = "o1" }), "o1");
        Refuses(state, new OrderSubmitted(Order(1) with { ClientOrderId = "o3" }), "already submitted");
        Refuses(state, new OrderCancelled(DeterministicId.FromNumbers(2, 9), DealReason.Client), "not live");
    }

    [Fact]
    public void A_leader_entry_is_decided_once_and_in_order()
    {
        var decided = new CopyDecided(DeterministicId.FromNumbers(3, 1), Guid.Empty, 7, CopyOutcome.Copied, null, null, [], At);
        var state = Fold(Opened, decided);
        Refuses(state, decided, "cursor 7");
        Refuses(state, decided with { LeaderSeq = 6 }, "cursor 7");
        Fold(Opened, decided, decided with { LeaderSeq = 9 }).CopyCursors.Values.ShouldBe([9]);
    }

    [Fact]
    public void A_trading_days_swap_is_charged_once()
    {
        var order = Order(1);
        var swap = new SwapCharged(order.Id, -1m, new DateOnly(2026, 3, 3));
        Refuses(Fold(Opened, new OrderSubmitted(order), new DealExecuted(Deal(order, 1m)), swap), swap, "2026-03-03");
    }

    [Fact]
    public void Only_the_newest_client_order_ids_are_remembered()
    {
        List<LedgerEvent> events = [Opened];
        for (var i = 1; i <= RecentOrders.Max + 10; i++)
        {
            events.Add(new OrderSubmitted(Order(i)));
            events.Add(new OrderCancelled(Order(i).Id, DealReason.Client));
        }
        var state = Fold([.. events]);
        state.RecentOrders.Count.ShouldBe(RecentOrders.Max);
        state.RecentOrderIds.First().ShouldBe("o11");
        state.RecentOrders["o266"].Status.ShouldBe(OrderStatus.Cancelled);
        state.Orders.ShouldBeEmpty();
    }

    [Fact]
    public void Changes_hold_each_row_once_as_it_ends()
    {
        var (open, add, close) = (Order(1), Order(2, 0.5m), Order(3, 1.5m, Side.Sell));
        var before = Fold(Opened, new BalanceAdjusted(1000m, BalanceReason.Deposit, "d"));
        var (after, changes) = AccountProjection.Fold(before, AccountProjection.Entries(before, [
            new OrderSubmitted(open), new DealExecuted(Deal(open, 1m) with { Commission = -2m }),
            new OrderSubmitted(add), new DealExecuted(Deal(add, 0.5m, position: open.Id) with { Commission = -1m, Price = 1.4m }),
        ], At));
        changes.Orders.Select(o => (o.Id, o.Status)).ShouldBe([(open.Id, OrderStatus.Filled), (add.Id, OrderStatus.Filled)]);
        var position = changes.Positions.ShouldHaveSingleItem();
        (position.Volume, position.OpenPrice, position.Commission, position.PeakVolume).ShouldBe((1.5m, 1.2m, -3m, 1.5m));
        changes.Trades.ShouldHaveSingleItem().Commission.ShouldBe(-3m);
        changes.Account.Balance.ShouldBe(997m);

        var closing = Deal(close, 1.5m, DealEntry.Out, open.Id) with { Profit = 150m, Commission = -3m, Swap = -0.5m, Price = 1.3m, Reason = DealReason.TakeProfit };
        var (end, last) = AccountProjection.Fold(after, AccountProjection.Entries(after, [new OrderSubmitted(close), new DealExecuted(closing)], At));
        last.Positions.ShouldBeEmpty();
        last.RemovedPositions.ShouldBe([open.Id]);
        var trade = last.Trades.ShouldHaveSingleItem();
        (trade.Id, trade.IsClosed, trade.ClosePrice, trade.NetProfit, trade.CloseReason).ShouldBe((open.Id, true, 1.3m, 143.5m, DealReason.TakeProfit));
        end.Balance.ShouldBe(1143.5m);
    }

    [Fact]
    public void What_cannot_follow_leaves_a_draft_and_its_rows_as_they_were()
    {
        var draft = new LedgerDraft(Account, Fold(Opened, new BalanceAdjusted(1000m, BalanceReason.Deposit, "d")));
        var open = Order(1);
        draft.Add(new OrderSubmitted(open), At);
        // It would fill the order, and then finds no position to close.
        Should.Throw<InvalidLedgerException>(() => draft.Add(new DealExecuted(Deal(open, 1m, DealEntry.Out, Guid.NewGuid())), At));
        draft.Entries.ShouldHaveSingleItem();
        draft.State.Orders.ShouldHaveSingleItem();
        draft.Changes().Orders.ShouldBe([open]);
    }

    [Fact]
    public void A_reversal_ends_one_trade_and_begins_another()
    {
        var (open, turn) = (Order(1), Order(2, 1.5m, Side.Sell));
        var before = Fold(Opened, new OrderSubmitted(open), new DealExecuted(Deal(open, 1m)));
        var (after, changes) = AccountProjection.Fold(before, AccountProjection.Entries(before,
            [new OrderSubmitted(turn), new DealExecuted(Deal(turn, 1.5m, DealEntry.InOut, open.Id) with { Commission = -3m, Profit = 5m })], At));
        changes.RemovedPositions.ShouldBe([open.Id]);
        var ended = changes.Trades.ShouldHaveSingleItem();
        (ended.Id, ended.IsClosed, ended.Side, ended.Volume, ended.Commission).ShouldBe((open.Id, true, Side.Buy, 1m, -2m));
        var begun = after.OpenTrades[turn.Id];
        (begun.IsClosed, begun.Side, begun.Volume, begun.Commission).ShouldBe((false, Side.Sell, 0.5m, -1m));
        after.Positions.Keys.ShouldBe([turn.Id]);
    }

    [Fact]
    public void A_trade_changes_with_its_second_deal()
    {
        var (open, part) = (Order(1) with { StopLoss = 1.1m }, Order(2, 0.4m, Side.Sell));
        var before = Fold(Opened, new OrderSubmitted(open));
        var (opened, first) = AccountProjection.Fold(before, AccountProjection.Entries(before, [new DealExecuted(Deal(open, 1m))], At));
        first.Trades.ShouldBeEmpty("its position tells it");
        var (moved, second) = AccountProjection.Fold(opened, AccountProjection.Entries(opened, [new PositionModified(open.Id, 1.15m, null, null, DealReason.Client)], At));
        second.Trades.ShouldBeEmpty();
        second.Account.OpenTrades[open.Id].InitialStopLoss.ShouldBe(1.1m);
        var (_, third) = AccountProjection.Fold(moved, AccountProjection.Entries(moved, [new OrderSubmitted(part), new DealExecuted(Deal(part, 0.4m, DealEntry.Out, open.Id))], At));
        var trade = third.Trades.ShouldHaveSingleItem();
        (trade.ClosedVolume, trade.IsClosed, trade.InitialStopLoss).ShouldBe((0.4m, false, 1.1m));
    }

    [Fact]
    public void What_was_opened_and_closed_in_one_run_is_only_a_trade()
    {
        var (open, close) = (Order(1), Order(2, 1m, Side.Sell));
        var before = Fold(Opened);
        var (_, changes) = AccountProjection.Fold(before, AccountProjection.Entries(before, [
            new OrderSubmitted(open), new DealExecuted(Deal(open, 1m)), new OrderSubmitted(close), new DealExecuted(Deal(close, 1m, DealEntry.Out, open.Id))], At));
        changes.Positions.ShouldBeEmpty();
        changes.Trades.ShouldHaveSingleItem().IsClosed.ShouldBeTrue();
    }
}
