using ActorTrading.Contracts;
using ActorTrading.Domain;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans;

namespace ActorTrading.Grains;

public static class GrainServices
{
    /// <summary>What every process has that sees the market: its picture of it, fed by the grains. Whoever hosts no grains starts it.</summary>
    public static IServiceCollection AddActorTradingMarket(this IServiceCollection services, IReadOnlyList<Instrument> instruments)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<TradingMetrics>();
        services.AddSingleton(provider => new ProcessMarket(
            provider.GetRequiredService<IGrainFactory>(),
            instruments,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ProcessMarket>>()));
        return services;
    }

    /// <summary>What the grains need besides the database (<c>AddActorTradingPostgres</c>) and a grain host.</summary>
    public static IServiceCollection AddActorTradingGrains(this IServiceCollection services, IReadOnlyList<Instrument> instruments)
    {
        services.AddActorTradingMarket(instruments);
        services.TryAddSingleton(BrokerSettings.Default);
        services.TryAddSingleton(FeedSettings.Default);
        services.TryAddSingleton(OfferSettings.Default);
        services.TryAddSingleton(TerminalSettings.Default);
        services.TryAddSingleton(SnapshotSettings.Default);
        services.AddSingleton<ISnapshotKeeper, SnapshotKeeper>();
        services.AddSingleton(new InstrumentSet(instruments));
        services.AddSingleton<IAccountDirectory, AccountDirectory>();
        services.AddSingleton<ILinkDirectory, LinkDirectory>();
        services.AddSingleton<IAlertBookkeeping, AlertBookkeeping>();
        services.AddSingleton<IMarketStore, MarketStore>();
        services.TryAddSingleton(new WebhookSettings(AllowPrivate: false));
        services.TryAddSingleton(new SmtpSettings(null, 25, true, "", null, null));
        services.TryAddSingleton(_ => new WebhookSecrets(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)));
        services.AddSingleton<WebhookClient>();
        services.AddSingleton<IOutboxHandler, WebhookHandler>();
        services.AddSingleton<IOutboxHandler, EmailHandler>();
        services.AddHostedService<OutboxDispatcher>();
        services.AddSingleton<WakeSignal>();
        services.AddHostedService<WakeService>();
        services.AddStrategies();
        return services;
    }
}
