using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Embedded.Engine.Streams;

/// <summary>One stream: its subscriptions, and the number of the last item.</summary>
internal sealed class StreamTopic
{
    private readonly Lock _gate = new();
    private readonly List<Subscription> _subscriptions = [];
    private long _lastItem;

    internal StreamTopic(StreamHub hub, string provider, StreamId id)
    {
        (Hub, Provider, Id) = (hub, provider, id);
        foreach (var consumer in hub.ImplicitConsumers(id))
            _subscriptions.Add(new Subscription(this, NextId(), consumer, isImplicit: true));
    }

    internal StreamHub Hub { get; }

    internal string Provider { get; }

    internal StreamId Id { get; }

    internal void Publish(Delivery delivery)
    {
        lock (_gate)
        {
            var token = new SequenceToken(++_lastItem);
            foreach (var subscription in _subscriptions)
                subscription.Enqueue(delivery with { Token = token });
        }
    }

    /// <summary>A new subscription of the caller; a grain that is subscribed by its class attaches to that subscription instead.</summary>
    internal Subscription Subscribe(Activation? grain)
    {
        lock (_gate)
        {
            if (grain is not null && _subscriptions.Find(s => s.IsImplicit && s.Consumer == grain.GrainId) is { } existing)
                return existing;
            var subscription = new Subscription(this, NextId(), grain?.GrainId, isImplicit: false);
            _subscriptions.Add(subscription);
            return subscription;
        }
    }

    internal void Unsubscribe(Subscription subscription)
    {
        lock (_gate)
        {
            if (!subscription.IsImplicit)
                _subscriptions.Remove(subscription);
        }
    }

    internal Subscription[] SubscriptionsOf(GrainId? consumer)
    {
        lock (_gate)
            return [.. _subscriptions.Where(s => s.Consumer == consumer)];
    }

    internal bool Has(Subscription subscription)
    {
        lock (_gate)
            return _subscriptions.Contains(subscription);
    }

    /// <summary>Unique in this process, which is as long as a subscription lives.</summary>
    private Guid NextId()
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BitConverter.TryWriteBytes(bytes[8..], Hub.NextSubscription());
        return new Guid(bytes);
    }
}

/// <summary>Something to be handed to a subscriber: an item, the end, or an error.</summary>
internal readonly record struct Delivery(object? Item, Exception? Error, bool IsEnd, SequenceToken? Token);

/// <summary>A subscriber's observer, whatever the type of its items.</summary>
internal interface ISubscriber
{
    Task DeliverAsync(Delivery delivery);
}

/// <inheritdoc/>
internal sealed class Subscriber<T>(IAsyncObserver<T> observer) : ISubscriber
{
    public Task DeliverAsync(Delivery delivery)
    {
        if (delivery.Error is { } error)
            return observer.OnErrorAsync(error);
        if (delivery.IsEnd)
            return observer.OnCompletedAsync();
        return delivery.Item is T or null
            ? observer.OnNextAsync((T)delivery.Item!, delivery.Token)
            : throw new InvalidCastException($"The subscriber expects {typeof(T)}, the item is {delivery.Item.GetType()}.");
    }
}
