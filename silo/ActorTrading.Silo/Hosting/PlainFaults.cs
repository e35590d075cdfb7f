using System.Collections.Concurrent;
using System.Net.Sockets;
using ActorTrading.Postgres;
using Microsoft.AspNetCore.SignalR;
using Npgsql;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace ActorTrading.Silo;

/// <summary>
/// Says in one line what went wrong where that is known: a database or a terminal that is away, somebody else who was first, a wait that ended.
/// Where in the code it was noticed helps nobody then, and a page of it for each account hides the rest of the log. What a client is refused is the client's to know. Anything else keeps its stack.
/// </summary>
/// <param name="next">Where it is written; closed with this.</param>
internal sealed class PlainFaults(Logger next) : ILogEventSink, IDisposable
{
    private static readonly MessageTemplateParser Parser = new();

    private readonly ConcurrentDictionary<string, MessageTemplate> _withReason = new(StringComparer.Ordinal);

    public void Emit(LogEvent logEvent)
    {
        // What a client is answered for a call of its own to the hub; SignalR calls it an error here. A refused request of HTTP is no line either.
        if (logEvent.Exception is HubException)
        {
            return;
        }

        next.Write(logEvent.Exception is { } error && IsKnown(error) ? Plain(logEvent, error) : logEvent);
    }

    public void Dispose() => next.Dispose();

    private static bool IsKnown(Exception error) => error is StoreUnavailableException or ConflictException or LedgerOverloadedException
        or TimeoutException or OperationCanceledException or SocketException or NpgsqlException { IsTransient: true };

    private LogEvent Plain(LogEvent told, Exception error)
    {
        var template = _withReason.GetOrAdd(told.MessageTemplate.Text, static text => Parser.Parse($"{text}: {{Reason:l}}"));
        var properties = told.Properties.Select(p => new LogEventProperty(p.Key, p.Value)).Append(new LogEventProperty("Reason", new ScalarValue(ReasonOf(error))));
        return told.TraceId is { } trace && told.SpanId is { } span
            ? new LogEvent(told.Timestamp, told.Level, null, template, properties, trace, span)
            : new LogEvent(told.Timestamp, told.Level, null, template, properties);
    }

    /// <summary>What happened and what led to it, as far as each says something of its own.</summary>
    private static string ReasonOf(Exception error)
    {
        var reason = error.Message;
        for (var inner = error.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (!reason.Contains(inner.Message, StringComparison.Ordinal)) reason += $" ({inner.Message})";
        }
        return reason.ReplaceLineEndings(" ");
    }
}
