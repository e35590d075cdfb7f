using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace ActorTrading.Silo;

/// <summary>One instrument under the name and unit that Prometheus knows it by: base units, spelt out, <c>_total</c> for what only grows.</summary>
internal sealed class Metric
{
    /// <summary>Sets of labels that one metric may have; values under further ones go to none, and are counted.</summary>
    public const int SeriesMax = 500;

    /// <summary>Seconds: half a millisecond to half a minute.</summary>
    private static readonly double[] Seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    /// <summary>Bytes and numbers of things: powers of four.</summary>
    private static readonly double[] Sizes = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216];

    private readonly ConcurrentDictionary<string, Series> _series = new(StringComparer.Ordinal);

    /// <summary>The same by their one label, as it comes: what is measured often has one or none, and is found without making text of it.</summary>
    private readonly ConcurrentDictionary<KeyValuePair<string, object?>, Series> _byLabel = new(new SameLabel());
    private readonly Func<string, Series> _make;
    private readonly double _scale;
    private readonly string _help;
    private Series? _unlabelled;
    private long _dropped;

    public Metric(Instrument instrument)
    {
        var kind = instrument.GetType().Name;
        var milliseconds = instrument.Unit is "ms";
        _scale = milliseconds ? 0.001 : 1;
        var suffix = instrument.Unit switch { "s" or "ms" => "_seconds", "By" or "bytes" => "_bytes", _ => "" };
        var name = Sanitize(instrument.Name);
        Name = suffix.Length > 0 && !name.EndsWith(suffix, StringComparison.Ordinal) ? name + suffix : name;
        _help = (instrument.Description ?? instrument.Name).ReplaceLineEndings(" ").Replace("\\", "\\\\", StringComparison.Ordinal);
        if (kind.StartsWith("Histogram", StringComparison.Ordinal))
        {
            var bounds = BoundsOf(instrument, _scale) ?? (suffix == "_seconds" ? Seconds : Sizes);
            (Type, _make) = ("histogram", labels => new HistogramSeries(labels, bounds));
        }
        else if (kind.StartsWith("Counter", StringComparison.Ordinal))
        {
            (Type, _make) = ("counter", labels => new SumSeries(labels));
        }
        else if (kind.StartsWith("ObservableCounter", StringComparison.Ordinal))
        {
            (Type, _make) = ("counter", labels => new LastSeries(labels));
        }
        else if (kind.StartsWith("UpDownCounter", StringComparison.Ordinal))
        {
            (Type, _make) = ("gauge", labels => new SumSeries(labels));
        }
        else
        {
            (Type, _make) = ("gauge", labels => new LastSeries(labels));
        }

        if (Type == "counter" && !Name.EndsWith("_total", StringComparison.Ordinal))
        {
            Name += "_total";
        }
    }

    public string Name { get; }

    public string Type { get; }

    /// <summary>Values that had no place.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Find(tags) is { } series)
        {
            series.Record(value * _scale);
        }
        else
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    private Series? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        switch (tags.Length)
        {
            case 0:
                return _unlabelled ??= Make("");
            case 1 when _byLabel.TryGetValue(tags[0], out var known):
                return known;
            case 1 when Make(LabelsOf(tags)) is { } made:
                return _byLabel.Count < SeriesMax ? _byLabel.GetOrAdd(tags[0], made) : made;
            default:
                return Make(LabelsOf(tags));
        }
    }

    /// <returns>Null where there are as many as may be.</returns>
    private Series? Make(string labels) =>
        _series.TryGetValue(labels, out var series) ? series
        : _series.Count < SeriesMax ? _series.GetOrAdd(labels, _make)
        : null;

    public void Write(StringBuilder text)
    {
        text.Append("# HELP ").Append(Name).Append(' ').Append(_help).Append('\n');
        text.Append("# TYPE ").Append(Name).Append(' ').Append(Type).Append('\n');
        foreach (var series in _series.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            series.Value.Write(text, Name);
        }
    }

    /// <summary>The buckets that the instrument itself asks for.</summary>
    private static double[]? BoundsOf(Instrument instrument, double scale) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => b * scale)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => b * scale)],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => b * scale)],
        _ => null,
    };

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var text = new StringBuilder();
        foreach (var (key, value) in tags)
        {
            var shown = value is bool b ? b ? "true" : "false" : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "";
            text.Append(text.Length > 0 ? "," : "").Append(Sanitize(key)).Append("=\"")
                .Append(shown.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('"');
        }

        return text.ToString();
    }

    private sealed class SameLabel : IEqualityComparer<KeyValuePair<string, object?>>
    {
        public bool Equals(KeyValuePair<string, object?> x, KeyValuePair<string, object?> y) => x.Key == y.Key && Equals(x.Value, y.Value);

        public int GetHashCode(KeyValuePair<string, object?> label) => HashCode.Combine(label.Key, label.Value);
    }

    private static string Sanitize(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            text.Append(char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_');
        }

        return char.IsAsciiDigit(text[0]) ? "_" + text : text.ToString();
    }
}
