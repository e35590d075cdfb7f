using System.Reflection;
using Npgsql;
using Orleans.Embedded.Engine;
using Orleans.Embedded.Storage;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Embedded;

/// <summary>How the grain host of this process behaves. Spans must be positive.</summary>
public sealed class EmbeddedOrleansOptions
{
    private readonly HashSet<Assembly> _assemblies = [];

    /// <summary>How long a caller waits for an answer, unless the method has a <see cref="ResponseTimeoutAttribute"/>.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an activation may be idle, unless its class has a <see cref="CollectionAgeLimitAttribute"/> or <see cref="KeepAliveAttribute"/>.</summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Time between two looks for idle activations.</summary>
    public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>After this the token given to <see cref="Grain.OnActivateAsync"/> is cancelled, and the activation has failed, whether that returns or not.</summary>
    public TimeSpan ActivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>After this an activation ends without waiting for <see cref="Grain.OnDeactivateAsync"/> any longer, and the stopping host gives up on grains that are still busy.</summary>
    public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests that may wait in one activation or observer; further ones fail with <see cref="LimitExceededException"/>.</summary>
    public int MaxQueuedRequests { get; set; } = 100_000;

    /// <summary>The shortest period of a reminder.</summary>
    public TimeSpan MinimumReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A call that would wait behind a call which is waiting for it fails at once and names the cycle. For tests: it also
    /// fails such calls that nobody awaits, and costs time on every call.
    /// </summary>
    public bool DetectCallCycles { get; set; }

    /// <summary>Refuse to start with grain contracts that would behave differently on Orleans.</summary>
    public bool ValidateContracts { get; set; } = true;

    /// <summary>Items that may wait for one stream subscriber; beyond that the oldest is dropped and the subscriber gets <see cref="Streams.DataNotAvailableException"/>.</summary>
    public int StreamQueueItems { get; set; } = 10_000;

    internal HashSet<string> StreamProviders { get; } = [];

    internal Dictionary<string, Func<IServiceProvider, IGrainStorage>> Storages { get; } = [];

    internal Func<IServiceProvider, IReminderStore>? ReminderStore { get; private set; }

    /// <summary>Sees each call before it is delivered; true when it took care of it.</summary>
    internal Func<GrainHost, GrainId, Call, bool>? CallInterceptor { get; set; }

    /// <summary>Adds assemblies with grain classes and interfaces. Without any, all that the program references are searched.</summary>
    public EmbeddedOrleansOptions AddGrainAssemblies(params Assembly[] assemblies)
    {
        _assemblies.UnionWith(assemblies);
        return this;
    }

    /// <summary>Adds a storage for grain state under a name that <see cref="PersistentStateAttribute"/> can give.</summary>
    public EmbeddedOrleansOptions AddStorage(string name, Func<IServiceProvider, IGrainStorage> make)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(make);
        IGrainStorage? made = null;
        var gate = new Lock();
        Storages[name] = services =>
        {
            lock (gate)
                return made ??= make(services);
        };
        return this;
    }

    /// <summary>Keeps the state of that storage in this process: it is lost with it.</summary>
    public EmbeddedOrleansOptions UseMemoryStorage(string name = ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME) =>
        AddStorage(name, _ => new MemoryGrainStorage());

    /// <summary>Adds a stream provider. Streams are kept in this process.</summary>
    public EmbeddedOrleansOptions AddMemoryStreams(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        StreamProviders.Add(name);
        return this;
    }

    /// <summary>Keeps reminders in this process: they are lost with it.</summary>
    public EmbeddedOrleansOptions UseMemoryReminders() => UseReminders(_ => new MemoryReminderStore());

    /// <summary>Keeps reminders where the given store does.</summary>
    public EmbeddedOrleansOptions UseReminders(Func<IServiceProvider, IReminderStore> make)
    {
        ReminderStore = make;
        return this;
    }

    /// <summary>Keeps grain state and reminders in PostgreSQL, in tables of their own schema, created when missing.</summary>
    public EmbeddedOrleansOptions UsePostgres(Func<IServiceProvider, NpgsqlDataSource> database, string schema = "grains",
        string storageName = ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME) =>
        AddStorage(storageName, services => new PostgresGrainStorage(database(services), schema))
            .UseReminders(services => new PostgresReminderStore(database(services), schema));

    internal IEnumerable<Assembly> EffectiveAssemblies() => _assemblies.Count > 0 ? _assemblies : GrainAssemblies.OfThisProgram();

    internal void Check()
    {
        foreach (var (name, span) in new[]
        {
            (nameof(ResponseTimeout), ResponseTimeout), (nameof(CollectionAge), CollectionAge),
            (nameof(CollectionQuantum), CollectionQuantum), (nameof(ActivationTimeout), ActivationTimeout),
            (nameof(DeactivationTimeout), DeactivationTimeout), (nameof(MinimumReminderPeriod), MinimumReminderPeriod),
        })
        {
            if (span <= TimeSpan.Zero || span.TotalMilliseconds > uint.MaxValue - 1)
                throw new OrleansConfigurationException($"{name} is {span}. Expected a positive span of at most 49 days.");
        }

        if (StreamQueueItems < 1)
            throw new OrleansConfigurationException($"{nameof(StreamQueueItems)} is {StreamQueueItems}. Expected at least 1.");
        if (MaxQueuedRequests < 1)
            throw new OrleansConfigurationException($"{nameof(MaxQueuedRequests)} is {MaxQueuedRequests}. Expected at least 1.");
    }
}
