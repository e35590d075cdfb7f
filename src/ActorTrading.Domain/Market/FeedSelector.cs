namespace ActorTrading.Domain;

/// <summary>
/// Chooses which of several feeds carries a symbol: the one of the best rank that is not silent. A better one that speaks again
/// takes over at once; a worse one only after silence. Not thread-safe.
/// </summary>
/// <param name="silence">How long the carrying feed may be silent before a worse one takes over.</param>
public sealed class FeedSelector(TimeSpan silence)
{
    private string? _feed;
    private int _rank;
    private TimeSpan _heard;

    /// <summary>The feed that carries the symbol; null before the first.</summary>
    public string? Current => _feed;

    /// <summary>Whether quotes of this feed count now.</summary>
    /// <param name="rank">Preference, 0 best.</param>
    /// <param name="now">Time since any fixed moment, on a monotonic clock.</param>
    public bool Accept(string feed, int rank, TimeSpan now)
    {
        if (_feed is null || (feed != _feed && (rank < _rank || now - _heard > silence)))
        {
            (_feed, _rank) = (feed, rank);
        }

        if (feed != _feed)
        {
            return false;
        }

        _heard = now;
        return true;
    }
}
