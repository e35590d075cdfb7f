using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Streams;

namespace ActorTrading.Conformance.Tests.Grains;

public interface INewsObserver : IGrainObserver
{
    void OnNews(string text);

    Task<int> Ask(int question);
}

public interface IPublisherGrain : IGrainWithStringKey
{
    Task Subscribe(INewsObserver observer);

    Task Unsubscribe(INewsObserver observer);

    Task Tell(string text);

    Task<int[]> Ask(int question);
}

public sealed class PublisherGrain : Grain, IPublisherGrain
{
    private readonly HashSet<INewsObserver> _observers = [];

    public Task Subscribe(INewsObserver observer)
    {
        _observers.Add(observer);
        return Task.CompletedTask;
    }

    public Task Unsubscribe(INewsObserver observer)
    {
        _observers.Remove(observer);
        return Task.CompletedTask;
    }

    public Task Tell(string text)
    {
        foreach (var observer in _observers)
            observer.OnNews(text);
        return Task.CompletedTask;
    }

    public Task<int[]> Ask(int question) => Task.WhenAll(_observers.Select(o => o.Ask(question)));
}

public interface IListenerGrain : IGrainWithStringKey
{
    Task Listen(string stream);

    Task Hush(string stream);

    Task Publish(string stream, string text);

    Task Leave();
}

/// <summary>Listens to the stream whose key is its own without asking, and to others when asked.</summary>
[ImplicitStreamSubscription("announcements")]
public sealed class ListenerGrain(Journal journal) : Grain, IListenerGrain
{
    private IStreamProvider Streams => this.GetStreamProvider(HostFixture.Streams);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await Streams.GetStream<string>(StreamId.Create("announcements", this.GetPrimaryKeyString())).SubscribeAsync(OnNext);
        foreach (var handle in await Streams.GetStream<string>(StreamId.Create("talk", this.GetPrimaryKeyString())).GetAllSubscriptionHandles())
            await handle.ResumeAsync(OnNext);
    }

    public Task Listen(string stream) => Streams.GetStream<string>(StreamId.Create("talk", stream)).SubscribeAsync(OnNext);

    public async Task Hush(string stream)
    {
        foreach (var handle in await Streams.GetStream<string>(StreamId.Create("talk", stream)).GetAllSubscriptionHandles())
            await handle.UnsubscribeAsync();
    }

    public Task Publish(string stream, string text) => Streams.GetStream<string>(StreamId.Create("talk", stream)).OnNextAsync(text);

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

    private async Task OnNext(string text, StreamSequenceToken? token)
    {
        journal.Note(this.GetPrimaryKeyString(), $"begins {text}");
        await Task.Yield();
        journal.Note(this.GetPrimaryKeyString(), $"heard {text}");
    }
}
