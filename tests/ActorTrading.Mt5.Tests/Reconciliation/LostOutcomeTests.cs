using ActorTrading.Domain;

namespace ActorTrading.Mt5.Tests.Reconciliation;

/// <summary>What became of orders whose answers are lost, and of what happened at the terminal beside them.</summary>
public sealed class LostOutcomeTests
{
    private readonly TwoBooksSetup _hedging = new(PositionMode.Hedging);
    private readonly TwoBooksSetup _netting = new(PositionMode.Netting);

    [Fact]
    public void An_order_whose_position_was_stopped_out_before_it_was_found_is_in_the_ledger_with_both_deals()
    {
        var order = _hedging.Submit("a", 1m, sl: 1.09m);
        _hedging.Deal(6, Side.Buy, DealEntry.In, 1m);
        _hedging.Deal(8, Side.Sell, DealEntry.Out, 1m, 1.09m, -1_000m);
        _hedging.Compare().NotExecuted.ShouldBeEmpty();
        _hedging.Deals.ShouldBe([(6, DealEntry.In, 1m), (8, DealEntry.Out, 1m)]);
        _hedging.Told.OfType<DealExecuted>().Select(e => e.Deal.PositionId).ShouldBe([order.Id, order.Id]);
        _hedging.Told.OfType<BalanceAdjusted>().ShouldBeEmpty("the deals say where the money went");
        _hedging.State.Positions.ShouldBeEmpty();
        _hedging.Compare();
        _hedging.Told.ShouldBeEmpty();
    }

    [Fact]
    public void A_pending_order_that_was_filled_and_stopped_out_between_two_looks_is_in_the_ledger_with_both_deals()
    {
        _hedging.Rest(10, 1m);
        _hedging.Orders = [];
        _hedging.Deal(11, Side.Buy, DealEntry.In, 1m, 1.09m);
        _hedging.Deal(12, Side.Sell, DealEntry.Out, 1m, 1.08m, -1_000m);
        _hedging.Compare();
        _hedging.Deals.ShouldBe([(11, DealEntry.In, 1m), (12, DealEntry.Out, 1m)]);
        _hedging.State.Positions.ShouldBeEmpty();
        _hedging.State.Orders.ShouldBeEmpty();
        _hedging.Told.OfType<BalanceAdjusted>().ShouldBeEmpty();
    }

    [Fact]
    public void A_fill_that_was_closed_by_deals_that_do_not_add_up_leaves_no_position_behind()
    {
        _hedging.Submit("a", 1m);
        _hedging.Deal(6, Side.Buy, DealEntry.In, 1m);
        _hedging.Deal(8, Side.Sell, DealEntry.Out, 0.7m, 1.09m, -700m);
        _hedging.Compare();
        _hedging.State.Positions.ShouldBeEmpty();
        _hedging.State.Orders.ShouldBeEmpty();
    }

    [Fact]
    public void A_fill_that_was_closed_in_part_before_it_was_found_has_what_the_terminal_shows()
    {
        var order = _hedging.Submit("a", 1m);
        _hedging.Positions = [TwoBooksSetup.Position(5, 0.4m)];
        _hedging.Deal(6, Side.Buy, DealEntry.In, 1m);
        _hedging.Deal(8, Side.Sell, DealEntry.Out, 0.6m, 1.2m, 6_000m);
        _hedging.Compare();
        _hedging.Deals.ShouldBe([(6, DealEntry.In, 1m), (8, DealEntry.Out, 0.6m)]);
        _hedging.State.Positions[order.Id].Volume.ShouldBe(0.4m);
    }

    [Fact]
    public void A_netted_fill_that_was_closed_before_it_was_found_is_in_the_ledger_with_both_deals()
    {
        _netting.Submit("a", 1m);
        _netting.Deal(6, Side.Buy, DealEntry.In, 1m);
        _netting.Deal(8, Side.Sell, DealEntry.Out, 1m, 1.09m, -1_000m);
        _netting.Compare();
        _netting.Deals.ShouldBe([(6, DealEntry.In, 1m), (8, DealEntry.Out, 1m)]);
        _netting.State.Positions.ShouldBeEmpty();
    }

    [Fact]
    public void Books_that_list_a_market_order_are_not_at_rest()
    {
        var account = new TerminalAccount("b", "USD", "s", true, true, 0m, 0m, 0m, 0m, 0m);
        var working = TerminalSnapshot.Create(account, [], [TwoBooksSetup.Limit(5, 1m) with { Type = OrderType.Market, Price = 0m }], []);
        SettledSnapshot.TryCreate(working, working).ShouldBeNull();
        var resting = TerminalSnapshot.Create(account, [], [TwoBooksSetup.Limit(5, 1m)], []);
        SettledSnapshot.TryCreate(resting, resting).ShouldNotBeNull();
    }

