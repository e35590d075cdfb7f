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
    private readonly Func<string, Series> _make;
    private readonly double _scale;
    private readonly string _help;
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
            (Type, _make) = ("histogram", labels => new HistogramSeries(labels, suffix == "_seconds" ? Seconds : Sizes));
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
        var labels = LabelsOf(tags);
        if (!_series.TryGetValue(labels, out var series))
        {
            if (_series.Count >= SeriesMax)
            {
                Interlocked.Increment(ref _dropped);
                return;
            }

            series = _series.GetOrAdd(labels, _make);
        }

        series.Record(value * _scale);
    }

    public void Write(StringBuilder text)
    {
        if (_series.IsEmpty)
        {
            return;
        }

        text.Append("# HELP ").Append(Name).Append(' ').Append(_help).Append('\n');
        text.Append("# TYPE ").Append(Name).Append(' ').Append(Type).Append('\n');
        foreach (var series in _series.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            series.Value.Write(text, Name);
        }
    }

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
