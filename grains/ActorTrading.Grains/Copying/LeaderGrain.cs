using System.Collections.Immutable;
using System.Diagnostics;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace ActorTrading.Grains;

/// <summary>
/// Reads its account's ledger by cursor and offers every entry to every active link. What a link has decided is kept by the
/// follower's ledger, so this grain may be lost at any moment: it begins again at the least that anybody has decided.
/// </summary>
[Reentrant]
public sealed partial class LeaderGrain(
    ILedgerReader ledger,
    ILinkDirectory links,
    OfferSettings offers,
    TimeProvider clock,
    ILogger<LeaderGrain> log) : Grain, ILeaderGrain
{
    /// <summary>Entries read or offered at a time.</summary>
    private const int PageSize = 500;

    /// <summary>Entries kept in memory; a link further behind reads them again from the ledger.</summary>
    private const int LogMax = 10_000;

    /// <summary>Answers after which the waiters are looked at: that costs the number of links, so it is not done for each of them.</summary>
    private const int AnswersBetweenReleases = 256;

    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);

    private readonly Turnstile _reading = new();
    private readonly LinkRing _links = new();
    private readonly LeaderLog _log = new(LogMax);
    private readonly OfferQueue _offers = new(offers);
    private readonly List<(long Seq, TaskCompletionSource Reached)> _waiters = [];
    private LeaderBalances? _balances;
    private IGrainTimer? _timer;
    private IGrainTimer? _patience;
    private bool _isPatienceSet;
    private bool _isOffering;
    private long _savedCursor;
    private int _inFlight;
    private int _answers;

    private Guid Id => this.GetPrimaryKey();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _links.AddRange((await links.ActiveLinksAsync(Id, cancellationToken)).Select(link => new LinkProgress(link)));
        var head = await ledger.FoldAsync(Id, cancellation: cancellationToken);
        var from = _links.Count == 0 ? head.Seq : Math.Min(head.Seq, _links.Min(l => l.Level));
        _savedCursor = from;
        _log.Reset(from == head.Seq ? head : await ledger.FoldAsync(Id, from, cancellationToken));
        _timer = this.RegisterGrainTimer(OnTimerAsync, new GrainTimerCreationOptions(RetryEvery, RetryEvery) { Interleave = true, KeepAlive = true });
        _patience = this.RegisterGrainTimer(OnPatienceAsync, new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) { Interleave = true });
        await ReadOnAsync();
        Pump();
    }

    public async Task OnLedgerAsync(LedgerHint hint)
    {
        if (hint.Entries.IsEmpty)
        {
            return;
        }

        if (hint.Entries[^1].Seq <= _log.LastSeq)
        {
            return;
        }

        if (hint.Entries[0].Seq == _log.LastSeq + 1)
        {
            _log.Append(hint.Entries, hint.CommittedAt);
        }
        else
        {
            // A hint was missed, or came before the one before it: the ledger has them all.
            await ReadOnAsync();
        }

        Pump();
    }

    public Task WakeAsync() => Task.CompletedTask;

    public async Task PublishAsync(bool published)
    {
        // Who follows already goes on following.
        await GrainFactory.GetGrain<IAccountGrain>(Id).SetPublishedAsync(published || _links.Count > 0);
        if (published)
        {
            await ReadOnAsync();
        }
    }

    public async Task LinkChangedAsync(Guid linkId)
    {
        var link = await links.GetAsync(linkId, CancellationToken.None);
        if (link is null || !link.Active)
        {
            _links.Remove(linkId);
        }
        else
        {
            if (!_links.Has(linkId))
            {
                await ReadOnAsync();
            }

            // Another word of the same link may have come meanwhile.
            if (_links.TryGet(linkId, out var progress))
            {
                progress.Update(link);
            }
            else
            {
                progress = new LinkProgress(link);
                _links.Add(progress);
            }

            Pump(progress);
        }

        Release();
    }

    public Task LinkReadyAsync(Guid linkId)
    {
        if (_links.TryGet(linkId, out var link))
        {
            link.Unblock();
            Pump(link);
        }

        return Task.CompletedTask;
    }

    public async Task WaitDecidedAsync(long seq)
    {
        if (_log.LastSeq < seq)
        {
            await ReadOnAsync();
            Pump();
        }

        if (LeastDecided() >= seq)
        {
            return;
        }

        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiters.Add((seq, reached));
        await reached.Task;
    }

    private async Task OnTimerAsync(CancellationToken cancellation)
    {
        await ReadOnAsync();
        Pump();
        await WatchAsync();
        await EndLinksIfClosedAsync();
        var least = LeastDecided();
        if (least > _savedCursor)
        {
            await links.SaveCursorAsync(Id, least, cancellation);
            _savedCursor = least;
        }
    }

    /// <summary>Reads what the ledger has beyond the log.</summary>
    private async Task ReadOnAsync()
    {
        using (await _reading.EnterAsync())
        {
            while (true)
            {
                var page = await ledger.ReadAsync(Id, _log.LastSeq, PageSize, CancellationToken.None);

                // Hints may have come while the page was read.
                var fresh = page.SkipWhile(e => e.Seq <= _log.LastSeq).ToImmutableArray();
                if (!fresh.IsEmpty)
                {
                    _log.Append(fresh, clock.GetUtcNow());
                }

                if (page.Count < PageSize)
                {
                    return;
                }
            }
        }
    }

    private void Pump()
    {
        var now = clock.GetUtcNow();
        foreach (var link in _links.From(_log.LastSeq))
        {
            Queue(link, now);
        }

        OfferNext();
        Release();
    }

    /// <summary>Of one link alone: as many as there are may call at once, and each of them looking at all would take as long as their number squared.</summary>
    private void Pump(LinkProgress link)
    {
        Queue(link, clock.GetUtcNow());
        OfferNext();
    }

    private void Queue(LinkProgress link, DateTimeOffset now)
    {
        if (link.IsReady(now) && (link.SyncDue || link.Decided < _log.LastSeq))
        {
            _offers.Add(link);
        }
    }

    private Task OnPatienceAsync(CancellationToken cancellation)
    {
        _isPatienceSet = false;
        OfferNext();
        return Task.CompletedTask;
    }

    private void OfferNext()
    {
        // An offer that has nothing to ask is through at once and comes back here from within the loop.
        if (_isOffering)
        {
            return;
        }

        _isOffering = true;
        var now = clock.GetUtcNow();
        while (_offers.TryTake(now, out var place))
        {
            // It may have been removed, or put off, while it waited.
            if (_links.Contains(place.Link) && place.Link.IsReady(now))
            {
                _ = OfferAsync(place);
            }
            else
            {
                _offers.Leave(place);
            }
        }

        _isOffering = false;
        if (_offers.AreWaiting && !_isPatienceSet)
        {
            _isPatienceSet = true;
            _patience!.Change(offers.Patience, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Offers a link what it has not decided, until it is level, busy, deferred or out of reach.</summary>
    private async Task OfferAsync(OfferQueue.Place place)
    {
        var link = place.Link;
        link.InFlight = true;
        _inFlight++;
        try
        {
            if (link.SyncDue)
            {
                await SyncAsync(link);
            }

            while (!link.SyncDue && link.Decided < _log.LastSeq && _links.Contains(link))
            {
                var offer = await OfferFromAsync(link);
                var last = offer.Stretch.LastSeq;

                // What can never concern a follower is passed over without a call.
                if (!offer.Stretch.Entries.Any(e => CopyRules.IsTradeEvent(e.Event)))
                {
                    link.Decided = last;
                    continue;
                }

                using var span = Traced(offer.Stretch);
                var ack = await GrainFactory.GetGrain<IFollowerLinkGrain>(link.Id).OfferAsync(offer);
                link.Settle(ack, last, clock.GetUtcNow());
                if (!link.IsReadyAfterAck)
                {
                    break;
                }
            }
        }
        catch (Exception e)
        {
            link.Fail(clock.GetUtcNow());
            log.LogWarning(e, "Link {LinkId} did not take leader {LeaderId}'s entries after {Seq}; trying again", link.Id, Id, link.Decided);
        }
        finally
        {
            link.InFlight = false;
            _offers.Leave(place);
            OfferNext();
            if (--_inFlight == 0 || ++_answers % AnswersBetweenReleases == 0)
            {
                Release();
            }
        }
    }

    /// <summary>A step of what the first of the entries came of; the others' traces are linked to it.</summary>
    private static Activity? Traced(LeaderStretch stretch)
    {
        if (!TradeTrace.IsOn)
        {
            return null;
        }

        var causes = stretch.Entries.Select(TradeTrace.Of).Where(cause => cause != default).Distinct().ToList();
        return TradeTrace.Start("copy.offer", causes.FirstOrDefault(), causes.Skip(1).Select(c => new ActivityLink(c)))?
            .SetTag("leader.seq", stretch.LastSeq).SetTag("leader.entries", stretch.Entries.Length);
    }

    /// <summary>Offers a new link what was open when it began, of which only what is open still can be wanted.</summary>
    private async Task SyncAsync(LinkProgress link)
    {
        var stretch = await StretchAsync(link.StartSeq - 1, 1);
        ImmutableArray<Guid> open = [.. stretch.StateAt(1).Positions.Keys.Where(_log.Head.Positions.ContainsKey)];
        if (open.IsEmpty)
        {
            link.Synced();
            return;
        }

        var offer = new LeaderOffer(link.FollowerAccountId, link.Settings, link.Risk, stretch, await ClosesAsync(link.Settings), open);
        var ack = await GrainFactory.GetGrain<IFollowerLinkGrain>(link.Id).OfferAsync(offer);
        if (ack.DecidedSeq < link.StartSeq)
        {
            // The follower's account is not there yet.
            link.Fail(clock.GetUtcNow());
            return;
        }

        link.Synced();
        link.Settle(ack, link.StartSeq, clock.GetUtcNow());
    }

    private async Task<LeaderOffer> OfferFromAsync(LinkProgress link) =>
        new(link.FollowerAccountId, link.Settings, link.Risk, await StretchAsync(link.Decided, PageSize), await ClosesAsync(link.Settings));

    private async ValueTask<LeaderStretch> StretchAsync(long afterSeq, int limit)
    {
        if (_log.Slice(afterSeq, limit) is { } stretch)
        {
            return stretch;
        }

        // Further behind than the log reaches.
        var before = await ledger.FoldAsync(Id, afterSeq);
        var entries = await ledger.ReadAsync(Id, afterSeq, limit, CancellationToken.None);
        return new LeaderStretch(before, [.. entries], entries[^1].At);
    }

    private async ValueTask<ImmutableArray<decimal>?> ClosesAsync(LinkSettings settings)
    {
        if (settings.EquityCurveFilter is not { } filter)
        {
            return null;
        }

        _balances ??= new LeaderBalances(ledger, Id);
        return [.. await _balances.ClosesAsync(filter, _log.LastSeq, clock.GetUtcNow())];
    }

    private long LeastDecided() => _links.Count == 0 ? _log.LastSeq : _links.Min(l => l.Level);

    private void Release()
    {
        if (_waiters.Count == 0)
        {
            return;
        }

        var least = LeastDecided();
        foreach (var waiter in _waiters.Where(w => w.Seq <= least).ToList())
        {
            _waiters.Remove(waiter);
            waiter.Reached.TrySetResult();
        }
    }
}
