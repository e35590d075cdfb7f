using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace ActorTrading.Silo;

/// <summary>
/// Listens to the process's meters from its start and answers <c>GET /metrics</c> in Prometheus's text format 0.0.4. What a scrape
/// shows is what was measured since the process started; a scrape takes nothing away from the next.
/// </summary>
internal sealed class PrometheusMetrics : IDisposable
{
    /// <summary>Whose meters are told. Others are not listened to.</summary>
    public static readonly string[] Meters = ["ActorTrading", "Microsoft.Orleans", "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql"];

    /// <summary>And all whose names begin so.</summary>
    public const string OwnMeters = "ActorTrading.";

    private readonly ConcurrentDictionary<Instrument, Metric> _metrics = new();
    private readonly MeterListener _listener = new();
    private readonly Lock _scrape = new();

    public PrometheusMetrics()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (Meters.Contains(instrument.Meter.Name, StringComparer.Ordinal) || instrument.Meter.Name.StartsWith(OwnMeters, StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument, _metrics.GetOrAdd(instrument, i => new Metric(i)));
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => ((Metric)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => ((Metric)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, state) => ((Metric)state!).Record((double)value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => ((Metric)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => ((Metric)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, state) => ((Metric)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, state) => ((Metric)state!).Record(value, tags));
        _listener.Start();
    }

    public string Scrape()
    {
        lock (_scrape)
        {
            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            // Two instruments of one name would be two families of one name, which the format forbids: the first one is told.
            foreach (var metric in _metrics.Values.OrderBy(m => m.Name, StringComparer.Ordinal).DistinctBy(m => m.Name))
            {
                metric.Write(text);
            }

            text.Append("# HELP actortrading_metrics_dropped_total Values under more sets of labels than a metric may have\n# TYPE actortrading_metrics_dropped_total counter\n");
            text.Append("actortrading_metrics_dropped_total ").Append(_metrics.Values.Sum(m => m.Dropped)).Append('\n');
            return text.ToString();
        }
    }

    /// <summary><c>GET /metrics</c>. It names no account and no user; a proxy in front does not hand it on.</summary>
    public static void Map(WebApplication app) =>
        app.MapGet("/metrics", (PrometheusMetrics metrics) => Results.Text(metrics.Scrape(), "text/plain; version=0.0.4; charset=utf-8")).AllowAnonymous().ExcludeFromDescription();

    public void Dispose() => _listener.Dispose();
}
