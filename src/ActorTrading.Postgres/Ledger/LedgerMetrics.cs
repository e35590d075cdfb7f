using System.Diagnostics.Metrics;

namespace ActorTrading.Postgres;

/// <summary>What the ledger writer tells of itself, under the meter <c>ActorTrading.Ledger</c>.</summary>
public static class LedgerMetrics
{
    public const string MeterName = "ActorTrading.Ledger";

    private static readonly Meter Meter = new(MeterName);

    internal static readonly Histogram<int> BatchAppends = Meter.CreateHistogram<int>("ledger.batch.appends", "{append}", "Appends committed in one transaction.");
    internal static readonly Histogram<double> BatchSeconds = Meter.CreateHistogram<double>("ledger.batch.duration", "s", "From sending a transaction until its commit was answered.");
    internal static readonly Counter<long> Refused = Meter.CreateCounter<long>("ledger.refused", "{append}", "Appends that lost a conflict or that the database does not take.");
    internal static readonly Counter<long> Retries = Meter.CreateCounter<long>("ledger.retries", "{batch}", "Transactions sent again after the server was away or the connection lost.");
    internal static readonly Counter<long> Unavailable = Meter.CreateCounter<long>("ledger.unavailable", "{append}", "Appends answered with an error because the server was away.");
}
