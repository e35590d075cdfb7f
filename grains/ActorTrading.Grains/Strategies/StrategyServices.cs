using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ActorTrading.Grains;

internal static class StrategyServices
{
    public static IServiceCollection AddStrategies(this IServiceCollection services)
    {
        services.TryAddSingleton(BacktestSettings.Default);
        services.AddSingleton<BacktestPool>();
        services.AddSingleton<BacktestRunner>();
        services.AddHostedService<BacktestWaker>();
        services.AddHostedService<StrategyRunWaker>();
        return services;
    }
}
