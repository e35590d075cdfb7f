namespace ActorTrading.Domain;

/// <summary>
/// Chooses which of several feeds carries a symbol: the one of the best rank that is not silent. A better one that speaks again
/// takes over at once; a worse one only after silence. A feed speaks with a quote that is believed: one whose every quote is refused
/// is as good as silent. Not thread-safe.
/// </summary>
/// <param name="silence">How long the carrying feed may be silent before a worse one takes over.</param>
public sealed class FeedSelector(TimeSpan silence)
{
    private int _rank;
    private TimeSpan _heard;

    /// <summary>The feed that carries the symbol; null before the first.</summary>
    public string? Current { get; private set; }

    /// <summary>Whether this feed carries the symbol, or would with a quote that is believed.</summary>
    /// <param name="rank">Preference, 0 best.</param>
    /// <param name="now">Time since any fixed moment, on a monotonic clock.</param>
    public bool MayCarry(string feed, int rank, TimeSpan now) => Current is null || feed == Current || rank < _rank || now - _heard > silence;

    /// <summary>A quote of this feed, which may carry the symbol, is believed: from now on it does.</summary>
    public void Heard(string feed, int rank, TimeSpan now) => (Current, _rank, _heard) = (feed, rank, now);
}
