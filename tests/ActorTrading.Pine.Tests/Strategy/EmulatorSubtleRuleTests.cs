using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine.Tests.Strategy;

/// <summary>Rules that show only when several orders meet, or inside a bar.</summary>
public sealed class EmulatorSubtleRuleTests
{
    private static readonly (double, double, double, double) Still = (10, 10, 10, 10);

    [Fact]
    public void An_exit_without_from_entry_serves_entries_that_come_after_it_until_the_position_is_closed()
    {
        var broker = Market.Run(Market.Bars(Still, Still, Still, Still, (10, 10, 8, 9), Still, Still, (10, 10, 8, 9)), (b, i) =>
        {
            if (i is 0 or 2 or 5) b.Entry($"L{i}", Direction.Long, 1);
            if (i == 1) b.Exit("X", loss: 100);
        }, new StrategySettings { Pyramiding = 3 });
        broker.ClosedTrades.ToArray().Select(t => (t.EntryId, t.ExitId, t.ExitPrice)).ShouldBe([("L0", "X", 9.0), ("L2", "X", 9.0)]);
        broker.OpenTrades[0].EntryId.ShouldBe("L5");
    }

    [Fact]
    public void An_exit_with_from_entry_leaves_later_entries_of_that_name_alone()
    {
        var broker = Market.Run(Market.Bars(Still, Still, Still, Still, (10, 10, 8, 9)), (b, i) =>
        {
            if (i is 0 or 2) b.Entry("L", Direction.Long, 1);
            if (i == 1) b.Exit("X", "L", loss: 100);
        }, new StrategySettings { Pyramiding = 3 });
        (broker.ClosedTradeCount, broker.PositionSize).ShouldBe((1, 1));
    }

    [Fact]
    public void A_cancelled_exit_does_not_serve_later_entries()
    {
        var broker = Market.Run(Market.Bars(Still, Still, Still, Still, (10, 10, 8, 9)), (b, i) =>
        {
            if (i is 0 or 3) b.Entry($"L{i}", Direction.Long, 1);
            if (i == 1) b.Exit("X", loss: 100);
            if (i == 2) b.Cancel("X");
        }, new StrategySettings { Pyramiding = 3 });
        broker.ClosedTradeCount.ShouldBe(0);
    }

    [Fact]
    public void The_extra_of_a_reversal_stays_with_the_last_entry_when_those_before_have_used_the_position_up()
    {
        var broker = Market.Run(Market.Bars(Still, Still, Still), (b, i) =>
        {
            if (i == 0) b.Entry("S", Direction.Short, 2);
            if (i != 1) return;
            b.Entry("A", Direction.Long, 2);
            b.Entry("B", Direction.Long, 2);
        });
        broker.Fills.ToArray().Select(f => f.Qty).ShouldBe([-2.0, 2.0, 4.0]);
    }

    [Fact]
    public void Of_several_entries_of_one_execution_the_last_one_reverses()
    {
        var broker = Market.Run(Market.Bars(Still, Still, Still), (b, i) =>
        {
            if (i == 0) b.Entry("S", Direction.Short, 10);
            if (i != 1) return;
            b.Entry("A", Direction.Long, 4);
            b.Entry("B", Direction.Long, 5);
        });
        broker.PositionSize.ShouldBe(9);
        broker.Fills.ToArray().Select(f => (f.OrderId, f.Qty)).ShouldBe([("S", -10.0), ("A", 4.0), ("B", 15.0)]);
        broker.OpenTrades.ToArray().Select(t => (t.EntryId, t.Qty)).ShouldBe([("B", 9.0)]);
    }

    [Fact]
    public void Max_drawdown_waits_for_a_bar_that_closes_a_trade()
    {
        var broker = Market.Run(Market.Bars(Still, Still, (10, 11, 7, 7), (7, 7, 7, 7), (7, 7, 7, 7), Still), (b, i) =>
        {
            if (i == 0) b.RiskMaxDrawdown(100, RiskUnit.Cash);
            if (i == 0) b.Entry("L", Direction.Long, 50);
            if (i == 3) b.Close("L", qty: 1);
            if (i == 4) b.Entry("M", Direction.Long, 1);
        });
        broker.ClosedTrades.ToArray().Select(t => (t.Qty, t.ExitBar)).ShouldBe([(1.0, 4), (49.0, 4)]);
        broker.PositionSize.ShouldBe(0);
    }

    [Fact]
    public void Max_intraday_loss_is_seen_inside_the_bar_and_stops_the_day()
    {
        var broker = Market.Run(Market.Bars(Still, Still, (10, 10, 7, 10), Still), (b, i) =>
        {
            if (i == 0) b.RiskMaxIntradayLoss(100, RiskUnit.Cash);
            if (i is 0 or 2) b.Entry("L", Direction.Long, 50);
        });
        broker.ClosedTrades.ToArray().Select(t => (t.ExitPrice, t.ExitBar)).ShouldBe([(7.0, 2)]);
        broker.PositionSize.ShouldBe(0);
    }

    [Theory]
    [InlineData(5, 12.0)]
    [InlineData(6, 11.0)]
    public void In_v5_a_price_overrides_a_distance_and_since_v6_the_nearer_counts(int version, double exit)
    {
        var source = Scripts.Strategy("if bar_index == 0\n    strategy.entry(\"L\", strategy.long)\n    strategy.exit(\"X\", \"L\", profit = 100, limit = 12)", version: version);
        var result = Scripts.Run(source, Market.Bars(Still, Still, (10, 13, 10, 13)), new RunOptions { Symbol = Market.Stock });
        result.Broker!.ClosedTrades[0].ExitPrice.ShouldBe(exit);
    }

