using Orleans;
using Orleans.Runtime;

namespace ActorTrading.Conformance.Tests.Grains;

public interface IFilteredGrain : IGrainWithStringKey
{
    Task<string> Say(string text);

    Task<string> SayTo(IFilteredGrain other, string text);
}

public sealed class FilteredGrain(Journal journal) : Grain, IFilteredGrain, IIncomingGrainCallFilter
{
    public Task<string> Say(string text)
    {
        journal.Note(this.GetPrimaryKeyString(), $"says {text}");
        return Task.FromResult(text);
    }

    public Task<string> SayTo(IFilteredGrain other, string text) => other.Say(text);

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        journal.Note(this.GetPrimaryKeyString(), $"own filter before {context.MethodName}");
        await context.Invoke();
        journal.Note(this.GetPrimaryKeyString(), $"own filter after {context.Result}");
    }
}
