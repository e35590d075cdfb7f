using ActorTrading.Domain;
using ActorTrading.Postgres;

namespace ActorTrading.Grains;

/// <summary>Follower links as leaders see them: with how far each has decided.</summary>
public sealed class LinkDirectory(ILinkStore links, ICursorStore cursors, TimeProvider clock) : ILinkDirectory
{
    public async Task<IReadOnlyList<LinkRow>> ActiveLinksAsync(Guid leaderAccountId, CancellationToken cancellation) =>
        [.. (await links.OfLeaderAsync(leaderAccountId, cancellation)).Select(Row)];

    public async Task<LinkRow?> GetAsync(Guid linkId, CancellationToken cancellation) => await links.GetAsync(linkId, cancellation) is { } link ? Row(link) : null;

    public Task SaveCursorAsync(Guid leaderAccountId, long seq, CancellationToken cancellation) =>
        cursors.AdvanceAsync("leader", leaderAccountId, seq, clock.GetUtcNow(), cancellation);

    public async Task<LinkEnding?> EndingAsync(Guid linkId, CancellationToken cancellation) =>
        await links.EndingAsync(linkId, cancellation) is { } ending ? new LinkEnding(ending.Settings, ending.Removed) : null;

    public Task EndAsync(Guid linkId, bool closing, LinkSettings settings, CancellationToken cancellation) =>
        links.EndAsync(linkId, closing, settings, clock.GetUtcNow(), cancellation);

    public Task SaveRiskAsync(Guid linkId, LinkRiskState risk, CancellationToken cancellation) => links.SaveRiskAsync(linkId, risk, cancellation);

    public Task<Guid?> SaveStopAsync(Guid linkId, LinkRiskState risk, string json, CancellationToken cancellation) =>
        links.SaveStopAsync(linkId, risk, json, clock.GetUtcNow(), cancellation);

    private static LinkRow Row(StoredLink link) =>
        new(link.Id, link.UserId, link.Status == "paused" ? CopyRules.WhilePaused(link.Settings) : link.Settings, link.Risk, link.Status != "removed", link.DecidedSeq, link.StartSeq, link.Begun,
            link.Version);
}
