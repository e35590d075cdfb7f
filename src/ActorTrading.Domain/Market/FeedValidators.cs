namespace ActorTrading.Domain;

/// <summary>
/// A validator for each feed of a symbol, kept while another feed carries it: a feed is judged by its own quotes, and what it did
/// wrong is not forgotten with a change. Not thread-safe.
/// </summary>
public sealed class FeedValidators
{
    /// <summary>Feeds remembered; beyond it all are judged afresh.</summary>
    public const int FeedsMax = 64;

    private readonly Dictionary<string, QuoteValidator> _byFeed = new(StringComparer.Ordinal);

    public QuoteValidator Of(string feed)
    {
        if (!_byFeed.TryGetValue(feed, out var validator))
        {
            if (_byFeed.Count == FeedsMax) _byFeed.Clear();
            _byFeed[feed] = validator = new QuoteValidator();
        }
        return validator;
    }
}
