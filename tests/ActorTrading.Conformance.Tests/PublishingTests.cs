using ActorTrading.Conformance.Tests.Grains;
using Orleans;
using Orleans.Runtime;
using Orleans.Streams;

namespace ActorTrading.Conformance.Tests;

/// <summary>Observers and streams.</summary>
public sealed class PublishingTests(HostFixture host) : ConformanceTests(host)
{
    private sealed class Reader(Journal journal, string key) : INewsObserver
    {
        public void OnNews(string text)
        {
            journal.Note(key, text);
            if (text == "bad")
                throw new InvalidOperationException("the publisher does not hear this");
        }

        public Task<int> Ask(int question) => Task.FromResult(question * 2);
    }

    [Fact]
    public async Task Observers_hear_what_grains_tell_them_in_order()
    {
        var key = NewKey("news");
        var reader = new Reader(Journal, key);
        var reference = Client.CreateObjectReference<INewsObserver>(reader);
        var grain = Client.GetGrain<IPublisherGrain>(key);
        await grain.Subscribe(reference);
        await grain.Subscribe(reference);
        foreach (var text in new[] { "one", "bad", "two" })
            await grain.Tell(text);
        await Journal.Noted(key, "two");
        Journal.Of(key).ShouldBe(["one", "bad", "two"]);
        (await grain.Ask(21)).ShouldBe([42]);
        await grain.Unsubscribe(reference);
        (await grain.Ask(21)).ShouldBeEmpty();
        Client.DeleteObjectReference<INewsObserver>(reference);
        GC.KeepAlive(reader);
    }

    [Fact]
    public async Task A_deleted_observer_hears_nothing_and_telling_it_is_no_error()
    {
        var key = NewKey("news");
        var (gone, there) = (new Reader(Journal, key), new Reader(Journal, $"{key} there"));
        var reference = Client.CreateObjectReference<INewsObserver>(gone);
        var other = Client.CreateObjectReference<INewsObserver>(there);
        var grain = Client.GetGrain<IPublisherGrain>(key);
        await grain.Subscribe(reference);
        await grain.Subscribe(other);
        Client.DeleteObjectReference<INewsObserver>(reference);
        await grain.Tell("news");
        await Journal.Noted($"{key} there", "news");
        Journal.Of(key).ShouldBeEmpty();
        GC.KeepAlive(gone);
        GC.KeepAlive(there);
    }

    [Fact]
    public void The_reference_is_deleted_not_the_object()
    {
        var reader = new Reader(Journal, NewKey("news"));
        Should.Throw<ArgumentException>(() => Client.DeleteObjectReference<INewsObserver>(reader));
    }

    [Fact]
    public async Task A_subscriber_gets_every_item_in_order_one_at_a_time()
    {
        var key = NewKey("listener");
        var grain = Client.GetGrain<IListenerGrain>(key);
        await grain.Listen(key);
        var expected = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            await grain.Publish(key, $"{i}");
            expected.AddRange([$"begins {i}", $"heard {i}"]);
        }

        await Streamed(key, "heard 19");
        Journal.Of(key).ShouldBe(expected);
        await grain.Hush(key);
        await grain.Publish(key, "unheard");
        await Client.GetGrain<IListenerGrain>(NewKey("listener")).Listen(key);
        Journal.Of(key).ShouldBe(expected);
    }

    [Fact]
    public async Task A_subscription_outlives_the_activation()
    {
        var key = NewKey("listener");
        var grain = Client.GetGrain<IListenerGrain>(key);
        await grain.Listen(key);
        await grain.Leave();
        await Journal.Noted(key, "deactivated");
        await Client.GetGrain<IListenerGrain>(NewKey("listener")).Publish(key, "after");
        await Streamed(key, "heard after");
    }

    [Fact]
    public async Task A_class_can_be_subscribed_and_is_activated_by_an_item()
    {
        var key = NewKey("listener");
        await Client.GetStreamProvider(HostFixture.Streams).GetStream<string>(StreamId.Create("announcements", key)).OnNextAsync("hello");
        await Streamed(key, "heard hello");
    }

    [Fact]
    public async Task A_client_can_subscribe()
    {
        var key = NewKey("client");
        var stream = Client.GetStreamProvider(HostFixture.Streams).GetStream<string>("talk", key);
        var handle = await stream.SubscribeAsync((text, token) =>
        {
            Journal.Note(key, text);
            return Task.CompletedTask;
        });
        await Client.GetGrain<IListenerGrain>(NewKey("listener")).Publish(key, "hi");
        await Streamed(key, "hi");
        await handle.UnsubscribeAsync();
    }
}
