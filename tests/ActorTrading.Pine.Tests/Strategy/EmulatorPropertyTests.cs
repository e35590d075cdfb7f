using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Strategy;
using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Pine.Tests.Strategy;

/// <summary>What must hold whatever a script orders and whatever the market does.</summary>
public sealed class EmulatorPropertyTests
{
    public sealed record Command(int Kind, int Id, bool Long, double Qty, double Offset, double Second, int Oca);

    public sealed record Story(StrategySettings Settings, (double O, double H, double L, double C)[] Bars, Command[][] Commands);

    internal static Arbitrary<Story> Stories()
    {
        var command = from kind in Gen.Choose(0, 9)
                      from id in Gen.Choose(0, 2)
                      from isLong in Gen.Elements(true, false)
                      from qty in Gen.Choose(1, 40)
                      from offset in Gen.Choose(-15, 15)
                      from second in Gen.Choose(1, 15)
                      from oca in Gen.Choose(0, 2)
                      select new Command(kind, id, isLong, qty / 4.0, offset / 10.0, second / 10.0, oca);
        var step = from move in Gen.Choose(-12, 12)
                   from gap in Gen.Choose(-6, 6)
                   from up in Gen.Choose(0, 8)
                   from down in Gen.Choose(0, 8)
                   select (move, gap, up, down);
        return (from length in Gen.Choose(3, 40)
                from steps in Gen.ArrayOf(step, length)
                from commands in Gen.ArrayOf(Gen.ArrayOf(command).Resize(3), length)
                from pyramiding in Gen.Choose(0, 3)
                from commission in Gen.Elements(CommissionType.Percent, CommissionType.CashPerContract, CommissionType.CashPerOrder)
                from fee in Gen.Elements(0.0, 0.1, 1)
                from slippage in Gen.Choose(0, 3)
                from onClose in Gen.Elements(true, false)
                from any in Gen.Elements(true, false)
                from capital in Gen.Elements(150.0, 1000, 1_000_000)
                from sizing in Gen.Elements(QuantityType.Fixed, QuantityType.Cash, QuantityType.PercentOfEquity)
                from onFills in Gen.Elements(true, false)
                select new Story(
                    new StrategySettings
                    {
                        Pyramiding = pyramiding,
                        CommissionType = commission,
                        CommissionValue = fee,
                        Slippage = slippage,
                        ProcessOrdersOnClose = onClose,
                        CloseEntriesRule = any ? CloseEntriesRule.Any : CloseEntriesRule.Fifo,
                        InitialCapital = capital,
                        DefaultQtyType = sizing,
                        DefaultQtyValue = 20,
                        CalcOnOrderFills = onFills,
                        MarginLong = 50,
                        MarginShort = 50,
                    },
                    Draw(steps), commands)).ToArbitrary();
    }

    private static (double, double, double, double)[] Draw((int Move, int Gap, int Up, int Down)[] steps)
    {
        double last = 10;
        return [.. steps.Select(s =>
        {
            double open = Math.Max(2, Math.Round(last + s.Gap / 10.0, 2)), close = Math.Max(2, Math.Round(open + s.Move / 10.0, 2));
            last = close;
            return (open, Math.Round(Math.Max(open, close) + s.Up / 10.0, 2), Math.Round(Math.Max(1, Math.Min(open, close) - s.Down / 10.0), 2), close);
        })];
    }

    private static readonly SymbolInfo Symbol = new() { MinTick = 0.01, MinContract = 0.5, Type = "stock" };

    internal static BrokerEmulator Run(Story story) => Market.Run(Market.Bars(story.Bars), (broker, bar) =>
    {
        double close = story.Bars[bar].C;
        foreach (var c in story.Commands[bar])
        {
            var direction = c.Long ? Direction.Long : Direction.Short;
            string id = $"{(c.Long ? "L" : "S")}{c.Id}";
            string? oca = c.Oca == 0 ? null : "group";
            var type = (OcaType)c.Oca;
            switch (c.Kind)
            {
                case 0: broker.Entry(id, direction, c.Qty); break;
                case 1: broker.Entry(id, direction); break;
                case 2: broker.Entry(id, direction, c.Qty, limit: close + c.Offset, ocaName: oca, ocaType: type); break;
                case 3: broker.Entry(id, direction, stop: close + c.Offset, ocaName: oca, ocaType: type); break;
                case 4: broker.Order(id, direction, c.Qty, limit: close + c.Offset, stop: close + c.Second, ocaName: oca, ocaType: type); break;
                case 5: broker.Exit("X" + c.Id, c.Long ? id : null, qtyPercent: c.Id == 0 ? 50 : double.NaN, profit: c.Second * 100, stop: close + c.Offset); break;
                case 6: broker.Exit("T" + c.Id, id, trailPoints: c.Second * 50, trailOffset: c.Qty * 4, loss: 200); break;
                case 7: broker.Close(id, qtyPercent: c.Id == 0 ? 30 : double.NaN, immediately: c.Id == 2); break;
                case 8: if (c.Id == 0) broker.CancelAll(); else broker.Cancel(id); break;
                default: broker.CloseAll(immediately: c.Id == 1); break;
            }
        }
    }, story.Settings, Symbol, story.Settings.CalcOnOrderFills);

    private static void Holds(Func<Story, BrokerEmulator, bool> property) =>
        Prop.ForAll(Stories(), story => property(story, Run(story))).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    [Fact]
    public void The_stories_do_trade()
    {
        var runs = Stories().Generator.Sample(100, 200).Select(Run).ToList();
        runs.Sum(r => r.ClosedTradeCount).ShouldBeGreaterThan(500);
        runs.Sum(r => r.MarginCalls).ShouldBeGreaterThan(0);
    }

