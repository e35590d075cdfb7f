using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using ActorTrading.Domain;
using ActorTrading.Postgres;

namespace ActorTrading.Grains;

/// <summary>The mail server; without a host nothing is sent.</summary>
public sealed record SmtpSettings(string? Host, int Port, bool StartTls, string From, string? Username, string? Password);

/// <summary>
/// Sends a text to its user's address over SMTP: tried again, at doubling intervals, while the server is away or says 4xx; 5xx is final.
/// </summary>
public sealed class EmailHandler(SmtpSettings settings, IUserStore users, TimeProvider clock) : IOutboxHandler
{
    private const int TriesMax = 8;

    /// <summary>Longest line sent as it is; RFC 5321 allows 998 characters.</summary>
    private const int PlainLineMax = 900;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    public string Kind => AlertDeliveries.Email;

    /// <summary>Each is a connection to the one mail server.</summary>
    public int AtOnceMax => 16;

    public async Task<OutboxOutcome> HandleAsync(LeasedMessage message, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(settings.Host))
        {
            return OutboxOutcome.GiveUp("No mail server is configured (Smtp:Host).");
        }

        var delivery = JsonSerializer.Deserialize<EmailDelivery>(message.Payload, DomainJson.Options)!;
        if ((await users.FindAsync(delivery.UserId, cancellation))?.Email is not { } address)
        {
            return OutboxOutcome.GiveUp("The user is gone.");
        }

        using var client = new SmtpClient(settings.Host, settings.Port) { EnableSsl = settings.StartTls };
        if (settings.Username is { Length: > 0 } user)
        {
            client.Credentials = new NetworkCredential(user, settings.Password);
        }

        using var mail = new MailMessage(new MailAddress(settings.From), new MailAddress(address)) { Subject = delivery.Subject };
        SetBody(mail, delivery.Body);

        // The same on every try, so that a mail server or reader can drop a repetition.
        mail.Headers.Add("Message-ID", $"<{message.Id}@actortrading>");
        using var timeUp = new CancellationTokenSource(Timeout, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeUp.Token);
        try
        {
            await client.SendMailAsync(mail, limit.Token);
            return OutboxOutcome.Done;
        }
        catch (SmtpException e) when ((int)e.StatusCode is >= 500 and < 600)
        {
            return OutboxOutcome.GiveUp(e.Message);
        }
        catch (Exception e) when (e is SmtpException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            var reason = timeUp.IsCancellationRequested ? $"no answer within {Timeout.TotalSeconds} s" : e.InnerException?.Message ?? e.Message;
            return message.Attempts + 1 < TriesMax
                ? OutboxOutcome.Retry(reason, FirstRetry * Math.Pow(2, message.Attempts))
                : OutboxOutcome.GiveUp(reason);
        }
    }

    /// <summary>As plain lines where all mail systems carry them; else in base64, since quoted-printable as the framework writes it encodes the line breaks.</summary>
    private static void SetBody(MailMessage mail, string body)
    {
        mail.Body = body.ReplaceLineEndings("\r\n");
        var isPlain = Ascii.IsValid(body) && mail.Body.Split("\r\n").All(line => line.Length <= PlainLineMax);
        mail.BodyEncoding = isPlain ? Encoding.ASCII : Encoding.UTF8;
        mail.BodyTransferEncoding = isPlain ? TransferEncoding.SevenBit : TransferEncoding.Base64;
    }
}
