using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Orleans.Embedded.Engine;

/// <summary>Makes references.</summary>
internal sealed class GrainFactory(GrainHost host) : IClusterClient
{
    private readonly ConcurrentDictionary<Type, Maker> _makers = new();
    private readonly ConcurrentDictionary<(Type Contract, string? Prefix), GrainType> _types = new();

    internal GrainHost Host => host;

    public IServiceProvider ServiceProvider => host.Services;

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidKey => Create<TGrainInterface>(GrainIdKeyExtensions.CreateGuidKey(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey => Create<TGrainInterface>(GrainIdKeyExtensions.CreateIntegerKey(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey => Create<TGrainInterface>(Key(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidCompoundKey =>
        Create<TGrainInterface>(GrainIdKeyExtensions.CreateGuidKey(primaryKey, Extension(keyExtension)), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerCompoundKey =>
        Create<TGrainInterface>(GrainIdKeyExtensions.CreateIntegerKey(primaryKey, Extension(keyExtension)), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => (TGrainInterface)CreateReference(grainId, typeof(TGrainInterface));

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) =>
        (IGrain)Create(grainInterfaceType, GrainIdKeyExtensions.CreateGuidKey(grainPrimaryKey), null);

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) =>
        (IGrain)Create(grainInterfaceType, GrainIdKeyExtensions.CreateIntegerKey(grainPrimaryKey), null);

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => (IGrain)Create(grainInterfaceType, Key(grainPrimaryKey), null);

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension) =>
        (IGrain)Create(grainInterfaceType, GrainIdKeyExtensions.CreateGuidKey(grainPrimaryKey, Extension(keyExtension)), null);

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension) =>
        (IGrain)Create(grainInterfaceType, GrainIdKeyExtensions.CreateIntegerKey(grainPrimaryKey, Extension(keyExtension)), null);

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        ArgumentNullException.ThrowIfNull(obj);
        if (obj is GrainReference)
            throw new ArgumentException("This is a reference already. Pass the object that is to be called.", nameof(obj));
        if (obj is IGrainBase)
            throw new ArgumentException("A grain is not an observer object. Use this.AsReference<T>() within the grain.", nameof(obj));
        if (obj is not TGrainObserverInterface)
            throw new ArgumentException($"{obj.GetType()} does not implement {typeof(TGrainObserverInterface)}.", nameof(obj));
        return (TGrainObserverInterface)CreateReference(host.Observers.Add(obj).Id, typeof(TGrainObserverInterface));
    }

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        ArgumentNullException.ThrowIfNull(obj);
        if (obj is not GrainReference reference)
            throw new ArgumentException("Expected the reference that CreateObjectReference returned, not the object.", nameof(obj));
        if (!host.Observers.Remove(reference.GrainId))
            throw new ArgumentException($"{reference.GrainId} is not an observer reference of this process, or was deleted already.", nameof(obj));
    }

    internal object CreateReference(GrainId id, Type contract)
    {
        var maker = MakerOf(contract);
        return maker.Make(maker.Shared, id);
    }

    internal GrainReference CreateUntyped(GrainId id) => new(MakerOf(typeof(IGrain)).Shared, id);

    internal object Cast(GrainReference reference, Type contract) =>
        contract.IsInstanceOfType(reference) ? reference : CreateReference(reference.GrainId, contract);

    private TGrainInterface Create<TGrainInterface>(IdSpan key, string? prefix) => (TGrainInterface)Create(typeof(TGrainInterface), key, prefix);

    private object Create(Type contract, IdSpan key, string? prefix)
    {
        ArgumentNullException.ThrowIfNull(contract);
        var type = _types.GetOrAdd((contract, prefix), static (x, registry) => registry.Find(x.Contract, x.Prefix).GrainType, host.Registry);
        return CreateReference(new GrainId(type, key), contract);
    }

    private Maker MakerOf(Type contract) => _makers.GetOrAdd(contract, static (contract, host) =>
    {
        if (!contract.IsInterface || !typeof(IAddressable).IsAssignableFrom(contract))
            throw new ArgumentException($"{contract} is not a grain or observer interface.");
        return new Maker(new ReferenceShared(host, contract), ProxyEmitter.FactoryOf(contract));
    }, host);

    private static IdSpan Key(string key) => string.IsNullOrWhiteSpace(key)
        ? throw new ArgumentException("A grain's key must not be empty or blank.", nameof(key))
        : IdSpan.Create(key);

    private static string Extension(string extension) => string.IsNullOrWhiteSpace(extension)
        ? throw new ArgumentException("A key extension must not be empty or blank.", nameof(extension))
        : extension;

    private sealed record Maker(ReferenceShared Shared, Func<ReferenceShared, GrainId, GrainProxy> Make);
}
