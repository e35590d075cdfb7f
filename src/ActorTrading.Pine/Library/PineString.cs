using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ActorTrading.Pine.Library;

/// <summary><c>str.*</c>. A null string is na: what takes one gives na, or false where a bool is asked.</summary>
public static class PineString
{
    public const int MaxLength = 40_960;
    private static readonly TimeSpan RegexTime = TimeSpan.FromMilliseconds(250);

    [PineName("str.length")] public static double Length(string? @string) => @string?.Length ?? double.NaN;
    [PineName("str.contains")] public static bool Contains(string? source, string? str) => source is not null && str is not null && source.Contains(str, StringComparison.Ordinal);
    [PineName("str.startswith")] public static bool StartsWith(string? source, string? str) => source is not null && str is not null && source.StartsWith(str, StringComparison.Ordinal);
    [PineName("str.endswith")] public static bool EndsWith(string? source, string? str) => source is not null && str is not null && source.EndsWith(str, StringComparison.Ordinal);
    [PineName("str.lower")] public static string? Lower(string? source) => source?.ToLowerInvariant();
    [PineName("str.upper")] public static string? Upper(string? source) => source?.ToUpperInvariant();
    [PineName("str.trim")] public static string? Trim(string? source) => source?.Trim();

    /// <summary>Position of the first occurrence, na when there is none.</summary>
    [PineName("str.pos")]
    public static double Pos(string? source, string? str)
    {
        int at = source is null || str is null ? -1 : source.IndexOf(str, StringComparison.Ordinal);
        return at < 0 ? double.NaN : at;
    }

    /// <summary>From begin_pos up to but without end_pos.</summary>
    [PineName("str.substring")]
    public static string? Substring(string? source, int begin_pos, int? end_pos = null)
    {
        if (source is null) return null;
        int end = Math.Min(end_pos ?? source.Length, source.Length);
        if (begin_pos < 0 || end < 0) throw new PineArgumentException($"str.substring: positions must not be negative ({begin_pos}, {end}).");
        return begin_pos >= end ? "" : source[begin_pos..end];
    }

    [PineName("str.repeat")]
    public static string? Repeat(string? source, int repeat, string separator = "")
    {
        if (source is null || repeat < 0) return null;
        if ((long)(source.Length + separator.Length) * repeat > MaxLength) throw TooLong();
        return string.Join(separator, Enumerable.Repeat(source, repeat));
    }

    /// <summary>
    /// Replaces the occurrence with this number, 0 the first; occurrences may overlap. An empty target stands before every
    /// character, and behind the last one for every larger number.
    /// </summary>
    [PineName("str.replace")]
    public static string? Replace(string? source, string? target, string? replacement, int occurrence = 0)
    {
        if (source is null || target is null || replacement is null) return null;
        if (occurrence < 0) return source;
        int at = -1;
        if (target.Length == 0) at = Math.Min(occurrence, source.Length);
        else
            for (int i = 0; i <= occurrence; i++)
            {
                at = source.IndexOf(target, at + 1, StringComparison.Ordinal);
                if (at < 0) return source;
            }
        return Checked(string.Concat(source.AsSpan(0, at), replacement, source.AsSpan(at + target.Length)));
    }

    [PineName("str.replace_all")]
    public static string? ReplaceAll(string? source, string? target, string? replacement) =>
        source is null || target is null || replacement is null ? null
        : target.Length == 0 ? Checked(replacement + string.Concat(source.Select(c => c + replacement)))
        : Checked(source.Replace(target, replacement, StringComparison.Ordinal));

    [PineName("str.split")]
    public static PineArray<string?> Split(string? @string, string? separator) => @string is null ? new PineArray<string?>()
        : string.IsNullOrEmpty(separator) && @string.Length > 0 ? new PineArray<string?>(@string.Select(c => (string?)c.ToString())) : new PineArray<string?>(@string.Split(separator));

    /// <summary>The first match of a regular expression, empty when there is none.</summary>
    [PineName("str.match")]
    public static string? Match(string? source, string? regex)
    {
        if (source is null || regex is null) return null;
        try
        {
            return Regex.Match(source, regex, RegexOptions.CultureInvariant, RegexTime).Value;
        }
        catch (ArgumentException e)
        {
            throw new PineArgumentException($"str.match: '{regex}' is not a regular expression: {e.Message}");
        }
        catch (RegexMatchTimeoutException)
        {
            throw new PineArgumentException($"str.match: '{regex}' takes too long on this text.");
        }
    }