    [Fact]
    public void Between_ticks_market_and_stop_fills_take_the_worse_tick_and_a_limit_the_raw_open()
    {
        var broker = Market.Run(Market.Bars(Still, (10.004, 10.01, 10, 10.006), (10.006, 10.01, 9, 9.5), (9.253, 9.3, 9.2, 9.25)), (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 1);
            if (i == 1) b.Close("L");
            if (i == 2) b.Entry("M", Direction.Long, 1, limit: 9.4);
        });
        (broker.ClosedTrades[0].EntryPrice, broker.ClosedTrades[0].ExitPrice).ShouldBe((10.01, 10.0));
        broker.OpenTrades[0].EntryPrice.ShouldBe(9.253);
    }

    [Fact]
    public void A_trailing_stop_placed_at_a_close_starts_from_that_close_and_not_from_the_bars_extreme()
    {
        // Filled at 10 with a bar that has been at 12; placed at its close of 11, beyond the activation at 10.5.
        var broker = Market.Run(Market.Bars(Still, (10, 12, 10, 11), (11, 11.2, 10.6, 10.8)), (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 1);
            if (i == 1) b.Exit("X", "L", trailPoints: 50, trailOffset: 30);
        });
        (broker.ClosedTrades[0].ExitPrice, broker.ClosedTrades[0].ExitBar).ShouldBe((10.9, 2));
    }

    [Fact]
    public void A_close_on_the_activation_arms_the_trailing_stop()
    {
        // The next open is below the activation, and yet the stop follows at once.
        var broker = Market.Run(Market.Bars(Still, (10, 10.6, 10, 10.5), (10.4, 10.5, 9, 9)), (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 1);
            if (i == 1) b.Exit("X", "L", trailPoints: 50, trailOffset: 30);
        });
        broker.ClosedTrades[0].ExitPrice.ShouldBe(10.2);
    }

    [Fact]
    public void At_the_close_market_orders_fill_before_priced_ones_whatever_their_order()
    {
        // The stop is behind already: once the close has made the position flat, the whole order opens, with the size held when it was placed.
        var broker = Market.Run(Market.Bars(Still, Still), (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 2);
            if (i != 1) return;
            b.Entry("S", Direction.Short, 1, stop: 20);
            b.Close("L");
        }, new StrategySettings { ProcessOrdersOnClose = true });
        broker.PositionSize.ShouldBe(-3);
        broker.ClosedTrades[0].ExitId.ShouldBe("Close entry(s) order L");
    }

    [Fact]
    public void A_priced_entry_counts_against_pyramiding_when_it_is_placed_and_not_again_when_it_fills()
    {
        var broker = Market.Run(Market.Bars(Still, Still, (10, 11, 10, 11), (11, 12, 11, 12)), (b, i) =>
        {
            if (i == 0) b.Entry("A", Direction.Long, 1, stop: 10.5);
            if (i == 1) b.Entry("B", Direction.Long, 1, stop: 11.5);
            if (i == 2) b.Entry("C", Direction.Long, 1, stop: 11.8);
        });
        broker.OpenTrades.ToArray().Select(t => (t.EntryId, t.EntryPrice)).ShouldBe([("A", 10.5), ("B", 11.5)]);
    }

    [Fact]
    public void Of_two_stops_that_the_open_meets_exactly_the_buy_fills_first()
    {
        var broker = Market.Run(Market.Bars(Still, Still), (b, i) =>
        {
            if (i != 0) return;
            b.Entry("S", Direction.Short, 1, stop: 10);
            b.Entry("L", Direction.Long, 1, stop: 10);
        });
        broker.Fills.ToArray().Select(f => f.Qty).ShouldBe([1.0, -1.0]);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public void A_reversal_that_is_refused_puts_the_brackets_to_sleep_until_they_are_sent_again(bool again, int closed)
    {
        // All of the equity is in the position; the gap up makes the reversal dearer than it.
        var broker = Market.Run(Market.Bars(Still, Still, (10.5, 10.5, 9.5, 10), (10, 10, 9, 9.5)), (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long);
            if (i == 1 || (again && i == 2)) b.Exit("X", "L", stop: i == 1 ? 9.8 : 9.4);
            if (i == 1) b.Entry("S", Direction.Short);
        }, new StrategySettings { DefaultQtyType = QuantityType.PercentOfEquity, DefaultQtyValue = 100, InitialCapital = 1000 });
        (broker.ClosedTradeCount, broker.PositionSize > 0).ShouldBe((closed, closed == 0));
        if (again) broker.ClosedTrades[0].ExitPrice.ShouldBe(9.4);
    }

    [Theory]
    [InlineData(100, 1)]
    [InlineData(50, 2)]
    public void The_second_of_two_opposite_entries_is_paid_for_beside_the_first(double percent, int fills)
    {
        var broker = Market.Run(Market.Bars(Still, Still), (b, i) =>
        {
            if (i != 0) return;
            b.Entry("L", Direction.Long);
            b.Entry("S", Direction.Short);
        }, new StrategySettings { DefaultQtyType = QuantityType.PercentOfEquity, DefaultQtyValue = percent, InitialCapital = 1000 });
        broker.Fills.Length.ShouldBe(fills);
        broker.Fills[0].Qty.ShouldBe(percent);
    }
}
