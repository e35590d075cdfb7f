using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using ActorTrading.Api.Auth.Tokens;
using ActorTrading.Api.Conventions;
using ActorTrading.Api.Limits;
using ActorTrading.Api.Realtime.Quotes;
using ActorTrading.Api.Realtime.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Api.Realtime;

/// <summary>The WebSocket at <c>/ws/v1</c> for programs without a SignalR client: one JSON object a text frame, both ways.</summary>
public sealed class PlainSocket(SessionRegistry registry, Subscriptions subscriptions, LiveCalls calls, IHostApplicationLifetime lifetime, TimeProvider clock,
    ILogger<PlainSocket> log)
{
    /// <summary>A client's message, bytes; a longer one closes the connection.</summary>
    public const int MessageBytesMax = 64 * 1024;

    /// <summary>How long a client that is sent away may take to hear why.</summary>
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(5);

    public async Task ServeAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
            throw new ApiException(400, ProblemCodes.BadRequest, "This address speaks WebSocket only.");
        var caller = Caller.Of(context.User);
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var sink = new Sink(socket, clock, log);
        LiveSession session;
        try
        {
            session = await registry.OpenAsync(caller, sink);
        }
        catch (ApiException e) when (e.Status == 429)
        {
            // Several asked at once, and the last place went to another.
            await RefuseAsync(socket, sink, WebSocketCloseStatus.PolicyViolation, e.Code, context.RequestAborted);
            return;
        }

        // The server waits for its connections when it stops, as long as it may, and what has to stop after it has only the rest of that time.
        using var stopping = lifetime.ApplicationStopping.Register(sink.Leave);
        try
        {
            await ReadAsync(socket, sink, session, context.RequestAborted);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            log.LogDebug(e, "A plain WebSocket of user {UserId} has ended", caller.UserId);
        }
        finally
        {
            // A send that a stalled client never takes must not hold the session.
            socket.Abort();
            await registry.CloseAsync(session);
        }
    }

    /// <summary>Cutting the connection with something of the client's unread would lose the reason, so the rest is read first.</summary>
    private async Task RefuseAsync(WebSocket socket, Sink sink, WebSocketCloseStatus status, string reason, CancellationToken cancel)
    {
        await sink.CloseAsync(status, reason, cancel);
        using var patience = new CancellationTokenSource(ClosePatience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        var rest = new byte[4096];
        try
        {
            while ((await socket.ReceiveAsync(rest, either.Token)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            log.LogDebug(e, "A client that was sent away did not answer the close");
        }
    }

    private async Task ReadAsync(WebSocket socket, Sink sink, LiveSession session, CancellationToken cancel)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.GetMemory(4096), cancel);
            if (read.MessageType == WebSocketMessageType.Close)
            {
                await sink.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancel);
                return;
            }
            if (read.MessageType == WebSocketMessageType.Binary)
            {
                await RefuseAsync(socket, sink, WebSocketCloseStatus.InvalidMessageType, "send JSON text", cancel);
                return;
            }
            buffer.Advance(read.Count);
            if (buffer.WrittenCount > MessageBytesMax)
            {
                await RefuseAsync(socket, sink, WebSocketCloseStatus.MessageTooBig, $"a message may have {MessageBytesMax} bytes", cancel);
                return;
            }
            if (!read.EndOfMessage)
                continue;
            await AnswerAsync(buffer.WrittenMemory, sink, session, cancel);
            buffer.ResetWrittenCount();
        }
    }

    private async Task AnswerAsync(ReadOnlyMemory<byte> message, Sink sink, LiveSession session, CancellationToken cancel)
    {
        await calls.TakeTurnAsync(session.UserId, cancel);
        string? action = null;
        try
        {
            var request = JsonSerializer.Deserialize<Request>(message.Span, ApiJson.Options) ?? throw ApiException.BadField("action", "is required.");
            action = request.Action;
            switch (action)
            {
                case "subscribe_symbols":
                    subscriptions.SubscribeSymbols(session, request.Symbols, request.MaxPerSecond);
                    break;
                case "unsubscribe_symbols":
                    subscriptions.UnsubscribeSymbols(session, request.Symbols);
                    break;
                case "subscribe_account":
                    await subscriptions.SubscribeAccountAsync(session, request.AccountId, request.AfterSeq, cancel);
                    break;
                case "unsubscribe_account":
                    subscriptions.UnsubscribeAccount(session, request.AccountId);
                    break;
                case "subscribe_backtest":
                    await subscriptions.SubscribeBacktestAsync(session, request.Id, cancel);
                    break;
                case "ping":
                    break;
                default:
                    throw ApiException.BadField("action", "must be one of subscribe_symbols, unsubscribe_symbols, subscribe_account, unsubscribe_account, subscribe_backtest, ping.");
            }
            await sink.WriteAsync(new UserEvent("Ack", null, null, JsonSerializer.Serialize(new { action }, ApiJson.Options)));
        }
        catch (Exception e) when ((e is JsonException ? new ApiException(400, ProblemCodes.MalformedJson, "The message is not the JSON expected here.") : FailureMap.Translate(e)) is { } known)
        {
            await sink.WriteAsync(new UserEvent("Error", null, null, JsonSerializer.Serialize(new { action, code = known.Code, detail = known.Message }, ApiJson.Options)));
        }
    }

    private sealed record Request(string? Action, string[]? Symbols, int? MaxPerSecond, string? AccountId, long? AfterSeq, string? Id);

    /// <summary>A socket takes one send at a time: quotes, events and answers take turns.</summary>
    private sealed class Sink(WebSocket socket, TimeProvider clock, ILogger log) : ISessionSink, IDisposable
    {
        private readonly SemaphoreSlim _turn = new(1, 1);
        private bool _closed;

        public async ValueTask WriteAsync(QuoteFrame frame)
        {
            await _turn.WaitAsync();
            try
            {
                if (frame.HasGap)
                    await SendAsync("""{"event":"system_status","kind":"quotesSkipped"}"""u8.ToArray());
                foreach (var line in frame.Lines)
                    await SendAsync(line.EventJson);
            }
            finally
            {
                _turn.Release();
            }
        }

        public async ValueTask WriteAsync(UserEvent message)
        {
            await _turn.WaitAsync();
            try
            {
                await SendAsync(message.Frame);
            }
            finally
            {
                _turn.Release();
            }
        }

        public async Task CloseAsync(WebSocketCloseStatus status, string? reason, CancellationToken cancel)
        {
            await _turn.WaitAsync(cancel);
            try
            {
                _closed = true;
                await socket.CloseOutputAsync(status, reason, cancel);
            }
            finally
            {
                _turn.Release();
            }
        }

        public void End(string reason) => _ = EndAsync(WebSocketCloseStatus.PolicyViolation, reason);

        /// <summary>The process stops: whoever connects anew comes to another, or to this one when it is back.</summary>
        public void Leave() => _ = EndAsync(WebSocketCloseStatus.EndpointUnavailable, "the server stops: connect again");

        /// <summary>The client's answer to the close ends the reading; one that does not answer is cut off.</summary>
        private async Task EndAsync(WebSocketCloseStatus status, string reason)
        {
            try
            {
                using var patience = new CancellationTokenSource(ClosePatience, clock);
                await CloseAsync(status, reason, patience.Token);
                await Task.Delay(ClosePatience, clock, CancellationToken.None);
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
            {
                log.LogDebug(e, "A client that was sent away did not take the close");
            }
            finally
            {
                socket.Abort();
            }
        }

        public void Abort(Exception cause)
        {
            log.LogDebug(cause, "A plain WebSocket is given up");
            socket.Abort();
        }

        public void Dispose() => _turn.Dispose();

        /// <summary>After a close nothing more may be sent, and what comes still has nobody to go to.</summary>
        private ValueTask SendAsync(ReadOnlyMemory<byte> text) => _closed ? ValueTask.CompletedTask
            : socket.SendAsync(text, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
    }
}
