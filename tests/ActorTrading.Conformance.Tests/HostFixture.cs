using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Embedded.Simulation;
#if ORLEANS_HOST
using System.Globalization;
using Orleans.Configuration;
using Orleans.Metadata;
using Orleans.Hosting;
using Orleans.Reminders;
using Orleans.Runtime;
#else
using Orleans.Embedded;
#endif

namespace ActorTrading.Conformance.Tests;

/// <summary>The host under test: the only place that knows which one it is. Time stands still until a test moves it.</summary>
public sealed class HostFixture : IAsyncLifetime
{
    public const string Streams = "streams";

    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);

#if ORLEANS_HOST
    /// <summary>Orleans's collector reads the machine's clock, which no test moves: for it a minute is this long.</summary>
    internal static readonly TimeSpan IdleMinute = TimeSpan.FromSeconds(0.4);
#endif

    private IHost _host = null!;

    public SimulatedTimeProvider Clock { get; } = new();

    public IClusterClient Client => _host.Services.GetRequiredService<IClusterClient>();

    public Journal Journal => _host.Services.GetRequiredService<Journal>();

    /// <summary>What a grain asks for to stay <paramref name="span"/>: it counts from the tests' clock, Orleans's collector reads the machine's.</summary>
    public TimeSpan Stay(TimeSpan span) =>
#if ORLEANS_HOST
        TimeProvider.System.GetUtcNow() + (IdleMinute * span.TotalMinutes) - Clock.GetUtcNow();
#else
        span;
#endif

    /// <summary>The collector's time goes on by a minute, and with it the tests' clock.</summary>
    public async Task AdvanceIdleMinuteAsync()
    {
        Clock.Advance(TimeSpan.FromMinutes(1));
#if ORLEANS_HOST
        await Task.Delay(IdleMinute, TimeProvider.System);
#else
        await Task.Yield();
#endif
    }

    public async Task InitializeAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<Journal>();
        builder.Services.AddSingleton<TimeProvider>(Clock);
#if ORLEANS_HOST
        // Timers of grains (and, made of them, of streams) and reminders go by the tests' clock. The silo's own upkeep and its messaging would
        // stop with it: they have real time.
        builder.Services.AddKeyedSingleton(KeyedService.AnyKey, (_, _) => TimeProvider.System);
        foreach (var area in new[] { TimeProviderNames.Grains, ReminderTimeProviderNames.Reminders })
            builder.Services.AddKeyedSingleton<TimeProvider>(area, Clock);
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering()
            .AddMemoryGrainStorageAsDefault()
            .AddMemoryGrainStorage("PubSubStore")
            .UseInMemoryReminderService()
            .AddMemoryStreams(Streams)
            .AddActivityPropagation()
            .AddIncomingGrainCallFilter<IncomingFilter>()
            .AddOutgoingGrainCallFilter<OutgoingFilter>()
            .Configure<GrainCollectionOptions>(options =>
            {
                options.CollectionQuantum = IdleMinute;
                options.CollectionAge = IdleMinute * 15;
            })
            .ConfigureServices(services => services.AddSingleton<IGrainPropertiesProvider, ShorterLives>())
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

#if ORLEANS_HOST
/// <summary>The ages that grain classes have by attribute, in the collector's minutes.</summary>
public sealed class ShorterLives : IGrainPropertiesProvider
{
    public void Populate(Type grainClass, GrainType grainType, Dictionary<string, string> properties)
    {
        if (properties.TryGetValue(WellKnownGrainTypeProperties.IdleDeactivationPeriod, out var text) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var age))
            properties[WellKnownGrainTypeProperties.IdleDeactivationPeriod] = (HostFixture.IdleMinute * age.TotalMinutes).ToString("c", CultureInfo.InvariantCulture);
    }
}
#endif

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

    protected TimeSpan Staying(TimeSpan span) => host.Stay(span);

    protected Task AdvanceIdleMinute() => host.AdvanceIdleMinuteAsync();

    /// <summary>Waits for what a stream brings. Streams are polled by a timer, so the clock goes on meanwhile.</summary>
    protected async Task Streamed(string key, string entry)
    {
        var noted = Journal.Noted(key, entry);
        using var often = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!noted.IsCompleted && await often.WaitForNextTickAsync())
            Advance(TimeSpan.FromMilliseconds(100));
        await noted;
    }

    /// <summary>A key that no other test uses.</summary>
    protected static string NewKey(string name) => $"{name}-{Interlocked.Increment(ref _lastKey)}";
}
