using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Report;
using ActorTrading.Pine.Strategies;

namespace ActorTrading.Pine.Tests.Strategies;

public sealed class ClassicStrategyTests
{
    private static readonly SymbolInfo Euro = new() { MinContract = 1, TimeZone = "America/New_York", Session = "1700-1700" };

    public static TheoryData<string> Names => new(ClassicStrategies.All.Select(s => s.Name));

    private static CompiledScript Compile(string name)
    {
        var strategy = ClassicStrategies.All.Single(s => s.Name == name);
        var result = PineCompiler.Compile(strategy.Source);
        result.Diagnostics.ShouldBeEmpty();
        result.Script!.Title.ShouldBe(strategy.Title);
        return result.Script;
    }

    /// <summary>Hourly bars that trend, swing and gap, the same for every run.</summary>
    private static BarSeries Synthetic(int count)
    {
        var random = new Random(7);
        var bars = new BarSeriesBuilder(count);
        double price = 1.1, drift = 0;
        for (int i = 0; i < count; i++)
        {
            if (i % 60 == 0) drift = (random.NextDouble() - 0.5) * 0.0012;
            double open = Math.Round(price + (random.NextDouble() - 0.5) * 0.0001, 5), close = Math.Round(open + drift + (random.NextDouble() - 0.5) * 0.002, 5);
            bars.Add(new Bar(1_600_000_000_000 + i * 3_600_000L, open, Math.Round(Math.Max(open, close) + random.NextDouble() * 0.0006, 5),
                Math.Round(Math.Min(open, close) - random.NextDouble() * 0.0006, 5), close, 100));
            price = Math.Clamp(close, 0.8, 1.6);
        }
        return bars.Build(new Timeframe(60, TimeframeUnit.Minute));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Trades_both_ways_with_stop_and_target_at_the_risk_it_names(string name)
    {
        var bars = Synthetic(12_000);
        var result = Compile(name).Run(bars, new RunOptions { Symbol = Euro });
        result.Error.ShouldBeNull();
        var report = BacktestReport.Create(result.Broker!, bars);
        report.Long.TotalTrades.ShouldBeGreaterThan(5);
        report.Short.TotalTrades.ShouldBeGreaterThan(5);
        report.Trades.Count(t => t.ExitSignal == "Stop").ShouldBeGreaterThan(3);
        report.Trades.Count(t => t.ExitSignal == "Target").ShouldBeGreaterThan(3);
        report.All.MarginCalls.ShouldBe(0);
        // One percent is risked; the next bar's open may lie a little further from the stop than the close did.
        double equity = report.InitialCapital;
        var stops = new List<double>();
        foreach (var trade in report.Trades.Where(t => !t.Open))
        {
            (-trade.Profit / equity).ShouldBeLessThan(0.02, $"trade {trade.Number}");
            if (trade.ExitSignal == "Stop") stops.Add(-trade.Profit / equity);
            equity += trade.Profit;
        }
        stops.Order().ElementAt(stops.Count / 2).ShouldBeInRange(0.004, 0.012);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Twice_the_risk_is_twice_the_size(string name)
    {
        var bars = Synthetic(6_000);
        var script = Compile(name);
        double First(double risk) => script.Run(bars, new RunOptions { Symbol = Euro, Inputs = new Dictionary<string, object> { ["riskPercent"] = risk } }).Broker!.ClosedTrades[0].Qty;
        First(0.5).ShouldBe(First(0.25) * 2, 2);
    }

    [SharedDataTheory]
    [MemberData(nameof(Names))]
    public void Runs_over_twelve_years_of_real_bars(string name)
    {
        var bars = BarFile.Read(SharedData.Path("fx", "bars", "eurusd-oanda-h1.zip"));
        var result = Compile(name).Run(bars, new RunOptions { Symbol = Euro });
        result.Error.ShouldBeNull();
        result.Broker!.ClosedTradeCount.ShouldBeGreaterThan(100);
        result.Broker.Equity.ShouldBeGreaterThan(0);
    }
}
