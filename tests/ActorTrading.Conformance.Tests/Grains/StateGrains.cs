using Orleans;
using Orleans.Runtime;

namespace ActorTrading.Conformance.Tests.Grains;

[GenerateSerializer]
public sealed class Tally
{
    [Id(0)]
    public int Count { get; set; }

    [Id(1)]
    public List<string> Names { get; set; } = [];
}

public interface IStateGrain : IGrainWithStringKey
{
    /// <summary>Changes the state without writing it.</summary>
    Task<int> Add(string name);

    Task Write();

    Task Read();

    Task Clear();

    Task<string> Describe();

    Task Leave();
}

public sealed class StateGrain([PersistentState("tally")] IPersistentState<Tally> tally, Journal journal) : Grain, IStateGrain
{
    public Task<int> Add(string name)
    {
        tally.State.Names.Add(name);
        return Task.FromResult(++tally.State.Count);
    }

    public Task Write() => tally.WriteStateAsync();

    public Task Read() => tally.ReadStateAsync();

    public Task Clear() => tally.ClearStateAsync();

    public Task<string> Describe() =>
        Task.FromResult($"{tally.State.Count} [{string.Join(' ', tally.State.Names)}] {(tally.RecordExists ? "stored" : "new")}");

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        journal.Note(this.GetPrimaryKeyString(), "deactivated");
        return Task.CompletedTask;
    }
}

public interface IClassicStateGrain : IGrainWithStringKey
{
    Task<int> AddAndWrite();

    Task<int> Reread();
}

public sealed class ClassicStateGrain : Grain<Tally>, IClassicStateGrain
{
    public async Task<int> AddAndWrite()
    {
        State.Count++;
        await WriteStateAsync();
        return State.Count;
    }

    public async Task<int> Reread()
    {
        State.Count = -1;
        await ReadStateAsync();
        return State.Count;
    }
}
