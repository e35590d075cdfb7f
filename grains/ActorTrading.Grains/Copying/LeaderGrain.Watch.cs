using ActorTrading.Contracts;
using Microsoft.Extensions.Logging;
using Orleans;

namespace ActorTrading.Grains;

/// <summary>What is asked of links apart from any entry: to be looked at, and to end with their leader's account.</summary>
public sealed partial class LeaderGrain
{
    /// <summary>Links asked at a time.</summary>
    private const int AskedAtOnce = 64;

    /// <summary>Has the links that are due looked at as a whole.</summary>
    private Task WatchAsync()
    {
        var now = clock.GetUtcNow();
        return AskSomeAtATimeAsync(_links.Where(l => l.IsWatchDue(now) && !l.InFlight), WatchAsync);
    }

    private async Task WatchAsync(LinkProgress link)
    {
        link.Watching();
        try
        {
            var leader = link.Decided == _log.LastSeq ? _log.Head : null;
            var risk = await GrainFactory.GetGrain<IFollowerLinkGrain>(link.Id).WatchAsync(new LinkWatch(link.Id, link.FollowerAccountId, link.Settings, link.Risk, leader));
            link.Watched(risk, clock.GetUtcNow());
        }
        catch (Exception e)
        {
            link.Watched(link.Risk, clock.GetUtcNow());
            log.LogWarning(e, "Link {LinkId} could not be looked at; trying again", link.Id);
        }
    }

    /// <summary>Nothing comes of an account that is closed: who has followed it to its end is let go, in the way that his link says.</summary>
    private Task EndLinksIfClosedAsync() => _log.Head is { IsOpen: false, Seq: > 0 }
        ? AskSomeAtATimeAsync(_links.Where(l => !l.IsEnding && !l.InFlight && l.Level >= _log.LastSeq), EndAsync)
        : Task.CompletedTask;

    private async Task EndAsync(LinkProgress link)
    {
        link.IsEnding = true;
        try
        {
            await GrainFactory.GetGrain<IFollowerLinkGrain>(link.Id).RemoveAsync(link.Settings.RemovalMode);
        }
        catch (Exception e)
        {
            link.IsEnding = false;
            log.LogWarning(e, "Link {LinkId} of leader {LeaderId}, whose account is closed, could not be ended; trying again", link.Id, Id);
        }
    }

    /// <summary>Those that do not answer are not waited for: the others' stops are.</summary>
    private async Task AskSomeAtATimeAsync(IEnumerable<LinkProgress> which, Func<LinkProgress, Task> ask)
    {
        foreach (var some in which.Chunk(AskedAtOnce).ToList())
        {
            await Task.WhenAny(Task.WhenAll(some.Select(ask)), Task.Delay(offers.Patience, clock));
        }
    }
}
