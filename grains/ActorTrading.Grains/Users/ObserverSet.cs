using Orleans;

namespace ActorTrading.Grains;

/// <summary>
/// Observers that must renew themselves: whoever has not for <paramref name="rounds"/> rounds of the grain's timer is dropped. A call to one that is
/// gone fails unheard. Used from one grain's turns only.
/// </summary>
internal sealed class ObserverSet<T>(int rounds) where T : class, IGrainObserver
{
    /// <summary>More processes than this do not watch one grain; the one that renewed longest ago gives way.</summary>
    public const int ObserversMax = 256;

    private readonly Dictionary<T, long> _renewedIn = [];
    private T[]? _live;
    private long _round;

    public void Renew(T observer)
    {
        if (!_renewedIn.ContainsKey(observer))
        {
            if (_renewedIn.Count >= ObserversMax)
            {
                _renewedIn.Remove(_renewedIn.MinBy(o => o.Value).Key);
            }

            _live = null;
        }

        _renewedIn[observer] = _round;
    }

    public void Remove(T observer)
    {
        if (_renewedIn.Remove(observer))
        {
            _live = null;
        }
    }

    /// <summary>Those that may be called now. The array is not changed afterwards.</summary>
    public T[] Live()
    {
        _live ??= [.. _renewedIn.Keys];
        return _live;
    }

    /// <summary>The grain's timer has come round.</summary>
    public void NextRound()
    {
        _round++;
        foreach (var (observer, renewedIn) in _renewedIn)
        {
            if (_round - renewedIn > rounds)
            {
                Remove(observer);
            }
        }
    }
}
