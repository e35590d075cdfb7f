using System.Diagnostics.Metrics;
using ActorTrading.Domain;
using ActorTrading.Postgres;

namespace ActorTrading.Grains;

/// <summary>What the process measures of its trading, under the meter <see cref="MeterName"/>. Times in seconds; no account or user ids as labels.</summary>
public sealed class TradingMetrics : IDisposable
{
    public const string MeterName = "ActorTrading";

    /// <summary>Why a quote was dropped: the symbol's rules refuse it.</summary>
    public static readonly KeyValuePair<string, object?> Invalid = new("reason", "invalid");

    /// <summary>Why a quote was dropped: more waited than may.</summary>
    public static readonly KeyValuePair<string, object?> TooMany = new("reason", "too_many");

    /// <summary>A paper order takes a commit, a few milliseconds; one at a terminal the broker's time too, and is answered after ten seconds at the latest.</summary>
    private static readonly InstrumentAdvice<double> OrderBuckets = new()
    {
        HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
    };

    /// <summary>Some milliseconds when all is well, minutes for a follower that was away.</summary>
    private static readonly InstrumentAdvice<double> CopyBuckets = new()
    {
        HistogramBucketBoundaries = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300],
    };

    private static readonly KeyValuePair<string, object?> Accepted = new("accepted", "true");
    private static readonly KeyValuePair<string, object?> Refused = new("accepted", "false");
    private static readonly KeyValuePair<string, object?> Paper = new("account.kind", "paper");
    private static readonly KeyValuePair<string, object?> Terminal = new("account.kind", "mt5");

    private readonly Meter _meter;
    private readonly Histogram<double> _order;
    private readonly Histogram<double> _copy;
    private readonly Histogram<double> _decision;
    private readonly Counter<long> _decisions;
    private readonly Counter<long> _quotes;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _alerts;
    private readonly Counter<long> _deliveries;
    private long _outboxWaiting;
    private double _outboxOldestSeconds;

    public TradingMetrics()
    {
        _meter = new Meter(MeterName);
        _order = _meter.CreateHistogram("actortrading.order.duration", "s", "From taking a trade command to its durable answer", advice: OrderBuckets);
        _copy = _meter.CreateHistogram("actortrading.copy.duration", "s", "From the leader's durable entry to the follower's durable fill of the order that mirrors it", advice: CopyBuckets);
        _decision = _meter.CreateHistogram("actortrading.copy.decision.duration", "s", "From the leader's durable entry to the follower's durable decision", advice: CopyBuckets);
        _decisions = _meter.CreateCounter<long>("actortrading.copy.decisions", "{decision}", "Leader entries decided by followers, by outcome");
        _quotes = _meter.CreateCounter<long>("actortrading.quotes", "{quote}", "Quotes taken by symbols");
        _dropped = _meter.CreateCounter<long>("actortrading.quotes.dropped", "{quote}", "Quotes not taken, by reason");
        _alerts = _meter.CreateCounter<long>("actortrading.alerts.fired", "{alert}", "Alerts fired");
        _deliveries = _meter.CreateCounter<long>("actortrading.outbox.deliveries", "{message}", "Messages of the outbox tried, by kind and outcome");
        _meter.CreateObservableGauge("actortrading.outbox.waiting", () => Interlocked.Read(ref _outboxWaiting), "{message}", "Messages due in the outbox, those of all processes");
        _meter.CreateObservableGauge("actortrading.outbox.oldest.age", () => Volatile.Read(ref _outboxOldestSeconds), "s", "How long the oldest of them has been due");

        // Shown as 0 before the first, so that a rise from nothing is seen as one.
        _quotes.Add(0);
        _alerts.Add(0);
        _dropped.Add(0, Invalid);
        _dropped.Add(0, TooMany);
        foreach (var outcome in Enum.GetValues<CopyOutcome>())
        {
            _decisions.Add(0, Label(outcome));
        }
    }

    /// <summary>Latencies and counts since the last look, for the live line.</summary>
    public LiveWindow Live { get; } = new();

    public void OrderAnswered(TimeSpan elapsed, bool accepted) => _order.Record(elapsed.TotalSeconds, accepted ? Accepted : Refused);

    /// <param name="elapsed">Since the leader's entries were durable.</param>
    /// <param name="entries">What the follower's ledger got.</param>
    public void Decided(AccountKind kind, TimeSpan elapsed, IReadOnlyList<LedgerEntry> entries)
    {
        _decision.Record(Seconds(elapsed), Label(kind));
        foreach (var entry in entries)
        {
            if (entry.Event is CopyDecided decided)
            {
                _decisions.Add(1, Label(decided.Outcome));
            }
        }

        Live.Copied(elapsed);
    }

    /// <param name="elapsed">Since the leader's entry was durable.</param>
    public void Filled(AccountKind kind, TimeSpan elapsed) => _copy.Record(Seconds(elapsed), Label(kind));

    public void QuotesTaken(int count)
    {
        _quotes.Add(count);
        Live.Quotes(count);
    }

    public void QuotesDropped(long count, in KeyValuePair<string, object?> reason) => _dropped.Add(count, reason);

    public void AlertFired()
    {
        _alerts.Add(1);
        Live.Alert();
    }

    /// <param name="outcome">Done, to be tried again, or given up.</param>
    public void Delivered(string kind, string outcome) => _deliveries.Add(1, new("kind", kind), new("outcome", outcome));

    public void OutboxIs(OutboxBacklog backlog)
    {
        Interlocked.Exchange(ref _outboxWaiting, backlog.Waiting);
        Volatile.Write(ref _outboxOldestSeconds, Math.Max(0, backlog.OldestDueFor.TotalSeconds));
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>Between two machines their clocks' difference is in it, which may be below nothing.</summary>
    private static double Seconds(TimeSpan elapsed) => Math.Max(0, elapsed.TotalSeconds);

    private static KeyValuePair<string, object?> Label(AccountKind kind) => kind == AccountKind.Paper ? Paper : Terminal;

    private static KeyValuePair<string, object?> Label(CopyOutcome outcome) => new("outcome", outcome switch
    {
        CopyOutcome.Copied => "copied",
        CopyOutcome.Skipped => "skipped",
        _ => "failed",
    });
}
