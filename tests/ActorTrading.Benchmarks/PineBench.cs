using System.Diagnostics;
using ActorTrading.Pine;
using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Optimization;

namespace ActorTrading.Benchmarks;

/// <summary>Pine scripts over a long random walk, one thread: bars a second, compile time, bytes a bar.</summary>
public sealed class PineBench : IBench
{
    private static readonly (string Name, string Source)[] Scripts =
    [
        ("ma cross strategy", Strategy("f = ta.sma(close, input.int(10))\ns = ta.sma(close, input.int(30))\nif ta.crossover(f, s)\n    strategy.entry(\"L\", strategy.long)\nif ta.crossunder(f, s)\n    strategy.entry(\"S\", strategy.short)")),
        ("rsi strategy", Strategy("r = ta.rsi(close, 14)\nif ta.crossover(r, 30)\n    strategy.entry(\"L\", strategy.long)\nif ta.crossunder(r, 70)\n    strategy.entry(\"S\", strategy.short)")),
        ("macd strategy", Strategy("[m, s, h] = ta.macd(close, 12, 26, 9)\nif ta.crossover(h, 0)\n    strategy.entry(\"L\", strategy.long)\nif ta.crossunder(h, 0)\n    strategy.entry(\"S\", strategy.short)")),
        ("bands with stops", Strategy("[m, u, l] = ta.bb(close, 20, 2)\nif ta.crossover(close, l)\n    strategy.entry(\"L\", strategy.long, stop = l)\nif ta.crossunder(close, u)\n    strategy.entry(\"S\", strategy.short, stop = u)")),
        ("brackets", Strategy("if ta.crossover(ta.ema(close, 20), ta.ema(close, 100))\n    strategy.entry(\"L\", strategy.long)\nstrategy.exit(\"X\", \"L\", profit = 3000, loss = 2000)")),
        ("supertrend", Strategy("[t, d] = ta.supertrend(3, 10)\nif ta.change(d) < 0\n    strategy.entry(\"L\", strategy.long)\nif ta.change(d) > 0\n    strategy.entry(\"S\", strategy.short)")),
        ("functions and arrays", Indicator("mean(float[] a) =>\n    s = 0.0\n    for v in a\n        s += v\n    s / a.size()\nvar a = array.new<float>()\na.push(close)\nif a.size() > 10\n    a.shift()\nplot(mean(a))")),
        ("15 plots", Indicator(string.Join('\n', Enumerable.Range(1, 15).Select(i => $"plot(ta.{(i % 3 == 0 ? "sma" : i % 3 == 1 ? "ema" : "wma")}(close, {i * 3}))")))),
    ];

    public string Name => "pine";

    public string What => "Pine scripts, bars/s on one core, compile ms, bytes a bar; bars=1000000 rounds=5; then a grid over all cores, grid=10000 combinations of 100,000 bars";

    public Task<BenchReport> RunAsync(BenchSettings settings)
    {
        var bars = Walk(settings.Count("bars", 1_000_000));
        int rounds = settings.Count("rounds", 5);
        return Task.FromResult(new BenchReport(Name, [.. Scripts.Select(script => Measure(script.Name, script.Source, bars, rounds)), Grid(settings.Count("grid", 10_000))]));
    }

    private static Measurement Measure(string name, string source, BarSeries bars, int rounds)
    {
        _ = PineCompiler.Compile(source);
        var watch = Stopwatch.StartNew();
        var script = PineCompiler.Compile(source).Script ?? throw new InvalidOperationException($"{name} does not compile.");
        double compileMs = watch.Elapsed.TotalMilliseconds, best = double.MaxValue, bytes = 0;
        int trades = 0;
        for (int i = 0; i < rounds; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            watch.Restart();
            var result = script.Run(bars);
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            if (result.Error is { } error) throw new InvalidOperationException($"{name}: {error}");
            trades = result.Broker?.ClosedTradeCount ?? 0;
        }
        return new Measurement(name, bars.Count / best, null, bytes / bars.Count, new Dictionary<string, double> { ["compile_ms"] = compileMs, ["trades"] = trades });
    }

    /// <summary>Bars/s of a parameter search over all cores; bytes are a combination's, and the busy cores say whether it waits for anything else.</summary>
    private static Measurement Grid(int combinations)
    {
        var bars = Walk(100_000);
        var script = PineCompiler.Compile(Scripts[0].Source.Replace("input.int(10)", "input.int(10, \"fast\")").Replace("input.int(30)", "input.int(30, \"slow\")")).Script!;
        int side = Math.Max(1, (int)Math.Sqrt(combinations));
        var search = new GridSearch(script, new ParameterGrid([ParameterAxis.Parse($"fast=1..{side}"), ParameterAxis.Parse($"slow={side + 1}..{2 * side}")]), new RunOptions());
        var (bytes, pauses, cpu, watch) = (GC.GetTotalAllocatedBytes(), GC.GetTotalPauseDuration(), Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        var results = search.Run(bars, Environment.ProcessorCount);
        var elapsed = watch.Elapsed;
        if (results.FirstOrDefault(r => r.Error is not null) is { } failed)
            throw new InvalidOperationException($"Combination {failed.Index}: {failed.Error}");
        return new Measurement($"grid of {results.Length}", (double)results.Length * bars.Count / elapsed.TotalSeconds, null,
            (double)(GC.GetTotalAllocatedBytes() - bytes) / results.Length, new Dictionary<string, double>
            {
                ["seconds"] = elapsed.TotalSeconds,
                ["cores_busy"] = (Environment.CpuUsage.TotalTime - cpu) / elapsed,
                ["gc_pause_percent"] = 100 * ((GC.GetTotalPauseDuration() - pauses) / elapsed),
            });
    }

    private static string Indicator(string body) => $"//@version=6\nindicator(\"bench\")\n{body}\n";

    private static string Strategy(string body) => $"//@version=6\nstrategy(\"bench\")\n{body}\n";

    private static BarSeries Walk(int count)
    {
        var random = new Random(1);
        var bars = new BarSeriesBuilder(count);
        double price = 100;
        for (int i = 0; i < count; i++)
        {
            double open = price;
            price = Math.Round(Math.Max(1, price + (random.NextDouble() - 0.5) * 0.2), 5);
            bars.Add(new Bar(1_262_304_000_000 + i * 3_600_000L, open, Math.Max(open, price) + 0.05, Math.Min(open, price) - 0.05, price, 100));
        }
        return bars.Build(Timeframe.Parse("60"));
    }
}