    [Fact]
    public void A_hand_placed_order_that_was_filled_in_part_while_it_rests_fills_in_the_ledger_too()
    {
        _hedging.Orders = [TwoBooksSetup.Limit(500, 1m)];
        _hedging.Compare();
        _hedging.Positions = [TwoBooksSetup.Position(500, 0.4m, price: 1.09m)];
        _hedging.Deal(11, Side.Buy, DealEntry.In, 0.4m, 1.09m);
        _hedging.Compare();
        var order = _hedging.State.Orders.Values.ShouldHaveSingleItem();
        (order.Status, order.FilledVolume).ShouldBe((OrderStatus.PartiallyFilled, 0.4m));
        _hedging.State.Positions.Values.ShouldHaveSingleItem().Volume.ShouldBe(0.4m);

        _hedging.Orders = [];
        _hedging.Positions = [TwoBooksSetup.Position(500, 1m, price: 1.09m)];
        _hedging.Deal(12, Side.Buy, DealEntry.In, 0.6m, 1.09m);
        _hedging.Compare();
        _hedging.Deals.ShouldBe([(12, DealEntry.In, 0.6m)]);
        _hedging.State.Positions.Values.ShouldHaveSingleItem().Volume.ShouldBe(1m);
        _hedging.State.Orders.ShouldBeEmpty();
    }

    [Fact]
    public void A_position_whose_ticket_an_order_had_before_does_not_lock_the_account_out()
    {
        _hedging.Orders = [TwoBooksSetup.Limit(500, 1m)];
        _hedging.Compare();
        _hedging.Orders = [];
        _hedging.Compare();
        _hedging.Told.OfType<OrderCancelled>().ShouldHaveSingleItem();
        _hedging.Positions = [TwoBooksSetup.Position(500, 1m, price: 1.09m)];
        _hedging.Deal(11, Side.Buy, DealEntry.In, 1m, 1.09m);
        _hedging.Compare().Unbookable.ShouldBeEmpty();
        _hedging.State.Positions.Values.ShouldHaveSingleItem().BrokerTicket.ShouldBe(500);
    }

    [Fact]
    public void A_position_opened_with_the_ticket_of_a_known_order_is_that_orders_fill()
    {
        var order = _hedging.Rest(10, 1m);
        _hedging.Observe(new TerminalFact { Kind = TerminalFactKind.PositionOpened, PositionTicket = 10, Symbol = "EURUSD", Side = Side.Buy, Volume = 1m, Price = 1.09m, At = TwoBooksSetup.T0 });
        _hedging.State.Positions.Keys.ShouldBe([order.Id]);
        _hedging.State.Orders.ShouldBeEmpty();
    }

    [Fact]
    public void A_close_in_whose_place_somebody_reversed_the_position_is_cancelled_and_locks_nobody_out()
    {
        var long01 = Held(_netting, 5, 0.1m);
        _netting.Submit("close", 0.1m, Side.Sell, long01);
        _netting.Positions = [TwoBooksSetup.Position(77, 0.2m, Side.Sell)];
        _netting.Deal(20, Side.Sell, DealEntry.InOut, 0.3m, 1.2m, 1_000m);
        var result = _netting.Compare();
        result.Unbookable.ShouldBeEmpty();
        _netting.Deals.ShouldBe([(20, DealEntry.InOut, 0.3m)]);
        _netting.Told.OfType<OrderCancelled>().ShouldHaveSingleItem();
        var turned = _netting.State.Positions.Values.ShouldHaveSingleItem();
        (turned.Side, turned.Volume, turned.BrokerTicket).ShouldBe((Side.Sell, 0.2m, 77));
    }

    [Fact]
    public void A_close_of_a_position_that_is_gone_without_a_deal_ends_with_the_position()
    {
        var held = Held(_hedging, 5, 1m);
        _hedging.Submit("close", 1m, Side.Sell, held);
        _hedging.Positions = [];
        _hedging.Compare();
        _hedging.State.Positions.ShouldBeEmpty();
        _hedging.State.Orders.ShouldBeEmpty();
    }

