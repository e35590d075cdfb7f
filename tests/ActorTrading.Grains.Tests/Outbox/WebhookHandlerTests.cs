using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Microsoft.AspNetCore.Http;
using Orleans.Embedded.Simulation;

namespace ActorTrading.Grains.Tests.Outbox;

/// <summary>Webhooks against a real HTTP server.</summary>
public sealed class WebhookHandlerTests
{
    private static readonly Guid User = Guid.Parse("01890000-0000-7000-8000-000000000001");
    private readonly SimulatedTimeProvider _clock = new();
    private readonly WebhookSecrets _secrets = new(new byte[32]);
    private readonly Versions _versions = new();

    [Fact]
    public async Task A_call_is_a_signed_post_with_the_id_of_its_delivery()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var message = Message($"{receiver.Url}/hook", """{"price":1.5,"name":"Zoë"}""");
        (await Handler().HandleAsync(message, CancellationToken.None)).ShouldBe(OutboxOutcome.Done);
        var call = receiver.Calls.ShouldHaveSingleItem();
        call.Path.ShouldBe("/hook");
        call.Body.ShouldBe("""{"price":1.5,"name":"Zoë"}""");
        call.ContentType.ShouldBe("application/json; charset=utf-8");
        call.Headers[WebhookHandler.DeliveryHeader].ShouldBe(message.Id.ToString());

