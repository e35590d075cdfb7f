using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using ActorTrading.Api.Limits;
using ActorTrading.Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ActorTrading.Api.Tests.Conventions;

/// <summary>Limits that count by user or by address.</summary>
[Collection(OnApiHost.Name)]
public class LimitTests(ApiHost host)
{
    [Fact]
    public async Task A_user_has_so_many_live_connections_and_others_have_their_own()
    {
        await using var app = await host.StartAnotherAsync(new() { ["Limits:ConnectionsPerUser"] = "2" });
        using var http = ApiHost.ClientOf(app);
        var (user, other) = (await host.RegisterAsync(http), await host.RegisterAsync(http));
        await using var hub = await HubClient.ConnectAsync(http.BaseAddress!, user.Token);
        await hub.CallAsync("SubscribeSymbols", new object[] { new[] { "EURUSD" } });
        using var plain = new ClientWebSocket();
        await plain.ConnectAsync(Address(http, user), CancellationToken.None);
        await AnsweredAsync(plain);

        using var third = new ClientWebSocket();
        third.Options.CollectHttpResponseDetails = true;
        await Should.ThrowAsync<WebSocketException>(() => third.ConnectAsync(Address(http, user), CancellationToken.None));
        third.HttpStatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        await (await user.Http.PostAsync("/hubs/trading/negotiate?negotiateVersion=1", null)).ProblemAsync(429, "TOO_MANY_CONNECTIONS");
        using var others = new ClientWebSocket();
        await others.ConnectAsync(Address(http, other), CancellationToken.None);
        await AnsweredAsync(others);

        // A place that becomes free can be taken; the server may notice the end a moment later.
        await plain.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        for (var tries = 1; ; tries++)
        {
            tries.ShouldBeLessThan(200, "the place does not become free");
            if ((await user.Http.PostAsync("/hubs/trading/negotiate?negotiateVersion=1", null)).StatusCode == HttpStatusCode.OK)
                break;
        }
    }

