using System.Diagnostics.Metrics;
using ActorTrading.Api.Realtime.Quotes;

namespace ActorTrading.Api.Realtime;

/// <summary>What this process tells of its live side, under the meter <see cref="MeterName"/>. Times in seconds; no user or account as a label.</summary>
public sealed class RealtimeMetrics : IDisposable
{
    public const string MeterName = "ActorTrading.Realtime";

    /// <summary>Gathering takes 4 to 16 ms; a quote held back for a client's rate of 10 a second waits up to 100 ms, one of 1 a second up to a second.</summary>
    private static readonly InstrumentAdvice<double> QuoteBuckets = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 30],
    };

    private static readonly KeyValuePair<string, object?> Every = new("rate", "every");
    private static readonly KeyValuePair<string, object?> Conflated = new("rate", "conflated");

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _quoteToClient;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _conflated;
    private readonly Counter<long> _gaps;
    private readonly Counter<long> _dropped;

    public RealtimeMetrics()
    {
        _quoteToClient = _meter.CreateHistogram("actortrading.quote_to_client.duration", "s",
            "From a quote's entering the system until a client's frame with it was written; of each frame the quote that waited longest", advice: QuoteBuckets);
        _sent = _meter.CreateCounter<long>("actortrading.hub.quotes.sent", "{quote}", "Quotes handed to clients, counted once for each client");
        _conflated = _meter.CreateCounter<long>("actortrading.hub.quotes.conflated", "{quote}", "Quotes that a newer one replaced before they were due, counted once for each client");
        _gaps = _meter.CreateCounter<long>("actortrading.hub.quotes.gaps", "{gap}", "How often a client that wants every quote was too slow and skipped some");
        _dropped = _meter.CreateCounter<long>("actortrading.hub.events.dropped", "{event}", "Events that a client's full buffer did not take; an account's are read again from its ledger");
        foreach (var counter in new[] { _sent, _conflated, _gaps, _dropped })
        {
            // Shown as 0 before the first, so that a rise from nothing is seen as one.
            counter.Add(0);
        }
    }

    internal Meter Meter => _meter;

    /// <summary>A figure that is asked for when somebody looks.</summary>
    internal void Observe(string name, string unit, string description, Func<int> value) => _meter.CreateObservableGauge(name, value, unit, description);

    /// <summary>A client has a frame. Allocates nothing.</summary>
    internal void Written(QuoteFrame frame, DateTimeOffset now)
    {
        if (frame.OldestUtcTicks == 0 || !_quoteToClient.Enabled)
            return;
        // Between two machines their clocks' difference is in it, which may be below nothing.
        var seconds = Math.Max(0, now.UtcTicks - frame.OldestUtcTicks) / (double)TimeSpan.TicksPerSecond;
        _quoteToClient.Record(seconds, frame.IsConflated ? Conflated : Every);
    }

    /// <summary>What one pass over all clients came to.</summary>
    internal void Passed(long sent, long conflated, long gaps)
    {
        if (sent > 0)
            _sent.Add(sent);
        if (conflated > 0)
            _conflated.Add(conflated);
        if (gaps > 0)
            _gaps.Add(gaps);
    }

    internal void Dropped() => _dropped.Add(1);

    public void Dispose() => _meter.Dispose();
}
