using System.Globalization;

namespace ActorTrading.Pine.Optimization;

/// <summary>One input and the values to try.</summary>
public sealed record ParameterAxis(string Name, IReadOnlyList<double> Values)
{
    public const int MaxValues = 100_000;

    /// <summary>"fast=5..30:5" (from, to, step), "fast=5..30" (step 1) or "fast=5,8,13".</summary>
    /// <exception cref="FormatException">The text is none of these; the message says what is wrong.</exception>
    public static ParameterAxis Parse(string text)
    {
        int equals = text.IndexOf('=');
        if (equals <= 0) throw Bad(text);
        var (name, range) = (text[..equals].Trim(), text[(equals + 1)..].Trim());
        int dots = range.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0) return new ParameterAxis(name, [.. range.Split(',').Select(part => Number(part, text))]);
        var rest = range[(dots + 2)..];
        int colon = rest.IndexOf(':');
        decimal from = Exact(range[..dots], text), to = Exact(colon < 0 ? rest : rest[..colon], text), step = colon < 0 ? 1 : Exact(rest[(colon + 1)..], text);
        if (step <= 0) throw new FormatException($"'{text}': the step must be above 0.");
        if (to < from) throw new FormatException($"'{text}': {to} is below {from}.");
        if ((to - from) / step >= MaxValues) throw new FormatException($"'{text}' has more than {MaxValues} values.");
        // Decimal steps, so that 0.1..0.5:0.1 holds 0.3 and not 0.30000000000000004.
        var values = new List<double>();
        for (decimal value = from; value <= to; value += step) values.Add((double)value);
        return new ParameterAxis(name, values);
    }

    private static double Number(string part, string text) => (double)Exact(part, text);

    private static decimal Exact(string part, string text) =>
        decimal.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw Bad(text);

    private static FormatException Bad(string text) => new($"'{text}' is not a grid: write name=from..to:step, such as fast=5..30:5, or name=5,8,13.");
}

/// <summary>All combinations of some axes, numbered so that none need be kept.</summary>
public sealed class ParameterGrid
{
    public const long MaxCombinations = 10_000_000;

    /// <exception cref="FormatException">Two axes of one name, or too many combinations.</exception>
    public ParameterGrid(IReadOnlyList<ParameterAxis> axes)
    {
        if (axes.Select(a => a.Name).Distinct().Count() != axes.Count) throw new FormatException("An input may have one grid only.");
        decimal count = axes.Aggregate(1m, (product, axis) => Math.Min(product * axis.Values.Count, MaxCombinations + 1m));
        if (count > MaxCombinations) throw new FormatException($"The grid has more than {MaxCombinations} combinations.");
        (Axes, Count) = (axes, (int)count);
    }

    public IReadOnlyList<ParameterAxis> Axes { get; }
    public int Count { get; }

    /// <summary>The combination with this number; the last axis changes fastest.</summary>
    public double[] this[int index]
    {
        get
        {
            var values = new double[Axes.Count];
            for (int i = values.Length - 1; i >= 0; i--)
            {
                values[i] = Axes[i].Values[index % Axes[i].Values.Count];
                index /= Axes[i].Values.Count;
            }
            return values;
        }
    }
}
