using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Tests;

/// <summary>Bars, state of call sites, history, rollback.</summary>
public sealed class ExecutionModelTests
{
    [Fact]
    public void A_call_site_in_a_branch_advances_only_when_executed() =>
        // On odd bars only: values 2, 4, 6, 8, 10 are seen; the mean of the last two.
        Scripts.Values("x = float(na)\nif bar_index % 2 == 1\n    x := ta.sma(close, 2)\nplot(x)").ShouldBeSeries(double.NaN, double.NaN, double.NaN, 3, double.NaN, 5, double.NaN, 7, double.NaN, 9);

    [Fact]
    public void Each_call_site_of_a_function_has_its_own_state() =>
        Scripts.Values("count(c) =>\n    var n = 0\n    if c\n        n += 1\n    n\nplot(count(true) * 100 + count(close > 8))")[^1].ShouldBe(1002);

    // Called on bars 0, 3, 6 and 9, where close is 1, 4, 7 and 10.
    [Theory]
    [InlineData("1", 7)]
    [InlineData("3", 7)]
    [InlineData("4", 4)]
    [InlineData("math.max(1, bar_index - 3)", 4)]
    [InlineData("8", 1)]
    [InlineData("10", double.NaN)]
    public void History_of_a_functions_local_is_its_last_value_as_of_that_bar(string offset, double value) =>
        Scripts.Values($"f() =>\n    v = close\n    v[{offset}]\nx = 0.0\nif bar_index % 3 == 0\n    x := f()\nplot(x)")[9..].ShouldBeSeries(value);

    [Fact]
    public void V6_skips_the_right_side_of_and_V5_does_not()
    {
        const string body = "c() =>\n    var n = 0\n    n += 1\n    n\nx = close > 5 and c() > 0\ny = c()\nplot(x ? 1 : 0)\nvar calls = 0\n";
        Scripts.Values(body + "").ShouldNotBeNull();
        Scripts.Last("x = close > 5 and ta.cum(1) > 4\nplot(x ? 1 : 0)").ShouldBe(1);
        Scripts.Values("x = close > 5 and ta.cum(1) > 4\nplot(x ? 1 : 0)")[8].ShouldBe(0);
        Scripts.Values("x = close > 5 and ta.cum(1) > 4\nplot(x ? 1 : 0)", version: 5)[8].ShouldBe(1);
    }

    [Fact]
    public void A_for_loops_end_is_dynamic_in_V6_only()
    {
        const string body = "n = 3\ns = 0\nfor i = 1 to n\n    s += 1\n    if i == 1\n        n := 5\nplot(s)";
        Scripts.Last(body).ShouldBe(5);
        Scripts.Last(body, version: 5).ShouldBe(3);
    }

    [Fact]
    public void Barstate_of_history() =>
        Scripts.Values("plot((barstate.isfirst ? 1 : 0) + (barstate.islast ? 10 : 0) + (barstate.ishistory ? 100 : 0) + (barstate.isconfirmed ? 1000 : 0))", 3).ShouldBeSeries(1101, 1100, 1110);

    [Fact]
    public void An_offset_beyond_the_buffer_is_an_error()
    {
        var script = Scripts.Compile(Scripts.Indicator("x = close + 1\nplot(x[bar_index > 5500 ? 5100 : 1])"));
        var error = script.Run(Scripts.Counting(6000)).Error;
        error.ShouldNotBeNull();
        error.Message.ShouldContain("5000");
        error.Line.ShouldBe(4);
        error.BarIndex.ShouldBe(5501);
    }

    [Fact]
    public void Max_bars_back_deepens_the_buffer()
    {
        var script = Scripts.Compile("//@version=6\nindicator(\"t\", max_bars_back = 5200)\nx = close + 1\nplot(x[bar_index > 5500 ? 5100 : 1])");
        script.Run(Scripts.Counting(6000)).Plots[0].Values[^1].ShouldBe(6000 - 5100 + 1);
    }

    [Fact]
    public void Dynamic_offsets_reach_as_far_back_as_bars_exist()
    {
        var values = Scripts.Run(Scripts.Indicator("x = close * 1\nplot(x[bar_index])"), Scripts.Counting(3000)).Plots[0].Values;
        values.ShouldAllBe(v => v == 1);
    }

