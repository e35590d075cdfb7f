using System.Text.Json;
using System.Text.Json.Nodes;
using ActorTrading.Domain;

namespace ActorTrading.Contracts;

/// <summary>A ledger entry as clients see it, whether it comes live or is read again: the two must not differ.</summary>
public static class TradeUpdate
{
    /// <summary>The event's name at the hub.</summary>
    public const string Name = "TradeUpdate";

    /// <summary><c>{accountId, seq, kind, …the entry's own properties, at}</c>.</summary>
    public static string Json(LedgerEntry entry)
    {
        var json = JsonSerializer.SerializeToNode(entry.Event, DomainJson.Options)!.AsObject();
        json.Insert(0, "accountId", entry.AccountId);
        json.Insert(1, "seq", entry.Seq);
        json.Remove("trace");
        json["at"] = entry.At.UtcDateTime;
        return json.ToJsonString(DomainJson.Options);
    }
}
