using System.Collections;
using Microsoft.Extensions.Logging;
using Orleans.Embedded.Engine;
using Orleans.Runtime;

namespace Orleans.Utilities;

/// <summary>The observers of one grain, each with a time at which it expires unless it subscribes again. Not thread-safe: for use within a grain.</summary>
public class ObserverManager<TObserver> : ObserverManager<IAddressable, TObserver>
{
    public ObserverManager(TimeSpan expiration, ILogger log) : base(expiration, log) { }
}

/// <inheritdoc cref="ObserverManager{TObserver}"/>
public class ObserverManager<TIdentity, TObserver> : IEnumerable<TObserver>
    where TIdentity : notnull
{
    private readonly ILogger _log;
    private Dictionary<TIdentity, (TObserver Observer, DateTime Seen)> _observers = [];

    public ObserverManager(TimeSpan expiration, ILogger log)
    {
        ArgumentNullException.ThrowIfNull(log);
        (ExpirationDuration, _log) = (expiration, log);
        var time = Turn.Current?.Host.Time ?? TimeProvider.System;
        GetDateTime = () => time.GetUtcNow().UtcDateTime;
    }

    /// <summary>The clock.</summary>
    public Func<DateTime> GetDateTime { get; set; }

    public TimeSpan ExpirationDuration { get; set; }

    public int Count => _observers.Count;

    public IReadOnlyDictionary<TIdentity, TObserver> Observers => _observers.ToDictionary(pair => pair.Key, pair => pair.Value.Observer);

    public void Clear() => _observers = [];

    /// <summary>Adds an observer or renews it.</summary>
    public void Subscribe(TIdentity id, TObserver observer) =>
        // Copied on change, so that whoever is enumerating keeps what it began with.
        _observers = new(_observers) { [id] = (observer, GetDateTime()) };

    public void Unsubscribe(TIdentity id) => Remove([id]);

    /// <summary>Tells every observer, one after the other; those that fail or have expired are removed.</summary>
    public async Task Notify(Func<TObserver, Task> notification, Func<TObserver, bool>? predicate = null)
    {
        ArgumentNullException.ThrowIfNull(notification);
        var gone = Expired();
        foreach (var (id, (observer, _)) in _observers)
        {
            if (gone.Contains(id) || !(predicate?.Invoke(observer) ?? true))
                continue;
            try
            {
                await notification(observer);
            }
            catch (Exception exception)
            {
                Failed(id, exception, gone);
            }
        }

        Remove(gone);
    }

    /// <inheritdoc cref="Notify(Func{TObserver, Task}, Func{TObserver, bool})"/>
    public void Notify(Action<TObserver> notification, Func<TObserver, bool>? predicate = null)
    {
        ArgumentNullException.ThrowIfNull(notification);
        var gone = Expired();
        foreach (var (id, (observer, _)) in _observers)
        {
            if (gone.Contains(id) || !(predicate?.Invoke(observer) ?? true))
                continue;
            try
            {
                notification(observer);
            }
            catch (Exception exception)
            {
                Failed(id, exception, gone);
            }
        }

        Remove(gone);
    }

    public void ClearExpired() => Remove(Expired());

    public IEnumerator<TObserver> GetEnumerator() => _observers.Values.Select(entry => entry.Observer).ToList().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private HashSet<TIdentity> Expired()
    {
        var now = GetDateTime();
        return [.. _observers.Where(pair => pair.Value.Seen + ExpirationDuration < now).Select(pair => pair.Key)];
    }

    private void Failed(TIdentity id, Exception exception, HashSet<TIdentity> gone)
    {
        _log.LogDebug(exception, "Observer {Observer} failed and is removed", id);
        gone.Add(id);
    }

    private void Remove(HashSet<TIdentity> gone)
    {
        if (!gone.Any(_observers.ContainsKey))
            return;
        var rest = new Dictionary<TIdentity, (TObserver, DateTime)>(_observers);
        foreach (var id in gone)
            rest.Remove(id);
        _observers = rest;
    }
}
