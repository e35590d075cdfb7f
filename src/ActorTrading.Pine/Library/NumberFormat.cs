using System.Globalization;
using System.Text;

namespace ActorTrading.Pine.Library;

/// <summary>
/// Numbers as text by a mask: "#" an optional digit, "0" a required one, "," grouping, a text before and after, and after ";"
/// a mask for negatives. The digits are those of the shortest decimal that reads back as the same number.
/// </summary>
public static class NumberFormat
{
    /// <summary>Default of <c>str.tostring</c>.</summary>
    public const string Plain = "#.##########";

    /// <param name="halfEven">Ties by the number's exact binary value, as Java's DecimalFormat in <c>str.format</c>.</param>
    public static string Format(double value, string mask, bool halfEven = false)
    {
        if (double.IsNaN(value)) return "NaN";
        if (double.IsInfinity(value)) return value > 0 ? "∞" : "-∞";
        var masks = SplitMasks(mask);
        bool negative = value < 0, own = negative && masks.Length > 1;
        var (prefix, digits, suffix) = Affixes(own ? masks[1] : masks[0]);
        bool percent = prefix.Contains('%') || suffix.Contains('%');
        double magnitude = Math.Abs(value) * (percent && halfEven ? 100 : 1);
        var body = Body(magnitude, digits, halfEven);
        bool zero = body.AsSpan().IndexOfAnyInRange('1', '9') < 0;
        return (negative && !own && !zero ? "-" : "") + prefix + body + suffix;
    }

    private static string Body(double magnitude, string digits, bool halfEven)
    {
        int dot = digits.IndexOf('.');
        var whole = dot < 0 ? digits : digits[..dot];
        var fraction = dot < 0 ? "" : digits[(dot + 1)..].Replace(",", "", StringComparison.Ordinal);
        int minWhole = whole.Count(c => c == '0'), maxFraction = fraction.Length, minFraction = fraction.Count(c => c == '0');
        int grouping = whole.Contains(',') ? whole.Length - whole.LastIndexOf(',') - 1 : 0;
        var rounded = Round(magnitude, maxFraction, halfEven);
        int at = rounded.IndexOf('.');
        var left = at < 0 ? rounded : rounded[..at];
        var right = at < 0 ? "" : rounded[(at + 1)..];
        int keep = right.Length;
        while (keep > minFraction && right[keep - 1] == '0') keep--;
        right = right[..keep];
        if (left == "0" && minWhole == 0 && minFraction > 0 && right.Length > 0) left = "";
        left = left.PadLeft(minWhole, '0');
        if (grouping > 0) left = Group(left, grouping);
        return right.Length == 0 ? left.Length == 0 ? "0" : left : $"{left}.{right}";
    }

    private static string Round(double magnitude, int decimals, bool halfEven)
    {
        decimals = Math.Min(decimals, 20);
        if (magnitude < 7.9e27)
        {
            var exact = decimal.Parse(magnitude.ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture);
            if (halfEven && decimals <= 15)
            {
                // The shortest decimal says tie, the binary value says which side it is really on.
                decimal half = Math.Round(exact, decimals, MidpointRounding.AwayFromZero);
                decimal step = 1m;
                for (int i = 0; i < decimals; i++) step /= 10;
                if (half - exact == step / 2 && IsBelow(magnitude, exact)) half -= step;
                else if (half - exact == step / 2 && !IsAbove(magnitude, exact)) half = Math.Round(exact, decimals, MidpointRounding.ToEven);
                return half.ToString("F" + decimals, CultureInfo.InvariantCulture);
            }
            return Math.Round(exact, decimals, MidpointRounding.AwayFromZero).ToString("F" + decimals, CultureInfo.InvariantCulture);
        }
        return new System.Numerics.BigInteger(magnitude).ToString(CultureInfo.InvariantCulture);
    }

    private static bool IsBelow(double value, decimal shortest) => Exact(value).CompareTo(shortest) < 0;
    private static bool IsAbove(double value, decimal shortest) => Exact(value).CompareTo(shortest) > 0;

    // Twenty-eight digits of the binary value are enough to see on which side of a tie it lies.
    private static decimal Exact(double value) =>
        decimal.Parse(value.ToString("F25", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static string Group(string digits, int size)
    {
        var text = new StringBuilder(digits);
        for (int i = digits.Length - size; i > 0; i -= size) text.Insert(i, ',');
        return text.ToString();
    }

    private static string[] SplitMasks(string mask)
    {
        bool quoted = false;
        for (int i = 0; i < mask.Length; i++)
        {
            if (mask[i] == '\'') quoted = !quoted;
            else if (mask[i] == ';' && !quoted) return [mask[..i], mask[(i + 1)..]];
        }
        return [mask];
    }

    private static (string Prefix, string Digits, string Suffix) Affixes(string mask)
    {
        var (prefix, digits, suffix) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
        bool quoted = false;
        for (int i = 0; i < mask.Length; i++)
        {
            char c = mask[i];
            if (c == '\'')
            {
                if (i + 1 < mask.Length && mask[i + 1] == '\'') i++;
                else
                {
                    quoted = !quoted;
                    continue;
                }
            }
            else if (!quoted && c is '#' or '0' or '.' or ',' && suffix.Length == 0)
            {
                digits.Append(c);
                continue;
            }
            (digits.Length == 0 ? prefix : suffix).Append(c);
        }
        return (prefix.ToString(), digits.ToString(), suffix.ToString());
    }
}
