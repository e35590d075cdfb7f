using System.Text.Json;
using ActorTrading.Contracts;
using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>The payloads that users' screens get, in the shapes of the hub's contract.</summary>
public static class UserMessages
{
    public static UserMessage Trade(Guid userId, LedgerEntry entry) =>
        new(userId, TradeUpdate.Name, entry.AccountId, entry.Seq, TradeUpdate.Json(entry));

    public static UserMessage Connection(Guid userId, Guid accountId, string status, string? reason = null) =>
        new(userId, "ConnectionStatus", accountId, null, Write(new { accountId, status, reason }));

    public static UserMessage Status(Guid userId, AccountStatus status) =>
        new(userId, "AccountStatus", status.AccountId, null, Write(status));

    public static UserMessage Alert(AlertDefinition definition, AlertFiring firing) =>
        new(definition.UserId, "AlertTriggered", null, null,
            Write(new { alertId = firing.AlertId, symbol = firing.Symbol, price = firing.Price, time = firing.Time.UtcDateTime, message = firing.Message, sequence = firing.Sequence }));

    /// <summary>The payload alone: it is also what the list of notifications keeps.</summary>
    public static string LinkStopped(Guid linkId, LinkSettings settings, LinkRiskState risk) => Write(new
    {
        linkId, settings.LeaderAccountId, settings.FollowerAccountId, reason = risk.StopReason, detail = risk.StopDetail,
        until = risk.StoppedUntil?.UtcDateTime, closes = risk.Closes, sequence = risk.StopSequence,
    });

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, DomainJson.Options);
}
