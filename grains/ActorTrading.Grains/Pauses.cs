namespace ActorTrading.Grains;

/// <summary>
/// Keeps what is refused, or cannot be done for the moment, from being asked for again at once: each time the pause doubles, from one second
/// to a minute. Only as old as the activation.
/// </summary>
internal sealed class Pauses(TimeProvider clock)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Guid, Pause> _pauses = [];

    /// <summary>Whether it has been refused since it was last forgotten.</summary>
    public bool Knows(Guid id) => _pauses.ContainsKey(id);

    public bool IsOver(Guid id) => !_pauses.TryGetValue(id, out var pause) || clock.GetElapsedTime(pause.Since) >= pause.Wait;

    /// <param name="latest">When it is too late for it in any case, so that its pause ends then; null for never.</param>
    public void Refused(Guid id, DateTimeOffset? latest = null)
    {
        var length = _pauses.TryGetValue(id, out var before) ? before.Length * 2 : First;
        length = length < Longest ? length : Longest;
        var left = latest - clock.GetUtcNow();
        _pauses[id] = new Pause(clock.GetTimestamp(), length, left < length ? left.Value : length);
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

    /// <param name="Length">What the next one doubles.</param>
    private readonly record struct Pause(long Since, TimeSpan Length, TimeSpan Wait);
}
