namespace ActorTrading.Grains;

/// <summary>
/// How often a terminal's history may be asked for: it comes whole, and while the terminal writes it, the terminal does nothing else.
/// A short history is asked for at every look, a long one so rarely that it takes a twentieth of the time, yet once a minute.
/// </summary>
internal sealed class HistoryPace(TimeProvider clock)
{
    private const int Share = 20;
    private static readonly TimeSpan PauseMax = TimeSpan.FromMinutes(1);

    private long _since;
    private TimeSpan _pause;

    public bool IsDue => clock.GetElapsedTime(_since) >= _pause;

    /// <param name="time">From asking until it had come.</param>
    public void Took(TimeSpan time)
    {
        _since = clock.GetTimestamp();
        _pause = time * Share < PauseMax ? time * Share : PauseMax;
    }
}
