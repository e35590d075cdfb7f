using System.Diagnostics;
using Orleans;
using Orleans.Concurrency;

namespace ActorTrading.Conformance.Tests.Grains;

public interface ITracedGrain : IGrainWithStringKey
{
    /// <summary>The trace in which the call runs; null outside of any.</summary>
    Task<string?> Trace();

    /// <summary>The same of another grain, asked from here after waiting.</summary>
    Task<string?> TraceOf(ITracedGrain other);

    /// <summary>Notes its trace in the journal.</summary>
    [OneWay]
    Task NoteTrace();
}

public sealed class TracedGrain(Journal journal) : Grain, ITracedGrain
{
    public Task<string?> Trace() => Task.FromResult(Activity.Current?.TraceId.ToHexString());

    public async Task<string?> TraceOf(ITracedGrain other)
    {
        await Task.Yield();
        return await other.Trace();
    }

    public Task NoteTrace()
    {
        journal.Note(this.GetPrimaryKeyString(), Activity.Current?.TraceId.ToHexString() ?? "none");
        return Task.CompletedTask;
    }
}
