using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine.Tests.Strategy;

/// <summary>One test per rule of the emulator, with bars drawn for it.</summary>
public sealed class EmulatorRuleTests
{
    private static readonly BarSeries Flat = Market.Bars((10, 11, 9, 10), (10, 11, 9, 10), (10, 11, 9, 10), (10, 11, 9, 10), (10, 11, 9, 10));

    [Fact]
    public void A_market_order_fills_at_the_next_open()
    {
        var broker = Market.Run(Market.Bars((10, 11, 9, 10.5), (10.7, 12, 10, 11)), (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 3);
        });
        var trade = broker.OpenTrades[0];
        (trade.EntryPrice, trade.EntryBar, trade.Qty).ShouldBe((10.7, 1, 3));
    }

    [Theory]
    // Open nearer the high: high first, so the short's stop at 12 comes before its profit at 8.
    [InlineData(11, 12.5, 7.5, 12)]
    // Open nearer the low: low first.
    [InlineData(9, 12.5, 7.5, 8)]
    // In the middle the low comes first.
    [InlineData(10, 12.5, 7.5, 8)]
    public void The_extreme_nearer_the_open_comes_first(double open, double high, double low, double expectedExit)
    {
        var broker = Market.Run(Market.Bars((10, 10.5, 9.5, 10), (10, 10.5, 9.5, 10), (open, high, low, 10)), (b, i) =>
        {
            if (i == 0) b.Entry("S", Direction.Short, 1);
            if (i == 1) b.Exit("X", "S", limit: 8, stop: 12);
        });
        broker.ClosedTrades[0].ExitPrice.ShouldBe(expectedExit);
    }

    [Fact]
    public void A_level_jumped_over_by_a_gap_fills_at_the_open()
    {
        var stop = Market.Run(Market.Bars((10, 10.5, 9.5, 10), (10, 10.5, 9.5, 10), (8, 8.5, 7, 8)), (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 1);
            if (i == 1) b.Exit("X", "L", stop: 9, limit: 12);
        });
        stop.ClosedTrades[0].ExitPrice.ShouldBe(8);
        var limit = Market.Run(Market.Bars((10, 10.5, 9.5, 10), (9, 9.5, 8.5, 9)), (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 1, limit: 9.5);
        });
        limit.OpenTrades[0].EntryPrice.ShouldBe(9);
    }

    [Fact]
    public void A_stop_limit_waits_for_the_limit_after_the_stop()
    {
        var broker = Market.Run(Market.Bars((10, 10.5, 9.5, 10), (10, 12, 9.9, 11.5), (11.5, 11.8, 10.5, 11)), (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 1, limit: 10.8, stop: 11);
        });
        // Low first: 9.9, then up through the stop at 11 to 12, then back to 11.5 without reaching 10.8; the next bar does.
        (broker.OpenTrades[0].EntryPrice, broker.OpenTrades[0].EntryBar).ShouldBe((10.8, 2));
    }

    [Fact]
    public void Slippage_moves_market_and_stop_fills_against_the_trader_and_limits_never()
    {
        var settings = new StrategySettings { Slippage = 5 };
        var market = Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 1);
            if (i == 1) b.Exit("X", "L", limit: 10.9);
        }, settings);
        market.ClosedTrades[0].EntryPrice.ShouldBe(10.05);
        market.ClosedTrades[0].ExitPrice.ShouldBe(10.9);
        var stop = Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 1, stop: 10.5);
        }, settings);
        stop.OpenTrades[0].EntryPrice.ShouldBe(10.55);
    }

    [Fact]
    public void A_limit_may_have_to_be_passed_by_some_ticks()
    {
        var settings = new StrategySettings { BacktestFillLimitsAssumption = 10 };
        Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 1, limit: 9.05);
        }, settings).OpenTradeCount.ShouldBe(0);
        Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 1, limit: 9.1);
        }, settings).OpenTrades[0].EntryPrice.ShouldBe(9.1);
    }

    [Fact]
    public void An_opposite_entry_reverses_and_an_order_nets()
    {
        var reversed = Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 10);
            if (i == 1) b.Entry("S", Direction.Short, 4);
        });
        reversed.PositionSize.ShouldBe(-4);
        var netted = Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 10);
            if (i == 1) b.Order("S", Direction.Short, 4);
        });
        netted.PositionSize.ShouldBe(6);
    }

    [Fact]
    public void An_entry_repeated_in_one_execution_does_not_reverse()
    {
        var broker = Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 10);
            if (i != 1) return;
            b.Entry("S", Direction.Short, 4);
            b.Entry("S", Direction.Short, 4);
        });
        broker.PositionSize.ShouldBe(6);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    public void Pyramiding_limits_entries_in_one_direction(int pyramiding, int expected) =>
        Market.Run(Flat, (b, i) => b.Entry($"L{i}", Direction.Long, 1), new StrategySettings { Pyramiding = pyramiding }).OpenTradeCount.ShouldBe(expected);

    [Fact]
    public void Closing_is_first_in_first_out_unless_any()
    {
        void Script(BrokerEmulator b, int i)
        {
            if (i == 0) b.Entry("A", Direction.Long, 1);
            if (i == 1) b.Entry("B", Direction.Long, 2);
            if (i == 2) b.Close("B");
        }
        var fifo = Market.Run(Flat, Script, new StrategySettings { Pyramiding = 2 });
        fifo.ClosedTrades.ToArray().Select(t => (t.EntryId, t.Qty)).ShouldBe([("A", 1.0), ("B", 1.0)]);
        fifo.OpenTrades[0].EntryId.ShouldBe("B");
        var any = Market.Run(Flat, Script, new StrategySettings { Pyramiding = 2, CloseEntriesRule = CloseEntriesRule.Any });
        any.ClosedTrades.ToArray().Select(t => (t.EntryId, t.Qty)).ShouldBe([("B", 2.0)]);
    }

    [Fact]
    public void An_exit_closes_its_share_of_an_entry_once()
    {
        var broker = Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 10);
            b.Exit("X", "L", qty: 4, limit: 10.5);
        });
        broker.ClosedTrades.ToArray().Select(t => t.Qty).ShouldBe([4.0]);
        broker.PositionSize.ShouldBe(6);
    }

    [Fact]
    public void Exits_reserve_quantity_in_the_order_of_their_calls()
    {
        var broker = Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 10);
            b.Exit("half", "L", qtyPercent: 50, limit: 10.5);
            b.Exit("rest", "L", limit: 10.8, stop: 8);
        });
        broker.ClosedTrades.ToArray().Select(t => (t.ExitId, t.Qty, t.ExitPrice)).ShouldBe([("half", 5.0, 10.5), ("rest", 5.0, 10.8)]);
    }

    [Fact]
    public void Of_profit_and_limit_the_nearer_counts()
    {
        var broker = Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 1);
            b.Exit("X", "L", profit: 30, limit: 10.8, commentProfit: "took");
        });
        (broker.ClosedTrades[0].ExitPrice, broker.ClosedTrades[0].ExitSignal).ShouldBe((10.3, "took"));
    }

    [Fact]
    public void A_bracket_acts_on_the_bar_that_fills_its_entry()
    {
        var broker = Market.Run(Market.Bars((10, 10.2, 9.8, 10), (10.1, 12, 10, 11)), (b, i) =>
        {
            if (i != 0) return;
            b.Entry("L", Direction.Long, 1, stop: 10.5);
            b.Exit("X", "L", loss: 20, profit: 100);
        });
        // Low first (10), then up through 10.5 to 12: in at 10.5, out at 11.5.
        var trade = broker.ClosedTrades[0];
        (trade.EntryPrice, trade.ExitPrice, trade.ExitBar).ShouldBe((10.5, 11.5, 1));
    }

    [Fact]
    public void A_bracket_placed_with_a_reversing_entry_survives_the_reversal()
    {
        var broker = Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.Entry("S", Direction.Short, 1);
            if (i != 1) return;
            b.Entry("L", Direction.Long, 1);
            b.Exit("X", "L", stop: 9.5);
        });
        broker.ClosedTrades.ToArray().Select(t => (t.EntryId, t.ExitId, t.ExitPrice)).ShouldBe([("S", "L", 10.0), ("L", "X", 9.5)]);
    }

    [Fact]
    public void The_bracket_of_a_cancelled_entry_does_not_come_back_with_its_name()
    {
        var broker = Market.Run(Flat, (b, i) =>
        {
            if (i == 0)
            {
                b.Entry("L", Direction.Long, 1, limit: 5);
                b.Exit("X", "L", stop: 9.5);
            }
            if (i == 1) b.Cancel("L");
            if (i == 2) b.Entry("L", Direction.Long, 1);
        });
        broker.ClosedTradeCount.ShouldBe(0);
        broker.PositionSize.ShouldBe(1);
    }

    [Fact]
    public void A_stop_already_behind_when_its_entry_fills_inside_a_bar_acts_at_the_next_open()
    {
        var broker = Market.Run(Market.Bars((10, 10, 10, 10), (10, 11, 10, 11), (10.9, 11, 10.8, 11)), (b, i) =>
        {
            if (i != 0) return;
            b.Entry("S", Direction.Short, 1, limit: 10.8);
            b.Exit("X", "S", stop: 10.5);
        });
        (broker.ClosedTrades[0].EntryPrice, broker.ClosedTrades[0].ExitPrice, broker.ClosedTrades[0].ExitBar).ShouldBe((10.8, 10.9, 2));
    }

    [Fact]
    public void An_immediate_close_shows_the_close_and_pays_the_slippage()
    {
        var broker = Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 1);
            if (i == 1) b.Close("L", immediately: true);
        }, new StrategySettings { Slippage = 5 });
        broker.ClosedTrades[0].ExitPrice.ShouldBe(10);
        broker.NetProfit.ShouldBe(-0.1, 1e-9);
    }

    [Fact]
    public void A_trailing_stop_arms_follows_and_never_loosens()
    {
        var broker = Market.Run(Market.Bars((10, 10.2, 9.9, 10), (10, 10.4, 9.9, 10.3), (10.3, 11.2, 10.2, 11.1), (11.1, 11.2, 11, 11), (11, 11.05, 10.5, 10.6)), (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 1);
            b.Exit("T", "L", trailPoints: 50, trailOffset: 30, commentTrailing: "trailed");
        });
        // Armed at 10.5 on the third bar, carried to 11.2 − 0.3.
        (broker.ClosedTrades[0].ExitPrice, broker.ClosedTrades[0].ExitBar, broker.ClosedTrades[0].ExitSignal).ShouldBe((10.9, 4, "trailed"));
    }

    [Fact]
    public void A_trailing_stop_without_offset_fills_where_it_arms() =>
        Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 1);
            b.Exit("T", "L", trailPoints: 50, trailOffset: 0);
        }).ClosedTrades[0].ExitPrice.ShouldBe(10.5);

    [Fact]
    public void Cancel_stops_a_market_order_only_within_the_execution()
    {
        Market.Run(Flat, (b, i) =>
        {
            if (i != 0) return;
            b.Entry("L", Direction.Long, 1);
            b.Cancel("L");
        }).OpenTradeCount.ShouldBe(0);
        Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 1);
            if (i == 1) b.Cancel("L");
        }).OpenTradeCount.ShouldBe(1);
    }

    [Fact]
    public void An_oca_cancel_group_fills_once_and_a_reduce_group_shrinks()
    {
        void Script(BrokerEmulator b, OcaType type)
        {
            b.Order("up", Direction.Long, 5, stop: 10.5, ocaName: "g", ocaType: type);
            b.Order("down", Direction.Long, 8, limit: 9.5, ocaName: "g", ocaType: type);
        }
        Market.Run(Flat, (b, i) => { if (i == 0) Script(b, OcaType.Cancel); }).PositionSize.ShouldBe(8);
        // The low comes first: 8 at 9.5, and nothing is left of the other five.
        Market.Run(Flat, (b, i) => { if (i == 0) Script(b, OcaType.Reduce); }).PositionSize.ShouldBe(8);
        Market.Run(Market.Bars((10, 11, 9, 10), (10.4, 11, 9, 10)), (b, i) => { if (i == 0) Script(b, OcaType.Reduce); })
            .Fills.ToArray().Select(f => f.Qty).ShouldBe([5.0, 3.0]);
    }

    [Fact]
    public void Quantities_are_cut_to_the_lot_and_percent_of_equity_counts_commission()
    {
        var settings = new StrategySettings { InitialCapital = 1000, DefaultQtyType = QuantityType.PercentOfEquity, DefaultQtyValue = 50, CommissionValue = 1 };
        var broker = Market.Run(Flat, (b, i) => { if (i == 0) b.Entry("L", Direction.Long); }, settings);
        // 500 / (10 × 1.01) = 49.5.
        broker.OpenTrades[0].Qty.ShouldBe(49);
        broker.NetProfit.ShouldBe(-4.9, 1e-9);
        Market.Run(Flat, (b, i) => { if (i == 0) b.Entry("L", Direction.Long); }, settings with { DefaultQtyType = QuantityType.Cash, DefaultQtyValue = 5 }).OpenTradeCount.ShouldBe(0);
    }

    [Theory]
    [InlineData(CommissionType.Percent, 2, 0.4)]
    [InlineData(CommissionType.CashPerContract, 0.5, 1)]
    [InlineData(CommissionType.CashPerOrder, 3, 3)]
    public void Commission_is_paid_on_entry_and_exit(CommissionType type, double value, double perOrder)
    {
        var broker = Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 2);
            if (i == 1) b.CloseAll();
        }, new StrategySettings { CommissionType = type, CommissionValue = value });
        broker.ClosedTrades[0].Commission.ShouldBe(2 * perOrder, 1e-9);
        broker.NetProfit.ShouldBe(-2 * perOrder, 1e-9);
    }

    [Fact]
    public void A_reversal_pays_a_flat_commission_once()
    {
        var broker = Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 1);
            if (i == 1) b.Entry("S", Direction.Short, 1);
            if (i == 2) b.Entry("L", Direction.Long, 1);
            if (i == 3) b.CloseAll();
        }, new StrategySettings { CommissionType = CommissionType.CashPerOrder, CommissionValue = 10 });
        broker.ClosedTrades.ToArray().Select(t => t.Commission).ShouldBe([15.0, 10.0, 15.0]);
    }

    [Fact]
    public void Orders_may_be_processed_on_the_close()
    {
        var broker = Market.Run(Market.Bars((10, 11, 9, 10.5), (10.7, 12, 10, 11)), (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 1);
            b.PositionSize.ShouldBe(i == 0 ? 0 : 1);
        }, new StrategySettings { ProcessOrdersOnClose = true });
        (broker.OpenTrades[0].EntryPrice, broker.OpenTrades[0].EntryBar).ShouldBe((10.5, 0));
    }

    [Fact]
    public void A_close_may_be_immediate()
    {
        var broker = Market.Run(Market.Bars((10, 11, 9, 10.5), (10.7, 12, 10, 11)), (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 1);
            if (i == 1) b.Close("L", immediately: true);
        });
        (broker.ClosedTrades[0].ExitPrice, broker.ClosedTrades[0].ExitBar).ShouldBe((11, 1));
    }

    [Fact]
    public void Recalculation_after_fills_trades_at_open_open_and_both_extremes()
    {
        var broker = Market.Run(Market.Bars((10, 11, 9, 10), (10, 11, 8, 10.4), (10.5, 11, 9, 10)), (b, i) => b.Entry("L", Direction.Long, 1),
            new StrategySettings { CalcOnOrderFills = true, Pyramiding = 20 }, recalculate: true);
        broker.Fills.ToArray().Where(f => f.Bar == 1).Select(f => f.Price).ShouldBe([10.0, 10, 11, 8]);
    }

    [Fact]
    public void The_bar_magnifier_walks_the_finer_bars()
    {
        var bars = Market.Bars((10, 10.5, 9.5, 10), (10, 10.5, 9.5, 10), (10, 12.5, 7.5, 10));
        Bar[] Fine(int bar) => bar < 2 ? [] : [new(2 * 3_600_000L, 10, 12.5, 9.9, 12, 1), new(2 * 3_600_000L + 1_800_000, 12, 12, 7.5, 10, 1)];
        var broker = Market.Run(bars, (b, i) =>
        {
            if (i == 0) b.Entry("S", Direction.Short, 1);
            if (i == 1) b.Exit("X", "S", limit: 8, stop: 12);
        }, lower: Fine);
        broker.ClosedTrades[0].ExitPrice.ShouldBe(12);
    }

    [Fact]
    public void A_margin_call_sells_four_times_what_is_short()
    {
        // TradingView's worked example: 682,438 shares at 4.43, price 3.9, 25 % margin: 111,052 are sold.
        var settings = new StrategySettings { InitialCapital = 1_000_000, MarginLong = 25 };
        var broker = Market.Run(Market.Bars((4.43, 4.43, 4.43, 4.43), (4.43, 4.43, 3.9, 3.95)), (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long, 682_438);
        }, settings);
        var trade = broker.ClosedTrades[0];
        (trade.Qty, trade.ExitPrice, trade.MarginCall, trade.ExitSignal).ShouldBe((111_052, 3.9, true, "Margin call"));
    }

    [Fact]
    public void An_entry_the_account_cannot_carry_is_refused_silently()
    {
        Market.Run(Flat, (b, i) => { if (i == 0) b.Entry("L", Direction.Long, 200_000); }, new StrategySettings { InitialCapital = 1000 }).OpenTradeCount.ShouldBe(0);
        var gap = Market.Run(Market.Bars((10, 10, 10, 10), (10.5, 11, 10, 10), (10, 10, 10, 10)), (b, i) =>
        {
            if (i == 0) b.Entry("L", Direction.Long);
        }, new StrategySettings { InitialCapital = 1000, DefaultQtyType = QuantityType.PercentOfEquity, DefaultQtyValue = 100 });
        gap.OpenTradeCount.ShouldBe(0);
    }

    [Fact]
    public void Allow_entry_in_turns_reversals_into_exits()
    {
        var broker = Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.RiskAllowEntryIn(AllowedDirection.Long);
            b.Entry(i % 2 == 0 ? "L" : "S", i % 2 == 0 ? Direction.Long : Direction.Short, 1);
        });
        broker.ClosedTrades.ToArray().Select(t => (t.Direction, t.ExitSignal)).ShouldBe([(Direction.Long, "S"), (Direction.Long, "S")]);
        broker.PositionSize.ShouldBe(0);
    }

    [Fact]
    public void Max_position_size_trims_and_max_filled_orders_stops_the_day()
    {
        Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.RiskMaxPositionSize(3);
            b.Entry($"L{i}", Direction.Long, 2);
        }, new StrategySettings { Pyramiding = 5 }).PositionSize.ShouldBe(3);
        var capped = Market.Run(Flat, (b, i) =>
        {
            if (i == 0) b.RiskMaxIntradayFilledOrders(2);
            b.Order($"o{i}", Direction.Long, 1);
        });
        capped.PositionSize.ShouldBe(0);
        capped.ClosedTrades.ToArray().ShouldAllBe(t => t.ExitComment!.Contains("Max number of filled orders"));
        capped.Fills.Length.ShouldBe(3);
    }

    [Fact]
    public void Max_drawdown_halts_for_good()
    {
        var broker = Market.Run(Market.Bars((10, 10, 10, 10), (10, 10, 10, 10), (5, 5, 5, 5), (5, 5, 5, 5), (5, 5, 5, 5), (5, 5, 5, 5)), (b, i) =>
        {
            if (i == 0) b.RiskMaxDrawdown(100, RiskUnit.Cash);
            if (i == 0) b.Entry("L", Direction.Long, 50);
            if (i == 2) b.Close("L");
            if (i > 2) b.Entry("L", Direction.Long, 1);
        });
        (broker.PositionSize, broker.ClosedTradeCount).ShouldBe((0, 1));
    }

    [Fact]
    public void An_exit_without_entry_stands_for_the_whole_position()
    {
        var broker = Market.Run(Flat, (b, i) =>
        {
            if (i < 2) b.Entry($"L{i}", Direction.Long, 1);
            if (i == 2) b.Exit("X", stop: 9.5);
        }, new StrategySettings { Pyramiding = 2 });
        broker.PositionSize.ShouldBe(0);
        broker.ClosedTrades.ToArray().Select(t => t.ExitPrice).ShouldBe([9.5, 9.5]);
    }

    [Fact]
    public void An_open_trade_at_the_end_stays_open_and_is_marked_at_the_close()
    {
        var broker = Market.Run(Market.Bars((10, 11, 9, 10), (10, 11, 9, 10.5)), (b, i) => { if (i == 0) b.Entry("L", Direction.Long, 2); });
        (broker.OpenProfit, broker.OpenTrade(0).Profit, broker.Equity).ShouldBe((1, 1, 1_000_001));
        broker.EquityCurve.ToArray().ShouldBe([1_000_000.0, 1_000_001]);
    }

    [Fact]
    public void Account_currency_converts_each_flow_at_its_own_rate()
    {
        var broker = new BrokerEmulator(new StrategySettings { Currency = "JPY" }, Market.Stock) { AccountRate = time => time < 7_200_000 ? 100 : 150 };
        for (int i = 0; i < 4; i++)
        {
            broker.OnBarOpen(i, i * 3_600_000L, 10 + i, 10 + i, 10 + i, 10 + i);
            if (i == 0) broker.Entry("L", Direction.Long, 1);
            if (i == 2) broker.CloseAll();
            broker.OnBarClose();
        }
        broker.NetProfit.ShouldBe(2 * 150);
    }

    [Theory]
    [InlineData(0.1, 150.96, 150.9)]
    [InlineData(0.00001, 0.0010899999999999998, 0.00108)]
    [InlineData(1, 7, 7)]
    public void A_written_quantity_is_floored_by_its_decimals(double step, double qty, double expected) =>
        Market.Run(Flat, (b, i) => { if (i == 0) b.Entry("L", Direction.Long, qty); }, symbol: Market.Stock with { MinContract = step }).PositionSize.ShouldBe(expected);

    [Fact]
    public void A_bar_with_a_standing_bracket_allocates_nothing()
    {
        var broker = new BrokerEmulator(new StrategySettings(), Market.Stock, 5000);
        void Bars(int from, int to)
        {
            for (int i = from; i < to; i++)
            {
                broker.OnBarOpen(i, i * 60_000L, 10, 10.5, 9.5, 10);
                if (i == 0) broker.Entry("L", Direction.Long, 1);
                broker.Exit("X", "L", stop: 5, limit: 20, trailPoints: 2000, trailOffset: 10);
                broker.Entry("S", Direction.Short, 1, stop: 4);
                broker.Cancel("S");
                broker.OnBarClose();
            }
        }
        Bars(0, 1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Bars(1000, 4000);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
