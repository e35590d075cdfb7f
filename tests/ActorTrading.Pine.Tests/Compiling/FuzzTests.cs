using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Pine.Tests;

/// <summary>Whatever the source, the compiler answers: a script that runs, or diagnostics with positions.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Seeds =
    [
        Scripts.Indicator("len = input.int(5, \"Len\", minval = 1)\nf(x, n) =>\n    var s = 0.0\n    s := s + x\n    [s, ta.ema(x, n)]\n[a, b] = f(close, len)\nplot(a, \"A\", color = close > open ? color.red : color.new(color.green, 50))\nplot(b[1])"),
        Scripts.Indicator("type P\n    float x = 0\n    array<int> xs\nmethod add(P this, int v) =>\n    this.xs.push(v)\n    this.x += v\nvar p = P.new(1, array.new<int>())\np.add(bar_index)\nfor [i, v] in p.xs\n    if v > 5\n        break\n    p.x -= i\nplot(p.x)"),
        Scripts.Indicator("enum E\n    a = \"A\"\n    b\ne = input.enum(E.a, \"E\")\nx = switch e\n    E.a => close\n    E.b =>\n        y = open\n        y * 2\nm = map.new<string, float>()\nm.put(\"k\", x)\nwhile m.size() < 3\n    m.put(str.tostring(m.size()), 1)\nplot(m.get(\"k\") + request.security(syminfo.tickerid, \"240\", ta.sma(x, 3)))"),
        Scripts.Strategy("fast = ta.sma(close, 3)\nslow = ta.sma(close, 7)\nif ta.crossover(fast, slow) and strategy.position_size <= 0\n    strategy.entry(\"L\", strategy.long, qty = 2, stop = high)\nelse if ta.crossunder(fast, slow)\n    strategy.close(\"L\", comment = str.format(\"{0}\", close))\nstrategy.exit(\"X\", \"L\", profit = 100, loss = 50)\nvarip k = 0\nk += 1", ", pyramiding = 1, default_qty_type = strategy.percent_of_equity, default_qty_value = 10"),
        Scripts.Indicator("bool b = na\nx = b ? 1 : close ? 2 : 3\nf(a) => a[1] + nz(a[2])\nplot(f(x) / 2)\nl = line.new(bar_index, low, bar_index + 1, high)\nif barstate.islast\n    label.new(bar_index, close, \"x\" + str.tostring(x))\nmatrix<float> q = matrix.new<float>(2, 2, 1)\nplot(q.get(0, 1) % 2)", 5),
    ];

    private static readonly string[] Fragments =
    [
        "(", ")", "[", "]", ",", ".", "=", ":=", "=>", "+", "-", "*", "/", "%", "==", "!=", "?", ":", "<", ">", " and ", " or ", " not ", "\n", "\n    ", "\n        ", "if ", "else", "for ", "while ", "switch", " in ", " to ",
        "var ", "varip ", "na", "true", "0", "1", "1.5", "1e9", "\"s\"", "#ff0000", "close", "x", "f", "float ", "int ", "bool ", "array<float>", "type ", "method ", "enum ", "import a/b/1", "break", "continue", "ta.sma", "math.max",
        "array.new", "request.security", "strategy.entry", "plot", "[1]", "(close)", "<int>", "//@version=5\n", "_", "this", "\t", "é", "\0", "'", "\\",
    ];

    private static string Mutate(string source, Random random)
    {
        var text = new StringBuilder(source);
        int edits = 1 + random.Next(6);
        for (int i = 0; i < edits && text.Length > 0; i++)
        {
            int at = random.Next(text.Length);
            int length = Math.Min(random.Next(12), text.Length - at);
            switch (random.Next(5))
            {
                case 0: text.Remove(at, length); break;
                case 1: text.Insert(at, Fragments[random.Next(Fragments.Length)]); break;
                case 2: text.Insert(random.Next(text.Length), text.ToString(at, length)); break;
                case 3:
                    text.Remove(at, length);
                    text.Insert(at, Fragments[random.Next(Fragments.Length)]);
                    break;
                default:
                    var lines = text.ToString().Split('\n');
                    int a = random.Next(lines.Length), b = random.Next(lines.Length);
                    (lines[a], lines[b]) = (lines[b], lines[a]);
                    text.Clear().Append(string.Join('\n', lines));
                    break;
            }
        }
        return text.ToString();
    }

    private static string Garbage(Random random)
    {
        var text = new StringBuilder(random.Next(4) == 0 ? "" : "//@version=6\nindicator(\"t\")\n");
        int count = random.Next(60);
        for (int i = 0; i < count; i++) text.Append(Fragments[random.Next(Fragments.Length)]).Append(random.Next(3) == 0 ? " " : "");
        return text.ToString();
    }

    private static void Answers(string source)
    {
        var result = PineCompiler.Compile(source);
        foreach (var diagnostic in result.Diagnostics)
        {
            diagnostic.Line.ShouldBeGreaterThan(0, source);
            diagnostic.Column.ShouldBeGreaterThan(0, source);
            diagnostic.Code.ShouldNotBe("PINE9000", $"{diagnostic}\n{source}");
        }
        if (result.Script is null)
        {
            result.Diagnostics.ShouldContain(d => d.Severity == DiagnosticSeverity.Error, source);
            return;
        }
        var limits = new ScriptLimits { Time = TimeSpan.FromSeconds(0.5), BarTime = TimeSpan.FromSeconds(0.1) };
        var error = result.Script.Run(Scripts.Counting(12), new RunOptions { Limits = limits }).Error;
        if (error is not null) error.Message.ShouldNotStartWith("Internal error", customMessage: $"{error}\n{source}");
    }

    [Fact]
    public void Seeds_compile_and_run()
    {
        foreach (var seed in Seeds) Scripts.Run(seed);
    }

    [Fact]
    public void Mutated_scripts_are_answered() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            Answers(Mutate(Seeds[random.Next(Seeds.Length)], random));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));

    [Fact]
    public void Garbage_is_answered() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Answers(Garbage(new Random(seed)))).Check(Config.QuickThrowOnFailure.WithMaxTest(400));
}
