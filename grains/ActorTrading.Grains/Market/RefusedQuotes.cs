using ActorTrading.Domain;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Grains;

/// <summary>Says why a symbol's quotes are refused: the first at once, then how many it were each minute, for a feed with a wrong clock has no other.</summary>
internal sealed class RefusedQuotes(TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly Dictionary<(string Feed, QuoteVerdict Verdict), (long Count, long SaidAt)> _refused = [];

    public void Add(string feed, in Quote quote, QuoteVerdict verdict, DateTimeOffset now)
    {
        var isKnown = _refused.TryGetValue((feed, verdict), out var refused);
        refused.Count++;
        if (!isKnown || clock.GetElapsedTime(refused.SaidAt) >= Every)
        {
            Say(feed, quote, verdict, now, refused.Count);
            refused = (0, clock.GetTimestamp());
        }

        if (!isKnown && _refused.Count >= FeedValidators.FeedsMax)
        {
            _refused.Clear();
        }

        _refused[(feed, verdict)] = refused;
    }

    private void Say(string feed, in Quote quote, QuoteVerdict verdict, DateTimeOffset now, long count)
    {
        if (verdict == QuoteVerdict.FromTheFuture)
        {
            log.LogWarning("{Count} quotes of feed {Feed} are refused, the last {Quote}: its clock is {Ahead} ahead of this machine's. If that is about a whole number of hours, "
                + "its terminal's serverTimeZone is not right", count, feed, quote, quote.Time - now);
        }
        else
        {
            log.LogWarning("{Count} quotes of feed {Feed} are refused, the last {Quote} at {Now:O}: {Verdict}", count, feed, quote, now, verdict);
        }
    }
}
