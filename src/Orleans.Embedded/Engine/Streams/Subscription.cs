using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Embedded.Engine.Streams;

/// <summary>
/// One subscription and what it has still to deliver, in order, one at a time. Each delivery takes its turn in the
/// consumer like a request. When the queue is full the oldest item is dropped, and the consumer is told by OnErrorAsync.
/// </summary>
internal sealed class Subscription
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>An item that fails for so long is given up, and the consumer is told by OnErrorAsync.</summary>
    private static readonly TimeSpan MaxDeliveryTime = TimeSpan.FromMinutes(1);

    private readonly StreamTopic _topic;
    private readonly GrainHost _host;
    private readonly GrainMethod _method;
    private readonly Lock _gate = new();
    private readonly Queue<Delivery> _queue = new();
    private readonly ObserverMailbox? _clientMailbox;
    private readonly ClientAnchor? _anchor;
    private bool _pumping;
    private long _lost;

    internal Subscription(StreamTopic topic, Guid id, GrainId? consumer, bool isImplicit)
    {
        (_topic, Id, Consumer, IsImplicit) = (topic, id, consumer, isImplicit);
        _host = topic.Hub.Host;
        _method = new GrainMethod(DeliverNextAsync, "OnNextAsync", alwaysInterleave: false) { OneWay = false };
        if (consumer is null)
        {
            // Held by this field: code outside of grains expects its subscription to stay.
            _anchor = new ClientAnchor();
            _clientMailbox = _host.Observers.Add(_anchor);
        }
    }

    internal Guid Id { get; }

    internal GrainId? Consumer { get; }

    internal bool IsImplicit { get; }

    internal StreamTopic Topic => _topic;

    internal void Attach(ISubscriber subscriber)
    {
        if (Consumer is null)
            _anchor!.Subscriber = subscriber;
        else
            ((Turn.Current is { } current && current.GrainId == Consumer) ? current : throw new InvalidOperationException(
                $"The subscription belongs to {Consumer}; only that grain, in its own turn, can attach an observer.")).Subscribers[Id] = subscriber;
    }

    internal void Detach()
    {
        if (_clientMailbox is not null)
            _host.Observers.Remove(_clientMailbox.Id);
        else if (Turn.Current is { } current && current.GrainId == Consumer)
            current.Subscribers.Remove(Id);
    }

    internal void Enqueue(Delivery delivery)
    {
        lock (_gate)
        {
            if (_queue.Count >= _host.Settings.StreamQueueItems)
            {
                _queue.Dequeue();
                _lost++;
            }

            _queue.Enqueue(delivery);
            if (_pumping)
                return;
            _pumping = true;
        }

        _host.Dispatcher.Post(() => _ = PumpAsync());
    }

    private async Task PumpAsync()
    {
        while (true)
        {
            Delivery delivery;
            lock (_gate)
            {
                if (_lost > 0)
                {
                    delivery = new Delivery(null, new DataNotAvailableException($"{_lost} item(s) of stream {_topic.Id} were dropped because the subscriber was too slow."), false, null);
                    _lost = 0;
                }
                else if (!_queue.TryDequeue(out delivery))
                {
                    _pumping = false;
                    return;
                }
            }

            if (_topic.Has(this))
                await DeliverWithRetriesAsync(delivery).ConfigureAwait(false);
        }
    }

    private async Task DeliverWithRetriesAsync(Delivery delivery)
    {
        var start = _host.Time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await DeliverNextAsync(delivery).ConfigureAwait(false);
                return;
            }
            catch (Exception exception)
            {
                if (delivery.Error is not null || delivery.IsEnd || exception is SiloUnavailableException or ClientNotAvailableException)
                {
                    _host.Log.DeliveryFailed(ToString(), exception);
                    return;
                }

                if (_host.Time.GetElapsedTime(start) >= MaxDeliveryTime)
                {
                    _host.Log.DeliveryFailed(ToString(), exception);
                    delivery = new Delivery(null, exception, false, delivery.Token);
                    continue;
                }
            }

            await Task.Delay(pause, _host.Time).ConfigureAwait(false);
        }
    }

    private Task DeliverNextAsync(Delivery delivery)
    {
        var call = new DeliverCall(this, delivery) { Method = _method };
        var reply = call.Reply;
        call.Reference = _host.Factory.CreateUntyped(Consumer ?? _clientMailbox!.Id);
        call.Stamp = _host.Sweeper.Now;
        _host.Deliver(call.Reference.GrainId, call);
        return reply;
    }

    public override string ToString() => $"{Consumer?.ToString() ?? "a client"} on stream {_topic.Id}";

    /// <summary>Stands for a consumer that is not a grain.</summary>
    private sealed class ClientAnchor : IGrainObserver
    {
        internal ISubscriber? Subscriber { get; set; }
    }

    private sealed class DeliverCall(Subscription subscription, Delivery delivery) : VoidTaskCall
    {
        protected override Task Invoke(object target)
        {
            var subscriber = target is ClientAnchor anchor
                ? anchor.Subscriber
                : (Target as Activation)?.Subscribers.GetValueOrDefault(subscription.Id);
            // An activation that did not resume its subscription does not want the item.
            return subscriber?.DeliverAsync(delivery) ?? Task.CompletedTask;
        }

        public override string ToString() => $"delivery to {subscription}";
    }
}
