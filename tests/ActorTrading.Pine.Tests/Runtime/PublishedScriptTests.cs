using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Tests;

/// <summary>What scripts that run on TradingView do, and what once was refused or came out wrong here.</summary>
public sealed class PublishedScriptTests
{
    [Theory]
    [InlineData("f(string str) => str.length(str)\nplot(f(\"abc\"))", 3)]
    [InlineData("f(simple string timeframe) => timeframe.in_seconds(timeframe)\nplot(f(\"60\"))", 3600)]
    [InlineData("f(color color) => color.t(color.new(color, 30))\nplot(f(color.red))", 30)]
    [InlineData("f(matrix<float> matrix) =>\n    matrix.set(matrix, 0, 0, 5)\n    matrix.get(0, 0)\nplot(f(matrix.new<float>(1, 1, 0)))", 5)]
    [InlineData("var line line = line.new(1, 2, 3, 4)\nplot(line.get_x2(line) + line.get_y1())", 5)]
    public void A_variable_named_like_a_namespace_leaves_the_namespace_usable(string body, double value) => Scripts.Last(body).ShouldBe(value);

    [Theory]
    [InlineData("f(src, len) =>\n    half = math.max(len / 2, 1)\n    ta.sma(src, half)\nplot(f(close, input.int(4)))", 9.5)]
    [InlineData("half(int n) => n / 2\nint count = half(9)\nplot(count)", 4.5)]
    [InlineData("a = array.from(5, 6, 7)\ni = math.min(bar_index / (10 / 5), 2)\nplot(array.get(a, i))", 7)]
    [InlineData("int n = close > 0 ? bar_index / 2 : 1\nplot(n * 10 + close[n])", 51)]
    [InlineData("f(len) => ta.highest(len)\nn = 5\nplot(f(n / 2))", 10.5)]
    public void A_quotient_of_ints_serves_as_an_int_wherever_it_has_been(string body, double value) => Scripts.Last(body).ShouldBe(value);

    [Theory]
    [InlineData("array<float> a = array.from(1, 2)\na.push(0.5)\nplot(a.sum())", 3.5)]
    [InlineData("m = matrix.new<float>()\nm.add_row(0, array.from(1, 2))\nplot(m.get(0, 1))", 2)]
    [InlineData("method total(array<float> this) => this.sum()\nplot(array.from(3, 4).total())", 7)]
    [InlineData("f(float[] a) => a.avg()\nplot(f(array.from(3, 4)))", 3.5)]
    public void Ints_fill_a_collection_of_floats(string body, double value) => Scripts.Last(body).ShouldBe(value);

    [Fact]
    public void Na_in_one_tuple_takes_the_type_of_the_other() =>
        Scripts.Last("f() =>\n    if close > 3\n        [1, \"a\", true]\n    else\n        [na, na, false]\nvar int n = 0\n[i, s, b] = f()\nn := i\nplot(b ? n + str.length(s) : 0)").ShouldBe(2);

    [Fact]
    public void A_const_collection_is_one_that_is_never_reassigned()
    {
        Scripts.Last("const array<float> a = array.from(close, 2.0)\nplot(a.sum())").ShouldBe(12);
        PineCompiler.Compile(Scripts.Indicator("const array<float> a = array.from(close)\na := array.from(1.0)")).Diagnostics.ShouldContain(d => d.Code == "PINE3008");
    }

    [Theory]
    [InlineData("s = \"one\n     two\n     three\"\nplot(str.length(s))", 13)]
    [InlineData("plot(str.length(\"\n         a\n         b\n         \"))", 5)]
    [InlineData("plot(str.length(str.format(\"{0}\n    {1}\", 1, 2)))", 3)]
    public void A_string_over_several_lines_has_one_space_for_each_break(string body, double value) => Scripts.Last(body).ShouldBe(value);

    [Theory]
    [InlineData("x = \"abc\ny = 1", "PINE1005")]
    [InlineData("if close > 1\n    x = \"abc\n    y = \"d\"", "PINE1005")]
    public void A_string_that_is_not_closed_is_still_told(string body, string code) =>
        PineCompiler.Compile(Scripts.Indicator(body)).Diagnostics.ShouldContain(d => d.Code == code);

