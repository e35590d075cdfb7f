using System.Net;
using System.Net.Mail;
using System.Text.Json;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Dapper;

namespace ActorTrading.Grains;

/// <summary>The mail server; without a host nothing is sent.</summary>
public sealed record SmtpSettings(string? Host, int Port, bool StartTls, string From, string? Username, string? Password);

/// <summary>Sends an alert's text to its user's address over SMTP.</summary>
public sealed class EmailHandler(SmtpSettings settings, PostgresDatabase database) : IOutboxHandler
{
    private const int TriesMax = 8;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    public string Kind => AlertDeliveries.Email;

    public async Task<OutboxOutcome> HandleAsync(LeasedMessage message, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(settings.Host))
        {
            return OutboxOutcome.GiveUp("No mail server is configured (Smtp:Host).");
        }

        var delivery = JsonSerializer.Deserialize<EmailDelivery>(message.Payload, DomainJson.Options)!;
        var address = await database.UseAsync(c => c.QuerySingleOrDefaultAsync<string>("SELECT email FROM users WHERE id = @UserId", new { delivery.UserId }), cancellation);
        if (address is null)
        {
            return OutboxOutcome.GiveUp("The user is gone.");
        }

        using var client = new SmtpClient(settings.Host, settings.Port) { EnableSsl = settings.StartTls };
        if (settings.Username is { Length: > 0 } user)
        {
            client.Credentials = new NetworkCredential(user, settings.Password);
        }

        using var mail = new MailMessage(settings.From, address, delivery.Subject, delivery.Body);

        // The same on every try, so that a mail server or reader can drop a repetition.
        mail.Headers.Add("Message-ID", $"<{message.Id}@actortrading>");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Timeout);
        try
        {
            await client.SendMailAsync(mail, limit.Token);
            return OutboxOutcome.Done;
        }
        catch (SmtpFailedRecipientException e)
        {
            return OutboxOutcome.GiveUp(e.Message);
        }
        catch (Exception e) when (e is SmtpException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return message.Attempts + 1 < TriesMax
                ? OutboxOutcome.Retry(e.Message, FirstRetry * Math.Pow(2, message.Attempts))
                : OutboxOutcome.GiveUp(e.Message);
        }
    }
}
