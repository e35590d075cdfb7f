using System.Text.Json;

namespace ActorTrading.Pine.Tests.Cli;

public sealed class CommandTests : IDisposable
{
    private readonly Scratch _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Check_points_at_the_mistake()
    {
        var script = _files.Write("bad.pine", "//@version=6\nindicator(\"x\")\nplot(clse)\n");
        var (exit, _, errors) = await CommandLine.Run("check", script);
        exit.ShouldBe(1);
        errors.ShouldContain("bad.pine:3:6: error PINE");
        errors.ShouldContain("  3 | plot(clse)\n    |      ^\n");
        errors.ShouldContain("'close'");
    }

    [Fact]
    public async Task Check_as_json()
    {
        var script = _files.Write("bad.pine", "//@version=6\nindicator(\"x\")\nplot(clse)\n");
        var (_, output, _) = await CommandLine.Run("check", script, "--json");
        using var json = JsonDocument.Parse(output);
        json.RootElement.GetProperty("ok").GetBoolean().ShouldBeFalse();
        json.RootElement.GetProperty("diagnostics")[0].GetProperty("line").GetInt32().ShouldBe(3);
    }

    [Fact]
    public async Task Run_prints_plots_as_json_with_null_for_na()
    {
        var script = _files.Write("i.pine", "//@version=6\nindicator(\"x\")\nlength = input.int(3)\nplot(ta.sma(close, length), \"ma\")\nplot(close)\n");
        var (exit, output, _) = await CommandLine.Run("run", script, "--bars", _files.Bars(), "--json", "--input", "length=5");
        exit.ShouldBe(0);
        using var json = JsonDocument.Parse(output);
        var average = json.RootElement.GetProperty("plots").GetProperty("ma");
        average.GetArrayLength().ShouldBe(400);
        average[3].ValueKind.ShouldBe(JsonValueKind.Null);
        average[4].ValueKind.ShouldBe(JsonValueKind.Number);
    }

    [Fact]
    public async Task Bars_are_gathered_into_the_timeframe()
    {
        var script = _files.Write("i.pine", "//@version=6\nindicator(\"x\")\nplot(close, \"c\")\nplot(timeframe.multiplier, \"m\")\n");
        var (_, output, _) = await CommandLine.Run("run", script, "--bars", _files.Bars(), "--json", "--timeframe", "240");
        using var json = JsonDocument.Parse(output);
        json.RootElement.GetProperty("plots").GetProperty("c").GetArrayLength().ShouldBeInRange(100, 102);
        json.RootElement.GetProperty("plots").GetProperty("m")[0].GetDouble().ShouldBe(240);
    }

    [Fact]
    public async Task Backtest_reports_and_draws()
    {
        var script = _files.Write("s.pine", Scratch.Crossing);
        var (exit, output, errors) = await CommandLine.Run("backtest", script, "--bars", _files.Bars(), "--json", "--chart", _files["e.svg"]);
        exit.ShouldBe(0, errors);
        using var json = JsonDocument.Parse(output);
        json.RootElement.GetProperty("trades").GetArrayLength().ShouldBeGreaterThan(5);
        json.RootElement.GetProperty("equity").GetArrayLength().ShouldBe(400);
        var svg = File.ReadAllText(_files["e.svg"]);
        svg.ShouldStartWith("<svg");
        System.Xml.Linq.XDocument.Parse(svg).Root!.Elements().Count().ShouldBeGreaterThan(5);
        var (_, table, _) = await CommandLine.Run("backtest", script, "--bars", _files.Bars());
        table.ShouldContain("Net profit");
        table.ShouldContain("Sharpe ratio");
    }

    [Fact]
    public async Task Optimize_sorts_walks_forward_and_draws_again()
    {
        var script = _files.Write("s.pine", Scratch.Crossing);
        string[] arguments = ["optimize", script, "--bars", _files.Bars(), "--grid", "fast=3..9:2", "--grid", "slow=10,20", "--sort", "profit", "--walk-forward", "2", "--monte-carlo", "200", "--json"];
        var (exit, output, errors) = await CommandLine.Run(arguments);
        exit.ShouldBe(0, errors);
        using var json = JsonDocument.Parse(output);
        var results = json.RootElement.GetProperty("results").EnumerateArray().ToList();
        results.Count.ShouldBe(8);
        results.Select(r => r.GetProperty("netProfit").GetDouble()).ShouldBe(results.Select(r => r.GetProperty("netProfit").GetDouble()).OrderDescending());
        results.Select(r => r.GetProperty("inputs").GetProperty("fast").GetDouble()).Distinct().Count().ShouldBe(4);
        results[0].GetProperty("netProfit").GetDouble().ShouldNotBe(results[^1].GetProperty("netProfit").GetDouble());
        json.RootElement.GetProperty("walkForward").GetArrayLength().ShouldBe(2);
        json.RootElement.GetProperty("monteCarlo").GetProperty("draws").GetInt32().ShouldBe(200);
        (await CommandLine.Run([.. arguments, "--cores", "1"])).Output.ShouldBe(output);
    }

    [Theory]
    [InlineData("backtest", "{s}", "--bars", "absent.csv")]
    [InlineData("backtest", "absent.pine", "--bars", "{b}")]
    [InlineData("backtest", "{s}", "--bars", "{s}")]
    [InlineData("backtest", "{s}", "--bars", "{b}", "--timeframe", "x")]
    [InlineData("backtest", "{s}", "--bars", "{b}", "--timeframe", "1")]
    [InlineData("backtest", "{s}", "--bars", "{b}", "--mintick", "0")]
    [InlineData("backtest", "{s}", "--bars", "{b}", "--timezone", "Mars/Olympus")]
    [InlineData("backtest", "{s}", "--bars", "{b}", "--session", "25")]
    [InlineData("backtest", "{s}", "--bars", "{b}", "--input", "novalue")]
    [InlineData("backtest", "{i}", "--bars", "{b}")]
    [InlineData("optimize", "{s}", "--bars", "{b}", "--grid", "fast=9..3")]
    [InlineData("optimize", "{s}", "--bars", "{b}", "--grid", "absent=1..3")]
    [InlineData("optimize", "{s}", "--bars", "{b}", "--grid", "fast=1..3", "--sort", "luck")]
    [InlineData("optimize", "{s}", "--bars", "{b}", "--grid", "fast=3..5", "--walk-forward", "300")]
    public async Task Bad_input_gets_one_clear_line(params string[] arguments)
    {
        var (script, indicator, bars) = (_files.Write("s.pine", Scratch.Crossing), _files.Write("i.pine", "//@version=6\nindicator(\"x\")\nplot(close)\n"), _files.Bars());
        var (exit, output, errors) = await CommandLine.Run([.. arguments.Select(a => a.Replace("{s}", script).Replace("{b}", bars).Replace("{i}", indicator))]);
        exit.ShouldBe(2, output + errors);
        errors.Trim().Split('\n').Length.ShouldBe(1, errors);
        errors.ShouldStartWith("error: ");
        errors.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task A_script_that_fails_says_where()
    {
        var script = _files.Write("r.pine", "//@version=6\nindicator(\"x\")\nif bar_index == 3\n    runtime.error(\"enough\")\nplot(close)\n");
        var (exit, _, errors) = await CommandLine.Run("run", script, "--bars", _files.Bars());
        exit.ShouldBe(1);
        errors.ShouldContain("enough");
        errors.ShouldContain("bar 3");
    }
}
