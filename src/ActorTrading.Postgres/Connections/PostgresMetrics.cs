using System.Diagnostics.Metrics;

namespace ActorTrading.Postgres;

/// <summary>How often the database was away, under the meter <see cref="MeterName"/>. Its connections are counted by Npgsql's own meter.</summary>
public static class PostgresMetrics
{
    public const string MeterName = "ActorTrading.Postgres";

    private static readonly Meter Meter = new(MeterName);

    internal static readonly Counter<long> Failures =
        Meter.CreateCounter<long>("actortrading.postgres.failures", "{operation}", "Operations that failed because PostgreSQL was away or could not store");

    static PostgresMetrics() => Failures.Add(0);

    /// <summary>Makes the figures known before the first of them counts.</summary>
    internal static void Ensure()
    {
    }
}
