using System.Text;
using System.Text.Json;
using ActorTrading.Domain;

namespace ActorTrading.Mt5.Wire;

/// <summary>
/// Reads answers of port 15556. An answer is taken whole or not at all: one row that cannot be right makes it
/// a <see cref="TerminalProtocolException"/>, because half a list of positions is worse than none.
/// </summary>
internal sealed class AnswerReader(Encoding ansi, ServerClock clock)
{
    public static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = 8 };

    public TerminalAccount Account(JsonElement root)
    {
        var f = Fields(root);
        return new TerminalAccount(f.Text("broker"u8), f.Text("currency"u8), f.Text("server"u8), f.Flag("trading_allowed"u8), f.Flag("bot_trading"u8),
            f.Number("balance"u8), f.Number("equity"u8), f.Number("margin"u8), f.Number("margin_free"u8), f.NumberOrZero("margin_level"u8));
    }

    public TerminalBalance Balance(JsonElement root)
    {
        var f = Fields(root);
        return new TerminalBalance(f.Number("balance"u8), f.Number("equity"u8), f.Number("margin"u8), f.Number("margin_free"u8));
    }

    public IReadOnlyList<TerminalPosition> Positions(JsonElement root) => Rows(root, "positions"u8, f => new TerminalPosition(
        f.Ticket("id"u8), f.IntegerOrZero("magic"u8), SymbolOf(f), f.Text("type"u8) switch
        {
            "POSITION_TYPE_BUY" => Side.Buy,
            "POSITION_TYPE_SELL" => Side.Sell,
            _ => throw f.Wrong("type"u8),
        },
        f.Time("time_setup"u8), f.Positive("open"u8), f.Level("stoploss"u8), f.Level("takeprofit"u8), f.Positive("volume"u8)));

    public IReadOnlyList<TerminalOrder> Orders(JsonElement root) => Rows(root, "orders"u8, f =>
    {
        var (side, type) = f.Text("type"u8) switch
        {
            "ORDER_TYPE_BUY" => (Side.Buy, OrderType.Market), // on its way to the market
            "ORDER_TYPE_SELL" => (Side.Sell, OrderType.Market),
            "ORDER_TYPE_BUY_LIMIT" => (Side.Buy, OrderType.Limit),
            "ORDER_TYPE_SELL_LIMIT" => (Side.Sell, OrderType.Limit),
            "ORDER_TYPE_BUY_STOP" => (Side.Buy, OrderType.Stop),
            "ORDER_TYPE_SELL_STOP" => (Side.Sell, OrderType.Stop),
            "ORDER_TYPE_BUY_STOP_LIMIT" => (Side.Buy, OrderType.StopLimit),
            "ORDER_TYPE_SELL_STOP_LIMIT" => (Side.Sell, OrderType.StopLimit),
            _ => throw f.Wrong("type"u8),
        };
        return new TerminalOrder(f.Ticket("id"u8), f.IntegerOrZero("magic"u8), SymbolOf(f), side, type, f.Time("time_setup"u8), f.NumberOrZero("open"u8),
            f.Level("stoploss"u8), f.Level("takeprofit"u8), f.Positive("volume"u8));
    });

    public IReadOnlyList<TerminalDeal> Deals(JsonElement root) => Rows(root, "trades"u8, f =>
    {
        var kind = f.Text("type"u8) switch
        {
            "buy" or "DEAL_TYPE_BUY" => TerminalDealKind.Buy,
            "sell" or "DEAL_TYPE_SELL" => TerminalDealKind.Sell,
            "balance" or "DEAL_TYPE_BALANCE" => TerminalDealKind.Balance,
            _ => TerminalDealKind.Other,
        };
        var entry = f.IntegerOrZero("entry"u8);
        return entry is < 0 or > 3
            ? throw f.Wrong("entry"u8)
            : new TerminalDeal(f.Ticket("ticket"u8), f.Time("time"u8), f.Text("symbol"u8), kind, (DealEntry)entry,
                f.NumberOrZero("volume"u8), f.NumberOrZero("price"u8), f.NumberOrZero("profit"u8));
    });

    public IReadOnlyList<TerminalBar> Bars(JsonElement root, string symbol, TerminalTimeframe timeframe)
    {
        CheckEcho(root, symbol, timeframe);
        var bars = new List<TerminalBar>();
        Span<decimal> values = stackalloc decimal[7];
        foreach (var row in Array(root, "data"u8))
        {
            var count = Values(row, values);
            if (count < 6 || !StreamFrameReader.TryBar(symbol, timeframe, values[..count], clock, out var bar))
                throw new TerminalProtocolException($"row {bars.Count} of the bars cannot be right");
            bars.Add(bar);
        }
        return bars;
    }

    public IReadOnlyList<Quote> Ticks(JsonElement root, string symbol)
    {
        CheckEcho(root, symbol, TerminalTimeframe.Tick);
        var ticks = new List<Quote>();
        Span<decimal> values = stackalloc decimal[7];
        foreach (var row in Array(root, "data"u8))
        {
            if (Values(row, values) != 3 || values[1] <= 0 || values[2] < values[1]
                || !LenientNumber.TryToInt64(values[0], out var ms) || !ServerClock.IsPlausible(ms))
                throw new TerminalProtocolException($"row {ticks.Count} of the ticks cannot be right");
            ticks.Add(new Quote(symbol, values[1], values[2], clock.ToUtc(ms)));
        }
        return ticks;
    }

    public TradeOutcome.Answered Trade(JsonElement root, TimeSpan latency)
    {
        var f = Fields(root);
        var description = f.TextOrNull("desription"u8) ?? f.Text("description"u8); // the EA misspells it; a repaired one may not
        var retcode = f.Integer("retcode"u8);
        if (retcode is < 0 or > int.MaxValue)
            throw f.Wrong("retcode"u8);
        return new TradeOutcome.Answered((Retcode)retcode, f.IntegerOrZero("order"u8), f.NumberOrZero("volume"u8), f.NumberOrZero("price"u8),
            f.NumberOrZero("bid"u8), f.NumberOrZero("ask"u8), description, latency);
    }

    /// <summary>An acknowledgement's parts.</summary>
    public (bool Error, int Code, string Description, string Function) Acknowledgement(JsonElement root)
    {
        var f = Fields(root);
        var code = f.IntegerOrZero("lastError"u8);
        return (f.Flag("error"u8), code is < 0 or > int.MaxValue ? throw f.Wrong("lastError"u8) : (int)code, f.Text("description"u8), f.Text("function"u8));
    }

    /// <summary>One event of port 15558.</summary>
    public TerminalTradeEvent TradeEvent(JsonElement root)
    {
        var request = Child(root, "request"u8);
        var result = Child(root, "result"u8);
        return new TerminalTradeEvent(request.Text("action"u8), request.Text("symbol"u8), request.Text("type"u8), request.NumberOrZero("volume"u8),
            request.NumberOrZero("price"u8), request.Level("sl"u8), request.Level("tp"u8), request.TextOrNull("comment"u8), request.IntegerOrZero("position"u8),
            (Retcode)(int)Math.Clamp(result.Integer("retcode"u8), 0, int.MaxValue), result.IntegerOrZero("order"u8), result.NumberOrZero("volume"u8),
            result.NumberOrZero("price"u8), result.IntegerOrZero("request_id"u8));
    }

    private AnswerFields Fields(JsonElement element) => new(element, ansi, clock);

    private AnswerFields Child(JsonElement root, ReadOnlySpan<byte> name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var child)
            ? Fields(child)
            : throw new TerminalProtocolException($"'{Encoding.ASCII.GetString(name)}' is missing");

    private static string SymbolOf(AnswerFields f) => f.Text("symbol"u8) is { Length: > 0 and <= 64 } symbol ? symbol : throw f.Wrong("symbol"u8);

    private List<T> Rows<T>(JsonElement root, ReadOnlySpan<byte> name, Func<AnswerFields, T> read)
    {
        var array = Array(root, name);
        var rows = new List<T>(array.GetArrayLength());
        foreach (var row in array)
            rows.Add(read(Fields(row)));
        return rows;
    }

    private readonly struct JsonArray(JsonElement element)
    {
        public int GetArrayLength() => element.GetArrayLength();

        public JsonElement.ArrayEnumerator GetEnumerator() => element.EnumerateArray();
    }

    private static JsonArray Array(JsonElement root, ReadOnlySpan<byte> name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var array) && array.ValueKind == JsonValueKind.Array
            ? new JsonArray(array)
            : throw new TerminalProtocolException($"'{Encoding.ASCII.GetString(name)}' is not a list");

    private static int Values(JsonElement row, Span<decimal> values)
    {
        if (row.ValueKind != JsonValueKind.Array || row.GetArrayLength() > values.Length)
            throw new TerminalProtocolException($"a row of data is not a list of at most {values.Length} numbers");
        var count = 0;
        foreach (var value in row.EnumerateArray())
            if (!LenientNumber.TryRead(value, out values[count++]))
                throw new TerminalProtocolException($"value {count - 1} of a row of data is not a number");
        return count;
    }

    private void CheckEcho(JsonElement root, string symbol, TerminalTimeframe timeframe)
    {
        var f = Fields(root);
        if (f.TextOrNull("symbol"u8) is { } echoed && echoed != symbol)
            throw new TerminalProtocolException($"asked for {symbol}, answered for {WireText.Excerpt(ansi.GetBytes(echoed))}");
        if (f.TextOrNull("timeframe"u8) is { } frame && frame != timeframe.WireName())
            throw new TerminalProtocolException($"asked for {timeframe.WireName()}, answered for {WireText.Excerpt(ansi.GetBytes(frame))}");
    }
}
