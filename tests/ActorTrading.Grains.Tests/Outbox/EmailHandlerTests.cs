using System.Net;
using System.Text.Json;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Orleans.Embedded.Simulation;

namespace ActorTrading.Grains.Tests.Outbox;

/// <summary>E-mail in conversation with a mail server.</summary>
public sealed class EmailHandlerTests
{
    private readonly SimulatedTimeProvider _clock = new();

    [Fact]
    public async Task A_mail_arrives_as_it_was_written()
    {
        await using var server = new SmtpReceiver();
        var message = Message("First line\n.hidden dot\r\n.\r\n..two\r\nlast");
        (await HandleAsync(server, message)).ShouldBe(OutboxOutcome.Done);
        server.Lines.ShouldContain("MAIL FROM:<alerts@example.com>");
        server.Lines.ShouldContain("RCPT TO:<zoe@example.com>");
        var mail = server.Mails.ShouldHaveSingleItem();
        mail.ShouldContain("Subject: Alert on EURUSD");
        mail.ShouldContain($"Message-ID: <{message.Id}@actortrading>", Case.Insensitive);
        // Lines that begin with a dot came with a second one and lost nothing.
        mail[(mail.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].TrimEnd().ShouldBe("First line\r\n.hidden dot\r\n.\r\n..two\r\nlast");
        server.Lines.ShouldContain("..hidden dot");
    }

    [Theory]
    [InlineData("Zoë's alert: 1,10 €\nsecond line")]
    [InlineData(null)]
    public async Task Whatever_is_no_plain_line_arrives_too(string? body)
    {
        body ??= new string('x', 3_000);
        await using var server = new SmtpReceiver();
        (await HandleAsync(server, Message(body))).ShouldBe(OutboxOutcome.Done);
        var mail = server.Mails.ShouldHaveSingleItem();
        mail.ShouldContain("Content-Transfer-Encoding: base64");
        var encoded = mail[(mail.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].ReplaceLineEndings("");
        System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(encoded)).ShouldBe(body.ReplaceLineEndings("\r\n"));
        server.Lines.ShouldAllBe(l => l.Length <= 998);
    }

    [Fact]
    public async Task With_a_user_it_signs_in()
    {
        await using var server = new SmtpReceiver { OffersAuth = true };
        (await HandleAsync(server, Message("hello"), user: "mailer")).ShouldBe(OutboxOutcome.Done);
        server.Credentials.ShouldBe("mailer:secret");
    }

    [Fact]
    public async Task With_StartTls_nothing_goes_in_the_clear_and_an_unknown_certificate_ends_it()
    {
        await using var server = new SmtpReceiver { OffersTls = true, OffersAuth = true };
        var outcome = await HandleAsync(server, Message("hello"), user: "mailer", tls: true);
        outcome.RetryAfter.ShouldNotBeNull(outcome.Error);
        server.Lines.ShouldNotContain(l => l.StartsWith("AUTH", StringComparison.Ordinal) || l.StartsWith("MAIL", StringComparison.Ordinal));
        server.Lines.ShouldContain("STARTTLS");
        server.Mails.ShouldBeEmpty();
    }

    [Fact]
    public async Task With_StartTls_and_a_known_certificate_the_mail_goes_encrypted()
    {
        await using var server = new SmtpReceiver { OffersTls = true, OffersAuth = true };
        var thumbprint = server.Certificate.Thumbprint;
#pragma warning disable SYSLIB0014 // The one way to tell System.Net.Mail of a certificate that this machine does not know.
        var before = ServicePointManager.ServerCertificateValidationCallback;
        ServicePointManager.ServerCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == thumbprint;
        try
        {
            (await HandleAsync(server, Message("hello"), user: "mailer", tls: true)).ShouldBe(OutboxOutcome.Done);
        }
        finally
        {
            ServicePointManager.ServerCertificateValidationCallback = before;
        }
#pragma warning restore SYSLIB0014
        server.Encrypted.ShouldContain("MAIL");
        server.Encrypted.ShouldContain("AUTH");
        server.Credentials.ShouldBe("mailer:secret");
        server.Mails.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_server_without_StartTls_gets_nothing_when_it_is_asked_for()
    {
        await using var server = new SmtpReceiver { OffersAuth = true };
        var outcome = await HandleAsync(server, Message("hello"), user: "mailer", tls: true);
        outcome.Error.ShouldNotBeNull();
        server.Mails.ShouldBeEmpty();
        server.Credentials.ShouldBeNull();
    }

    [Theory]
    [InlineData("MAIL", "421 too busy")]
    [InlineData("RCPT", "450 try again later")]
    [InlineData("DATA", "451 local error")]
    [InlineData(".", "452 no room")]
    public async Task A_4xx_is_tried_again_at_doubling_intervals(string verb, string answer)
    {
        await using var server = new SmtpReceiver();
        server.Answers[verb] = new Queue<string>([answer, answer, answer]);
        (await HandleAsync(server, Message("hello"))).RetryAfter.ShouldBe(TimeSpan.FromSeconds(15));
        (await HandleAsync(server, Message("hello", attempts: 2))).RetryAfter.ShouldBe(TimeSpan.FromSeconds(60));
        (await HandleAsync(server, Message("hello", attempts: 7))).RetryAfter.ShouldBeNull();
        server.Mails.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("MAIL", "550 not from here")]
    [InlineData("RCPT", "550 no such person")]
    [InlineData("RCPT", "553 what a name")]
    [InlineData("DATA", "554 no")]
    [InlineData(".", "554 looks like spam")]
    public async Task A_5xx_is_final(string verb, string answer)
    {
        await using var server = new SmtpReceiver();
        server.Answers[verb] = new Queue<string>([answer]);
        var outcome = await HandleAsync(server, Message("hello"));
        outcome.Error.ShouldNotBeNull();
        outcome.RetryAfter.ShouldBeNull();
        server.Mails.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_left_after_twenty_seconds()
    {
        await using var server = new SmtpReceiver();
        server.Answers["MAIL"] = new Queue<string>([""]);
        var handling = HandleAsync(server, Message("hello"));
        await server.Silent.WaitAsync(TimeSpan.FromSeconds(20));
        _clock.Advance(TimeSpan.FromSeconds(20));
        (await handling.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBe(OutboxOutcome.Retry("no answer within 20 s", TimeSpan.FromSeconds(15)));
    }

    [Fact]
    public async Task A_server_that_is_away_is_tried_again()
    {
        int port;
        await using (var server = new SmtpReceiver())
        {
            port = server.Port;
        }

        (await Handler(port).HandleAsync(Message("hello"), CancellationToken.None)).RetryAfter.ShouldBe(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Without_a_server_or_a_user_it_is_given_up()
    {
        var users = new OneUser(null);
        (await new EmailHandler(new SmtpSettings(null, 25, false, "a@b.c", null, null), users, _clock).HandleAsync(Message("x"), CancellationToken.None)).ShouldBe(OutboxOutcome.GiveUp("No mail server is configured (Smtp:Host)."));
        (await new EmailHandler(new SmtpSettings("127.0.0.1", 1, false, "a@b.c", null, null), users, _clock).HandleAsync(Message("x"), CancellationToken.None)).ShouldBe(OutboxOutcome.GiveUp("The user is gone."));
    }

    private EmailHandler Handler(int port, string? user = null, bool tls = false) =>
        new(new SmtpSettings("localhost", port, tls, "alerts@example.com", user, "secret"), new OneUser("zoe@example.com"), _clock);

    private Task<OutboxOutcome> HandleAsync(SmtpReceiver server, LeasedMessage message, string? user = null, bool tls = false) =>
        Handler(server.Port, user, tls).HandleAsync(message, CancellationToken.None);

    private LeasedMessage Message(string body, int attempts = 0) => new()
    {
        Id = Guid.NewGuid(), Kind = AlertDeliveries.Email, Payload = JsonSerializer.Serialize(new EmailDelivery(Guid.NewGuid(), "Alert on EURUSD", body), DomainJson.Options),
        Attempts = attempts, LeasedUntil = _clock.GetUtcNow() + TimeSpan.FromMinutes(1), CreatedAt = _clock.GetUtcNow(),
    };

    private sealed class OneUser(string? email) : IUserStore
    {
        public Task<StoredUser?> FindAsync(Guid id, CancellationToken cancellation = default) => Task.FromResult(email is null ? null
            : new StoredUser { Id = id, Username = "zoe", Email = email, PasswordHash = "", CreatedAt = DateTimeOffset.UnixEpoch });

        public Task CreateAsync(StoredUser user, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task<StoredUser?> FindByLoginAsync(string login, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task<StoredUser?> UpdateProfileAsync(Guid id, ProfileChange change, DateTimeOffset at, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task SetPasswordAsync(Guid id, string passwordHash, DateTimeOffset at, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task SetMfaAsync(Guid id, string? secret, bool enabled, DateTimeOffset at, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task<string?> MfaSecretAsync(Guid id, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task<bool> UseMfaStepAsync(Guid id, long step, CancellationToken cancellation = default) => throw new NotSupportedException();
    }
}
