using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ActorTrading.Domain;

namespace ActorTrading.Mt5.Wire;

/// <summary>Writes requests: one flat object, ASCII only, because the terminal reads its ANSI code page.</summary>
internal static class RequestWriter
{
    // Without \u escapes for '+', '&' and their like: symbols have them, and the EA's parser should not need to know them.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Plain(string action) => Write(action, null, static (_, _) => { }, 0);

    public static byte[] Subscribe(string symbol, TerminalTimeframe timeframe) => Write("CONFIG", null, static (w, s) =>
    {
        w.WriteString("symbol"u8, s.symbol);
        w.WriteString("chartTF"u8, s.timeframe.WireName());
    }, (symbol, timeframe));

    public static byte[] Deals() => Write("HISTORY", "TRADES", static (_, _) => { }, 0);

    /// <param name="fromSeconds">Seconds since 1970 in the server's zone; likewise <paramref name="toSeconds"/>.</param>
    public static byte[] History(string symbol, TerminalTimeframe timeframe, long fromSeconds, long toSeconds) => Write("HISTORY", "DATA", static (w, s) =>
    {
        w.WriteString("symbol"u8, s.symbol);
        w.WriteString("chartTF"u8, s.timeframe.WireName());
        w.WriteNumber("fromDate"u8, s.fromSeconds);
        w.WriteNumber("toDate"u8, s.toSeconds);
    }, (symbol, timeframe, fromSeconds, toSeconds));

    public static byte[] Trade(TradeRequest trade) => Write("TRADE", TradeActionNames.Of(OnTheWire(trade)), static (w, t) =>
    {
        if (t.Symbol is not null)
            w.WriteString("symbol"u8, t.Symbol);
        if (t.Ticket != 0 && t.Against is null)
            w.WriteNumber("id"u8, t.Ticket);
        if (t.Volume != 0)
            w.WriteNumber("volume"u8, t.Volume);
        if (t.Price != 0)
            w.WriteNumber("price"u8, t.Price);
        if (t.StopLoss is { } stopLoss)
            w.WriteNumber("stoploss"u8, stopLoss);
        if (t.TakeProfit is { } takeProfit)
            w.WriteNumber("takeprofit"u8, takeProfit);
        w.WriteString("comment"u8, t.ClientOrderId);
    }, trade);

    private static TradeAction OnTheWire(TradeRequest trade) => trade.Against switch
    {
        Side.Buy => TradeAction.Buy,
        Side.Sell => TradeAction.Sell,
        _ => trade.Action,
    };

    private static byte[] Write<T>(string action, string? actionType, Action<Utf8JsonWriter, T> rest, T state)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer, Options);
        writer.WriteStartObject();
        writer.WriteString("action"u8, action);
        if (actionType is not null)
            writer.WriteString("actionType"u8, actionType);
        rest(writer, state);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