    [Fact]
    public void A_fact_that_cannot_follow_is_left_out_and_the_order_it_is_about_is_not_sent_again()
    {
        var order = _hedging.Submit("a", 1m);
        _hedging.Positions = [TwoBooksSetup.Position(5, 1m, price: 0m)];
        _hedging.Deal(6, Side.Buy, DealEntry.In, 1m, 0m);
        var result = _hedging.Compare();
        result.Unbookable.ShouldNotBeEmpty();
        result.Unbookable[0].Fact.OrderId.ShouldBe(order.Id);
        result.NotExecuted.ShouldBeEmpty();
        _hedging.State.Orders.ShouldBeEmpty();
    }

    [Fact]
    public void Somebody_elses_stop_out_is_not_the_fill_of_an_order_that_was_never_executed()
    {
        _hedging.Positions = [TwoBooksSetup.Position(5, 0.1m, Side.Sell, sl: 1.12m)];
        _hedging.Deal(1, Side.Sell, DealEntry.In, 0.1m);
        _hedging.Compare();
        var order = _hedging.Submit("a", 0.1m);
        _hedging.Positions = [];
        _hedging.Deal(2, Side.Buy, DealEntry.Out, 0.1m, 1.12m, -200m);
        _hedging.Compare().NotExecuted.ShouldBe([order.Id]);
        _hedging.Deals.ShouldBe([(2, DealEntry.Out, 0.1m)]);
        _hedging.Told.OfType<DealExecuted>().Single().Deal.Reason.ShouldBe(DealReason.StopLoss);
    }

    [Fact]
    public void What_was_never_sent_is_not_found_executed_by_a_trade_by_hand()
    {
        var order = _hedging.Submit("a", 1m);
        _hedging.Positions = [TwoBooksSetup.Position(5, 0.1m)];
        _hedging.Deal(6, Side.Buy, DealEntry.In, 0.1m);
        _hedging.Compare(order).NotExecuted.ShouldBe([order.Id]);
        _hedging.State.Orders[order.Id].FilledVolume.ShouldBe(0m);
        _hedging.State.Positions.Values.ShouldHaveSingleItem().Id.ShouldNotBe(order.Id);
    }

    [Fact]
    public void A_market_order_that_was_filled_in_part_does_not_stand()
    {
        var order = _hedging.Submit("a", 1m);
        _hedging.Positions = [TwoBooksSetup.Position(5, 0.4m)];
        _hedging.Deal(6, Side.Buy, DealEntry.In, 0.4m);
        _hedging.Compare();
        _hedging.State.Positions[order.Id].Volume.ShouldBe(0.4m);
        _hedging.State.Orders.ShouldBeEmpty();
    }

    [Fact]
    public void A_pending_order_that_was_cancelled_beside_a_trade_by_hand_is_not_filled_by_it()
    {
        _hedging.Rest(10, 1m);
        _hedging.Orders = [];
        _hedging.Positions = [TwoBooksSetup.Position(12, 1m, price: 1.085m)];
        _hedging.Deal(13, Side.Buy, DealEntry.In, 1m, 1.085m);
        _hedging.Compare();
        _hedging.Told.OfType<OrderCancelled>().ShouldHaveSingleItem();
        _hedging.State.Positions.Values.ShouldHaveSingleItem().BrokerTicket.ShouldBe(12);
    }

    [Fact]
    public void A_pending_order_that_was_cancelled_beside_a_round_trip_above_its_limit_is_not_filled_by_it()
    {
        _hedging.Rest(10, 1m);
        _hedging.Orders = [];
        _hedging.Deal(13, Side.Buy, DealEntry.In, 1m, 1.1m);
        _hedging.Deal(14, Side.Sell, DealEntry.Out, 1m, 1.1m);
        _hedging.Compare();
        _hedging.Told.OfType<OrderCancelled>().ShouldHaveSingleItem();
        _hedging.State.Positions.ShouldBeEmpty();
    }

    [Fact]
    public void A_netted_order_that_reduced_the_position_is_found_executed()
    {
        Held(_netting, 5, 1m, Side.Sell);
        var market = _netting.Submit("a", 0.3m, limit: 1.09m);
        _netting.Positions = [TwoBooksSetup.Position(5, 0.7m, Side.Sell)];
        _netting.Deal(20, Side.Buy, DealEntry.Out, 0.3m, 1.09m, 300m);
        _netting.Compare().NotExecuted.ShouldBeEmpty();
        _netting.Told.OfType<DealExecuted>().Single().Deal.OrderId.ShouldBe(market.Id);
        _netting.State.Positions.Values.ShouldHaveSingleItem().Volume.ShouldBe(0.7m);
    }