    [Theory]
    [InlineData("n = input.int(10, options = [5, 10])\nplot(n)", 10)]
    [InlineData("n = input.float(0.5, options = [0.5, 1])\nplot(n)", 0.5)]
    [InlineData("on = input.bool(true)\nplot(close, editable = on, show_last = input.int(5))", 10)]
    [InlineData("h1 = hline(1)\nh2 = hline(2)\nfill(h1, h2, 2, 1, color.red, color.blue)\nplot(1)", 1)]
    [InlineData("var table t = table.new(position.top_left, na, na)\nplot(1)", 1)]
    [InlineData("plot(timestamp(\"UTC0\", 2021, 1, 1, 0, 0))", 1_609_459_200_000)]
    [InlineData("s = 0\nfor int i = 1 to 4 by 1\n    s += i\nplot(s)", 10)]
    [InlineData("type T\n    color c = chart.fg_color\n    float n = bar_index\nplot(T.new().n)", 9)]
    [InlineData("string f = \"{\" + str.tostring(0) + \"}\"\nif close > 0\n    f += \"!\"\nplot(str.length(str.format(f, 7)))", 2)]
    [InlineData("plot(time(\"\", 1) == time[1] ? 1 : 0)", 1)]
    [InlineData("plot(time(timeframe.period, \"0000-0000\", 1) == time[1] ? 1 : 0)", 1)]
    [InlineData("n = int(close > 5 ? 2 : 3)\n[m, u, l] = ta.bb(close, n, 2)\nplot(m)", 9.5)]
    [InlineData("plot(request.security_lower_tf(syminfo.tickerid, \"240\", close, ignore_invalid_timeframe = true).size())", 0)]
    public void Arguments_that_TradingView_takes(string body, double value) => Scripts.Last(body).ShouldBe(value);

    [Fact]
    public void A_request_in_a_function_that_nothing_calls_knows_its_parameters() =>
        Scripts.Last("htf(float value, simple string tf) => request.security(syminfo.tickerid, tf, value)\naverage(int length, simple string tf) => htf(ta.sma(close, length), tf)\nplot(close)").ShouldBe(10);

    [Fact]
    public void In_v5_an_argument_given_twice_counts_once_with_a_warning()
    {
        var result = PineCompiler.Compile(Scripts.Indicator("plot(close, color = color.red, color = na)", version: 5));
        result.Ok.ShouldBeTrue();
        result.Diagnostics.ShouldContain(d => d.Code == "PINE5004");
        PineCompiler.Compile(Scripts.Indicator("plot(close, color = color.red, color = na)")).Diagnostics.ShouldContain(d => d.Code == "PINE3018");
    }

    [Theory]
    [InlineData("a = array.new<map<string, float>>()", "PINE3021")]
    [InlineData("b = close > 1\nplot(na(b) ? 1 : 0)", "PINE3001")]
    [InlineData("export f(x) => x\nplot(f(1))", "PINE2011")]
    public void What_TradingView_refuses(string body, string code) =>
        PineCompiler.Compile(Scripts.Indicator(body)).Diagnostics.ShouldContain(d => d.Code == code);

    [Theory]
    [InlineData("int n = na\nplot(array.from(10, 20).get(n))", double.NaN)]
    [InlineData("int n = na\na = array.from(10, 20)\na.set(n, 5)\na.insert(n, 7)\nplot(a.last())", 7)]
    [InlineData("int n = na\na = array.from(10, 20)\nplot(nz(a.remove(n), -1) + a.size())", 1)]
    [InlineData("int n = na\na = array.from(10, 20, 30, 40)\nplot(a.slice(n, 2).size() * 100 + a.slice(1, n).size() * 10 + a.slice(n, n).size())", 234)]
    [InlineData("int n = na\na = array.from(10, 20, 30, 40)\na.fill(5, n, 2)\na.fill(1, 3, 1)\nplot(a.sum() + a.max(n))", 120)]
    [InlineData("float n = na\nplot(array.from(10, 20).percentile_nearest_rank(n))", 10)]
    [InlineData("a = array.from(30.0, na, 10)\na.sort(order.descending)\nplot(na(a.first()) ? a.last() : 0)", 10)]
    [InlineData("plot(array.from(10, 20).binary_search_leftmost(5))", 0)]
    [InlineData("plot(array.new<bool>().every() ? 1 : 0)", 0)]
    public void An_array_takes_na_as_TradingViews_do(string body, double value) => new[] { Scripts.Last(body) }.ShouldBeSeries(value);

