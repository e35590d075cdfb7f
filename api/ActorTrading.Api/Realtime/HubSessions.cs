using System.Collections.Concurrent;
using ActorTrading.Api.Auth.Tokens;
using ActorTrading.Api.Realtime.Quotes;
using ActorTrading.Api.Realtime.Sessions;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Api.Realtime;

/// <summary>
/// Takes the place of SignalR's own lifetime manager to get at the connections themselves: a frame serialised once is written
/// to each of them as it is, without SignalR's dispatch by group.
/// </summary>
public sealed class HubSessions(SessionRegistry registry, ILoggerFactory logs)
    : DefaultHubLifetimeManager<TradingHub>(logs.CreateLogger<DefaultHubLifetimeManager<TradingHub>>())
{
    private readonly ILogger _log = logs.CreateLogger<HubSessions>();
    private readonly ConcurrentDictionary<string, LiveSession> _sessions = new(StringComparer.Ordinal);

    public LiveSession Of(string connectionId) =>
        _sessions.TryGetValue(connectionId, out var session) ? session : throw new HubException("The connection is closing.");

    public override async Task OnConnectedAsync(HubConnectionContext connection)
    {
        await base.OnConnectedAsync(connection);
        _sessions[connection.ConnectionId] = await registry.OpenAsync(Caller.Of(connection.User), new Sink(connection, _log));
    }

    public override async Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        if (_sessions.TryRemove(connection.ConnectionId, out var session))
            await registry.CloseAsync(session);
        await base.OnDisconnectedAsync(connection);
    }

    private sealed class Sink(HubConnectionContext connection, ILogger log) : ISessionSink
    {
        public ValueTask WriteAsync(QuoteFrame frame) => connection.WriteAsync(frame.Hub);

        public ValueTask WriteAsync(UserEvent message) => connection.WriteAsync(message.Hub);

        public void End(string reason)
        {
            log.LogDebug("Connection {ConnectionId} is ended: {Reason}", connection.ConnectionId, reason);
            connection.Abort();
        }

        public void Abort(Exception cause)
        {
            log.LogDebug(cause, "Connection {ConnectionId} is given up", connection.ConnectionId);
            connection.Abort();
        }
    }
}
