using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>Anything that can be addressed by a reference: a grain, an observer.</summary>
    public interface IAddressable;
}

namespace Orleans
{
    /// <summary>Base of all grain interfaces.</summary>
    public interface IGrain : IAddressable;

    /// <summary>A grain identified by a <see cref="Guid"/>.</summary>
    public interface IGrainWithGuidKey : IGrain;

    /// <summary>A grain identified by a 64-bit integer.</summary>
    public interface IGrainWithIntegerKey : IGrain;

    /// <summary>A grain identified by a string.</summary>
    public interface IGrainWithStringKey : IGrain;

    /// <summary>A grain identified by a <see cref="Guid"/> and a string.</summary>
    public interface IGrainWithGuidCompoundKey : IGrain;

    /// <summary>A grain identified by a 64-bit integer and a string.</summary>
    public interface IGrainWithIntegerCompoundKey : IGrain;

    /// <summary>Base of the interfaces through which grains notify objects that are not grains.</summary>
    public interface IGrainObserver : IAddressable;

    /// <summary>A grain that also works without <see cref="Grain"/> as its base class.</summary>
    public interface IGrainBase
    {
        /// <summary>The activation this instance belongs to.</summary>
        IGrainContext GrainContext { get; }

        /// <summary>Runs before the first request. An exception rejects the callers and discards the activation.</summary>
        Task OnActivateAsync(CancellationToken token) => Task.CompletedTask;

        /// <summary>Runs after the last request, before the activation is discarded. Not called when the process dies.</summary>
        Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => Task.CompletedTask;
    }
}
