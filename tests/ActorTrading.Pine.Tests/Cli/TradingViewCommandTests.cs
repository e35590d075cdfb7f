using System.Globalization;
using System.Text.Json;

namespace ActorTrading.Pine.Tests.Cli;

/// <summary>The whole way, from a script and a bar file to JSON, against what TradingView shows.</summary>
public sealed class TradingViewCommandTests
{
    [SharedDataTheory]
    [InlineData("rsi", "eurusd_h1")]
    [InlineData("macd", "eurusd_h1")]
    [InlineData("bollinger", "eurusd_h1")]
    [InlineData("slippage_direction", "slippage_direction")]
    public async Task Every_trade(string name, string bars)
    {
        var (exit, output, errors) = await CommandLine.Run("backtest", SharedData.Path("pine", "strategy", name + ".pine"), "--bars",
            SharedData.Path("pine", "strategy", bars + "_ohlcv.csv"), "--timezone", "US/Eastern", "--json");
        exit.ShouldBe(0, errors);
        using var json = JsonDocument.Parse(output);
        var trades = json.RootElement.GetProperty("trades").EnumerateArray().ToList();
        var rows = File.ReadAllLines(SharedData.Path("pine", "strategy", name + "_trades.csv")).Skip(1).Select(l => l.Split(',')).ToList();
        trades.Count.ShouldBe(rows.Count / 2);
        for (int i = 0; i < trades.Count; i++)
        {
            var (entry, exitRow) = (rows[2 * i], rows[2 * i + 1]);
            static long Time(string text) => DateTimeOffset.Parse(text.Insert(text.Length - 2, ":"), CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
            bool open = exitRow[3] == "Open";
            trades[i].GetProperty("open").GetBoolean().ShouldBe(open);
            trades[i].GetProperty("direction").GetString().ShouldBe(entry[1]["Entry ".Length..]);
            trades[i].GetProperty("entryTime").GetInt64().ShouldBe(Time(entry[2]));
            trades[i].GetProperty("entryPrice").GetDouble().ShouldBe(double.Parse(entry[4], CultureInfo.InvariantCulture), 1e-9);
            trades[i].GetProperty("qty").GetDouble().ShouldBe(double.Parse(entry[5], CultureInfo.InvariantCulture), 1e-9);
            trades[i].GetProperty("profitPercent").GetDouble().ShouldBe(double.Parse(exitRow[8], CultureInfo.InvariantCulture), 0.0051);
            if (open) continue;
            trades[i].GetProperty("exitTime").GetInt64().ShouldBe(Time(exitRow[2]));
            trades[i].GetProperty("exitPrice").GetDouble().ShouldBe(double.Parse(exitRow[4], CultureInfo.InvariantCulture), 1e-9);
        }
    }

    [SharedDataFact]
    public async Task Every_series()
    {
        var wrong = new List<string>();
        foreach (var script in Directory.GetFiles(SharedData.Path("pine", "ta"), "*.pine").Order())
        {
            var name = Path.GetFileNameWithoutExtension(script);
            var (exit, output, errors) = await CommandLine.Run("run", script, "--bars", Path.ChangeExtension(script, ".csv"), "--json");
            exit.ShouldBe(0, errors);
            using var json = JsonDocument.Parse(output);
            var expected = SharedData.Columns(Path.ChangeExtension(script, ".csv"));
            foreach (var plot in json.RootElement.GetProperty("plots").EnumerateObject())
                for (int i = 0; i < plot.Value.GetArrayLength(); i++)
                {
                    if (name == "supertrend" && plot.Name == "c2" && i == 0) continue;
                    double actual = plot.Value[i].ValueKind == JsonValueKind.Null ? double.NaN : plot.Value[i].GetDouble(), value = expected[plot.Name][i];
                    if (double.IsNaN(value) ? !double.IsNaN(actual) : !(Math.Abs(actual - value) <= Math.Max(1e-8, 1e-5 * Math.Abs(value))))
                        wrong.Add($"{name} {plot.Name} bar {i}: expected {value}, was {actual}");
                }
        }
        wrong.ShouldBeEmpty();
    }
}
