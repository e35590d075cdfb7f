namespace ActorTrading.Grains;

/// <summary>
/// Keeps what a terminal cannot do for the moment from hammering it: each time the pause doubles, from one second to a minute. Only as
/// old as the activation.
/// </summary>
internal sealed class RetryPace(TimeProvider clock)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Guid, (TimeSpan Pause, DateTimeOffset Until)> _pauses = [];

    public bool IsDue(Guid id) => !_pauses.TryGetValue(id, out var pause) || clock.GetUtcNow() >= pause.Until;

    /// <param name="latest">When it is too late for it in any case; null for never.</param>
    public void Postpone(Guid id, DateTimeOffset? latest)
    {
        var pause = _pauses.TryGetValue(id, out var before) ? before.Pause * 2 : First;
        pause = pause < Longest ? pause : Longest;
        var until = clock.GetUtcNow() + pause;
        _pauses[id] = (pause, latest < until ? latest.Value : until);
    }

    public void Forget(Guid id) => _pauses.Remove(id);

    /// <summary>Forgets what has an outcome.</summary>
    public void Keep(Predicate<Guid> isOpen)
    {
        foreach (var id in _pauses.Keys.Where(id => !isOpen(id)).ToList())
        {
            _pauses.Remove(id);
        }
    }
}
