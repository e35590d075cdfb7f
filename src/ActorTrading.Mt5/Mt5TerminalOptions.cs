using System.Text;
using ActorTrading.Mt5.ZeroMq;

namespace ActorTrading.Mt5;

/// <summary>A: the MQL5-JSON-API EA with its four sockets. B: ejtraderMT with one request socket whose reply is the answer.</summary>
public enum TerminalDialect { A, B }

/// <summary>Where a terminal is and how patient to be with it.</summary>
public sealed record Mt5TerminalOptions
{
    /// <summary>Host name or address; in <see cref="Bind"/> mode the interface to listen on.</summary>
    public string Host { get; init; } = "127.0.0.1";

    public int RequestPort { get; init; } = 15555;
    public int ReplyPort { get; init; } = 15556;
    public int StreamPort { get; init; } = 15557;
    public int EventPort { get; init; } = 15558;

    public TerminalDialect Dialect { get; init; }

    /// <summary>Listen instead of connecting: dialect B's EA can be told to connect out.</summary>
    public bool Bind { get; init; }

    /// <summary>Longest wait for the answer to a question.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait for the answer to a trade; after it the outcome is unknown.</summary>
    public TimeSpan TradeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for history, which can be large.</summary>
    public TimeSpan HistoryTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A trade that could not be sent for this long is refused: the market has moved on.</summary>
    public TimeSpan MaxTradeQueueTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After an error answer: how long the proper answer may still follow (the EA sometimes sends both).</summary>
    public TimeSpan ErrorGrace { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>On connecting: how long it must be silent before what arrives is believed to answer this client.</summary>
    public TimeSpan QuietPeriod { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>With nothing asked for this long, ask for the balance, to notice a terminal that hangs.</summary>
    public TimeSpan IdleProbeInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A connection without a sign of life is dropped after this long, at the terminal's end too: the terminal deals its answers out among
    /// all that are connected, so a client that hangs, or whose machine was lost, would go on swallowing those of the one after it. Zero
    /// for a terminal whose libzmq is older than 4.2.
    /// </summary>
    public TimeSpan HeartbeatLifetime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Wait before connecting again after a loss: the first, doubling up to the largest, for ever.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(100);
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Requests that may wait; one more is refused.</summary>
    public int MaxQueuedRequests { get; init; } = 1024;

    /// <summary>Largest frame taken of an answer (history can be long) and of a tick or event, bytes. A larger one ends the connection.</summary>
    public long MaxAnswerBytes { get; init; } = 64 * 1024 * 1024;
    public long MaxStreamFrameBytes { get; init; } = 64 * 1024;

    /// <summary>Frames that libzmq may hold for us on the tick stream before the terminal is held back (and drops).</summary>
    public int StreamHighWaterMark { get; init; } = 100_000;

    /// <summary>In dialect B, which has no stream: how often ticks are asked for.</summary>
    public TimeSpan QuotePollInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The broker server's time zone: every time the terminal tells is in it.</summary>
    public TimeZoneInfo ServerTimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>How text is read that is not UTF-8; the terminal writes its ANSI code page.</summary>
    public Encoding AnsiEncoding { get; init; } = Encoding.Latin1;

    /// <summary>Encrypts to a terminal (or a proxy before it) that has this CURVE public key; null for plain TCP.</summary>
    public string? CurveServerKey { get; init; }
    public ZmqCurveKeys? CurveKeys { get; init; }

    internal string Endpoint(int port) => $"tcp://{Host}:{port}";
}