    [Fact]
    public void Live_ticks_roll_var_back_but_not_varip()
    {
        const string source = "//@version=6\nindicator(\"t\")\nvar n = 0\nvarip k = 0\nn += 1\nk += 1\nvar a = array.new<float>()\na.push(close)\nplot(n, \"n\")\nplot(k, \"k\")\nplot(ta.sma(close, 2), \"sma\")\nplot(a.size(), \"a\")\nplot(close[1], \"prev\")";
        var instance = Scripts.Compile(source).CreateInstance();
        instance.RunHistory(Scripts.Counting(5));
        long start = 1_704_067_200_000 + 5 * 3_600_000L;
        foreach (double close in (double[])[10, 20, 6]) instance.UpdateLive(new Bar(start, 5, 30, 5, close, 1), confirmed: close == 6);
        instance.UpdateLive(new Bar(start + 3_600_000, 6, 7, 6, 7, 1), confirmed: true);
        var result = instance.Result();
        result.Error.ShouldBeNull();
        double[] Plot(string title) => result.Plots.First(p => p.Title == title).Values;
        Plot("n").ShouldBeSeries(1, 2, 3, 4, 5, 6, 7);
        Plot("k").ShouldBeSeries(1, 2, 3, 4, 5, 8, 9);
        Plot("sma").ShouldBeSeries(double.NaN, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5);
        Plot("a").ShouldBeSeries(1, 2, 3, 4, 5, 6, 7);
        Plot("prev").ShouldBeSeries(double.NaN, 1, 2, 3, 4, 5, 6);
    }

    [Fact]
    public void Live_bars_give_what_history_gives()
    {
        var bars = Scripts.Walk(600);
        var source = Scripts.Strategy("f = ta.ema(close, 5)\ns = ta.ema(close, 12)\nif ta.crossover(f, s)\n    strategy.entry(\"L\", strategy.long)\nif ta.crossunder(f, s)\n    strategy.entry(\"S\", strategy.short)\nplot(strategy.position_size)\nplot(ta.highest(10)[2])");
        var script = Scripts.Compile(source);
        var whole = script.Run(bars);
        var instance = script.CreateInstance();
        instance.RunHistory(bars.Slice(0, 300));
        for (int i = 300; i < 600; i++)
        {
            instance.UpdateLive(bars[i] with { Close = bars.Open[i] }, confirmed: false);
            instance.UpdateLive(bars[i], confirmed: true);
        }
        var live = instance.Result();
        live.Error.ShouldBeNull();
        live.Plots[0].Values.ShouldBeSeries(whole.Plots[0].Values);
        live.Plots[1].Values.ShouldBeSeries(whole.Plots[1].Values);
        live.Broker!.ClosedTrades.ToArray().Select(t => (t.EntryTimeMs, t.EntryPrice, t.ExitPrice)).ShouldBe(whole.Broker!.ClosedTrades.ToArray().Select(t => (t.EntryTimeMs, t.EntryPrice, t.ExitPrice)));
    }

