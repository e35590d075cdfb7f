namespace ActorTrading.Pine.Tests;

/// <summary>Each mistake with the code, line and column it is reported at.</summary>
public sealed class DiagnosticTests
{
    [Theory]
    // Syntax
    [InlineData("x = (1 + 2", "PINE1010", 3, 11)]
    [InlineData("x = 1 +", "PINE1010", 3, 8)]
    [InlineData("x = \"abc", "PINE1005", 3, 5)]
    [InlineData("x = 1 ` 2", "PINE1007", 3, 7)]
    [InlineData("if close > 1\nplot(1)", "PINE1012", 3, 13)]
    [InlineData("x = 1\n    y = 2", "PINE1011", 4, 5)]
    [InlineData("x = #12", "PINE1006", 3, 5)]
    [InlineData("1 = x", "PINE1010", 3, 3)]
    [InlineData("close[1] := 2", "PINE1013", 3, 6)]
    // Names
    [InlineData("plot(clsoe)", "PINE2001", 3, 6)]
    [InlineData("x := 1", "PINE2001", 3, 1)]
    [InlineData("plot(ta.smma(close, 3))", "PINE2002", 3, 9)]
    [InlineData("f(x) => x\nplot(g(1))", "PINE2002", 4, 6)]
    [InlineData("x = 1\nx = 2", "PINE2003", 4, 1)]
    [InlineData("type P\n    float x\np = P.new(1)\nplot(p.y)", "PINE2004", 6, 8)]
    [InlineData("close := 2", "PINE2005", 3, 1)]
    [InlineData("f(x) =>\n    x := 2\n    x\nplot(f(1))", "PINE2006", 4, 5)]
    [InlineData("x = 1\nf() =>\n    x := 2\n    x\nplot(f())", "PINE2007", 5, 5)]
    [InlineData("flaot x = 1", "PINE2008", 3, 1)]
    [InlineData("x = request.footprint(100)", "PINE2009", 3, 13)]
    [InlineData("break", "PINE2012", 3, 1)]
    [InlineData("strategy.entry(\"a\", strategy.long)", "PINE2013", 3, 10)]
    [InlineData("if close > 1\n    plot(close)", "PINE2016", 4, 5)]
    [InlineData("f(x) => f(x - 1)\nplot(f(3))", "PINE2019", 3, 9)]
    [InlineData("import a/b/1", "PINE2021", 3, 1)]
    // Types
    [InlineData("int x = 1.5", "PINE3001", 3, 9)]
    [InlineData("x = 1\nx := 1.5", "PINE3001", 4, 6)]
    [InlineData("plot(ta.ema(close, int(close)))", "PINE3001", 3, 20)]
    [InlineData("plot(\"a\")", "PINE3001", 3, 6)]
    [InlineData("x = 1 + true", "PINE3002", 3, 7)]
    [InlineData("x = -\"a\"", "PINE3002", 3, 5)]
    [InlineData("x = close ? 1 : 2", "PINE3003", 3, 5)]
    [InlineData("bool b = na", "PINE3003", 3, 10)]
    [InlineData("x = close > 1 ? 1 : \"a\"", "PINE3004", 3, 15)]
    [InlineData("x = na", "PINE3005", 3, 1)]
    [InlineData("x = plotshape(true)", "PINE3006", 3, 1)]
    [InlineData("x = ta.macd(close, 1, 2, 3)", "PINE3007", 3, 1)]
    [InlineData("[a, b] = ta.macd(close, 1, 2, 3)", "PINE3009", 3, 1)]
    [InlineData("[a, b] = close", "PINE3009", 3, 10)]
    [InlineData("plot(close[-1])", "PINE3010", 3, 12)]
    [InlineData("for x in close\n    x", "PINE3013", 3, 10)]
    [InlineData("a = array.new()", "PINE3014", 3, 11)]
    [InlineData("plot(ta.sma(close, 3, 4))", "PINE3015", 3, 23)]
    [InlineData("plot(ta.sma(close))", "PINE3016", 3, 9)]
    [InlineData("plot(close, tilte = \"x\")", "PINE3017", 3, 13)]
    [InlineData("plot(ta.sma(close, 3, source = open))", "PINE3018", 3, 23)]
    [InlineData("plot(title = \"x\", close)", "PINE3019", 3, 19)]
    [InlineData("x = input.int(5, \"n\", minval = 6)", "PINE3020", 3, 11)]
    [InlineData("array<array<int>> a = na", "PINE3021", 3, 1)]
    public void Is_reported(string body, string code, int line, int column)
    {
        var result = PineCompiler.Compile(Scripts.Indicator(body));
        result.Script.ShouldBeNull();
        var found = result.Diagnostics.FirstOrDefault(d => d.Code == code);
        found.ShouldNotBeNull(string.Join("\n", result.Diagnostics));
        (found.Line, found.Column).ShouldBe((line, column), found.ToString());
        found.Severity.ShouldBe(DiagnosticSeverity.Error);
    }

