using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Tests;

/// <summary>request.*: hourly bars closing 1, 2, 3… from midnight UTC, looked at in four-hour bars.</summary>
public sealed class RequestTests
{
    private const double Na = double.NaN;

    [Fact]
    public void A_higher_bar_is_known_when_it_closes() =>
        Scripts.Values("plot(request.security(syminfo.tickerid, \"240\", close))", 9).ShouldBeSeries(Na, Na, Na, 4, 4, 4, 4, 8, 8);

    [Fact]
    public void Gaps_leave_only_the_bar_on_which_it_closes() =>
        Scripts.Values("plot(request.security(syminfo.tickerid, \"240\", close, gaps = barmerge.gaps_on))", 9).ShouldBeSeries(Na, Na, Na, 4, Na, Na, Na, 8, Na);

    [Theory]
    [InlineData("", new[] { Na, Na, Na, 4, Na, Na, Na, 8, Na })]
    [InlineData(", timeframe_gaps = false", new[] { Na, Na, Na, 4, 4, 4, 4, 8, 8 })]
    public void An_indicator_with_a_timeframe_of_its_own_shows_its_bars_as_they_close(string gaps, double[] shown) =>
        Scripts.Run($"//@version=6\nindicator(\"t\", timeframe = \"240\"{gaps})\nplot(close)", Scripts.Counting(9)).Plots[0].Values.ShouldBeSeries(shown);

    [Fact]
    public void Its_whole_script_runs_on_those_bars() =>
        Scripts.Run("//@version=6\nindicator(\"t\", timeframe = \"240\")\nvar n = 0\nn += 1\nplot(ta.sma(close, 2) + n + str.tonumber(timeframe.period))", Scripts.Counting(8)).Plots[0].Values[^1].ShouldBe(6 + 2 + 240);

    [Fact]
    public void A_timeframe_below_the_charts_is_an_error()
    {
        var result = Scripts.Compile("//@version=6\nindicator(\"t\", timeframe = \"5\")\nplot(close)").Run(Scripts.Counting(4));
        result.Error!.Message.ShouldBe("The timeframe of the indicator, 5, must not be below the chart's, 60.");
    }

    [Fact]
    public void Lookahead_shows_the_finished_bar_from_its_start() =>
        Scripts.Values("plot(request.security(syminfo.tickerid, \"240\", close, lookahead = barmerge.lookahead_on))", 9).ShouldBeSeries(4, 4, 4, 4, 8, 8, 8, 8, 9);

    [Fact]
    public void Lookahead_with_an_offset_does_not_repaint() =>
        Scripts.Values("plot(request.security(syminfo.tickerid, \"240\", close[1], lookahead = barmerge.lookahead_on))", 9).ShouldBeSeries(Na, Na, Na, Na, 4, 4, 4, 4, 8);

    [Fact]
    public void Expressions_run_on_the_higher_chart() =>
        Scripts.Last("plot(request.security(syminfo.tickerid, \"240\", ta.sma(close, 2) + open[1]))", 12).ShouldBe((12 + 8) / 2.0 + 4);

    [Fact]
    public void Variables_and_functions_are_repeated_there() =>
        Scripts.Last("len = input.int(2)\nf(x) => ta.sma(x, len) * 2\nvar n = 0\nn += 1\ny = f(close) + n\nplot(request.security(syminfo.tickerid, \"240\", y))", 12).ShouldBe(20 + 3);

    [Fact]
    public void Inside_a_function_its_arguments_are_repeated_there() =>
        Scripts.Last("htf(tf, src) =>\n    request.security(syminfo.tickerid, tf, src)\nplot(htf(\"240\", ta.sma(close, 2)) + htf(\"120\", close))", 12).ShouldBe(10 + 12);

    [Fact]
    public void Tuples() =>
        Scripts.Last("[o, c, b] = request.security(syminfo.tickerid, \"240\", [open, close, close > open])\nplot(b ? o * 100 + c : 0)", 12).ShouldBe(812);

    [Fact]
    public void Lower_timeframe_values_come_as_arrays()
    {
        var minutes = new List<Bar>();
        for (int i = 0; i < 12; i++) minutes.Add(new Bar(1_704_067_200_000 + i * 900_000L, i, i, i, i + 1, 1));
        var finer = BarSeries.FromBars(minutes, Timeframe.Parse("15"));
        var options = new RunOptions { LowerBars = finer };
        var result = Scripts.Run(Scripts.Indicator("a = request.security_lower_tf(syminfo.tickerid, \"15\", close)\nplot(a.size())\nplot(a.sum())"), Scripts.Counting(3), options);
        result.Plots[0].Values.ShouldBeSeries(4, 4, 4);
        result.Plots[1].Values.ShouldBeSeries(10, 26, 42);
    }

    private sealed class OtherSymbol : IBarProvider
    {
        public (BarSeries Bars, SymbolInfo Symbol)? GetBars(string tickerId, Timeframe timeframe) =>
            tickerId == "X:OTHER" && timeframe == Timeframe.Parse("60") ? (Scripts.FromCloses(5, 6, 7, 8), SymbolInfo.Default with { Ticker = "OTHER", Prefix = "X" }) : null;
    }

    [Fact]
    public void Another_symbol_comes_from_the_provider()
    {
        var options = new RunOptions { Provider = new OtherSymbol() };
        Scripts.Run(Scripts.Indicator("plot(request.security(\"X:OTHER\", timeframe.period, close) + request.security(\"X:OTHER\", \"60\", str.length(syminfo.ticker)))"), Scripts.Counting(4), options).Plots[0].Values.ShouldBeSeries(10, 11, 12, 13);
        var missing = Scripts.Compile(Scripts.Indicator("x = 1\nplot(request.security(\"X:NONE\", \"60\", close))")).Run(Scripts.Counting(3), options);
        missing.Error!.Message.ShouldContain("X:NONE");
        missing.Error.Line.ShouldBe(4);
        Scripts.Run(Scripts.Indicator("plot(request.security(\"X:NONE\", \"60\", close, ignore_invalid_symbol = true))"), Scripts.Counting(2), options).Plots[0].Values.ShouldBeSeries(Na, Na);
    }

    [Fact]
    public void Live_bars_reach_the_higher_chart()
    {
        var script = Scripts.Compile(Scripts.Indicator("plot(request.security(syminfo.tickerid, \"240\", close))"));
        var bars = Scripts.Counting(13);
        var instance = script.CreateInstance();
        instance.RunHistory(bars.Slice(0, 5));
        for (int i = 5; i < 13; i++)
        {
            instance.UpdateLive(bars[i] with { Close = 0 }, confirmed: false);
            instance.UpdateLive(bars[i], confirmed: true);
        }
        instance.Result().Plots[0].Values.ShouldBeSeries(Na, Na, Na, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12);
    }

    [Fact]
    public void Heikin_ashi_bars() =>
        Scripts.Values("plot(request.security(ticker.heikinashi(syminfo.tickerid), timeframe.period, close))", 3).ShouldBeSeries(0.5, 1.5, 2.5);
}
