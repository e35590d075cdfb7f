using System.Diagnostics.Metrics;
using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>What the process measures of its trading. Times in seconds; no account or user ids as labels.</summary>
public sealed class TradingMetrics : IDisposable
{
    public const string MeterName = "ActorTrading";

    private readonly Meter _meter;
    private readonly Histogram<double> _order;
    private readonly Histogram<double> _copy;
    private readonly Counter<long> _copies;
    private readonly Counter<long> _quotes;
    private readonly Counter<long> _alerts;

    public TradingMetrics()
    {
        _meter = new Meter(MeterName);
        _order = _meter.CreateHistogram<double>("actortrading.order.duration", "s", "From taking a trade command to its durable answer");
        _copy = _meter.CreateHistogram<double>("actortrading.copy.duration", "s", "From the leader's durable entry to the follower's durable decision");
        _copies = _meter.CreateCounter<long>("actortrading.copy.decisions", description: "Leader entries decided by followers");
        _quotes = _meter.CreateCounter<long>("actortrading.quotes", description: "Quotes taken by symbols");
        _alerts = _meter.CreateCounter<long>("actortrading.alerts.fired", description: "Alerts fired");
    }

    /// <summary>Latencies and counts since the last look, for the live line.</summary>
    public LiveWindow Live { get; } = new();

    public void OrderAnswered(TimeSpan elapsed, bool accepted) =>
        _order.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("accepted", accepted));

    public void Copied(AccountKind kind, TimeSpan elapsed, int entries)
    {
        _copy.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("account.kind", kind == AccountKind.Paper ? "paper" : "mt5"));
        _copies.Add(entries);
        Live.Copied(elapsed);
    }

    public void QuotesTaken(int count)
    {
        _quotes.Add(count);
        Live.Quotes(count);
    }

    public void AlertFired()
    {
        _alerts.Add(1);
        Live.Alert();
    }

    public void Dispose() => _meter.Dispose();
}
