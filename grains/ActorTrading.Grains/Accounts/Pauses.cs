namespace ActorTrading.Grains;

/// <summary>Keeps what a terminal refuses from being asked for again at once: after each refusal the pause doubles, from one second to a minute. Only as old as the activation.</summary>
internal sealed class Pauses(TimeProvider clock)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Guid, Pause> _pauses = [];

    /// <summary>Whether it has been refused since it was last forgotten.</summary>
    public bool Knows(Guid id) => _pauses.ContainsKey(id);

    public bool IsOver(Guid id) => !_pauses.TryGetValue(id, out var pause) || clock.GetElapsedTime(pause.Since) >= pause.Length;

    public void Refused(Guid id)
    {
        var length = _pauses.TryGetValue(id, out var before) ? before.Length * 2 : First;
        _pauses[id] = new Pause(clock.GetTimestamp(), length < Longest ? length : Longest);
    }

    public void Forget(Guid id) => _pauses.Remove(id);

    private readonly record struct Pause(long Since, TimeSpan Length);
}
