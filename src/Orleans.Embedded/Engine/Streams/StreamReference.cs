using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Embedded.Engine.Streams;

/// <summary>A stream as its users see it.</summary>
internal sealed class StreamReference<T>(StreamTopic topic) : IAsyncStream<T>
{
    public bool IsRewindable => false;

    public string ProviderName => topic.Provider;

    public StreamId StreamId => topic.Id;

    public Task OnNextAsync(T item, StreamSequenceToken? token = null)
    {
        topic.Publish(new Delivery(item, null, false, null));
        return Task.CompletedTask;
    }

    public Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        foreach (var item in batch)
            topic.Publish(new Delivery(item, null, false, null));
        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex)
    {
        ArgumentNullException.ThrowIfNull(ex);
        topic.Publish(new Delivery(null, ex, false, null));
        return Task.CompletedTask;
    }

    public Task OnCompletedAsync()
    {
        topic.Publish(new Delivery(null, null, true, null));
        return Task.CompletedTask;
    }

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var subscription = topic.Subscribe(Turn.Current);
        subscription.Attach(new Subscriber<T>(observer));
        return Task.FromResult<StreamSubscriptionHandle<T>>(new Handle(subscription));
    }

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token, string? filterData = null)
    {
        RefuseToken(token);
        return SubscribeAsync(observer);
    }

    public Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles() => Task.FromResult<IList<StreamSubscriptionHandle<T>>>(
        [.. topic.SubscriptionsOf(Turn.Current?.GrainId).Select(s => new Handle(s))]);

    public bool Equals(IAsyncStream<T>? other) => other is not null && other.StreamId == StreamId && other.ProviderName == ProviderName;

    public override bool Equals(object? obj) => Equals(obj as IAsyncStream<T>);

    public override int GetHashCode() => HashCode.Combine(StreamId, ProviderName);

    public int CompareTo(IAsyncStream<T>? other) => other is null ? 1 : StreamId.CompareTo(other.StreamId);

    private static void RefuseToken(StreamSequenceToken? token)
    {
        if (token is not null)
            throw new NotSupportedException("Streams of the embedded host cannot be rewound. Subscribe without a token.");
    }

    private sealed class Handle(Subscription subscription) : StreamSubscriptionHandle<T>
    {
        public override StreamId StreamId => subscription.Topic.Id;

        public override string ProviderName => subscription.Topic.Provider;

        public override Guid HandleId => subscription.Id;

        public override Task UnsubscribeAsync()
        {
            subscription.Topic.Unsubscribe(subscription);
            subscription.Detach();
            return Task.CompletedTask;
        }

        public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null)
        {
            ArgumentNullException.ThrowIfNull(observer);
            RefuseToken(token);
            if (!subscription.Topic.Has(subscription))
                throw new InvalidOperationException($"The subscription of {subscription} has ended. Subscribe again.");
            subscription.Attach(new Subscriber<T>(observer));
            return Task.FromResult<StreamSubscriptionHandle<T>>(this);
        }

        public override bool Equals(StreamSubscriptionHandle<T>? other) => other is not null && other.HandleId == HandleId;

        public override bool Equals(object? obj) => Equals(obj as StreamSubscriptionHandle<T>);

        public override int GetHashCode() => HandleId.GetHashCode();
    }
}
