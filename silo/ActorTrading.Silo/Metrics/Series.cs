using System.Globalization;
using System.Text;

namespace ActorTrading.Silo;

/// <summary>One line of a metric: what was measured under one set of labels. Any thread may write.</summary>
internal abstract class Series(string labels)
{
    /// <summary>In Prometheus text, without braces; empty for none.</summary>
    protected string Labels { get; } = labels;

    public abstract void Record(double value);

    public abstract void Write(StringBuilder text, string name);

    protected void Line(StringBuilder text, string name, double value, string? more = null)
    {
        text.Append(name);
        if (Labels.Length > 0 || more is not null)
        {
            text.Append('{').Append(Labels).Append(Labels.Length > 0 && more is not null ? "," : "").Append(more).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    public static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : double.IsNaN(value) ? "NaN" : value.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>Adds up what it is given.</summary>
internal sealed class SumSeries(string labels) : Series(labels)
{
    private readonly Lock _lock = new();
    private double _value;

    public override void Record(double value)
    {
        lock (_lock)
        {
            _value += value;
        }
    }

    public override void Write(StringBuilder text, string name)
    {
        lock (_lock)
        {
            Line(text, name, _value);
        }
    }
}

/// <summary>Keeps the last value.</summary>
internal sealed class LastSeries(string labels) : Series(labels)
{
    private double _value;

    public override void Record(double value) => Volatile.Write(ref _value, value);

    public override void Write(StringBuilder text, string name) => Line(text, name, Volatile.Read(ref _value));
}

/// <summary>Counts values by how large they are.</summary>
/// <param name="bounds">Upper bounds, ascending, each one inclusive; a last bucket has no bound.</param>
internal sealed class HistogramSeries(string labels, double[] bounds) : Series(labels)
{
    private readonly Lock _lock = new();
    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _sum;

    public override void Record(double value)
    {
        var bucket = Array.BinarySearch(bounds, value);
        lock (_lock)
        {
            _counts[bucket < 0 ? ~bucket : bucket]++;
            _sum += value;
        }
    }

    public override void Write(StringBuilder text, string name)
    {
        lock (_lock)
        {
            long below = 0;
            for (var i = 0; i < _counts.Length; i++)
            {
                below += _counts[i];
                Line(text, $"{name}_bucket", below, $"le=\"{Number(i < bounds.Length ? bounds[i] : double.PositiveInfinity)}\"");
            }

            Line(text, $"{name}_sum", _sum);
            Line(text, $"{name}_count", below);
        }
    }
}