    [Fact]
    public void Recalculation_after_fills_rolls_variables_back()
    {
        var source = "//@version=6\nstrategy(\"t\", calc_on_order_fills = true)\nvar n = 0\nn += 1\nif bar_index == 3\n    strategy.entry(\"L\", strategy.long)\nif bar_index == 6\n    strategy.close(\"L\")\nplot(n)";
        var result = Scripts.Run(source);
        result.Plots[0].Values.ShouldBeSeries(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        result.Broker!.ClosedTradeCount.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Same_run_twice_gives_the_same()
    {
        var script = Scripts.Compile(Scripts.Strategy("if ta.rsi(close, 5) < 30\n    strategy.entry(\"L\", strategy.long)\nif ta.rsi(close, 5) > 70\n    strategy.close_all()\nplot(strategy.equity)"));
        var bars = Scripts.Walk(2000);
        script.Run(bars).Plots[0].Values.ShouldBe(script.Run(bars).Plots[0].Values);
    }

    [Fact]
    public void Inputs_are_found_by_title_or_by_variable()
    {
        var script = Scripts.Compile(Scripts.Indicator("n = input.int(3, \"Length\", minval = 1)\nsrc = input.source(close, \"Src\")\nk = input.float(2.0)\nm = input.string(\"a\", options = [\"a\", \"b\"])\nplot(src * n * k + (m == \"b\" ? 1000 : 0))"));
        script.Inputs.Select(i => i.Name).ShouldBe(["n", "src", "k", "m"]);
        double Run(params (string, object)[] inputs)
        {
            var result = script.Run(Scripts.Counting(10), new RunOptions { Inputs = inputs.ToDictionary(i => i.Item1, i => i.Item2) });
            result.Error.ShouldBeNull();
            return result.Plots[0].Values[^1];
        }
        Run().ShouldBe(60);
        Run(("Length", 4), ("k", "0.5")).ShouldBe(20);
        Run(("Src", "open"), ("m", "b")).ShouldBe(1054);
        string Fails(string name, object value) => script.Run(Scripts.Counting(2), new RunOptions { Inputs = new Dictionary<string, object> { [name] = value } }).Error!.Message;
        Fails("Length", 0).ShouldContain("at least 1");
        Fails("Length", "x").ShouldContain("number");
        Fails("m", "c").ShouldContain("one of a, b");
        Fails("Lenght", 1).ShouldContain("Did you mean 'Length'");
    }

    [Fact]
    public void Libraries_are_imported_from_the_source_given()
    {
        const string library = "//@version=6\nlibrary(\"Lib\")\nconst int K = 10\nexport type Pt\n    float x\nexport method scaled(Pt p) => p.x * K\nexport f(float a, int n = 2) =>\n    ta.sma(a, n)\nhelper(x) => x + 1\nexport g(float x) => helper(x)\nexport enum E\n    one\n    two\n";
        var compile = new CompileOptions { Libraries = new Dictionary<string, string> { ["me/Lib/1"] = library } };
        var result = Scripts.Run("//@version=6\nindicator(\"t\")\nimport me/Lib/1 as lib\np = lib.Pt.new(3)\ne = lib.E.two\nplot(lib.f(close) + lib.g(1) + p.scaled() + (e == lib.E.two ? 1000 : 0))", compile: compile);
        result.Plots[0].Values[^1].ShouldBe(9.5 + 2 + 30 + 1000);
        var broken = PineCompiler.Compile("//@version=6\nindicator(\"t\")\nimport me/Bad/1\nplot(close)", new CompileOptions { Libraries = new Dictionary<string, string> { ["me/Bad/1"] = "//@version=6\nlibrary(\"Bad\")\nexport f(float x) => y" } });
        broken.Diagnostics.ShouldContain(d => d.Library == "me/Bad/1" && d.Line == 3 && d.Code == "PINE2001");
    }

    [Fact]
    public void Alerts_and_logs_are_captured()
    {
        var result = Scripts.Run(Scripts.Indicator("if close == 5\n    alert(\"five\", alert.freq_once_per_bar_close)\n    log.info(\"c={0}\", close)\n    log.error(\"bad\")\nalertcondition(close > 9, \"high\")"));
        result.Alerts.ShouldHaveSingleItem().ShouldBe(new AlertEvent(4, 1_704_067_200_000 + 4 * 3_600_000L, "five", "once_per_bar_close"));
        result.Logs.Select(l => (l.Level, l.Message)).ShouldBe([(LogLevel.Info, "c=5"), (LogLevel.Error, "bad")]);
        result.Plots.ShouldHaveSingleItem().Kind.ShouldBe(PlotKind.AlertCondition);
    }

    [Theory]
    [InlineData("close[ta.highestbars(5)[0] * -1]")]
    [InlineData("(close + 1)[int(na)]")]
    [InlineData("ta.sma(close, 2)[math.abs(ta.lowestbars(5))]")]
    public void A_value_at_an_offset_that_is_na_is_na(string expression) => Scripts.Values($"plot({expression}, \"x\")")[0].ShouldBe(double.NaN);
}
