using System.Text.Json;
using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Report;
using ActorTrading.Pine.Strategy;
using ActorTrading.Pine.Tests.Strategy;

namespace ActorTrading.Pine.Tests.Report;

public sealed class ReportTests
{
    // In at 10, out at 11 (+2); short at 11, out at 12 (−2); long at 12, out at 15 (+6); long at 15, still open at 14 (−2).
    private static readonly BarSeries Bars = Market.Bars((10, 10, 10, 10), (10, 10.5, 9.5, 10), (11, 11, 11, 11), (12, 13, 12, 12), (15, 15, 15, 15), (14, 14, 14, 14));

    private static BacktestReport Report(StrategySettings? settings = null) => BacktestReport.Create(Market.Run(Bars, (b, i) =>
    {
        if (i == 0) b.Entry("L", Direction.Long, 2);
        if (i == 1) b.Entry("S", Direction.Short, 2);
        if (i == 2) b.Entry("L", Direction.Long, 2);
        if (i == 3) b.CloseAll();
        if (i == 3) b.Entry("M", Direction.Long, 2);
    }, (settings ?? new StrategySettings()) with { InitialCapital = 1000, Pyramiding = 2 }), Bars);

    [Fact]
    public void Summary_by_hand()
    {
        var report = Report();
        var all = report.All;
        (all.NetProfit, all.GrossProfit, all.GrossLoss, all.ProfitFactor).ShouldBe((6, 8, 2, 4));
        (all.TotalTrades, all.TotalOpenTrades, all.WinningTrades, all.LosingTrades).ShouldBe((3, 1, 2, 1));
        all.PercentProfitable.ShouldBe(200.0 / 3, 1e-9);
        (all.AvgTrade, all.AvgWinningTrade, all.AvgLosingTrade, all.RatioAvgWinLoss).ShouldBe((2, 4, 2, 2));
        (all.LargestWinningTrade, all.LargestLosingTrade, all.OpenProfit).ShouldBe((6, 2, -2));
        all.AvgTradePercent.ShouldBe((10 - 100.0 / 11 + 25) / 3, 1e-9);
        all.AvgBarsInTrades.ShouldBe(1);
        (report.Long.TotalTrades, report.Short.TotalTrades, report.Long.NetProfit, report.Short.NetProfit).ShouldBe((2, 1, 8, -2));
        report.BuyAndHoldReturn.ShouldBe(400, 1e-9);
        report.BuyAndHoldReturnPercent.ShouldBe(40, 1e-9);
        report.Equity.ShouldBe([1000.0, 1000, 1002, 1000, 1006, 1004]);
    }

    [Fact]
    public void The_list_ends_with_what_is_open()
    {
        var rows = Report().Trades;
        rows.Count.ShouldBe(4);
        var last = rows[3];
        (last.Open, last.ExitSignal, last.ExitPrice, last.Profit, last.CumulativeProfit).ShouldBe((true, "Open", 14, -2, 4));
        (rows[0].Runup, rows[0].Drawdown).ShouldBe((2, 1));
    }

    [Fact]
    public void Drawdown_and_runup_look_inside_bars()
    {
        var all = Report().All;
        // From 1002 at the first reversal to 1000 where the short is left, again from 1006 to 1004 on the last bar; up from 1000 to 1006.
        all.MaxDrawdown.ShouldBe(2, 1e-9);
        all.MaxDrawdownPercent.ShouldBe(2 / 10.02, 1e-9);
        all.MaxRunup.ShouldBe(6, 1e-9);
    }

    [Fact]
    public void Sharpe_and_Sortino_by_month()
    {
        var bars = BarSeries.FromBars([.. Enumerable.Range(0, 6).Select(i =>
            new Bar(new DateTimeOffset(2024, i + 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(), 10 + i % 2, 12, 9, 10 + i % 2, 1))], new Timeframe(1, TimeframeUnit.Month));
        var broker = Market.Run(bars, (b, i) =>
        {
            if (i % 2 == 0) b.Entry("S", Direction.Short, 10);
            else b.Entry("L", Direction.Long, 10);
        }, new StrategySettings { InitialCapital = 1000 });
        var returns = new List<double>();
        double equity = 1000;
        for (int i = 0; i < 6; i++)
        {
            double made = broker.ClosedTrades.ToArray().Where(t => t.ExitBar == i).Sum(t => t.Profit);
            returns.Add(made / equity);
            equity += made;
        }
        double mean = returns.Average(), free = 0.02 / 12, deviation = Math.Sqrt(returns.Average(r => (r - mean) * (r - mean)));
        double below = Math.Sqrt(returns.Average(r => Math.Pow(Math.Min(0, r - free), 2)));
        var (sharpe, sortino) = RiskRatios.Of(broker, bars);
        sharpe.ShouldBe((mean - free) / deviation, 1e-12);
        sortino.ShouldBe((mean - free) / below, 1e-12);
    }

    [Fact]
    public void Lean_figures_by_hand()
    {
        var lean = Report().Lean;
        (lean.StartEquity, lean.EndEquity, lean.TotalFees).ShouldBe((1000, 1004, 0));
        lean.WinRate.ShouldBe(2.0 / 3, 1e-12);
        double ratio = (0.1 + 0.25) / 2 / (1.0 / 11);
        lean.ProfitLossRatio.ShouldBe(ratio, 1e-12);
        lean.Expectancy.ShouldBe(2.0 / 3 * ratio - 1.0 / 3, 1e-12);
        (lean.MaxConsecutiveWinningTrades, lean.MaxConsecutiveLosingTrades).ShouldBe((1, 1));
        lean.AverageTradeDurationSeconds.ShouldBe(3600);
    }

    [Fact]
    public void Json_has_the_promised_shape()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) ReportJson.WriteBacktest(writer, Report());
        using var json = JsonDocument.Parse(stream.ToArray());
        var root = json.RootElement;
        root.GetProperty("summary").GetProperty("netProfit").GetDouble().ShouldBe(6);
        root.GetProperty("summary").GetProperty("long").GetProperty("totalTrades").GetInt32().ShouldBe(2);
        var trade = root.GetProperty("trades")[1];
        trade.GetProperty("direction").GetString().ShouldBe("short");
        foreach (var name in new[] { "entryTime", "entryPrice", "exitTime", "exitPrice", "qty", "entryId", "exitId", "profit", "open" }) trade.TryGetProperty(name, out _).ShouldBeTrue(name);
        root.GetProperty("equity").GetArrayLength().ShouldBe(6);
    }
}
