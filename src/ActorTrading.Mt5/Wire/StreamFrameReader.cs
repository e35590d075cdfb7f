using System.Text.Json;
using ActorTrading.Domain;

namespace ActorTrading.Mt5.Wire;

internal enum StreamFrameKind { Quote, Bar, Disconnected, Ignored, Fault }

/// <summary>One frame of the tick stream, read in a single pass without allocating.</summary>
internal struct StreamFrame
{
    public StreamFrameKind Kind;
    public Quote Quote;
    public TerminalBar Bar;
    public ProtocolFaultKind FaultKind;
    public string Fault;
}

/// <summary>Reads frames of port 15557. Never throws for what a frame holds. For one thread.</summary>
internal sealed class StreamFrameReader(SymbolTable symbols, ServerClock clock)
{
    private const int MaxValues = 8;
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 4 };

    public StreamFrame Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return ReadObject(bytes.TrimEnd((byte)0)); // a text sent with its terminating zero
        }
        catch (JsonException e)
        {
            return Faulty(ProtocolFaultKind.Malformed, e.Message);
        }
    }

    private StreamFrame ReadObject(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes, Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return Faulty(ProtocolFaultKind.Malformed, "not a JSON object");
        ReadOnlySpan<byte> status = default, symbol = default, timeframe = default;
        Span<decimal> values = stackalloc decimal[MaxValues];
        var count = -1;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            if (!reader.Read())
                break;
            if (name.SequenceEqual("data"u8) && reader.TokenType == JsonTokenType.StartArray)
            {
                count = 0;
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (count == MaxValues || !LenientNumber.TryRead(ref reader, out values[count]))
                        return Faulty(ProtocolFaultKind.Malformed, $"value {count} of data is not a number, or one too many");
                    count++;
                }
            }
            else if (reader.TokenType == JsonTokenType.String)
            {
                if (name.SequenceEqual("status"u8))
                    status = reader.ValueSpan;
                else if (name.SequenceEqual("symbol"u8))
                    symbol = reader.ValueSpan;
                else if (name.SequenceEqual("timeframe"u8))
                    timeframe = reader.ValueSpan;
            }
            else if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
            {
                reader.Skip();
            }
        }
        while (reader.Read()) { } // anything after the object is an error of its own

        if (status.SequenceEqual("DISCONNECTED"u8))
            return new StreamFrame { Kind = StreamFrameKind.Disconnected };
        if (symbol.IsEmpty && !status.SequenceEqual("CONNECTED"u8))
            return new StreamFrame { Kind = StreamFrameKind.Ignored }; // the progress of a HISTORY/WRITE
        return Interpret(symbol, timeframe, values, count);
    }

    private StreamFrame Interpret(ReadOnlySpan<byte> symbolBytes, ReadOnlySpan<byte> timeframeBytes, ReadOnlySpan<decimal> values, int count)
    {
        if (symbols.Find(symbolBytes) is not { } symbol)
            return Faulty(ProtocolFaultKind.Malformed, "no symbol, or one that is too long");
        if (!TerminalTimeframes.TryParse(timeframeBytes, out var timeframe))
            return Faulty(ProtocolFaultKind.Malformed, "unknown timeframe");
        if (timeframe == TerminalTimeframe.Tick)
            return count == 3 ? ReadQuote(symbol, values) : Faulty(ProtocolFaultKind.Malformed, $"a tick has 3 values, not {count}");
        return count is 6 or 7 ? ReadBar(symbol, timeframe, values[..count]) : Faulty(ProtocolFaultKind.Malformed, $"a bar has 6 or 7 values, not {count}");
    }

    private StreamFrame ReadQuote(string symbol, ReadOnlySpan<decimal> values)
    {
        if (!TryTime(values[0], 1, out var time))
            return Faulty(ProtocolFaultKind.Implausible, $"tick time {values[0]} ms");
        if (values[1] <= 0 || values[2] < values[1])
            return Faulty(ProtocolFaultKind.Implausible, $"bid {values[1]} and ask {values[2]}: wanted 0 < bid <= ask");
        return new StreamFrame { Kind = StreamFrameKind.Quote, Quote = new Quote(symbol, values[1], values[2], time) };
    }

    private StreamFrame ReadBar(string symbol, TerminalTimeframe timeframe, ReadOnlySpan<decimal> values) =>
        TryBar(symbol, timeframe, values, clock, out var bar)
            ? new StreamFrame { Kind = StreamFrameKind.Bar, Bar = bar }
            : Faulty(ProtocolFaultKind.Implausible, "a bar's time, prices, volume or spread is not possible");

    private bool TryTime(decimal value, long unitMs, out DateTimeOffset time)
    {
        time = default;
        if (!LenientNumber.TryToInt64(value, out var whole) || whole > ServerClock.MaxMs || !ServerClock.IsPlausible(whole * unitMs))
            return false;
        time = clock.ToUtc(whole * unitMs);
        return true;
    }

    /// <param name="values">t (s), o, h, l, c, tick volume and, where written, spread.</param>
    internal static bool TryBar(string symbol, TerminalTimeframe timeframe, ReadOnlySpan<decimal> values, ServerClock clock, out TerminalBar bar)
    {
        bar = default;
        if (!LenientNumber.TryToInt64(values[0], out var seconds) || seconds is < 0 or > ServerClock.MaxMs / 1000 || !ServerClock.IsPlausible(seconds * 1000))
            return false;
        var (open, high, low, close) = (values[1], values[2], values[3], values[4]);
        if (low <= 0 || high < low || open < low || open > high || close < low || close > high)
            return false;
        var volume = decimal.Truncate(values[5]);
        var spread = values.Length > 6 ? decimal.Truncate(values[6]) : 0;
        if (volume is < 0 or > long.MaxValue || spread is < 0 or > int.MaxValue)
            return false;
        bar = new TerminalBar(symbol, timeframe, clock.ToUtc(seconds * 1000), open, high, low, close, (long)volume, (int)spread);
        return true;
    }

    private static StreamFrame Faulty(ProtocolFaultKind kind, string what) =>
        new() { Kind = StreamFrameKind.Fault, FaultKind = kind, Fault = what };
}
