using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Embedded.Engine;
using Orleans.Runtime;

namespace Orleans.Embedded;

/// <summary>Adding the embedded grain host to a program.</summary>
public static class EmbeddedOrleansExtensions
{
    /// <summary>
    /// Adds a grain host that runs grains in this process, with <see cref="IGrainFactory"/> and <see cref="IClusterClient"/>.
    /// Uses the registered <see cref="TimeProvider"/>, or the system's.
    /// </summary>
    public static IServiceCollection AddEmbeddedOrleans(this IServiceCollection services, Action<EmbeddedOrleansOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(d => d.ServiceType == typeof(GrainHost)))
            throw new InvalidOperationException("The embedded grain host was added already.");
        var options = new EmbeddedOrleansOptions();
        configure?.Invoke(options);
        options.Check();
        services.AddLogging();
        services.TryAddSingleton<Dispatcher, PoolDispatcher>();
        services.AddSingleton(provider => new GrainHost(provider, options, provider.GetRequiredService<Dispatcher>()));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<GrainHost>());
        services.AddSingleton<IClusterClient>(provider => provider.GetRequiredService<GrainHost>().Factory);
        services.AddSingleton<IGrainFactory>(provider => provider.GetRequiredService<GrainHost>().Factory);
        services.AddSingleton<IGrainContextAccessor, CurrentContext>();
        return services;
    }

    /// <inheritdoc cref="AddEmbeddedOrleans"/>
    public static IHostBuilder UseEmbeddedOrleans(this IHostBuilder builder, Action<EmbeddedOrleansOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.ConfigureServices(services => services.AddEmbeddedOrleans(configure));
    }

    /// <inheritdoc cref="AddEmbeddedOrleans"/>
    public static IHostApplicationBuilder UseEmbeddedOrleans(this IHostApplicationBuilder builder, Action<EmbeddedOrleansOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddEmbeddedOrleans(configure);
        return builder;
    }

    /// <summary>Runs once when the host has become active, before it reports to be started.</summary>
    public static IServiceCollection AddStartupTask(this IServiceCollection services, Func<IServiceProvider, CancellationToken, Task> task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return services.AddSingleton<IStartupTask>(provider => new StartupTask(provider, task));
    }

    /// <inheritdoc cref="AddStartupTask(IServiceCollection, Func{IServiceProvider, CancellationToken, Task})"/>
    public static IServiceCollection AddStartupTask<TTask>(this IServiceCollection services)
        where TTask : class, IStartupTask => services.AddSingleton<IStartupTask, TTask>();

    /// <summary>Puts a filter around every call that arrives at a grain; filters run in the order in which they were added.</summary>
    public static IServiceCollection AddIncomingGrainCallFilter<TFilter>(this IServiceCollection services)
        where TFilter : class, IIncomingGrainCallFilter => services.AddSingleton<IIncomingGrainCallFilter, TFilter>();

    /// <summary>Puts a filter around every call that leaves a grain or a client.</summary>
    public static IServiceCollection AddOutgoingGrainCallFilter<TFilter>(this IServiceCollection services)
        where TFilter : class, IOutgoingGrainCallFilter => services.AddSingleton<IOutgoingGrainCallFilter, TFilter>();

    private sealed class StartupTask(IServiceProvider services, Func<IServiceProvider, CancellationToken, Task> task) : IStartupTask
    {
        public Task Execute(CancellationToken cancellationToken) => task(services, cancellationToken);
    }

    private sealed class CurrentContext : IGrainContextAccessor
    {
        public IGrainContext GrainContext => Turn.Current ?? throw new InvalidOperationException("No grain's turn runs here, so there is no grain context.");
    }
}
