using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core;
using Orleans.Embedded.Storage;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Embedded.Engine;

/// <summary>Makes the persistent state that grains ask for, from the storage they name.</summary>
internal sealed class StateFactory(GrainHost host)
{
    private static readonly MethodInfo Generic = typeof(StateFactory).GetMethod(nameof(Create), BindingFlags.NonPublic | BindingFlags.Instance)!;

    private readonly ConcurrentDictionary<Type, Func<Activation, string, IGrainStorage, object>> _makers = new();

    /// <summary>Gets the storages ready before the first grain activates.</summary>
    internal async Task PrepareAsync(CancellationToken cancellationToken)
    {
        foreach (var storage in host.Settings.Storages.Values.Select(make => make(host.Services)).OfType<PostgresGrainStorage>().Distinct())
            await storage.PrepareAsync(cancellationToken);
    }

    internal object ForParameter(Activation activation, Type stateType, IPersistentStateConfiguration configuration)
    {
        var maker = _makers.GetOrAdd(stateType, type => Generic.MakeGenericMethod(type)
            .CreateDelegate<Func<Activation, string, IGrainStorage, object>>(this));
        return maker(activation, configuration.StateName, StorageNamed(configuration.StorageName, activation.Class.Type));
    }

    internal IStorage<TState> ForGrain<TState>(Activation activation, Type grainType)
    {
        var provider = grainType.GetCustomAttribute<StorageProviderAttribute>()?.ProviderName;
        return (IStorage<TState>)Create<TState>(activation, "state", StorageNamed(provider, grainType));
    }

    private IGrainStorage StorageNamed(string? name, Type grainType)
    {
        name = string.IsNullOrEmpty(name) ? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME : name;
        return host.Settings.Storages.TryGetValue(name, out var make)
            ? make(host.Services)
            : host.Services.GetKeyedService<IGrainStorage>(name)
            ?? throw new OrleansConfigurationException(
                $"{grainType} wants storage '{name}', but there is none of that name. Known: {string.Join(", ", host.Settings.Storages.Keys.Order())}.");
    }

    private object Create<TState>(Activation activation, string name, IGrainStorage storage)
    {
        var state = new PersistentState<TState>(activation, name, storage);
        activation.ObservableLifecycle.Subscribe(name, GrainLifecycleStage.SetupState, state);
        return state;
    }
}

/// <summary>A piece of state of one activation.</summary>
internal sealed class PersistentState<TState>(Activation activation, string name, IGrainStorage storage)
    : IPersistentState<TState>, IGrainState<TState>, ILifecycleObserver
{
    private TState? _state;

    public TState State
    {
        // A record that does not exist reads as a new one, when there is a way to make one.
        get => _state ??= typeof(TState).IsValueType || typeof(TState).GetConstructor(Type.EmptyTypes) is not null
            ? Activator.CreateInstance<TState>()
            : default!;
        set => _state = value;
    }

    TState? IGrainState<TState>.State { get => State; set => _state = value; }

    public string? ETag { get; set; }

    public string? Etag => ETag;

    public bool RecordExists { get; set; }

    public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);

    public Task ReadStateAsync(CancellationToken cancellationToken) => storage.ReadStateAsync(name, activation.GrainId, this, cancellationToken);

    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

    public Task WriteStateAsync(CancellationToken cancellationToken) => storage.WriteStateAsync(name, activation.GrainId, this, cancellationToken);

    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public Task ClearStateAsync(CancellationToken cancellationToken) => storage.ClearStateAsync(name, activation.GrainId, this, cancellationToken);

    Task ILifecycleObserver.OnStart(CancellationToken cancellationToken) => ReadStateAsync(cancellationToken);

    Task ILifecycleObserver.OnStop(CancellationToken cancellationToken) => Task.CompletedTask;
}
