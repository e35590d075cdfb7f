using System.Net.WebSockets;
using ActorTrading.Api.Tests.Support;

namespace ActorTrading.Api.Tests.Realtime;

/// <summary>A process that stops tells its clients, and is not held up by them.</summary>
[Collection(OnApiHost.Name)]
public class StoppingTests(ApiHost host)
{
    [Fact]
    public async Task A_plain_client_is_told_that_the_process_stops()
    {
        await using var app = await host.StartAnotherAsync([]);
        using var http = ApiHost.ClientOf(app);
        var user = await host.RegisterAsync(http);
        using var socket = new ClientWebSocket();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await socket.ConnectAsync(new UriBuilder(http.BaseAddress!) { Scheme = "ws", Path = "/ws/v1", Query = $"access_token={user.Token}" }.Uri, patience.Token);
        await socket.SendAsync("""{"action":"ping"}"""u8.ToArray(), WebSocketMessageType.Text, true, patience.Token);
        await socket.ReceiveAsync(new byte[200], patience.Token);

        var told = socket.ReceiveAsync(new byte[200], patience.Token);
        var stopped = app.StopAsync(patience.Token);
        (await told).CloseStatus.ShouldBe(WebSocketCloseStatus.EndpointUnavailable);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
        await stopped;
    }
}