    [Theory]
    [InlineData("plot(clsoe)", "Did you mean 'close'?")]
    [InlineData("plot(ta.rsii(close, 3))", "Did you mean 'ta.rsi'?")]
    [InlineData("lenght = 3\nplot(length)", "Did you mean 'lenght'?")]
    [InlineData("plot(close, tilte = \"x\")", "Did you mean 'title'?")]
    [InlineData("plot(ta.ema(close, int(close)))", "Cannot call 'ta.ema' with argument 'length'='call 'int' (series int)'. An argument of 'series int' type was used but a 'simple int' is expected.")]
    public void Says_what_would_be_right(string body, string text) =>
        string.Join("\n", PineCompiler.Compile(Scripts.Indicator(body)).Diagnostics).ShouldContain(text);

    [Theory]
    [InlineData("indicator(\"x\")\nplot(close)", "PINE1001")]
    [InlineData("//@version=4\nstudy(\"x\")", "PINE1001")]
    [InlineData("//@version=6\nplot(close)", "PINE2010")]
    [InlineData("", "PINE1001")]
    public void Scripts_need_a_version_and_a_declaration(string source, string code) =>
        PineCompiler.Compile(source).Diagnostics.ShouldContain(d => d.Code == code && d.Line == 1);

    [Fact]
    public void Every_problem_is_reported_not_only_the_first()
    {
        var diagnostics = PineCompiler.Compile(Scripts.Indicator("x = aaa\ny = bbb\nz = x + 1\nplot(ccc)")).Diagnostics;
        diagnostics.Select(d => d.Line).ShouldBe([3, 4, 6]);
    }

    [Theory]
    [InlineData("if close > open\n    x = ta.sma(close, 3)\nplot(close)", "PINE5001")]
    [InlineData("plot(request.security(syminfo.tickerid, \"D\", close, lookahead = barmerge.lookahead_on))", "PINE5002")]
    [InlineData("plot(barstate.isrealtime ? 1 : 0)", "PINE5003")]
    public void Warnings_do_not_stop_the_script(string body, string code)
    {
        var result = PineCompiler.Compile(Scripts.Indicator(body));
        result.Ok.ShouldBeTrue(string.Join("\n", result.Diagnostics));
        result.Diagnostics.ShouldContain(d => d.Code == code && d.Severity == DiagnosticSeverity.Warning);
    }

    [Fact]
    public void Unused_functions_are_checked_too() =>
        PineCompiler.Compile(Scripts.Indicator("f(x) => x + undefined_name\nplot(close)")).Diagnostics.ShouldContain(d => d.Code == "PINE2001");

    [Theory]
    [InlineData("//@version=6\nindicator(\"t\", timeframe = \"noon\")\nplot(close)", "PINE3001", 2)]
    [InlineData("//@version=6\nindicator(\"t\")\nplot(request.security(\"A\", \"D\", close, currency = \"EUR\"))", "PINE2009", 3)]
    public void What_is_not_there_is_said_and_never_ignored(string source, string code, int line) =>
        PineCompiler.Compile(source).Diagnostics.ShouldContain(d => d.Code == code && d.Line == line && d.Severity == DiagnosticSeverity.Error);

    [Theory]
    [InlineData("[high[1], low[1]]", false)]
    [InlineData("[high[1], low]", true)]
    [InlineData("ta.sma(close[1], 3) + 1", false)]
    [InlineData("ta.atr(14)", true)]
    [InlineData("before", false)]
    [InlineData("(close > open ? high : low)[1]", false)]
    public void Lookahead_repaints_only_what_reads_its_own_bar(string expression, bool warns)
    {
        var target = expression[0] == '[' ? "[a, b]" : "a";
        var source = Scripts.Indicator($"before = close[1]\n{target} = request.security(syminfo.tickerid, \"D\", {expression}, lookahead = barmerge.lookahead_on)\nplot(a)");
        var result = PineCompiler.Compile(source);
        result.Ok.ShouldBeTrue(string.Join("\n", result.Diagnostics));
        result.Diagnostics.Any(d => d.Code == "PINE5002").ShouldBe(warns);
    }
}
