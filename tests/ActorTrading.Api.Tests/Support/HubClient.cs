using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorTrading.Api.Tests.Support;

/// <summary>Microsoft's own SignalR client on the hub, with what it receives in queues to wait on.</summary>
public sealed class HubClient : IAsyncDisposable
{
    private readonly HubConnection _hub;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, Channel<JsonElement>> _received = new[] { "MarketData", "TradeUpdate", "AlertTriggered", "AccountStatus", "ConnectionStatus", "SystemStatus", "BacktestProgress", "StrategySignal", "LinkStopped" }
        .ToDictionary(name => name, _ => Channel.CreateUnbounded<JsonElement>());

    private HubClient(Uri address, string token)
    {
        var url = new UriBuilder(address) { Scheme = "ws", Path = "/hubs/trading", Query = $"access_token={token}" }.Uri;
        var services = new ServiceCollection().BuildServiceProvider();
        _hub = new(new WebSocketFactory(url), new JsonHubProtocol(), new UriEndPoint(url), services, NullLoggerFactory.Instance);
        foreach (var (name, channel) in _received)
            _hub.On<JsonElement>(name, json => channel.Writer.TryWrite(json));
        _hub.Closed += _ =>
        {
            _ended.TrySetResult();
            return Task.CompletedTask;
        };
    }

    /// <summary>Completes when the connection has ended.</summary>
    public Task Ended => _ended.Task;

    public static async Task<HubClient> ConnectAsync(Uri address, string token)
    {
        var client = new HubClient(address, token);
        await client._hub.StartAsync();
        return client;
    }

    public Task CallAsync(string method, params object?[] arguments) => _hub.InvokeCoreAsync(method, arguments);

    public async Task<JsonElement> NextAsync(string name) => await _received[name].Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public bool HasMore(string name) => _received[name].Reader.Count > 0;

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    /// <summary>A WebSocket as SignalR's client wants its connections: a pipe each way.</summary>
    private sealed class WebSocketFactory(Uri url) : IConnectionFactory
    {
        public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        {
            var socket = new ClientWebSocket();
            await socket.ConnectAsync(url, cancellationToken);
            Pipe down = new(), up = new();
            _ = ReceiveAsync(socket, down.Writer);
            _ = SendAsync(socket, up.Reader);
            return new DefaultConnectionContext("test", new Duplex(down.Reader, up.Writer), new Duplex(up.Reader, down.Writer));
        }

        private static async Task ReceiveAsync(WebSocket socket, PipeWriter writer)
        {
            try
            {
                while (true)
                {
                    var read = await socket.ReceiveAsync(writer.GetMemory(4096), CancellationToken.None);
                    if (read.MessageType == WebSocketMessageType.Close)
                        break;
                    writer.Advance(read.Count);
                    await writer.FlushAsync();
                }
            }
            catch (WebSocketException)
            {
            }
            await writer.CompleteAsync();
        }

        private static async Task SendAsync(WebSocket socket, PipeReader reader)
        {
            while (true)
            {
                var read = await reader.ReadAsync();
                if (!read.Buffer.IsEmpty)
                    await socket.SendAsync(read.Buffer.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    break;
            }
            socket.Abort();
        }

        private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
        {
            public PipeReader Input => input;

            public PipeWriter Output => output;
        }
    }
}
