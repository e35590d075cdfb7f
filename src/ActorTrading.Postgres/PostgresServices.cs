using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ActorTrading.Postgres;

public static class PostgresServices
{
    /// <summary>
    /// Everything in this room: the database, the ledger and the stores. Run <see cref="Migrations.Migrator"/> before the first use.
    /// Needs a <see cref="TimeProvider"/>; the system's is taken where none is registered.
    /// </summary>
    public static IServiceCollection AddActorTradingPostgres(this IServiceCollection services, string connectionString, Action<PostgresOptions>? configure = null)
    {
        var options = new PostgresOptions { ConnectionString = connectionString };
        configure?.Invoke(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<PostgresDatabase>();
        services.AddSingleton<LedgerWriter>();
        services.AddSingleton<ILedgerWriter>(provider => provider.GetRequiredService<LedgerWriter>());
        services.AddSingleton<ILedgerReader, LedgerReader>();
        services.AddHealthChecks().AddCheck<PostgresHealthCheck>("postgres", tags: ["ready"]);
        return services;
    }
}
