using ActorTrading.Domain;
using ActorTrading.Mt5.Wire;

namespace ActorTrading.Mt5.Simulation;

/// <summary>The EA's answers and stream frames, key by key in its order.</summary>
internal sealed class EaAnswers(SimulatedTerminalOptions options)
{
    private readonly EaJson _json = new();

    public byte[] Acknowledge(string function) => Error(0, "ERR_SUCCESS", function);

    public byte[] Error(int code, string description, string function) => Frame(_json.Clear().BeginObject()
        .Field("error"u8, code != 0).Field("lastError"u8, $"{code}").Field("description"u8, description).Field("function"u8, function).EndObject());

    public byte[] Account(SimulatedBroker broker)
    {
        var f = AccountFigures.Of(broker.State, broker.Board).Rounded(options.Currency);
        return Frame(_json.Clear().BeginObject().Field("error"u8, false).Field("broker"u8, options.Broker).Field("currency"u8, options.Currency)
            .Field("server"u8, options.Server).Field("trading_allowed"u8, 1L).Field("bot_trading"u8, 1L)
            .Field("balance"u8, f.Balance).Field("equity"u8, f.Equity).Field("margin"u8, f.Margin).Field("margin_free"u8, f.FreeMargin)
            .Field("margin_level"u8, f.MarginLevel ?? 0m).EndObject());
    }

    public byte[] Balance(SimulatedBroker broker)
    {
        var f = AccountFigures.Of(broker.State, broker.Board).Rounded(options.Currency);
        return Frame(_json.Clear().BeginObject().Field("balance"u8, f.Balance).Field("equity"u8, f.Equity).Field("margin"u8, f.Margin)
            .Field("margin_free"u8, f.FreeMargin).EndObject());
    }

    public byte[] Positions(SimulatedBroker broker)
    {
        var positions = broker.State.Positions.Values.OrderBy(p => broker.Tickets.Of(p.Id)).ToList();
        _json.Clear().BeginObject();
        if (positions.Count > 0)
            _json.Field("error"u8, false);
        _json.Name("positions"u8).BeginArray();
        foreach (var each in positions)
        {
            // Defect 8: the EA selects by symbol, and finds the first again and again.
            var p = options.Has(TerminalDefects.PositionCopies) ? positions.First(o => o.Symbol == each.Symbol) : each;
            _json.BeginObject().Field("id"u8, broker.Tickets.Of(p.Id)).Field("magic"u8, 0L).Field("symbol"u8, p.Symbol)
                .Field("type"u8, p.Side == Side.Buy ? "POSITION_TYPE_BUY" : "POSITION_TYPE_SELL").Field("time_setup"u8, p.OpenedAt.ToUnixTimeSeconds())
                .Field("open"u8, p.OpenPrice).Field("stoploss"u8, p.StopLoss ?? 0).Field("takeprofit"u8, p.TakeProfit ?? 0).Field("volume"u8, p.Volume).EndObject();
        }
        return Frame(_json.EndArray().EndObject());
    }

    public byte[] Orders(SimulatedBroker broker)
    {
        _json.Clear().BeginObject().Field("error"u8, false).Name("orders"u8).BeginArray();
        foreach (var o in broker.State.Orders.Values.OrderBy(o => broker.Tickets.Of(o.Id)))
            _json.BeginObject().Field("id"u8, $"{broker.Tickets.Of(o.Id)}").Field("magic"u8, 0L).Field("symbol"u8, o.Symbol).Field("type"u8, OrderTypeName(o.Side, o.Type))
                .Field("time_setup"u8, o.CreatedAt.ToUnixTimeSeconds()).Field("open"u8, o.Price ?? 0).Field("stoploss"u8, o.StopLoss ?? 0)
                .Field("takeprofit"u8, o.TakeProfit ?? 0).Field("volume"u8, o.Volume).EndObject();
        return Frame(_json.EndArray().EndObject());
    }

    /// <summary>No deal at all is a frame of no bytes.</summary>
    public byte[] Deals(SimulatedBroker broker)
    {
        _json.Clear().BeginObject().Name("trades"u8).BeginArray();
        var any = false;
        foreach (var d in broker.Deals)
        {
            any = true;
            _json.BeginObject().Field("ticket"u8, d.Ticket).Field("time"u8, d.Time.ToUnixTimeSeconds()).Field("price"u8, d.Price).Field("volume"u8, d.Volume)
                .Field("symbol"u8, d.Symbol).Field("type"u8, d.Kind switch { TerminalDealKind.Buy => "buy", TerminalDealKind.Sell => "sell", _ => "balance" })
                .Field("entry"u8, (long)d.Entry).Field("profit"u8, d.Profit).EndObject();
        }
        return any ? Frame(_json.EndArray().EndObject()) : [];
    }

