using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorTrading.Domain;

namespace ActorTrading.Api.Realtime.Quotes;

/// <summary>One quote in its place in the <see cref="QuoteLog"/>, serialised once for everybody who gets it.</summary>
public sealed class QuoteLine
{
    private static readonly byte[] EventPart = "{\"event\":\"market_data\","u8.ToArray();

    internal QuoteLine(long seq, SymbolSlot symbol, Quote quote, int digits, long receivedUtcTicks)
    {
        Seq = seq;
        ReceivedUtcTicks = receivedUtcTicks;
        Symbol = symbol;
        Quote = quote;
        EventJson = Serialise(symbol.JsonName, quote, digits);
    }

    /// <summary>Place in the log, from 1, over all symbols of the process.</summary>
    public long Seq { get; }

    public SymbolSlot Symbol { get; }

    /// <summary>When the quote entered the system, UTC; 0 where that is not known.</summary>
    public long ReceivedUtcTicks { get; }

    public Quote Quote { get; }

    /// <summary>The frame of the plain WebSocket: <c>{"event":"market_data","symbol":…}</c>, UTF-8.</summary>
    public ReadOnlyMemory<byte> EventJson { get; }

    /// <summary>The same without its event and its opening brace: <c>"symbol":…}</c>.</summary>
    public ReadOnlySpan<byte> JsonAfterBrace => EventJson.Span[EventPart.Length..];

    private static byte[] Serialise(byte[] jsonName, Quote quote, int digits)
    {
        Span<byte> line = stackalloc byte[512];
        var at = 0;
        Append(line, EventPart, ref at);
        Append(line, "\"symbol\":"u8, ref at);
        Append(line, jsonName, ref at);
        Append(line, ",\"bid\":"u8, ref at);
        AppendPrice(line, quote.Bid, digits, ref at);
        Append(line, ",\"ask\":"u8, ref at);
        AppendPrice(line, quote.Ask, digits, ref at);
        Append(line, ",\"time\":\""u8, ref at);
        quote.Time.UtcDateTime.TryFormat(line[at..], out var written, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        at += written;
        Append(line, "\"}"u8, ref at);
        return line[..at].ToArray();
    }

    private static void Append(Span<byte> line, ReadOnlySpan<byte> part, ref int at)
    {
        part.CopyTo(line[at..]);
        at += part.Length;
    }

    private static void AppendPrice(Span<byte> line, decimal price, int digits, ref int at)
    {
        Utf8Formatter.TryFormat(Prices.WithDigits(price, digits), line[at..], out var written);
        at += written;
    }
}

/// <summary>A symbol as the log knows it.</summary>
public sealed class SymbolSlot
{
    /// <summary>Longer names are refused where subscriptions come in.</summary>
    public const int NameLengthMax = 64;

    private QuoteLine? _latest;
    private long _count;

    internal SymbolSlot(string name, int index)
    {
        Name = name;
        Index = index;
        JsonName = Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(name)}\"");
    }

    public string Name { get; }

    /// <summary>From 0, dense.</summary>
    public int Index { get; }

    internal byte[] JsonName { get; }

    /// <summary>Quotes so far. It may be a quote ahead of <see cref="Latest"/>.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>The only quote so far was asked for and has not come by itself. Guarded by the log.</summary>
    internal bool IsAskedFor { get; set; }

    internal void Counted() => Volatile.Write(ref _count, _count + 1);

    public QuoteLine? Latest
    {
        get => Volatile.Read(ref _latest);
        internal set => Volatile.Write(ref _latest, value);
    }
}
