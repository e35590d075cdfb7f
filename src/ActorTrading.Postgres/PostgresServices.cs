using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ActorTrading.Postgres;

public static class PostgresServices
{
    /// <summary>
    /// Everything in this room: the database, the ledger and the stores. Needs a <see cref="KeyRing"/> to be registered. Run <see cref="Migrations.Migrator"/> before the first use.
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
        services.AddSingleton<ISnapshotStore, SnapshotStore>();
        services.AddSingleton<ILedgerReader>(provider => new LedgerReader(provider.GetRequiredService<PostgresDatabase>(), provider.GetRequiredService<ISnapshotStore>()));
        AddStores(services);
        services.AddHealthChecks().AddCheck<PostgresHealthCheck>("postgres", tags: ["ready"]);
        return services;
    }

    private static void AddStores(IServiceCollection services)
    {
        services.AddSingleton<SecretVault>();
        services.AddSingleton<SecretRenewal>();
        services.AddSingleton<IUserStore, UserStore>();
        services.AddSingleton<IRefreshTokenStore, RefreshTokenStore>();
        services.AddSingleton<IPasswordResetStore, PasswordResetStore>();
        services.AddSingleton<IApiKeyStore, ApiKeyStore>();
        services.AddSingleton<IWebhookSecretStore, WebhookSecretStore>();
        services.AddSingleton<IIdempotencyStore, IdempotencyStore>();
        services.AddSingleton<IAccountStore, AccountStore>();
        services.AddSingleton<IOrderQueries, OrderQueries>();
        services.AddSingleton<IPositionQueries, PositionQueries>();
        services.AddSingleton<ITradeQueries, TradeQueries>();
        services.AddSingleton<ILinkStore, LinkStore>();
        services.AddSingleton<ICopyExecutionQueries, CopyExecutionQueries>();
        services.AddSingleton<ILeaderStore, LeaderStore>();
        services.AddSingleton<ICursorStore, CursorStore>();
        services.AddSingleton<IAlertStore, AlertStore>();
        services.AddSingleton<INotificationStore, NotificationStore>();
        services.AddSingleton<IOutbox, OutboxStore>();
        services.AddSingleton<IInstrumentStore, InstrumentStore>();
        services.AddSingleton<IQuoteStore, QuoteStore>();
        services.AddSingleton<ICandleStore, CandleStore>();
        services.AddSingleton<ITerminalStore, TerminalStore>();
        services.AddSingleton<ITerminalFence, TerminalFence>();
        services.AddSingleton<IStrategyStore, StrategyStore>();
        services.AddSingleton<IBacktestStore, BacktestStore>();
        services.AddSingleton<IStrategyRunStore, StrategyRunStore>();
    }
}
