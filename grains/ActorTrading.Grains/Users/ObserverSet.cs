using Orleans;

namespace ActorTrading.Grains;

/// <summary>Observers that must renew themselves: whoever has not for two minutes is dropped. Used from one grain's turns only.</summary>
internal sealed class ObserverSet<T>(TimeProvider clock) where T : class, IGrainObserver
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    /// <summary>More processes than this do not watch one grain; the one that renewed longest ago gives way.</summary>
    public const int ObserversMax = 256;

    private readonly Dictionary<T, long> _renewedAt = [];
    private T[]? _live;

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
        _live ??= [.. _renewedAt.Keys];
        return _live;
    }

    /// <summary>Drops those that have not renewed in time; called by a timer of the grain.</summary>
    public void Expire()
    {
        foreach (var (observer, at) in _renewedAt.ToArray())
        {
            if (clock.GetElapsedTime(at) > Lifetime)
            {
                Remove(observer);
            }
        }
    }
}