    public byte[] Ticks(string symbol, IEnumerable<Quote> ticks)
    {
        _json.Clear().BeginObject().Name("data"u8).BeginArray();
        foreach (var t in ticks)
            _json.BeginArray().Whole(t.Time.ToUnixTimeMilliseconds()).Double(t.Bid).Double(t.Ask).EndArray();
        return Frame(_json.EndArray().Field("symbol"u8, symbol).Field("timeframe"u8, "TICK").EndObject());
    }

    public byte[] Bars(string symbol, TerminalTimeframe timeframe, IEnumerable<TerminalBar> bars)
    {
        _json.Clear().BeginObject().Name("data"u8).BeginArray();
        foreach (var b in bars)
            Bar(b);
        return Frame(_json.EndArray().Field("symbol"u8, symbol).Field("timeframe"u8, timeframe.WireName()).EndObject());
    }

    public byte[] Trade(bool error, Retcode retcode, long order, decimal volume, decimal price, Quote? quote) => Frame(_json.Clear().BeginObject()
        .Field("error"u8, error).Field("retcode"u8, (long)retcode).Field("desription"u8, RetcodeNames.Of(retcode)).Field("order"u8, order)
        .Field("volume"u8, volume).Field("price"u8, price).Field("bid"u8, quote?.Bid ?? 0).Field("ask"u8, quote?.Ask ?? 0).Field("function"u8, "TradingModule").EndObject());

    public byte[] TradeEvent(in TradeEventFrame e) => Frame(_json.Clear().BeginObject().Name("request"u8).BeginObject()
        .Field("action"u8, e.Action).Field("order"u8, e.Order).Field("symbol"u8, e.Symbol).Field("volume"u8, e.RequestVolume).Field("price"u8, e.RequestPrice)
        .Field("stoplimit"u8, 0m).Field("sl"u8, e.StopLoss).Field("tp"u8, e.TakeProfit).Field("deviation"u8, 10L).Field("type"u8, e.OrderType)
        .Field("type_filling"u8, e.Filling).Field("type_time"u8, "ORDER_TIME_GTC").Field("expiration"u8, 0L).Field("comment"u8, e.Comment)
        .Field("position"u8, e.Position).Field("position_by"u8, 0L).EndObject()
        .Name("result"u8).BeginObject().Field("retcode"u8, (long)e.Retcode).Field("result"u8, RetcodeNames.Of(e.Retcode)).Field("deal"u8, e.Deal)
        .Field("order"u8, e.Order).Field("volume"u8, e.Volume).Field("price"u8, e.Price).Field("comment"u8, (string?)null).Field("request_id"u8, e.RequestId)
        .Field("retcode_external"u8, 0L).EndObject().EndObject());

    /// <summary>Valid until the next frame is written.</summary>
    public ReadOnlySpan<byte> Tick(in Quote q) => _json.Clear().BeginObject().Field("status"u8, "CONNECTED").Field("symbol"u8, q.Symbol).Field("timeframe"u8, "TICK")
        .Name("data"u8).BeginArray().Whole(q.Time.ToUnixTimeMilliseconds()).Double(q.Bid).Double(q.Ask).EndArray().EndObject().Frame;

    /// <summary>Valid until the next frame is written.</summary>
    public ReadOnlySpan<byte> ClosedBar(in TerminalBar b)
    {
        _json.Clear().BeginObject().Field("status"u8, "CONNECTED").Field("symbol"u8, b.Symbol).Field("timeframe"u8, b.Timeframe.WireName()).Name("data"u8);
        Bar(b);
        return _json.EndObject().Frame;
    }

    public static string OrderTypeName(Side side, OrderType type) => (side, type) switch
    {
        (Side.Buy, OrderType.Market) => "ORDER_TYPE_BUY",
        (Side.Sell, OrderType.Market) => "ORDER_TYPE_SELL",
        (Side.Buy, OrderType.Limit) => "ORDER_TYPE_BUY_LIMIT",
        (Side.Sell, OrderType.Limit) => "ORDER_TYPE_SELL_LIMIT",
        (Side.Buy, OrderType.Stop) => "ORDER_TYPE_BUY_STOP",
        (Side.Sell, OrderType.Stop) => "ORDER_TYPE_SELL_STOP",
        (Side.Buy, _) => "ORDER_TYPE_BUY_STOP_LIMIT",
        _ => "ORDER_TYPE_SELL_STOP_LIMIT",
    };

    private void Bar(in TerminalBar b) => _json.BeginArray().Whole(b.OpenTime.ToUnixTimeSeconds()).Double(b.Open).Double(b.High).Double(b.Low).Double(b.Close)
        .Double(b.TickVolume).Whole(b.SpreadPoints).EndArray();

    private static byte[] Frame(EaJson json) => json.Frame.ToArray();
}

/// <summary>What goes into a frame of the event socket.</summary>
internal readonly record struct TradeEventFrame(string Action, string Symbol, string OrderType, decimal RequestVolume, decimal RequestPrice, decimal StopLoss,
    decimal TakeProfit, string Filling, string Comment, long Position, Retcode Retcode, long Deal, long Order, decimal Volume, decimal Price, long RequestId);
