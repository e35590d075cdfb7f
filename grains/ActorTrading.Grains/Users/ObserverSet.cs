using Orleans;

namespace ActorTrading.Grains;

/// <summary>Observers that must renew themselves: whoever has not for <paramref name="lifetime"/> is dropped. Used from one grain's turns only.</summary>
internal sealed class ObserverSet<T>(TimeProvider clock, TimeSpan lifetime) where T : class, IGrainObserver
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>More processes than this do not watch one grain; the one that renewed longest ago gives way.</summary>
    public const int ObserversMax = 256;

    private readonly Dictionary<T, long> _renewedAt = [];
    private T[]? _live;
    private long _lookedAt;

    public void Renew(T observer)
    {
        if (!_renewedAt.ContainsKey(observer))
        {
            if (_renewedAt.Count >= ObserversMax)
            {
                _renewedAt.Remove(_renewedAt.MinBy(o => o.Value).Key);
            }

            _live = null;
        }

        _renewedAt[observer] = clock.GetTimestamp();
    }

    public void Remove(T observer)
    {
        if (_renewedAt.Remove(observer))
        {
            _live = null;
        }
    }

    /// <summary>Those that may be called now. The array is not changed afterwards.</summary>
    public T[] Live()
    {
        if (clock.GetElapsedTime(_lookedAt) >= LookEvery)
        {
            _lookedAt = clock.GetTimestamp();
            Expire();
        }

        _live ??= [.. _renewedAt.Keys];
        return _live;
    }

    /// <summary>A call to one that is gone fails unheard, so those that have not renewed in time are dropped.</summary>
    private void Expire()
    {
        foreach (var (observer, at) in _renewedAt)
        {
            if (clock.GetElapsedTime(at) > lifetime)
            {
                Remove(observer);
            }
        }
    }
}
