using System.Net.Http.Json;
using System.Net.WebSockets;
using ActorTrading.Api.Auth;
using ActorTrading.Api.Realtime.Sessions;
using ActorTrading.Api.Tests.Support;
using ActorTrading.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace ActorTrading.Api.Tests.Realtime;

/// <summary>A connection lives no longer than what it was opened with.</summary>
[Collection(OnApiHost.Name)]
public class AdmissionTests(ApiHost host)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private SessionRegistry Sessions => host.Services.GetRequiredService<SessionRegistry>();

    [Fact]
    public async Task A_revoked_key_ends_what_was_opened_with_it_and_nothing_else()
    {
        var user = await host.RegisterAsync();
        var made = await (await user.Http.PostAsJsonAsync("/api/v1/auth/api-keys", new { name = "bot", scopes = new[] { "read" } })).JsonAsync();
        using var robbed = await ConnectAsync(host.Http, made.GetProperty("key").GetString()!);
        using var own = await ConnectAsync(host.Http, user.Token);
        await using var hub = await HubClient.ConnectAsync(host.Http.BaseAddress!, made.GetProperty("key").GetString()!);
        await Sessions.CheckAsync();
        await AskAsync(robbed);

        (await user.Http.DeleteAsync($"/api/v1/auth/api-keys/{made.GetProperty("id").GetGuid()}")).IsSuccessStatusCode.ShouldBeTrue();
        await Sessions.CheckAsync();
        await SentAwayAsync(robbed);
        await hub.Ended.WaitAsync(Patience);
        await AskAsync(own);
    }

    [Fact]
    public async Task A_changed_password_ends_the_connections_of_the_tokens_before()
    {
        await using var app = await host.StartAnotherAsync([]);
        using var http = ApiHost.ClientOf(app);
        var user = await host.RegisterAsync(http);
        using var socket = await ConnectAsync(http, user.Token);
        var users = host.Services.GetRequiredService<IUserStore>();
        await users.SetPasswordAsync(user.Id, "another", TimeProvider.System.GetUtcNow());
        app.Services.GetRequiredService<UserGate>().Forget(user.Id);
        await app.Services.GetRequiredService<SessionRegistry>().CheckAsync();
        await SentAwayAsync(socket);
    }

    [Fact]
    public async Task A_plain_connection_ends_when_its_token_does()
    {
        await using var app = await host.StartAnotherAsync(new() { ["Auth:AccessTokenLifetime"] = "00:00:01" });
        using var http = ApiHost.ClientOf(app);
        var user = await host.RegisterAsync(http);
        using var socket = await ConnectAsync(http, user.Token);
        await SentAwayAsync(socket);
    }

    private static async Task<ClientWebSocket> ConnectAsync(HttpClient http, string token)
    {
        var socket = new ClientWebSocket();
        using var patience = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(new UriBuilder(http.BaseAddress!) { Scheme = "ws", Path = "/ws/v1", Query = $"access_token={token}" }.Uri, patience.Token);
        return socket;
    }

    private static async Task AskAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(Patience);
        await socket.SendAsync("""{"action":"ping"}"""u8.ToArray(), WebSocketMessageType.Text, true, patience.Token);
        (await socket.ReceiveAsync(new byte[200], patience.Token)).MessageType.ShouldBe(WebSocketMessageType.Text);
    }

    private static async Task SentAwayAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(Patience);
        var close = await socket.ReceiveAsync(new byte[200], patience.Token);
        (close.CloseStatus, close.CloseStatusDescription).ShouldBe((WebSocketCloseStatus.PolicyViolation, "the token or key does not hold any more"));
    }
}
