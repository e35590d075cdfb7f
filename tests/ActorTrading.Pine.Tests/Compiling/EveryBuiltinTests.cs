using System.Text.RegularExpressions;
using ActorTrading.Pine.Builtins;

namespace ActorTrading.Pine.Tests.Compiling;

/// <summary>
/// Each overload of each built-in is called once in a script of its own. Arguments are of the right type and otherwise anything, so a
/// clear error is an answer; a cast that fails inside, or code that the runtime does not take, is not.
/// </summary>
public sealed partial class EveryBuiltinTests
{
    [Fact]
    public void Every_overload_runs_or_says_what_is_wrong()
    {
        var (ran, wrong) = (0, new List<string>());
        foreach (var builtin in BuiltinTable.All.Where(b => b is { IsFunction: true, IsSupported: true } && b.Name is not ("indicator" or "strategy" or "library" or "runtime.error")))
        {
            var source = ScriptOf(builtin.Name, builtin.Signature);
            try
            {
                if ((PineCompiler.Compile(source).Script ?? PineCompiler.Compile(source.Replace("version=6", "version=5", StringComparison.Ordinal)).Script) is not { } script) continue;
                var error = script.Run(Scripts.Counting(30)).Error?.ToString();
                if (error is null) ran++;
                else if (error.Contains("Internal error", StringComparison.Ordinal)) wrong.Add($"{builtin.Signature}: {error}\n{source}");
            }
            catch (Exception e)
            {
                wrong.Add($"{builtin.Signature}: {e.GetType().Name} {e.Message}\n{source}");
            }
        }
        wrong.ShouldBeEmpty();
        ran.ShouldBeGreaterThan(440);
    }

    private static string ScriptOf(string name, string signature)
    {
        var line = signature[0] is '5' or '6' && signature[1] == ' ' ? signature[2..] : signature;
        int open = line.IndexOf('('), close = line.LastIndexOf(')');
        var arguments = SplitOutside(line[(open + 1)..close]).Select(Argument).Where(a => a.Length > 0);
        var result = line[(close + 1)..].Trim();
        var typed = name is "array.new" or "matrix.new" ? "<float>" : name == "map.new" ? "<string, float>" : "";
        var call = $"{name}{typed}({string.Join(", ", arguments)})";
        var kind = name.StartsWith("strategy.", StringComparison.Ordinal) ? "strategy" : "indicator";
        var use = result.EndsWith("void", StringComparison.Ordinal) || result is "plot" or "hline" || result.EndsWith(" plot", StringComparison.Ordinal) || result.EndsWith(" hline", StringComparison.Ordinal) ? call
            : result.Contains('[', StringComparison.Ordinal) ? $"[{string.Join(", ", Enumerable.Range(0, SplitOutside(result[(result.IndexOf('[') + 1)..result.LastIndexOf(']')]).Count).Select(i => $"r{i}"))}] = {call}"
            : $"r = {call}";
        return $"//@version=6\n{kind}(\"each\")\n{use}\nplot(close)\n";
    }

    private static string Argument(string parameter)
    {
        parameter = Qualifiers().Replace(parameter.Trim(), "");
        if (parameter.Length == 0) return "";
        var rest = parameter.Contains("...", StringComparison.Ordinal);
        parameter = parameter.Replace("...", "", StringComparison.Ordinal);
        int space = parameter.LastIndexOf(' ', parameter.Contains('=') ? parameter.IndexOf('=') : parameter.Length - 1);
        var (type, name) = (parameter[..space].Trim(), parameter[(space + 1)..].Split('=', '?')[0]);
        var value = Value(type, name);
        return rest ? $"{value}, {value}" : $"{name} = {value}";
    }

    private static string Value(string type, string name) => type switch
    {
        "int" => name is "length" or "timeframe_length" ? "3" : "1",
        "float" or "N" => "1.5",
        "bool" or "V" => "true",
        "string" => Text(name),
        "color" => "color.red",
        "T" or "any" or "E" => "1.5",
        "K" => "\"k\"",
        "line" => "line.new(1, 1.0, 2, 2.0)",
        "label" => "label.new(1, 1.0)",
        "box" => "box.new(1, 2.0, 2, 1.0)",
        "table" => "table.new(position.top_right, 2, 2)",
        "linefill" => "linefill.new(line.new(1, 1.0, 2, 2.0), line.new(1, 2.0, 2, 3.0), color.red)",
        "polyline" => "polyline.new(array.from(chart.point.from_index(1, 1.0), chart.point.from_index(2, 2.0)))",
        "chart.point" => "chart.point.from_index(1, 1.0)",
        "plot" => "plot(close)",
        "hline" => "hline(1)",
        "sort_order" => "order.ascending",
        "barmerge" => name == "gaps" ? "barmerge.gaps_off" : "barmerge.lookahead_off",
        _ when type.StartsWith("array<", StringComparison.Ordinal) => $"array.from({Value(type[6..^1], name)}, {Value(type[6..^1], name)})",
        _ when type.StartsWith("matrix<", StringComparison.Ordinal) => "matrix.new<float>(2, 2, 1.5)",
        _ when type.StartsWith("map<", StringComparison.Ordinal) => "map.new<string, float>()",
        _ => "na",
    };

    private static string Text(string name) => name switch
    {
        "type" => "\"Traditional\"",
        "timeframe" or "from" => "\"D\"",
        "symbol" or "tickerid" => "syminfo.tickerid",
        "session" => "\"0900-1700\"",
        "timezone" => "\"UTC\"",
        "format" or "formatString" => "\"{0}\"",
        _ => "\"x\"",
    };

    /// <summary>At commas that are in no brackets.</summary>
    private static List<string> SplitOutside(string text)
    {
        var (parts, depth, from) = (new List<string>(), 0, 0);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is '<' or '[' or '(') depth++;
            else if (text[i] is '>' or ']' or ')') depth--;
            else if (text[i] == ',' && depth == 0)
            {
                parts.Add(text[from..i]);
                from = i + 1;
            }
        }
        if (text.Trim().Length > 0) parts.Add(text[from..]);
        return parts;
    }

    [GeneratedRegex(@"^(const|input|simple|series)\s+")]
    private static partial Regex Qualifiers();
}
