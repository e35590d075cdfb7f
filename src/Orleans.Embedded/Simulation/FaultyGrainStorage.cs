using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Embedded.Simulation;

/// <summary>What is done to stored state.</summary>
public enum StorageOperation
{
    Read,
    Write,
    Clear,
}

/// <summary>How an operation on stored state fails.</summary>
public enum StorageFault
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>It fails and has changed nothing.</summary>
    Before,

    /// <summary>It has been done, but the grain is told that it failed.</summary>
    After,
}

/// <summary>A storage that fails when <paramref name="decide"/> says so.</summary>
public sealed class FaultyGrainStorage(IGrainStorage inner, Func<StorageOperation, string, GrainId, StorageFault> decide) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        Do(StorageOperation.Read, stateName, grainId, () => inner.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var etag = grainState.ETag;
        var exists = grainState.RecordExists;
        return Do(StorageOperation.Write, stateName, grainId, () => inner.WriteStateAsync(stateName, grainId, grainState), () =>
        {
            // The grain does not learn of the new version, so its next write conflicts unless it reads first.
            grainState.ETag = etag;
            grainState.RecordExists = exists;
        });
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        Do(StorageOperation.Clear, stateName, grainId, () => inner.ClearStateAsync(stateName, grainId, grainState));

    private async Task Do(StorageOperation operation, string stateName, GrainId grainId, Func<Task> work, Action? forget = null)
    {
        var fault = decide(operation, stateName, grainId);
        if (fault == StorageFault.Before)
            throw new IOException($"Simulated fault: {operation} of '{stateName}' of {grainId} did not happen.");
        await work();
        if (fault == StorageFault.After)
        {
            forget?.Invoke();
            throw new IOException($"Simulated fault: {operation} of '{stateName}' of {grainId} happened, but its answer was lost.");
        }
    }
}