    [Theory]
    [InlineData("array.new<float>().fill(1)")]
    [InlineData("array.from(1, 2).slice(2, 2)")]
    [InlineData("array.from(1, 2).percentrank(-1)")]
    [InlineData("array.from(1, 2).percentile_linear_interpolation(101)")]
    public void An_array_refuses_what_lies_outside(string call) =>
        Scripts.Compile(Scripts.Indicator($"{call}\nplot(1)")).Run(Scripts.Counting(3)).Error.ShouldNotBeNull();

    [Theory]
    [InlineData("f(simple string tf) =>\n    string up = \"60\"\n    if timeframe.in_seconds(tf) >= 3600\n        up := \"240\"\n    up\ng(simple string tf) => timeframe.in_seconds(tf)\nplot(g(f(\"60\")))", 14_400)]
    [InlineData("len = 2\nif input.bool(true)\n    len := 3\nplot(ta.ema(close, len))", 9)]
    public void A_variable_reassigned_under_conditions_known_early_is_known_early(string body, double value) => Scripts.Last(body).ShouldBe(value);

    [Theory]
    [InlineData("len = 2\nif close > open\n    len := 3\nplot(ta.ema(close, len))", "PINE3001")]
    [InlineData("simple float x = 5.0\nx := close\nplot(x)", "PINE3008")]
    [InlineData("const int x = 5\nx := 6\nplot(x)", "PINE3008")]
    public void A_variable_reassigned_by_the_bar_is_a_series(string body, string code) =>
        PineCompiler.Compile(Scripts.Indicator(body)).Diagnostics.ShouldContain(d => d.Code == code);

    [Theory]
    [InlineData("int n = na\nplot(matrix.new<float>(2, 2, 1).get(n, 0))", double.NaN)]
    [InlineData("int n = na\nm = matrix.new<float>(2, 2, 1)\nm.set(0, n, 5)\nplot(m.max() + (na(m.row(n)) ? 10 : 0) + (na(m.col(n)) ? 100 : 0))", 111)]
    [InlineData("float x = na\nplot(color.r(color.rgb(x, 1, 1)) + color.t(color.rgb(1, 1, 1, x)))", 100)]
    [InlineData("int n = na\nplot(ta.percentile_nearest_rank(close, n, 50))", double.NaN)]
    [InlineData("int n = na\nplot(ta.median(close, n))", double.NaN)]
    public void Na_is_taken_where_TradingView_takes_it(string body, double value) => new[] { Scripts.Last(body) }.ShouldBeSeries(value);

    [Theory]
    [InlineData("str.replace(\"abc\", \"\", \"-\", 2)", "ab-c")]
    [InlineData("str.replace(\"abc\", \"\", \"-\", 4)", "abc-")]
    [InlineData("str.replace(\"aaa\", \"aa\", \"-\", 1)", "a-")]
    [InlineData("str.replace_all(\"abc\", \"\", \"-\")", "-a-b-c-")]
    [InlineData("str.tostring(str.split(\"\", \"\").size() + str.split(\"abc\", \"\").size())", "4")]
    public void A_text_is_replaced_and_split_as_TradingView_does(string expression, string text) =>
        Scripts.Last($"plot({expression} == \"{text}\" ? 1 : 0)").ShouldBe(1);

    [Theory]
    [InlineData("2021-01-13:05:00", 1_610_514_000_000)]
    [InlineData("2021-01-13:5:00:00", 1_610_514_000_000)]
    [InlineData("2025", 1_735_689_600_000)]
    [InlineData("2025-06", 1_748_736_000_000)]
    public void A_date_is_read_in_the_spellings_scripts_use(string text, double time) => Scripts.Last($"plot(timestamp(\"{text}\"))").ShouldBe(time);

