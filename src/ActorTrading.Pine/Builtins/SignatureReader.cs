using System.Globalization;
using ActorTrading.Pine.Checking;

namespace ActorTrading.Pine.Builtins;

/// <summary>
/// Reads the tables in Signatures/. A line is a function, "name(parameters) result", or a variable, "name : qualifier type", or a constant with "= value".
/// A parameter is "[qualifier] type name", the qualifier being the latest one accepted (series when left out); "name?" may be left out and is then na,
/// "name=value" has a default, "type... name" takes the rest. A result without a qualifier has that of its latest-known argument.
/// N is any number type, T, K, V and E any type, "any" what it says. A leading 5 or 6 restricts a line to that version.
/// </summary>
internal static class SignatureReader
{
    private static readonly Dictionary<string, PineType> Simple = new()
    {
        ["int"] = PineType.Int, ["float"] = PineType.Float, ["bool"] = PineType.Bool, ["string"] = PineType.String, ["color"] = PineType.Color,
        ["void"] = PineType.Void, ["plot"] = PineType.Plot, ["hline"] = PineType.HLine, ["line"] = PineType.Line, ["label"] = PineType.Label,
        ["box"] = PineType.Box, ["table"] = PineType.Table, ["linefill"] = PineType.Linefill, ["polyline"] = PineType.Polyline,
        ["chart.point"] = PineType.ChartPoint, ["barmerge"] = PineType.String, ["sort_order"] = PineType.String,
        ["footprint"] = PineType.Footprint, ["volume_row"] = PineType.VolumeRow,
    };

    public static void Read(string text, List<BuiltinFunction> functions, List<BuiltinVariable> variables)
    {
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Trim();
            if (line.Length == 0) continue;
            int paren = line.IndexOf('(');
            int colon = line.IndexOf(" : ", StringComparison.Ordinal);
            if (colon >= 0 && (paren < 0 || colon < paren)) variables.Add(ReadVariable(line, colon));
            else functions.Add(ReadFunction(line, paren));
        }
    }

    private static BuiltinVariable ReadVariable(string line, int colon)
    {
        var name = line[..colon];
        var rest = line[(colon + 3)..];
        object? constant = null;
        int equals = rest.IndexOf(" = ", StringComparison.Ordinal);
        if (equals >= 0)
        {
            constant = ReadValue(rest[(equals + 3)..]);
            rest = rest[..equals];
        }
        var (qualifier, type) = ReadQualified(rest);
        return new BuiltinVariable(name, type, qualifier ?? Qualifier.Series, constant);
    }

    private static BuiltinFunction ReadFunction(string line, int paren)
    {
        int min = 5, max = int.MaxValue;
        var signature = line;
        if (line[0] is '5' or '6' && line[1] == ' ')
        {
            if (line[0] == '5') max = 5;
            else min = 6;
            line = line[2..];
            paren -= 2;
        }
        var name = line[..paren];
        string[] typeParameters = [];
        int angle = name.IndexOf('<');
        if (angle >= 0)
        {
            typeParameters = name[(angle + 1)..^1].Split(',');
            name = name[..angle];
        }
        int close = line.LastIndexOf(") ", StringComparison.Ordinal);
        var parameters = new List<BuiltinParameter>();
        foreach (var part in SplitTop(line[(paren + 1)..close])) parameters.Add(ReadParameter(part));
        var (qualifier, type) = ReadQualified(line[(close + 2)..]);
        if (qualifier is null && (type.Kind is TypeKind.Array or TypeKind.Matrix or TypeKind.Map or TypeKind.Plot or TypeKind.HLine)) qualifier = Qualifier.Series;
        return new BuiltinFunction(name, signature[(signature.Length - line.Length)..], typeParameters, [.. parameters], type, qualifier, min, max);
    }

    private static BuiltinParameter ReadParameter(string text)
    {
        text = text.Trim();
        object? value = null;
        bool optional = false;
        int equals = text.IndexOf('=');
        if (equals >= 0)
        {
            value = ReadValue(text[(equals + 1)..]);
            optional = true;
            text = text[..equals];
        }
        else if (text[^1] == '?')
        {
            optional = true;
            text = text[..^1];
        }
        int space = text.LastIndexOf(' ');
        var name = text[(space + 1)..];
        text = text[..space];
        bool rest = text.EndsWith("...", StringComparison.Ordinal);
        if (rest) text = text[..^3];
        var (qualifier, type) = ReadQualified(text);
        return new BuiltinParameter(name, type, qualifier ?? Qualifier.Series, optional || rest, value, rest);
    }

    private static (Qualifier?, PineType) ReadQualified(string text)
    {
        text = text.Trim();
        int space = text.IndexOf(' ');
        if (space < 0) return (null, ReadType(text));
        Qualifier? qualifier = text[..space] switch
        {
            "const" => Qualifier.Const,
            "input" => Qualifier.Input,
            "simple" => Qualifier.Simple,
            "series" => Qualifier.Series,
            _ => null,
        };
        return (qualifier, ReadType(qualifier is null ? text : text[(space + 1)..]));
    }

    private static PineType ReadType(string text)
    {
        text = text.Trim();
        if (Simple.TryGetValue(text, out var simple)) return simple;
        if (text.StartsWith("array<", StringComparison.Ordinal)) return PineType.ArrayOf(ReadType(text[6..^1]));
        if (text.StartsWith("matrix<", StringComparison.Ordinal)) return PineType.MatrixOf(ReadType(text[7..^1]));
        if (text.StartsWith("map<", StringComparison.Ordinal))
        {
            var parts = text[4..^1].Split(',');
            return PineType.MapOf(ReadType(parts[0]), ReadType(parts[1]));
        }
        if (text[0] == '[') return PineType.TupleOf([.. text[1..^1].Split(',').Select(ReadType)]);
        return PineType.Variable(text);
    }

    private static object ReadValue(string text) => text[0] switch
    {
        '"' => text[1..^1],
        '#' => (double)((uint.Parse(text.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) << 8) | 0xff),
        't' => true,
        'f' => false,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    private static IEnumerable<string> SplitTop(string text)
    {
        int depth = 0, start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is '<' or '[') depth++;
            else if (text[i] is '>' or ']') depth--;
            else if (text[i] == ',' && depth == 0)
            {
                yield return text[start..i];
                start = i + 1;
            }
        }
        if (text.AsSpan(start).Trim().Length > 0) yield return text[start..];
    }
}
