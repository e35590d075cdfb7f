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

    public async Task<CopyAck> OfferAsync(LeaderOffer offer)
    {
        using var span = TradeTrace.Start("copy.link")?.SetTag("copy.link", this.GetPrimaryKey());
        using (await _offers.EnterAsync())
        {
            return await GrainFactory.GetGrain<IAccountGrain>(offer.FollowerAccountId).CopyAsync(new CopyOffer(this.GetPrimaryKey(), offer));
        }
    }

    public async Task<LinkRiskState> WatchAsync(LinkWatch watch)
    {
        using (await _offers.EnterAsync())
        {
            var risk = await GrainFactory.GetGrain<IAccountGrain>(watch.FollowerAccountId).WatchLinkAsync(watch);
            if (risk != watch.Risk)
            {
                await links.SaveRiskAsync(this.GetPrimaryKey(), risk, CancellationToken.None);
            }

            return risk;
        }
    }

    public Task ResumeAsync(Guid leaderAccountId) =>
        GrainFactory.GetGrain<ILeaderGrain>(leaderAccountId).LinkReadyAsync(this.GetPrimaryKey());

    public async Task RemoveAsync(RemovalMode mode)
    {
        var id = this.GetPrimaryKey();
        var link = await links.GetAsync(id, CancellationToken.None);
        if (link is null)
        {
            return;
        }

        using (await _offers.EnterAsync())
        {
            var closing = mode is RemovalMode.CloseGracefullyByPosition or RemovalMode.CloseGracefullyBySymbol;
            await links.EndAsync(id, closing, CopyRules.WhileRemoving(link.Settings, mode), CancellationToken.None);
            await GrainFactory.GetGrain<ILeaderGrain>(link.Settings.LeaderAccountId).LinkChangedAsync(id);
            await GrainFactory.GetGrain<IAccountGrain>(link.Settings.FollowerAccountId).UnlinkAsync(new UnlinkRequest(id, mode));
        }
    }
}