    [Theory]
    [InlineData("f(float x) => 2\nf(int x) => 1\nplot(f(1) * 10 + f(1.5))", 12)]
    [InlineData("f(array<float> x) => 2\nf(array<int> x) => 1\nplot(f(array.from(1, 2)) * 10 + f(array.from(1.5)))", 12)]
    [InlineData("array<int> a = array.from(1, 3).standardize()\nplot(a.last())", 1)]
    [InlineData("array<float> a = array.from(1, 2, 4).standardize()\nplot(math.round(a.last(), 4))", 1.3363)]
    [InlineData("method g(float x) => 2\nmethod g(int x) => 1\nint i = 3\nplot(i.g())", 1)]
    [InlineData("plot((bool(close * 0 + 1e-10) ? 1 : 0) * 10 + (bool(close * 0 + 1.1e-10) ? 1 : 0))", 1)]
    [InlineData("plot(math.round(close * 0 + 118152.265, 2))", 118_152.27)]
    [InlineData("plot(math.round(close * 0 + 100019.7405, 3))", 100_019.740)]
    public void What_TradingView_was_measured_to_do(string body, double value) => Scripts.Last(body).ShouldBe(value);

    [Theory]
    [InlineData("plot(timestamp(\"UTC\", 9999, 12, 31, 23, 59))", 253_402_300_740_000)]
    [InlineData("plot(timestamp(\"UTC\", 9999, 31, 12, 23, 59))", 253_450_598_340_000)]
    [InlineData("plot(timestamp(\"UTC\", 2000, 2, 29))", 951_782_400_000)]
    [InlineData("plot(timestamp(\"UTC\", 1900, 3, 0))", -2_203_977_600_000)]
    [InlineData("plot(time < timestamp(9999, 1, 1, 0, 0) and time > timestamp(1, 1, 1, 0, 0) ? 1 : 0)", 1)]
    public void The_window_of_a_backtest_may_end_in_the_year_9999(string body, double value) => Scripts.Last(body).ShouldBe(value);

    // Ten hourly bars from Monday 2024-01-01 00:00.
    [Theory]
    [InlineData("var c = 0\nc += na(time(\"60\", \"2430-0700\", \"UTC\")) ? 0 : 1\nplot(c)", 6)]
    [InlineData("var c = 0\nc += na(time(\"60\", \"0930-2430\", \"UTC\")) ? 0 : 1\nplot(c)", 1)]
    [InlineData("var c = 0\nc += na(time(\"60\", \"1700-0200:23456\", \"UTC\")) ? 0 : 1\nplot(c)", 2)]
    [InlineData("var c = 0\nc += na(time(\"60\", \"0010-0020\", \"UTC\")) ? 0 : 1\nplot(c)", 0)]
    [InlineData("plot(ta.valuewhen(not na(time(\"D\", \"0300-0700\", \"UTC\")), hour(time(\"D\", \"0300-0700\", \"UTC\"), \"UTC\") * 100 + hour(time_close(\"D\", \"0300-0700\", \"UTC\"), \"UTC\"), 0))", 307)]
    [InlineData("t = time(\"120\", \"0130-0600\", \"UTC\")\ne = time_close(\"120\", \"0130-0600\", \"UTC\")\nplot(ta.valuewhen(not na(t), (hour(t, \"UTC\") * 100 + minute(t, \"UTC\")) * 10000 + hour(e, \"UTC\") * 100 + minute(e, \"UTC\"), 0))", 3_300_530)]
    public void A_session_has_bars_of_its_own(string body, double value)
    {
        var bars = Enumerable.Range(0, 10).Select(i => new Bar(1_704_067_200_000 + i * 3_600_000L, i, i + 1, i, i + 1, 1));
        Scripts.Compile(Scripts.Indicator(body)).Run(BarSeries.FromBars([.. bars], Timeframe.Parse("60"))).Plots[0].Values[^1].ShouldBe(value);
    }
}
