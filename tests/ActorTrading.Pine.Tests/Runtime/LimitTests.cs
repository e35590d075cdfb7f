using System.Text;

namespace ActorTrading.Pine.Tests;

/// <summary>Scripts that would hurt their host are stopped with an error that says why.</summary>
public sealed class LimitTests
{
    private static RunResult Run(string body, ScriptLimits? limits = null, int bars = 200, CancellationToken cancellation = default) =>
        Scripts.Compile(Scripts.Indicator(body)).Run(Scripts.Counting(bars), new RunOptions { Limits = limits ?? ScriptLimits.Default, Cancellation = cancellation });

    [Theory]
    [InlineData("i = 0\nwhile true\n    i += 1\nplot(i)", "too long")]
    [InlineData("i = 0\nfor k = 0 to 10000000000\n    i += 1\nplot(i)", "too long")]
    [InlineData("f(x) =>\n    j = 0\n    while j >= 0\n        j += 1\n    j\nplot(f(1))", "too long")]
    [InlineData("a = array.new<float>()\nwhile true\n    a.push(1)\nplot(a.size())", "too large")]
    [InlineData("a = array.new<float>(1000000, 1)\nplot(a.size())", "too large")]
    [InlineData("m = matrix.new<float>(100000, 100000, 1)\nplot(m.rows())", "too large")]
    [InlineData("s = \"abc\"\nwhile true\n    s := s + s\nplot(str.length(s))", "too long")]
    [InlineData("a = array.from(1)\nplot(a.get(3))", "out of bounds")]
    [InlineData("runtime.error(\"stop here\")", "stop here")]
    [InlineData("plot(ta.sma(close, bar_index > 5 ? 0 : 3))", "length")]
    public void Is_stopped(string body, string message)
    {
        var error = Run(body, new ScriptLimits { BarTime = TimeSpan.FromSeconds(0.3) }).Error;
        error.ShouldNotBeNull();
        error.Message.ShouldContain(message);
        error.Line.ShouldBeGreaterThan(2);
    }

    [Fact]
    public void A_linked_list_without_end_meets_the_memory_limit()
    {
        var limits = new ScriptLimits { MemoryBytes = 2_000_000, BarTime = TimeSpan.FromSeconds(20) };
        var error = Run("type N\n    N next\n    float v\nvar N head = na\nwhile true\n    head := N.new(head, close)\nplot(1)", limits).Error;
        error!.Message.ShouldContain("memory");
    }

    [Fact]
    public void Garbage_is_not_counted_as_memory()
    {
        var limits = new ScriptLimits { MemoryBytes = 2_000_000, BarTime = TimeSpan.FromSeconds(20) };
        Run("a = array.new<float>(10000, 1)\nplot(a.sum())", limits, 2000).Error.ShouldBeNull();
    }

    [Fact]
    public void A_million_lines_keep_only_the_newest()
    {
        var result = Run("for i = 0 to 5000\n    line.new(bar_index, i, bar_index + 1, i)\n    label.new(bar_index, i)\nplot(line.all.size() + label.all.size())", bars: 20);
        result.Error.ShouldBeNull();
        result.Plots[0].Values[^1].ShouldBe(100);
    }

    [Fact]
    public void Cancelling_ends_the_run()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var result = Run("plot(close)", cancellation: source.Token);
        result.Cancelled.ShouldBeTrue();
        result.Error.ShouldNotBeNull();
    }

    [Fact]
    public void Deep_nesting_is_a_diagnostic()
    {
        string[] sources =
        [
            "x = " + new string('(', 100_000) + "1" + new string(')', 100_000),
            "x = " + string.Concat(Enumerable.Repeat("-", 100_000)) + "1",
            "x = " + string.Concat(Enumerable.Repeat("not ", 50_000)) + "true",
            "x = " + string.Join("+", Enumerable.Repeat("1", 100_000)),
            "x = close" + string.Concat(Enumerable.Repeat("[1]", 50_000)),
            "x = close" + string.Concat(Enumerable.Repeat(".a", 50_000)),
            "x = " + string.Concat(Enumerable.Repeat("true ? 1 : ", 20_000)) + "2",
            "x = " + string.Concat(Enumerable.Repeat("f(", 50_000)),
            "x = " + string.Concat(Enumerable.Repeat("[", 50_000)),
            "array<" + string.Concat(Enumerable.Repeat("array<", 50_000)),
        ];
        foreach (var source in sources) PineCompiler.Compile(Scripts.Indicator(source)).Ok.ShouldBeFalse();
        var blocks = new StringBuilder();
        for (int i = 0; i < 3000; i++) blocks.Append(' ', i * 4).Append("if close > 1\n");
        PineCompiler.Compile(Scripts.Indicator(blocks.ToString())).Ok.ShouldBeFalse();
        var elses = "if close > 1\n    x = 1\n" + string.Concat(Enumerable.Repeat("else if close > 2\n    x = 2\n", 20_000));
        PineCompiler.Compile(Scripts.Indicator(elses)).Ok.ShouldBeFalse();
    }

    [Fact]
    public void Functions_that_multiply_are_a_diagnostic()
    {
        var chain = new StringBuilder("f0(x) => ta.sma(x, 2)\n");
        for (int i = 1; i < 40; i++) chain.Append($"f{i}(x) => f{i - 1}(x) + f{i - 1}(x + 1)\n");
        PineCompiler.Compile(Scripts.Indicator(chain + "plot(f39(close))")).Diagnostics.ShouldContain(d => d.Code == "PINE4003");
        var deep = new StringBuilder("f0(x) => x\n");
        for (int i = 1; i < 2000; i++) deep.Append($"f{i}(x) => f{i - 1}(x)\n");
        PineCompiler.Compile(Scripts.Indicator(deep + "plot(f1999(close))")).Diagnostics.ShouldContain(d => d.Code == "PINE4003");
    }

    [Fact]
    public void Large_and_hostile_sources_are_answered_soon()
    {
        string[] sources =
        [
            string.Join('\n', Enumerable.Range(0, 20_000).Select(i => $"x{i} = undefined{i}")),
            string.Concat(Enumerable.Repeat("a<", 50_000)),
            "f(" + string.Join(",", Enumerable.Repeat("a<b", 50_000)) + ")",
            string.Join('\n', Enumerable.Range(0, 60_000).Select(i => $"x{i} = close * {i} + ta.sma(close, {i % 50 + 1})[1]")),
            string.Join('\n', Enumerable.Range(0, 20_000).Select(i => $"f{i}(a) => a + {i}")) + "\nplot(x)",
        ];
        foreach (var source in sources)
        {
            var result = PineCompiler.Compile(Scripts.Indicator(source));
            result.Ok.ShouldBeFalse();
            result.Diagnostics.ShouldAllBe(d => d.Code != "PINE9000");
        }
    }
}