    [Fact]
    public async Task Negotiating_a_connection_is_a_request_like_any_other()
    {
        await using var app = await host.StartAnotherAsync(new() { ["Limits:Requests:Burst"] = "3", ["Limits:Requests:PerSecond"] = "0.001" });
        using var http = ApiHost.ClientOf(app);
        var user = await host.RegisterAsync(http);
        const string negotiate = "/hubs/trading/negotiate?negotiateVersion=1";
        for (var left = 2; left >= 0; left--)
            (await user.Http.PostAsync(negotiate, null)).Headers.GetValues("RateLimit-Remaining").Single().ShouldBe($"{left}");
        await (await user.Http.PostAsync(negotiate, null)).ProblemAsync(429, "TOO_MANY_REQUESTS");
        await (await user.Http.GetAsync("/api/v1/accounts")).ProblemAsync(429, "TOO_MANY_REQUESTS");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_over_live_connections_beyond_a_users_rate_wait_and_others_do_not(bool plainly)
    {
        await using var app = await host.StartAnotherAsync(new() { ["Limits:Requests:Burst"] = "2", ["Limits:Requests:PerSecond"] = "0.001" });
        using var http = ApiHost.ClientOf(app);
        var (user, other) = (await host.RegisterAsync(http), await host.RegisterAsync(http));
        await using var hub = await HubClient.ConnectAsync(http.BaseAddress!, user.Token);
        using var plain = new ClientWebSocket();
        await plain.ConnectAsync(Address(http, user), CancellationToken.None);
        await hub.CallAsync("SubscribeSymbols", [new[] { "EURUSD" }]);
        await AnsweredAsync(plain);

        var calls = app.Services.GetRequiredService<LiveCalls>();
        calls.Waiting(user.Id).ShouldBe(0);
        var third = plainly ? AnsweredAsync(plain) : hub.CallAsync("SubscribeSymbols", [new[] { "EURUSD" }]);
        for (var tries = 1; calls.Waiting(user.Id) == 0; tries++)
        {
            tries.ShouldBeLessThan(2_000, "the call does not wait");
            await http.GetAsync("/health/live");
        }
        third.IsCompleted.ShouldBeFalse();
        await using var others = await HubClient.ConnectAsync(http.BaseAddress!, other.Token);
        await others.CallAsync("SubscribeSymbols", [new[] { "EURUSD" }]);

        // Whoever goes waits no longer.
        plain.Abort();
        await hub.DisposeAsync();
        for (var tries = 1; calls.Waiting(user.Id) > 0; tries++)
        {
            tries.ShouldBeLessThan(2_000, "the call waits for nobody");
            await http.GetAsync("/health/live");
        }
        await Should.ThrowAsync<Exception>(() => third);
    }

    [Fact]
    public async Task A_user_has_so_many_alerts_that_can_fire_and_others_have_their_own()
    {
        await using var app = await host.StartAnotherAsync(new() { ["Limits:AlertsPerUser"] = "2" });
        using var http = ApiHost.ClientOf(app);
        var (user, other) = (await host.RegisterAsync(http), await host.RegisterAsync(http));
        Task<HttpResponseMessage> AddAsync(TestUser who) =>
            who.Http.PostAsJsonAsync("/api/v1/alerts", new { symbol = "EURUSD", condition = "crossingUp", value = 1.39m });
        (await AddAsync(user)).StatusCode.ShouldBe(HttpStatusCode.Created);
        var second = await AddAsync(user);
        second.StatusCode.ShouldBe(HttpStatusCode.Created);

        await (await AddAsync(user)).ProblemAsync(409, "TOO_MANY_ALERTS");
        (await AddAsync(other)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await user.Http.PatchAsJsonAsync(second.Headers.Location, new { status = "paused" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        await (await AddAsync(user)).ProblemAsync(409, "TOO_MANY_ALERTS");
        (await user.Http.DeleteAsync(second.Headers.Location)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await AddAsync(user)).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Whoever_tries_keys_is_told_to_wait_before_they_are_looked_up_and_a_token_is_no_key()
    {
        await using var app = await host.StartAnotherAsync(new() { ["Limits:SignIn:Burst"] = "4", ["Limits:SignIn:PerSecond"] = "0.001" });
        using var http = ApiHost.ClientOf(app);
        var user = await host.RegisterAsync(http);
        Task<HttpResponseMessage> TryAsync(string path)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("X-Api-Key", $"atk_{Guid.NewGuid():N}");
            return http.SendAsync(request);
        }

        for (var i = 0; i < 4; i++)
            await (await TryAsync("/api/v1/accounts")).ProblemAsync(401, "INVALID_TOKEN");
        foreach (var path in (string[])["/api/v1/accounts", "/hubs/trading/negotiate", "/health/live"])
            await (await TryAsync(path)).ProblemAsync(429, "TOO_MANY_REQUESTS");
        (await user.Http.GetAsync("/api/v1/accounts")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Behind_a_known_proxy_each_client_has_its_own_limit_and_an_unknown_one_is_not_believed()
    {
        var limits = new Dictionary<string, string?> { ["Limits:SignIn:Burst"] = "2", ["Limits:SignIn:PerSecond"] = "0.001" };
        await using (var behind = await host.StartAnotherAsync(new(limits) { ["Proxy:Known:0"] = "10.9.0.0/16", ["Proxy:Known:1"] = "127.0.0.1" }))
        {
            using var http = ApiHost.ClientOf(behind);
            for (var client = 1; client <= 5; client++)
                (await SignInAsync(http, $"198.51.100.{client}")).ShouldBe(HttpStatusCode.Unauthorized);
            // What a client writes into the header itself stands further left than what the proxy adds.
            (await SignInAsync(http, "203.0.113.1, 198.51.100.1")).ShouldBe(HttpStatusCode.Unauthorized);
            (await SignInAsync(http, "203.0.113.2, 198.51.100.1")).ShouldBe(HttpStatusCode.TooManyRequests);
        }

        await using var open = await host.StartAnotherAsync(new(limits) { ["Proxy:Known:0"] = "10.9.0.0/16" });
        using var direct = ApiHost.ClientOf(open);
        (await SignInAsync(direct, "198.51.100.1")).ShouldBe(HttpStatusCode.Unauthorized);
        (await SignInAsync(direct, "198.51.100.2")).ShouldBe(HttpStatusCode.Unauthorized);
        (await SignInAsync(direct, "198.51.100.3")).ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task A_proxy_that_is_no_address_is_said_at_start() =>
        (await Should.ThrowAsync<InvalidOperationException>(() => host.StartAnotherAsync(new() { ["Proxy:Known:0"] = "nginx" }))).Message.ShouldContain("'nginx'");

    private static async Task<HttpStatusCode> SignInAsync(HttpClient http, string forwardedFor)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/login") { Content = JsonContent.Create(new { login = "nobody", password = "not the password" }) };
        request.Headers.Add("X-Forwarded-For", forwardedFor);
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    private static Uri Address(HttpClient http, TestUser user) => new UriBuilder(http.BaseAddress!) { Scheme = "ws", Path = "/ws/v1", Query = $"access_token={user.Token}" }.Uri;

    /// <summary>An answered ping: the connection is counted.</summary>
    private static async Task AnsweredAsync(ClientWebSocket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await socket.SendAsync("""{"action":"ping"}"""u8.ToArray(), WebSocketMessageType.Text, true, limit.Token);
        await socket.ReceiveAsync(new byte[1024], limit.Token);
    }
}
