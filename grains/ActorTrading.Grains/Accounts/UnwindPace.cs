namespace ActorTrading.Grains;

/// <summary>
/// Keeps what a link closes by itself from hammering a broker that refuses it: after each try the pause doubles, from one second to a
/// minute, until there is nothing to try. Only as old as the activation.
/// </summary>
internal sealed class UnwindPace(TimeProvider clock)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Guid, Pause> _pauses = [];

    /// <summary>Whether to try now; then it is taken as tried.</summary>
    public bool Allows(Guid linkId)
    {
        var length = First;
        if (_pauses.TryGetValue(linkId, out var pause))
        {
            if (clock.GetElapsedTime(pause.Since) < pause.Length)
            {
                return false;
            }

            length = pause.Length * 2 < Longest ? pause.Length * 2 : Longest;
        }

        _pauses[linkId] = new Pause(clock.GetTimestamp(), length);
        return true;
    }

    public void Done(Guid linkId) => _pauses.Remove(linkId);

    private readonly record struct Pause(long Since, TimeSpan Length);
}
