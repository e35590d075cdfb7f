using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Tests;

/// <summary>Short ways to compile and run a script in a test.</summary>
internal static class Scripts
{
    public static CompiledScript Compile(string source, CompileOptions? options = null)
    {
        var result = PineCompiler.Compile(source, options);
        result.Script.ShouldNotBeNull(string.Join("\n", result.Diagnostics));
        return result.Script;
    }

    /// <summary>An indicator of version 6 around the lines given.</summary>
    public static string Indicator(string body, int version = 6) => $"//@version={version}\nindicator(\"t\")\n{body}\n";

    public static string Strategy(string body, string arguments = "", int version = 6) => $"//@version={version}\nstrategy(\"t\"{arguments})\n{body}\n";

    public static RunResult Run(string source, BarSeries? bars = null, RunOptions? options = null, CompileOptions? compile = null)
    {
        var result = Compile(source, compile).Run(bars ?? Counting(10), options);
        result.Error.ShouldBeNull();
        return result;
    }

    /// <summary>The values of the plot titled "x" (or the only one).</summary>
    public static double[] Values(string body, int bars = 10, int version = 6) => Run(Indicator(body, version), Counting(bars)).Plots[0].Values;

    public static double Last(string body, int bars = 10, int version = 6) => Values(body, bars, version)[^1];

    /// <summary>Hourly bars whose close is 1, 2, 3…, open one less, high and low half beyond.</summary>
    public static BarSeries Counting(int count)
    {
        var bars = new List<Bar>();
        for (int i = 0; i < count; i++) bars.Add(new Bar(1_704_067_200_000 + i * 3_600_000L, i, i + 1.5, i - 0.5, i + 1, 100 + i));
        return BarSeries.FromBars(bars, Timeframe.Parse("60"));
    }

    public static BarSeries FromCloses(params double[] closes)
    {
        var bars = new List<Bar>();
        for (int i = 0; i < closes.Length; i++)
        {
            double open = i == 0 ? closes[0] : closes[i - 1];
            bars.Add(new Bar(1_704_067_200_000 + i * 3_600_000L, open, Math.Max(open, closes[i]) + 0.5, Math.Min(open, closes[i]) - 0.5, closes[i], 100));
        }
        return BarSeries.FromBars(bars, Timeframe.Parse("60"));
    }

    /// <summary>A seeded random walk of hourly bars.</summary>
    public static BarSeries Walk(int count, int seed = 1)
    {
        var random = new Random(seed);
        var builder = new BarSeriesBuilder(count);
        double price = 100;
        for (int i = 0; i < count; i++)
        {
            double open = price;
            price = Math.Max(1, price + (random.NextDouble() - 0.5) * 2);
            double high = Math.Max(open, price) + random.NextDouble() * 0.5, low = Math.Min(open, price) - random.NextDouble() * 0.5;
            builder.Add(new Bar(1_262_304_000_000 + i * 3_600_000L, open, high, low, price, 100 + random.Next(1000)));
        }
        return builder.Build(Timeframe.Parse("60"));
    }

    public static void ShouldBeSeries(this double[] actual, params double[] expected)
    {
        actual.Length.ShouldBe(expected.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (double.IsNaN(expected[i])) double.IsNaN(actual[i]).ShouldBeTrue($"[{i}] is {actual[i]}, not na");
            else actual[i].ShouldBe(expected[i], 1e-9, $"[{i}]");
        }
    }
}
