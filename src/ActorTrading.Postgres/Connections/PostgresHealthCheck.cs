using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace ActorTrading.Postgres;

/// <summary>Healthy when a statement in the system's role is answered; degraded while appends pile up before the writer.</summary>
public sealed class PostgresHealthCheck(PostgresDatabase database, LedgerWriter writer) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellation = default)
    {
        try
        {
            await database.UseAsync(async connection =>
            {
                await using var query = new NpgsqlCommand("SELECT 1", connection);
                return await query.ExecuteScalarAsync(cancellation);
            }, cancellation);
        }
        catch (StoreUnavailableException error)
        {
            return HealthCheckResult.Unhealthy("PostgreSQL is not available.", error);
        }
        var limit = database.Options.Ledger.QueuedAppends * database.Options.Ledger.Lanes / 2;
        return writer.Waiting > limit
            ? HealthCheckResult.Degraded($"{writer.Waiting} appends wait for PostgreSQL.")
            : HealthCheckResult.Healthy();
    }
}
