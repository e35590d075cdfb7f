using System.Text.Json;
using ActorTrading.Domain;
using ActorTrading.Postgres;

namespace ActorTrading.Grains;

/// <summary>What a firing sends besides the hub, as outbox messages whose ids are functions of the firing.</summary>
public static class AlertDeliveries
{
    public const string Webhook = "alert.webhook";
    public const string Email = "alert.email";

    public static IEnumerable<OutboxMessage> Of(AlertDefinition definition, AlertFiring firing)
    {
        var channels = definition.Channels ?? [];
        if (definition.WebhookUrl is { } url && (channels.Count == 0 || channels.Contains(AlertChannel.Webhook)))
        {
            yield return Message(firing, Webhook, new WebhookDelivery(definition.UserId, url, firing.Message));
        }

        if (channels.Contains(AlertChannel.Email))
        {
            yield return Message(firing, Email, new EmailDelivery(definition.UserId, $"Alert on {firing.Symbol}", firing.Message));
        }
    }

    private static OutboxMessage Message<T>(AlertFiring firing, string kind, T payload) =>
        new(DeterministicId.Create(firing.AlertId, $"{kind}:{firing.Sequence}"), kind, JsonSerializer.Serialize(payload, DomainJson.Options), firing.Time);
}

/// <param name="Body">Sent as it is: as JSON where it parses as JSON, else as text.</param>
public sealed record WebhookDelivery(Guid UserId, string Url, string Body);

public sealed record EmailDelivery(Guid UserId, string Subject, string Body);
