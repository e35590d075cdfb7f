using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Embedded.Simulation;
#if ORLEANS_HOST
using Orleans.Configuration;
using Orleans.Hosting;
#else
using Orleans.Embedded;
#endif

namespace ActorTrading.Conformance.Tests;

/// <summary>The host under test: the only place that knows which one it is. Time stands still until a test moves it.</summary>
public sealed class HostFixture : IAsyncLifetime
{
    public const string Streams = "streams";

    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);

    private IHost _host = null!;

    public SimulatedTimeProvider Clock { get; } = new();

    public IClusterClient Client => _host.Services.GetRequiredService<IClusterClient>();

    public Journal Journal => _host.Services.GetRequiredService<Journal>();

    public async Task InitializeAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<Journal>();
        builder.Services.AddSingleton<TimeProvider>(Clock);
#if ORLEANS_HOST
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering()
            .AddMemoryGrainStorageAsDefault()
            .AddMemoryGrainStorage("PubSubStore")
            .UseInMemoryReminderService()
            .AddMemoryStreams(Streams)
            .AddIncomingGrainCallFilter<IncomingFilter>()
            .AddOutgoingGrainCallFilter<OutgoingFilter>()
            .Configure<SiloMessagingOptions>(options => options.ResponseTimeout = ResponseTimeout)
            .Configure<ClientMessagingOptions>(options => options.ResponseTimeout = ResponseTimeout));
#else
        builder.UseEmbeddedOrleans(options =>
        {
            options.AddGrainAssemblies(typeof(HostFixture).Assembly).UseMemoryStorage().UseMemoryReminders().AddMemoryStreams(Streams);
            options.ResponseTimeout = ResponseTimeout;
        });
        builder.Services.AddIncomingGrainCallFilter<IncomingFilter>().AddOutgoingGrainCallFilter<OutgoingFilter>();
#endif
        _host = builder.Build();
        await _host.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}

/// <summary>One host for all tests, one test at a time, because they share the clock.</summary>
[CollectionDefinition(nameof(HostCollection))]
public sealed class HostCollection : ICollectionFixture<HostFixture>;

[Collection(nameof(HostCollection))]
public abstract class ConformanceTests(HostFixture host)
{
    private static long _lastKey;

    protected Journal Journal => host.Journal;

    protected IClusterClient Client => host.Client;

    protected void Advance(TimeSpan span) => host.Clock.Advance(span);

    /// <summary>A key that no other test uses.</summary>
    protected static string NewKey(string name) => $"{name}-{Interlocked.Increment(ref _lastKey)}";
}
