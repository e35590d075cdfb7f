using System.Text.Json;
using ActorTrading.Domain;
using ActorTrading.Postgres;

namespace ActorTrading.Api.Auth;

/// <summary>Mails by way of the outbox: durable with the request, sent by whoever serves it.</summary>
public sealed class OutboxMail(IOutbox outbox, AuthOptions options, TimeProvider clock) : IAccountMail
{
    /// <summary>The kind that the e-mail sender serves, for alerts as for this: <c>{userId, subject, body}</c>.</summary>
    private const string Kind = "alert.email";

    public Task SendPasswordResetAsync(StoredUser user, string token, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var link = options.PasswordResetUrl.Replace("{token}", token, StringComparison.Ordinal);
        var body = $"Somebody, probably you, asked for a new password for '{user.Username}'. Set it here within {options.PasswordResetLifetime.TotalMinutes:0} minutes:\n\n{link}\n\n"
            + "If it was not you, do nothing.";
        var payload = JsonSerializer.Serialize(new { userId = user.Id, subject = "Your new password", body }, DomainJson.Options);
        return outbox.EnqueueAsync([new(Guid.CreateVersion7(now), Kind, payload, now)], now, cancel);
    }
}
