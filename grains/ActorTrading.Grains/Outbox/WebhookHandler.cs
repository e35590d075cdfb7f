using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;

namespace ActorTrading.Grains;

/// <summary>
/// Calls a user's webhook by the rules of alert webhooks: POST, three seconds, signed; sent again only on 500–599 except 504, after
/// five seconds and then at doubling intervals, three times; a time-out is not sent again; never to a private address.
/// </summary>
public sealed class WebhookHandler(WebhookClient client, WebhookSecrets secrets, IWebhookSecretStore versions, TimeProvider clock) : IOutboxHandler
{
    /// <summary>Header with the delivery's id.</summary>
    public const string DeliveryHeader = "X-ActorTrading-Delivery";

    private const int ResendsMax = 3;
    private static readonly TimeSpan FirstResend = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    public string Kind => AlertDeliveries.Webhook;

    /// <summary>A receiver that does not answer takes a place for three seconds, so there are places for some hundreds of those a minute, and others.</summary>
    public int AtOnceMax => 128;

    public async Task<OutboxOutcome> HandleAsync(LeasedMessage message, CancellationToken cancellation)
    {
        var delivery = JsonSerializer.Deserialize<WebhookDelivery>(message.Payload, DomainJson.Options)!;
        if (client.Problem(delivery.Url) is { } problem)
        {
            return OutboxOutcome.GiveUp(problem);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, delivery.Url)
        {
            Content = new StringContent(delivery.Body, Encoding.UTF8, new MediaTypeHeaderValue(IsJson(delivery.Body) ? "application/json" : "text/plain", "utf-8")),
        };
        var (version, rotatedAt) = await versions.FindAsync(delivery.UserId, cancellation);
        request.Headers.Add(WebhookSecrets.Header, secrets.Sign(delivery.UserId, version, rotatedAt, delivery.Body, clock.GetUtcNow()));

        // The same on every try, so that a receiver can tell a repetition.
        request.Headers.Add(DeliveryHeader, message.Id.ToString());
        using var timeUp = new CancellationTokenSource(Timeout, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeUp.Token);
        try
        {
            using var response = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var status = (int)response.StatusCode;
            return status switch
            {
                >= 200 and < 300 => OutboxOutcome.Done,
                >= 500 and < 600 and not 504 when message.Attempts < ResendsMax =>
                    OutboxOutcome.Retry($"answered {status}", FirstResend * Math.Pow(2, message.Attempts)),
                _ => OutboxOutcome.GiveUp($"answered {status}"),
            };
        }
        catch (OperationCanceledException) when (timeUp.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return OutboxOutcome.GiveUp($"no answer within {Timeout.TotalSeconds} s");
        }
        catch (HttpRequestException e)
        {
            return OutboxOutcome.GiveUp(e.InnerException?.Message ?? e.Message);
        }
    }

    private static bool IsJson(string body)
    {
        try
        {
            using var _ = JsonDocument.Parse(body);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