    /// <summary>The number that a text spells, or na.</summary>
    [PineName("str.tonumber")]
    public static double ToNumber(string? @string) =>
        double.TryParse(@string, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : double.NaN;

    /// <summary><c>str.tostring</c> of a number. <paramref name="format"/> is a mask or "mintick", "percent", "volume", "price", "inherit".</summary>
    public static string ToText(double value, string? format, double mintick) => format switch
    {
        null or "" => NumberFormat.Format(value, NumberFormat.Plain),
        "mintick" => Mintick(value, mintick),
        "percent" => double.IsNaN(value) ? "NaN%" : NumberFormat.Format(value, "#.##") + "%",
        "volume" => Volume(value),
        "price" or "inherit" => NumberFormat.Format(value, NumberFormat.Plain),
        _ => NumberFormat.Format(value, format),
    };

    public static string ToText(bool value) => value ? "true" : "false";

    /// <summary>Any value as <c>str.tostring</c> without a format shows it.</summary>
    public static string ToText(object? value) => value switch
    {
        null => "NaN",
        double number => NumberFormat.Format(number, NumberFormat.Plain),
        bool flag => ToText(flag),
        string text => text,
        PineArray<double> array => Brackets(array.Span),
        PineArray<bool> array => Brackets(array.Span),
        PineArray<string?> array => Brackets(array.Span),
        PineMatrix<double> matrix => matrix.ToText(),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Brackets<T>(ReadOnlySpan<T> values)
    {
        var text = new StringBuilder("[");
        for (int i = 0; i < values.Length && text.Length < MaxLength; i++)
        {
            if (i > 0) text.Append(", ");
            text.Append(ToText(values[i]));
        }
        return text.Append(']').ToString();
    }

    private static string Mintick(double value, double mintick)
    {
        if (double.IsNaN(value)) return "NaN";
        int decimals = 0;
        for (double scale = 1; decimals < 12 && Math.Abs(mintick * scale - Math.Round(mintick * scale)) > 1e-9; scale *= 10) decimals++;
        return NumberFormat.Format(Math.Floor(value / mintick + 0.5) * mintick, decimals == 0 ? "0" : "0." + new string('0', decimals));
    }

    private static string Volume(double value)
    {
        if (double.IsNaN(value)) return "NaN";
        double magnitude = Math.Abs(value);
        var (divisor, suffix) = magnitude switch { >= 1e12 => (1e12, "T"), >= 1e9 => (1e9, "B"), >= 1e6 => (1e6, "M"), >= 1e3 => (1e3, "K"), _ => (1.0, "") };
        return NumberFormat.Format(value / divisor, "#.###") + suffix;
    }

    /// <summary>
    /// <c>str.format</c> with the rules of Java's MessageFormat: {0}, {0,number,#.##}, {0,number,integer|percent|currency},
    /// {0,date,pattern}, {0,time,pattern}; a single quote begins literal text, two are one quote.
    /// </summary>
    /// <exception cref="PineArgumentException">A placeholder that is not closed or names no argument.</exception>
    public static string Format(string pattern, ReadOnlySpan<object?> arguments)
    {
        var result = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == '\'')
            {
                if (i + 1 < pattern.Length && pattern[i + 1] == '\'')
                {
                    result.Append('\'');
                    i++;
                }
                else
                {
                    quoted = !quoted;
                }
            }
            else if (c == '{' && !quoted)
            {
                int end = ClosingBrace(pattern, i);
                if (end < 0) throw new PineArgumentException($"str.format: the placeholder at {i + 1} of '{pattern}' is not closed.");
                result.Append(Placeholder(pattern[(i + 1)..end], arguments));
                i = end;
            }
            else
            {
                result.Append(c);
            }
            if (result.Length > MaxLength) throw TooLong();
        }
        return result.ToString();
    }

    private static int ClosingBrace(string pattern, int open)
    {
        int depth = 0;
        bool quoted = false;
        for (int i = open; i < pattern.Length; i++)
        {
            if (pattern[i] == '\'') quoted = !quoted;
            else if (quoted) continue;
            else if (pattern[i] == '{') depth++;
            else if (pattern[i] == '}' && --depth == 0) return i;
        }
        return -1;
    }

    private static string Placeholder(string text, ReadOnlySpan<object?> arguments)
    {
        var parts = text.Split(',', 3);
        if (!int.TryParse(parts[0].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            throw new PineArgumentException($"str.format: '{parts[0]}' is not the number of an argument.");
        if (index >= arguments.Length) return "{" + index.ToString(CultureInfo.InvariantCulture) + "}";
        var value = arguments[index];
        var kind = parts.Length > 1 ? parts[1].Trim() : "";
        var style = parts.Length > 2 ? parts[2] : "";
        if (value is not double number)
            return value is PineArray<double> list ? ListText(list) : ToText(value);
        return kind switch
        {
            "" => NumberFormat.Format(number, "#,##0.###", halfEven: true),
            "number" => style.Trim() switch
            {
                "" => NumberFormat.Format(number, "#,##0.###", halfEven: true),
                "integer" => NumberFormat.Format(number, "#,##0", halfEven: true),
                "percent" => NumberFormat.Format(number, "#,##0%", halfEven: true),
                "currency" => NumberFormat.Format(number, "$#,##0.00;-$#,##0.00", halfEven: true),
                _ => NumberFormat.Format(number, style, halfEven: true),
            },
            "date" => TimeFormat.Format(number, style.Length == 0 ? "yyyy-MM-dd" : style, null),
            "time" => TimeFormat.Format(number, style.Length == 0 ? "HH:mm:ss" : style, null),
            _ => throw new PineArgumentException($"str.format: '{kind}' is not a kind of placeholder: use number, date or time."),
        };
    }

    private static string ListText(PineArray<double> list) => Brackets(list.Span);

    private static string Checked(string text) => text.Length <= MaxLength ? text : throw TooLong();

    private static PineArgumentException TooLong() => new($"A string cannot be longer than {MaxLength} characters.");
}
