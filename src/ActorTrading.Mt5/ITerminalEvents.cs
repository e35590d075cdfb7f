using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>
/// What a terminal tells unasked. Every method is called on the client's own thread, in the order of arrival: return
/// quickly, and never wait there for the client. An exception thrown is reported as a fault and goes no further.
/// </summary>
public interface ITerminalEvents
{
    /// <summary>A tick of a subscribed symbol.</summary>
    void OnQuote(in Quote quote);

    /// <summary>A subscribed bar has closed.</summary>
    void OnBar(in TerminalBar bar);

    /// <summary>The terminal sent a trade to its server. Not complete: SL/TP, stop-outs and activations are never announced.</summary>
    void OnTradeExecuted(TerminalTradeEvent trade);

    /// <summary>The answer to a request whose outcome had been given as <see cref="TradeOutcome.Unknown"/>.</summary>
    void OnLateTradeAnswer(TradeRequest request, TradeOutcome.Answered answer);

    void OnConnectionChanged(TerminalConnectionState state, string reason);

    /// <summary>The terminal lost its own server, or (on the next tick after that) has it back.</summary>
    void OnBrokerLink(bool connected);

    void OnProtocolFault(ProtocolFault fault);
}

public enum TerminalConnectionState
{
    /// <summary>Not started, or disposed.</summary>
    Stopped,

    /// <summary>No connection, or not all ports: trying on and on.</summary>
    Connecting,

    /// <summary>Connected; draining old answers and setting up subscriptions.</summary>
    Preparing,

    /// <summary>Requests are taken.</summary>
    Online,
}

/// <summary>A trade request and its result as announced on the event socket.</summary>
/// <param name="Action">TRADE_ACTION_* as the terminal names it.</param>
/// <param name="ClientOrderId">The comment that the request carried; null for none.</param>
/// <param name="Position">Ticket of the position acted on; 0 for none.</param>
/// <param name="RequestId">The terminal's own counter.</param>
public sealed record TerminalTradeEvent(string Action, string Symbol, string OrderType, decimal RequestVolume, decimal RequestPrice,
    decimal? StopLoss, decimal? TakeProfit, string? ClientOrderId, long Position, Retcode Retcode, long Order, decimal Volume, decimal Price,
    long RequestId);

public enum ProtocolFaultKind { Malformed, Implausible, Stray, ErrorAnswer, HandlerFailed }

/// <summary>Something arrived that the protocol does not foresee, or foresees as a defect.</summary>
/// <param name="Excerpt">The start of the offending frame, printable, at most 200 characters; empty where there is none.</param>
public sealed record ProtocolFault(ProtocolFaultKind Kind, string Where, string Description, string Excerpt);
