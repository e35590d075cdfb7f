using ActorTrading.Contracts;
using ActorTrading.Domain;
using Orleans;
using Orleans.Concurrency;

namespace ActorTrading.Grains;

/// <summary>
/// Carries its leader's entries to its follower's account, in order and one batch at a time. The account decides, because only there
/// can the decision and its orders be one transaction.
/// </summary>
[Reentrant]
public sealed class FollowerLinkGrain(ILinkDirectory links) : Grain, IFollowerLinkGrain
{
    private readonly Turnstile _offers = new();

    // What comes of a leader that has not heard of the link's end yet must not be carried as if it went on. Read once: it ends here only. Of
    // another activation, in a silo that was given up and lives on, the follower's account knows (CopyRules.HasEnded).
    private bool _isEndingKnown;
    private LinkEnding? _ending;

    // The newest; null until this activation knows one. A leader may still have the one before.
    private LinkRiskState? _risk;

    private Guid Id => this.GetPrimaryKey();

    public async Task<CopyAck> OfferAsync(LeaderOffer offer)
    {
        using var span = TradeTrace.Start("copy.link")?.SetTag("copy.link", Id);
        using (await _offers.EnterAsync())
        {
            var ending = await EndingAsync();
            if (ending is { Removed: true })
            {
                return new CopyAck(offer.Stretch.LastSeq, false, null);
            }

            if (ending is not null || (_risk is not null && _risk != offer.Risk))
            {
                offer = offer with { Settings = ending?.Settings ?? offer.Settings, Risk = _risk ?? offer.Risk };
            }

            var ack = await GrainFactory.GetGrain<IAccountGrain>(offer.FollowerAccountId).CopyAsync(new CopyOffer(Id, offer));
            if (ack.IsClosed)
            {
                await EndAsync(new LinkEnding(offer.Settings, Removed: true));
                return ack with { DecidedSeq = offer.Stretch.LastSeq };
            }

            if (!ack.Busy)
            {
                await EndIfFlatAsync();
            }

            return ack;
        }
    }

    public async Task<LinkRiskState> WatchAsync(LinkWatch watch)
    {
        using (await _offers.EnterAsync())
        {
            var ending = await EndingAsync();
            if (ending is { Removed: true })
            {
                await Leader(watch.Settings).LinkChangedAsync(Id);
                return watch.Risk;
            }

            watch = watch with { Settings = ending?.Settings ?? watch.Settings, Risk = _risk ?? watch.Risk };
            var risk = await GrainFactory.GetGrain<IAccountGrain>(watch.FollowerAccountId).WatchLinkAsync(watch);
            if (risk.StopSequence > watch.Risk.StopSequence)
            {
                await SaveStopAsync(watch.Settings, risk);
            }
            else if (risk != watch.Risk)
            {
                await links.SaveRiskAsync(Id, risk, CancellationToken.None);
            }

            _risk = risk;
            await EndIfFlatAsync();
            return risk;
        }
    }

    public async Task ResumeAsync(Guid leaderAccountId)
    {
        if (_ending is { Removed: false })
        {
            using (await _offers.EnterAsync())
            {
                await EndIfFlatAsync();
            }
        }

        // A closing of no leader's entry need not know whose link it is of.
        if (leaderAccountId != Guid.Empty)
        {
            await GrainFactory.GetGrain<ILeaderGrain>(leaderAccountId).LinkReadyAsync(Id);
        }
    }

    public async Task RemoveAsync(RemovalMode mode)
    {
        using (await _offers.EnterAsync())
        {
            var link = await links.GetAsync(Id, CancellationToken.None);
            if (link is null)
            {
                return;
            }

            var underWay = await EndingAsync();
            if (underWay is { Removed: true })
            {
                await Leader(link.Settings).LinkChangedAsync(Id);
                await PreserveAsync(link.Settings);
                return;
            }

            if (mode == RemovalMode.Preserve)
            {
                await EndAsync(new LinkEnding(CopyRemoval.Begin(link.Settings, mode), Removed: true));
                await PreserveAsync(link.Settings);
                return;
            }

            // Durable before anything is closed: whatever happens then, the leader's watch goes on with it.
            mode = underWay is null ? mode : CopyRemoval.Harder(underWay.Settings, mode);
            await EndAsync(new LinkEnding(CopyRemoval.Begin(link.Settings, mode), Removed: false));
            await EndIfFlatAsync(mode);
        }
    }

    public async Task<bool> ResetAsync()
    {
        using (await _offers.EnterAsync())
        {
            var link = await links.GetAsync(Id, CancellationToken.None);
            if (link is null || await EndingAsync() is not null)
            {
                return false;
            }

            var risk = _risk ?? link.Risk;
            if (risk.StopReason is not null)
            {
                risk = risk.Reset();
                await links.SaveRiskAsync(Id, risk, CancellationToken.None);
                _risk = risk;
            }

            await Leader(link.Settings).LinkChangedAsync(Id);
            return true;
        }
    }

    private async ValueTask<LinkEnding?> EndingAsync()
    {
        if (!_isEndingKnown)
        {
            _ending = await links.EndingAsync(Id, CancellationToken.None);
            _isEndingKnown = true;
        }

        return _ending;
    }

    private async Task EndAsync(LinkEnding ending)
    {
        _isEndingKnown = false;
        await links.EndAsync(Id, closing: !ending.Removed, ending.Settings, CancellationToken.None);
        (_ending, _isEndingKnown) = (ending, true);
        await Leader(ending.Settings).LinkChangedAsync(Id);
    }

    /// <summary>Takes a link that is being removed off the leader when nothing of it is left.</summary>
    /// <param name="mode">What to try for it now. Null to look: then only what would open is cancelled, and not what a removal by symbol lets rest.</param>
    private async Task EndIfFlatAsync(RemovalMode? mode = null)
    {
        if (_ending is { Removed: false, Settings: var settings })
        {
            var looks = settings.CloseOnly == CloseOnlyMode.BySymbol ? RemovalMode.CloseGracefullyBySymbol : RemovalMode.CloseGracefullyByPosition;
            var ack = await GrainFactory.GetGrain<IAccountGrain>(settings.FollowerAccountId).UnlinkAsync(new UnlinkRequest(Id, mode ?? looks));
            if (ack.IsFlat == true)
            {
                await EndAsync(new LinkEnding(settings, Removed: true));
            }
        }
    }

    /// <summary>Lets the account know of the end, where it does not; what is open stays as it is.</summary>
    private Task PreserveAsync(LinkSettings settings) =>
        GrainFactory.GetGrain<IAccountGrain>(settings.FollowerAccountId).UnlinkAsync(new UnlinkRequest(Id, RemovalMode.Preserve));

    private async Task SaveStopAsync(LinkSettings settings, LinkRiskState risk)
    {
        var json = UserMessages.LinkStopped(Id, settings, risk);
        if (await links.SaveStopAsync(Id, risk, json, CancellationToken.None) is { } userId)
        {
            _ = GrainFactory.GetGrain<IUserGrain>(userId).PublishAsync(new UserMessage(userId, "LinkStopped", null, null, json));
        }
    }

    private ILeaderGrain Leader(LinkSettings settings) => GrainFactory.GetGrain<ILeaderGrain>(settings.LeaderAccountId);
}
