using System.Collections.Concurrent;
using System.Globalization;
using Orleans.Runtime;

namespace Orleans.Embedded.Engine;

/// <summary>The calls to one observer object, one after the other. The object is held weakly, as in Orleans.</summary>
internal sealed class ObserverMailbox : Mailbox
{
    private readonly WeakReference<IGrainObserver> _observer;

    internal ObserverMailbox(GrainHost host, GrainId id, IGrainObserver observer) : base(host)
    {
        Id = id;
        _observer = new WeakReference<IGrainObserver>(observer);
        Open = true;
    }

    internal GrainId Id { get; }

    internal override object? Instance => _observer.TryGetTarget(out var observer) ? observer : null;

    protected override bool Start(Call call)
    {
        if (Instance is { } observer)
            return call.Begin(observer);
        call.SetFailure(new ClientNotAvailableException(Id));
        Host.Observers.Remove(Id);
        return true;
    }

    internal void Close()
    {
        List<Call> waiting;
        lock (Gate)
        {
            Closed = true;
            waiting = TakeWaiting();
        }

        foreach (var call in waiting)
            call.TryFail(new ClientNotAvailableException(Id));
    }

    public override string ToString() => Id.ToString();
}

/// <summary>The observers of this process.</summary>
internal sealed class ObserverTable(GrainHost host)
{
    internal static readonly GrainType Type = GrainType.Create("sys.client");

    private readonly ConcurrentDictionary<GrainId, ObserverMailbox> _observers = new();
    private long _last;

    internal IEnumerable<Mailbox> All
    {
        get
        {
            var all = _observers.Select(pair => pair.Value);
            return host.Dispatcher.IsDeterministic ? all.OrderBy(observer => observer.Id) : all;
        }
    }

    internal ObserverMailbox Add(IGrainObserver observer)
    {
        var number = Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);
        var mailbox = new ObserverMailbox(host, GrainId.Create(Type, $"{observer.GetType().Name}+{number}"), observer);
        _observers[mailbox.Id] = mailbox;
        return mailbox;
    }

    /// <summary>Forgets observers whose objects have been collected.</summary>
    internal void Prune()
    {
        foreach (var (id, mailbox) in _observers)
        {
            if (mailbox.Instance is null)
                Remove(id);
        }
    }

    internal bool Remove(GrainId id)
    {
        if (!_observers.TryRemove(id, out var mailbox))
            return false;
        mailbox.Close();
        return true;
    }

    /// <summary>Gives the call to the observer. One-way calls to an observer that is gone vanish; others fail.</summary>
    internal Mailbox? Deliver(GrainId id, Call call)
    {
        if (_observers.TryGetValue(id, out var mailbox) && mailbox.TryEnqueue(call))
            return mailbox;
        if (!call.IsOneWay)
            call.TryFail(new ClientNotAvailableException(id));
        return null;
    }
}
