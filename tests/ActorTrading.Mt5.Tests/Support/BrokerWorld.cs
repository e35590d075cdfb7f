using System.Text;
using System.Text.Json;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;
using ActorTrading.Mt5.Wire;

namespace ActorTrading.Mt5.Tests;

/// <summary>The simulated broker behind its own answers: no sockets, the whole protocol.</summary>
internal sealed class BrokerWorld : IDisposable
{
    public enum Act { Buy, Sell, BuyLimit, Close, CloseHalf, Levels, Cancel, Quote }

    private readonly SimulatedBroker _broker;
    private readonly EaRequestHandler _handler;
    private readonly AnswerReader _reader = new(Encoding.Latin1, new ServerClock(TimeZoneInfo.Utc));
    private DateTimeOffset _now = SimulatedPair.Start;
    private int _requests;

    public BrokerWorld(PositionMode mode)
    {
        var options = new SimulatedTerminalOptions { Instruments = [SimulatedPair.Eurusd], Mode = mode, Balance = 10_000_000 };
        _broker = new SimulatedBroker(options, new MarketBoard(options.Instruments), _now);
        _handler = new EaRequestHandler(options, _broker, new StreamBook(), new Dictionary<string, BarHistory>(), new Random(1));
        Quote(1.1m);
    }

    public void Do(Act act, int pick, int size)
    {
        if (act == Act.Quote)
            Quote(1.05m + size * 0.01m);
        else if (RequestOf(act, pick, size) is { } request)
            Send(request);
    }

    public TradeRequest? RequestOf(Act act, int pick, int size)
    {
        var id = $"p{++_requests}";
        var volume = size * 0.1m;
        var seen = Look();
        var position = seen.Positions.Length > 0 ? seen.Positions[pick % seen.Positions.Length] : null;
        var order = seen.Orders.Length > 0 ? seen.Orders[pick % seen.Orders.Length] : null;
        return act switch
        {
            Act.Buy => TradeRequest.Market(id, "EURUSD", Side.Buy, volume),
            Act.Sell => TradeRequest.Market(id, "EURUSD", Side.Sell, volume),
            Act.BuyLimit => TradeRequest.Pending(id, "EURUSD", Side.Buy, OrderType.Limit, volume, 1.02m + pick * 0.001m),
            Act.Close => position is null ? null : TradeRequest.ClosePosition(id, position.Ticket),
            Act.CloseHalf => position is null ? null : TradeRequest.ClosePartial(id, position.Ticket, Math.Max(0.01m, Math.Round(position.Volume / 2, 2))),
            Act.Levels => position is null ? null : TradeRequest.ModifyPosition(id, position.Ticket, position.Side == Side.Buy ? 1.0m : 1.3m, null),
            Act.Cancel => order is null ? null : TradeRequest.CancelOrder(id, order.Ticket),
            _ => null,
        };
    }

    public TradeOutcome.Answered Send(TradeRequest request)
    {
        request.Problem().ShouldBeNull();
        _now = _now.AddSeconds(1);
        return _reader.Trade(Json(_handler.Handle(RequestWriter.Trade(request), _now).Answers.ShouldHaveSingleItem()), TimeSpan.Zero);
    }

    public DateTimeOffset Now => _now;

    public decimal Bid { get; private set; }

    public TerminalSnapshot Look() => TerminalSnapshot.Create(_reader.Account(Ask(RequestWriter.Plain("ACCOUNT"))), _reader.Positions(Ask(RequestWriter.Plain("POSITIONS"))),
        _reader.Orders(Ask(RequestWriter.Plain("ORDERS"))), _reader.Deals(Ask(RequestWriter.Deals())));

    public void Dispose() => _broker.Dispose();

    public void Quote(decimal bid)
    {
        _now = _now.AddSeconds(1);
        Bid = bid;
        var quote = new Quote("EURUSD", bid, bid + 0.0001m, _now);
        _broker.Board.Update(quote);
        _broker.OnQuote(quote, _now, first: false);
    }

    private JsonElement Ask(byte[] request) => Json(_handler.Handle(request, _now).Answers.ShouldHaveSingleItem());

    private static JsonElement Json(byte[] answer) => JsonDocument.Parse(answer).RootElement;
}
