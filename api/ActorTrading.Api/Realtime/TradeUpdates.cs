using System.Text.Json;
using ActorTrading.Api.Realtime.Sessions;
using ActorTrading.Domain;
using ActorTrading.Postgres;

namespace ActorTrading.Api.Realtime;

/// <summary>Ledger entries as clients see them, read by cursor: the same objects that come live as <c>TradeUpdate</c>.</summary>
public sealed class TradeUpdates(IAccountStore accounts, ILedgerReader ledger) : IAccountFeed
{
    public async Task<long?> FindHeadAsync(Guid userId, Guid accountId, CancellationToken cancel) =>
        (await accounts.FindAsync(userId, accountId, cancel))?.Seq;

    public async Task<IReadOnlyList<UserEvent>> ReadAsync(Guid userId, Guid accountId, long afterSeq, int limit, CancellationToken cancel) =>
        [.. (await ledger.ReadAsUserAsync(userId, accountId, afterSeq, limit, cancel)).Select(e => new UserEvent("TradeUpdate", accountId, e.Seq, Json(e)))];

    /// <summary><c>{accountId, seq, kind, …the entry's own properties, at}</c>.</summary>
    public static string Json(LedgerEntry entry)
    {
        var json = JsonSerializer.SerializeToNode(entry.Event, DomainJson.Options)!.AsObject();
        json.Insert(0, "accountId", entry.AccountId);
        json.Insert(1, "seq", entry.Seq);
        json["at"] = entry.At.UtcDateTime;
        return json.ToJsonString(DomainJson.Options);
    }
}
