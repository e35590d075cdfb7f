using Microsoft.Extensions.DependencyInjection;
using Orleans.Core;
using Orleans.Embedded.Engine;
using Orleans.Runtime;

namespace Orleans;

/// <summary>Base class of grains: one activation per identity, one turn at a time.</summary>
public abstract class Grain : IGrainBase, IAddressable
{
    /// <summary>Takes the activation being built on this thread; null when a test constructs the grain by hand.</summary>
    protected Grain() => GrainContext = Turn.Current!;

    /// <summary>The activation this instance belongs to.</summary>
    public IGrainContext GrainContext { get; }

    /// <summary>A reference to this grain that may be handed to others.</summary>
    public GrainReference GrainReference => Context.GrainReference;

    /// <summary>The grain's id as text: type, slash, key.</summary>
    public string IdentityString => Context.GrainId.ToString();

    /// <summary>Creates references to other grains.</summary>
    protected IGrainFactory GrainFactory => Context.Host.Factory;

    /// <summary>The services of this activation's scope.</summary>
    protected internal IServiceProvider ServiceProvider => Context.ActivationServices;

    /// <summary>Deactivates this activation once the requests in progress are done. Queued ones go to the next activation.</summary>
    protected void DeactivateOnIdle() => GrainBaseExtensions.DeactivateOnIdle(this);

    /// <summary>Keeps the activation for at least <paramref name="timeSpan"/> from now; a negative span undoes it.</summary>
    protected void DelayDeactivation(TimeSpan timeSpan) => Context.DelayDeactivation(timeSpan);

    /// <inheritdoc cref="IGrainBase.OnActivateAsync"/>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc cref="IGrainBase.OnDeactivateAsync"/>
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;

    internal Activation Context => GrainContext as Activation
        ?? throw new InvalidOperationException($"{GetType().Name} was not created by a grain host, so it has no activation. Get it through IGrainFactory.");
}

/// <summary>A grain with one piece of persistent state, read before <see cref="Grain.OnActivateAsync"/>.</summary>
public class Grain<TGrainState> : Grain
{
    private readonly IStorage<TGrainState> _storage;

    /// <summary>Uses the provider named by <see cref="Providers.StorageProviderAttribute"/>, or the default one.</summary>
    protected Grain() => _storage = Context.Host.States.ForGrain<TGrainState>(Context, GetType());

    /// <summary>Uses the given storage.</summary>
    protected Grain(IStorage<TGrainState> storage) => _storage = storage;

    /// <summary>The state; durable only after <see cref="WriteStateAsync"/>.</summary>
    protected TGrainState State { get => _storage.State; set => _storage.State = value; }

    /// <inheritdoc cref="IStorage.ClearStateAsync()"/>
    protected virtual Task ClearStateAsync() => _storage.ClearStateAsync();

    /// <inheritdoc cref="IStorage.WriteStateAsync()"/>
    protected virtual Task WriteStateAsync() => _storage.WriteStateAsync();

    /// <inheritdoc cref="IStorage.ReadStateAsync()"/>
    protected virtual Task ReadStateAsync() => _storage.ReadStateAsync();
}
