using System.Diagnostics.Metrics;

namespace ActorTrading.Postgres;

/// <summary>What the ledger writers of this process tell of themselves, under the meter <see cref="MeterName"/>. Times in seconds.</summary>
public static class LedgerMetrics
{
    public const string MeterName = "ActorTrading.Ledger";

    /// <summary>A commit is a flush of the disk: half a millisecond at best, and up to <see cref="LedgerWriterOptions.RetryFor"/> while the server is away.</summary>
    private static readonly InstrumentAdvice<double> CommitBuckets = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
    };

    private static readonly InstrumentAdvice<int> BatchBuckets = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096] };

    private static readonly Meter Meter = new(MeterName);
    private static readonly Lock Gate = new();
    private static readonly List<LedgerWriter> Writers = [];

    internal static readonly Histogram<double> CommitSeconds = Meter.CreateHistogram("actortrading.ledger.commit.duration", "s",
        "From an append's joining the queue until its commit was answered", advice: CommitBuckets);

    internal static readonly Histogram<double> BatchSeconds = Meter.CreateHistogram("actortrading.ledger.batch.duration", "s",
        "From sending a transaction until its commit was answered", advice: CommitBuckets);

    internal static readonly Histogram<int> BatchAppends = Meter.CreateHistogram("actortrading.ledger.batch.appends", "{append}",
        "Appends committed in one transaction", advice: BatchBuckets);

    internal static readonly Counter<long> Refused = Meter.CreateCounter<long>("actortrading.ledger.refused", "{append}", "Appends that lost a conflict or that the database does not take");
    internal static readonly Counter<long> Overloads = Meter.CreateCounter<long>("actortrading.ledger.overloads", "{append}", "Appends turned away because too many were waiting");
    internal static readonly Counter<long> Retries = Meter.CreateCounter<long>("actortrading.ledger.retries", "{batch}", "Transactions sent again after the server was away or the connection lost");
    internal static readonly Counter<long> Unavailable = Meter.CreateCounter<long>("actortrading.ledger.unavailable", "{append}", "Appends answered with an error because the server was away");
    internal static readonly Counter<long> Reconnects = Meter.CreateCounter<long>("actortrading.ledger.reconnects", "{connection}", "Connections of the ledger opened again after one was lost");

    static LedgerMetrics()
    {
        Meter.CreateObservableGauge("actortrading.ledger.waiting", Waiting, "{append}", "Appends waiting for a transaction");
        foreach (var counter in new[] { Refused, Overloads, Retries, Unavailable, Reconnects })
        {
            // Shown as 0 before the first, so that a rise from nothing is seen as one.
            counter.Add(0);
        }
    }

    internal static void Add(LedgerWriter writer)
    {
        lock (Gate) Writers.Add(writer);
    }

    internal static void Remove(LedgerWriter writer)
    {
        lock (Gate) Writers.Remove(writer);
    }

    private static int Waiting()
    {
        lock (Gate) return Writers.Sum(writer => writer.Waiting);
    }
}