        // As docs/alerts.md tells a receiver to check it.
        var parts = call.Headers[WebhookSecrets.Header].Split(',');
        parts.Length.ShouldBe(2);
        parts[0].ShouldBe($"t={_clock.GetUtcNow().ToUnixTimeSeconds()}");
        parts[1].ShouldBe($"v1={Mac(_secrets.For(User), $"{parts[0][2..]}.{call.Body}")}");
        _secrets.For(User).ShouldNotBe(_secrets.For(Guid.NewGuid()));
    }

    [Fact]
    public async Task Text_that_is_no_json_is_sent_as_text()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await Handler().HandleAsync(Message(receiver.Url, "EURUSD crossed"), CancellationToken.None);
        receiver.Calls.ShouldHaveSingleItem().ContentType.ShouldBe("text/plain; charset=utf-8");
    }

    [Fact]
    public async Task For_a_day_after_a_change_the_former_secret_signs_too()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        _versions.Current = new WebhookSecretVersion(3, _clock.GetUtcNow());
        _clock.Advance(TimeSpan.FromHours(23));
        await Handler().HandleAsync(Message(receiver.Url), CancellationToken.None);
        _clock.Advance(TimeSpan.FromHours(2));
        await Handler().HandleAsync(Message(receiver.Url), CancellationToken.None);
        var signatures = receiver.Calls.Select(c => c.Headers[WebhookSecrets.Header].Split(',')).ToList();
        signatures[0].Skip(1).ShouldBe([$"v1={Mac(_secrets.For(User, 3), $"{signatures[0][0][2..]}.hello")}", $"v1={Mac(_secrets.For(User, 2), $"{signatures[0][0][2..]}.hello")}"]);
        signatures[1].Skip(1).ShouldBe([$"v1={Mac(_secrets.For(User, 3), $"{signatures[1][0][2..]}.hello")}"]);
    }

    [Theory]
    [InlineData(500, 0, 5)]
    [InlineData(503, 1, 10)]
    [InlineData(599, 2, 20)]
    public async Task A_5xx_is_sent_again_at_doubling_intervals(int status, int attempts, int after)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = Status(status);
        (await Handler().HandleAsync(Message(receiver.Url, attempts: attempts), CancellationToken.None)).ShouldBe(OutboxOutcome.Retry($"answered {status}", TimeSpan.FromSeconds(after)));
    }

    [Theory]
    [InlineData(500, 3)]
    [InlineData(504, 0)]
    [InlineData(400, 0)]
    [InlineData(410, 0)]
    public async Task Others_and_the_fourth_are_final(int status, int attempts)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = Status(status);
        (await Handler().HandleAsync(Message(receiver.Url, attempts: attempts), CancellationToken.None)).ShouldBe(OutboxOutcome.GiveUp($"answered {status}"));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    public async Task A_redirect_is_not_followed(int status)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = context =>
        {
            context.Response.Headers.Location = "http://169.254.169.254/latest/meta-data";
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        (await Handler().HandleAsync(Message(receiver.Url), CancellationToken.None)).ShouldBe(OutboxOutcome.GiveUp($"answered {status}"));
        receiver.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task No_answer_within_three_seconds_is_given_up()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        receiver.Answer = async context =>
        {
            await using var _ = context.RequestAborted.Register(() => gone.TrySetResult());
            await gone.Task.WaitAsync(TimeSpan.FromSeconds(20));
        };
        var handling = Handler().HandleAsync(Message(receiver.Url), CancellationToken.None);
        await receiver.ArrivedAsync();
        _clock.Advance(TimeSpan.FromSeconds(2.9));
        handling.IsCompleted.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        (await handling.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBe(OutboxOutcome.GiveUp("no answer within 3 s"));

        // The call does not linger: the receiver sees it end.
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task The_process_that_stops_does_not_give_up_for_the_receiver()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        using var stopping = new CancellationTokenSource();
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        receiver.Answer = async context =>
        {
            await using var _ = context.RequestAborted.Register(() => gone.TrySetResult());
            await gone.Task.WaitAsync(TimeSpan.FromSeconds(20));
        };
        var handling = Handler().HandleAsync(Message(receiver.Url), stopping.Token);
        await receiver.ArrivedAsync();
        await stopping.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => handling.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task A_name_that_leads_into_the_private_network_is_not_called()
    {
        var asked = new List<string>();
        using var client = new WebhookClient(new WebhookSettings(AllowPrivate: false), (name, _) =>
        {
            asked.Add(name);
            return Task.FromResult<IPAddress[]>([IPAddress.Loopback, IPAddress.IPv6Loopback, IPAddress.Parse("10.0.0.5"), IPAddress.Parse("::ffff:192.168.0.1"), IPAddress.Parse("fe80::1")]);
        });
        var outcome = await new WebhookHandler(client, _secrets, _versions, _clock).HandleAsync(Message("http://rebound.example/hook"), CancellationToken.None);
        outcome.ShouldBe(OutboxOutcome.GiveUp("rebound.example has no public IPv4 address."));
        asked.ShouldBe(["rebound.example"]);
    }

    [Fact]
    public async Task The_address_that_was_judged_is_the_one_that_is_called()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var asked = 0;
        using var client = new WebhookClient(new WebhookSettings(AllowPrivate: true), (_, _) =>
            // A name server that answers differently the second time, as in DNS rebinding; it is asked but once.
            Task.FromResult<IPAddress[]>([asked++ == 0 ? IPAddress.Loopback : IPAddress.Parse("192.0.2.1")]));
        (await new WebhookHandler(client, _secrets, _versions, _clock).HandleAsync(Message($"http://name.invalid:{receiver.Port}/hook"), CancellationToken.None)).ShouldBe(OutboxOutcome.Done);
        asked.ShouldBe(1);
        receiver.Calls.ShouldHaveSingleItem().Headers["Host"].ShouldBe($"name.invalid:{receiver.Port}");
    }

    private WebhookHandler Handler() => new(new WebhookClient(new WebhookSettings(AllowPrivate: true)), _secrets, _versions, _clock);

    private LeasedMessage Message(string url, string body = "hello", int attempts = 0) => new()
    {
        Id = Guid.NewGuid(), Kind = AlertDeliveries.Webhook, Payload = JsonSerializer.Serialize(new WebhookDelivery(User, url, body), DomainJson.Options),
        Attempts = attempts, LeasedUntil = _clock.GetUtcNow() + TimeSpan.FromMinutes(1), CreatedAt = _clock.GetUtcNow(),
    };

    private static Func<HttpContext, Task> Status(int status) => context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    private static string Mac(string secret, string signed) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(signed)));

    private sealed class Versions : IWebhookSecretStore
    {
        public WebhookSecretVersion Current { get; set; } = new(0, null);

        public Task<WebhookSecretVersion> FindAsync(Guid userId, CancellationToken cancellation = default) => Task.FromResult(Current);

        public Task<WebhookSecretVersion?> RotateAsync(Guid userId, int fromVersion, DateTimeOffset at, CancellationToken cancellation = default) => throw new NotSupportedException();
    }
}
