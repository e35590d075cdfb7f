namespace ActorTrading.Grains;

/// <summary>
/// Keeps what a link closes by itself from hammering a broker that refuses it: after each try that has led nowhere the pause doubles, from
/// one second to a minute. Only as old as the activation.
/// </summary>
internal sealed class UnwindPace(TimeProvider clock)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Guid, Pause> _pauses = [];

    /// <summary>Whether to try now; then it is taken as tried.</summary>
    /// <param name="left">What there is to close or cancel.</param>
    public bool Allows(Guid linkId, int left)
    {
        var length = First;
        if (_pauses.TryGetValue(linkId, out var pause) && left >= pause.Left)
        {
            if (clock.GetElapsedTime(pause.Since) < pause.Length)
            {
                return false;
            }

            length = pause.Length * 2 < Longest ? pause.Length * 2 : Longest;
        }

        _pauses[linkId] = new Pause(clock.GetTimestamp(), length, left);
        return true;
    }

    public void Done(Guid linkId) => _pauses.Remove(linkId);

    private readonly record struct Pause(long Since, TimeSpan Length, int Left);
}
