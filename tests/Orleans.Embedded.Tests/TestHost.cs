using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Orleans.Embedded.Tests;

/// <summary>A started grain host for one test.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private TestHost(ServiceProvider services) => _services = services;

    internal IClusterClient Client => _services.GetRequiredService<IClusterClient>();

    internal IServiceProvider Services => _services;

    internal static async Task<TestHost> StartAsync(Action<EmbeddedOrleansOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var collection = new ServiceCollection();
        services?.Invoke(collection);
        collection.AddEmbeddedOrleans(options =>
        {
            options.AddGrainAssemblies(typeof(TestHost).Assembly).UseMemoryStorage().UseMemoryReminders();
            configure?.Invoke(options);
        });
        var host = new TestHost(collection.BuildServiceProvider());
        foreach (var service in host._services.GetServices<IHostedService>())
            await service.StartAsync(CancellationToken.None);
        return host;
    }

    internal async Task StopAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>().Reverse())
            await service.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _services.DisposeAsync();
    }
}