    [Fact]
    public void The_position_is_the_sum_of_the_fills() => Holds((_, broker) =>
    {
        double filled = broker.Fills.ToArray().Sum(f => f.Qty), open = broker.OpenTrades.ToArray().Sum(t => t.Size);
        return Math.Abs(filled - broker.PositionSize) < 1e-6 && Math.Abs(open - broker.PositionSize) < 1e-6;
    });

    [Fact]
    public void Equity_is_capital_and_what_the_trades_made() => Holds((story, broker) =>
    {
        double closed = broker.ClosedTrades.ToArray().Sum(t => t.Profit), paid = broker.OpenTrades.ToArray().Sum(t => t.Commission);
        double open = broker.OpenTrades.ToArray().Sum(t => t.Size * (story.Bars[^1].C - t.EntryPrice));
        double equity = story.Settings.InitialCapital + closed + open - paid;
        return Math.Abs(equity - broker.Equity) < 1e-6 && Math.Abs(equity - broker.EquityCurve[^1]) < 1e-6;
    });

    [Fact]
    public void Commission_is_what_the_fills_paid() => Holds((_, broker) =>
    {
        double trades = broker.ClosedTrades.ToArray().Sum(t => t.Commission) + broker.OpenTrades.ToArray().Sum(t => t.Commission);
        return Math.Abs(trades - broker.CommissionPaid) < 1e-6;
    });

    [Fact]
    public void Quantities_are_whole_lots() => Holds((_, broker) =>
        broker.ClosedTrades.ToArray().Concat(broker.OpenTrades.ToArray()).All(t => t.Qty > 0 && Math.Abs(t.Qty / 0.5 - Math.Round(t.Qty / 0.5)) < 1e-9));

    [Fact]
    public void Fills_lie_within_their_bar_and_slippage() => Holds((story, broker) =>
        broker.Fills.ToArray().All(f => f.Price >= story.Bars[f.Bar].L - story.Settings.Slippage * 0.01 - 1e-9 &&
            f.Price <= story.Bars[f.Bar].H + story.Settings.Slippage * 0.01 + 1e-9));

    [Fact]
    public void Trades_are_in_order_and_extremes_enclose_the_result() => Holds((_, broker) =>
        broker.ClosedTrades.ToArray().All(t => t.ExitBar >= t.EntryBar && t.MaxRunup >= 0 && t.MaxDrawdown >= 0 &&
            t.Profit <= t.MaxRunup + 1e-6 && -t.Profit <= t.MaxDrawdown + t.Commission + 1e-6));

    [Fact]
    public void All_open_trades_point_one_way() => Holds((_, broker) => broker.OpenTrades.ToArray().Select(t => t.Direction).Distinct().Count() <= 1);

    [Fact]
    public void An_exit_whose_entry_is_gone_opens_nothing_against_another_entry_that_stays()
    {
        (double, double, double, double)[] bars =
            [(9.6, 10.2, 9.5, 10.1), (10.3, 10.5, 9.9, 10.3), (10.1, 10.2, 9.4, 10.1), (10.7, 12.6, 10.2, 11.8), (12.3, 12.8, 12.2, 12.8), (12.9, 12.9, 12, 12)];
        Command[][] commands =
        [
            [], [new(3, 0, false, 4.5, -0.2, 0.1, 2)], [new(4, 1, false, 9.5, -0.7, 1.2, 1)], [],
            [new(5, 0, false, 9, -0.4, 1.1, 2), new(6, 0, false, 10, 0, 0.2, 1)], [],
        ];
        var broker = Run(new(new StrategySettings
        {
            InitialCapital = 150, DefaultQtyType = QuantityType.Fixed, DefaultQtyValue = 20, CloseEntriesRule = CloseEntriesRule.Any, MarginLong = 50, MarginShort = 50,
        }, bars, commands));
        broker.OpenTrades.ToArray().ShouldAllBe(t => t.Direction == Direction.Short);
        broker.OpenTrades.ToArray().Sum(t => t.Size).ShouldBe(broker.PositionSize);
        broker.Fills.ToArray().ShouldAllBe(f => f.Qty != 0);
    }

    [Fact]
    public void A_run_repeats_itself() => Holds((story, broker) => Run(story).Fills.SequenceEqual(broker.Fills));

    [Fact]
    public void An_oca_cancel_group_never_fills_twice() => Prop.ForAll(Stories(), story =>
    {
        var alone = story with { Settings = story.Settings with { CalcOnOrderFills = false, ProcessOrdersOnClose = false } };
        var broker = Market.Run(Market.Bars(alone.Bars), (b, i) =>
        {
            if (i != 0) return;
            b.Order("a", Direction.Long, 1, stop: alone.Bars[0].C + 0.2, ocaName: "g", ocaType: OcaType.Cancel);
            b.Order("b", Direction.Short, 1, stop: alone.Bars[0].C - 0.2, ocaName: "g", ocaType: OcaType.Cancel);
            b.Order("c", Direction.Long, 1, limit: alone.Bars[0].C - 0.1, ocaName: "g", ocaType: OcaType.Cancel);
        }, alone.Settings with { InitialCapital = 1_000_000 }, Symbol);
        return broker.Fills.ToArray().Count(f => f.OrderId != "Margin call") <= 1;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));
}