    [Fact]
    public void A_pending_order_that_reduced_a_netted_position_is_its_fill_and_no_cancellation()
    {
        Held(_netting, 5, 1m, Side.Sell);
        var order = _netting.Rest(10, 0.3m);
        _netting.Orders = [];
        _netting.Positions = [TwoBooksSetup.Position(5, 0.7m, Side.Sell)];
        _netting.Deal(20, Side.Buy, DealEntry.Out, 0.3m, 1.09m, 300m);
        _netting.Compare();
        _netting.Told.OfType<OrderCancelled>().ShouldBeEmpty();
        _netting.Told.OfType<DealExecuted>().Single().Deal.OrderId.ShouldBe(order.Id);
        _netting.State.Positions.Values.ShouldHaveSingleItem().Volume.ShouldBe(0.7m);
    }

    [Theory]
    [InlineData(PositionMode.Hedging)]
    [InlineData(PositionMode.Netting)]
    public void A_fill_in_two_deals_is_one_orders(PositionMode mode)
    {
        var books = mode == PositionMode.Hedging ? _hedging : _netting;
        var inDoubt = books.Submit("a", 1m);
        books.Positions = [TwoBooksSetup.Position(5, 1m)];
        books.Deal(6, Side.Buy, DealEntry.In, 0.4m);
        books.Deal(7, Side.Buy, DealEntry.In, 0.6m);
        books.Compare().NotExecuted.ShouldBeEmpty();
        books.Deals.ShouldBe([(6, DealEntry.In, 0.4m), (7, DealEntry.In, 0.6m)]);
        books.State.Positions.Keys.ShouldBe([inDoubt.Id]);
        books.State.Orders.ShouldBeEmpty();
    }

    [Fact]
    public void A_pending_order_filled_in_two_deals_is_filled()
    {
        var order = _hedging.Rest(10, 1m);
        _hedging.Orders = [];
        _hedging.Positions = [TwoBooksSetup.Position(10, 1m, price: 1.09m)];
        _hedging.Deal(11, Side.Buy, DealEntry.In, 0.4m, 1.09m);
        _hedging.Deal(12, Side.Buy, DealEntry.In, 0.6m, 1.09m);
        _hedging.Compare();
        _hedging.State.Positions[order.Id].Volume.ShouldBe(1m);
        _hedging.State.Orders.ShouldBeEmpty();
        _hedging.Told.OfType<OrderCancelled>().ShouldBeEmpty();
    }

    [Fact]
    public void A_fill_whose_deal_the_history_shows_late_is_not_sent_again_and_its_deal_is_its_own()
    {
        var order = _hedging.Submit("a", 1m);
        _hedging.Positions = [TwoBooksSetup.Position(5, 1m)];
        _hedging.Compare().NotExecuted.ShouldBeEmpty();
        _hedging.State.Positions[order.Id].BrokerTicket.ShouldBe(5);
        _hedging.State.UnconfirmedFills.ShouldHaveSingleItem();
        _hedging.Deal(6, Side.Buy, DealEntry.In, 1m);
        var next = _hedging.Submit("b", 1m);
        _hedging.Compare().NotExecuted.ShouldBe([next.Id]);
        _hedging.Deals.ShouldBeEmpty();
        _hedging.State.UnconfirmedFills.ShouldBeEmpty();
    }

    [Fact]
    public void A_netted_position_that_is_other_by_an_order_in_doubt_waits_for_its_deal()
    {
        Held(_netting, 5, 1m);
        var order = _netting.Submit("a", 0.5m);
        _netting.Positions = [TwoBooksSetup.Position(5, 1.5m)];
        var result = _netting.Compare();
        result.Ambiguous.Select(a => a.Id).ShouldBe([order.Id]);
        result.NotExecuted.ShouldBeEmpty();
        _netting.Deals.ShouldBeEmpty();
        _netting.Deal(20, Side.Buy, DealEntry.In, 0.5m);
        _netting.Compare().Ambiguous.ShouldBeEmpty();
        _netting.State.Positions.Values.ShouldHaveSingleItem().Volume.ShouldBe(1.5m);
        _netting.State.Orders.ShouldBeEmpty();
    }

    /// <summary>A position that both books have.</summary>
    private static Guid Held(TwoBooksSetup books, long ticket, decimal volume, Side side = Side.Buy)
    {
        books.Positions = [TwoBooksSetup.Position(ticket, volume, side)];
        books.Deal(1, side, DealEntry.In, volume);
        books.Compare();
        return books.State.Positions.Values.ShouldHaveSingleItem().Id;
    }
}
