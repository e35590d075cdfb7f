using ActorTrading.Api.Realtime.Sessions;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;

namespace ActorTrading.Api.Realtime;

/// <summary>Ledger entries as clients see them, read by cursor: the same objects that come live as <c>TradeUpdate</c>.</summary>
public sealed class TradeUpdates(IAccountStore accounts, ILedgerReader ledger) : IAccountFeed
{
    public async Task<long?> FindHeadAsync(Guid userId, Guid accountId, CancellationToken cancel) =>
        (await accounts.FindAsync(userId, accountId, cancel))?.Seq;

    public async Task<IReadOnlyList<UserEvent>> ReadAsync(Guid userId, Guid accountId, long afterSeq, int limit, CancellationToken cancel) =>
        [.. (await ledger.ReadAsUserAsync(userId, accountId, afterSeq, limit, cancel)).Select(e => new UserEvent(TradeUpdate.Name, accountId, e.Seq, TradeUpdate.Json(e)))];
}
