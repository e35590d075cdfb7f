using System.Text.Json;
using ActorTrading.Domain;
using ActorTrading.Mt5.Wire;

namespace ActorTrading.Mt5.Simulation;

/// <summary>What the EA does with one request: the answers it pushes, in order, and the event.</summary>
internal sealed class EaRequestHandler(SimulatedTerminalOptions options, SimulatedBroker broker, StreamBook streams,
    IReadOnlyDictionary<string, BarHistory> history, Random dice)
{
    private const string Handler = "RequestHandler";
    private readonly EaAnswers _answers = new(options);
    private EaTrading? _trading;
    private long _positionsAsked;

    /// <param name="IsTrade">Goes to the broker's server, so it takes the broker's time.</param>
    public sealed record Outcome(IReadOnlyList<byte[]> Answers, byte[]? Event, bool IsTrade);

    public EaAnswers Frames => _answers;
    private EaTrading Trading => _trading ??= new EaTrading(options, broker, _answers, dice);

    /// <summary>Answers the next trades with a retcode, whatever they ask.</summary>
    public void RefuseNext(Retcode retcode, int count) => Trading.RefuseNext(retcode, count);

    /// <summary>Whether a frame is a TRADE, which takes the broker's time; a frame that is no JSON is not.</summary>
    public static bool IsTrade(ReadOnlySpan<byte> frame) => frame.IndexOf("\"TRADE\""u8) >= 0;

    public static bool IsJson(ReadOnlySpan<byte> frame)
    {
        try
        {
            var json = new Utf8JsonReader(frame);
            return JsonDocument.TryParseValue(ref json, out var document) && Free(document);
        }
        catch (JsonException)
        {
            return false;
        }

        static bool Free(JsonDocument document)
        {
            document.Dispose();
            return true;
        }
    }

    public Outcome Handle(ReadOnlySpan<byte> frame, DateTimeOffset now)
    {
        try
        {
            var json = new Utf8JsonReader(frame, new JsonReaderOptions { MaxDepth = 16 });
            using var document = JsonDocument.ParseValue(ref json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Handle(new EaRequest(document.RootElement), now)
                : Malformed();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Malformed();
        }
        catch (IOException)
        {
            // What could not be written down was not done.
            return new Outcome([_answers.Trade(true, Retcode.Error, 0, 0, 0, null)], null, true);
        }
    }

    private Outcome Malformed()
    {
        var error = _answers.Error(65537, "ERR_DESERIALIZATION", "OnTimer");
        return new Outcome(options.Has(TerminalDefects.TwoAnswers) ? [error, _answers.Error(65538, "ERR_WRONG_ACTION", Handler)] : [error], null, false);
    }

    private Outcome Handle(EaRequest r, DateTimeOffset now)
    {
        switch (r.Action)
        {
            case "CONFIG":
                return Single(Configure(r));
            case "RESET":
                streams.Clear();
                return Single(_answers.Acknowledge("ResetSubscriptionsAndIndicators"));
            case "ACCOUNT":
                return Single(_answers.Account(broker));
            case "BALANCE":
                return Single(_answers.Balance(broker));
            case "POSITIONS":
                return new Outcome(options.Has(TerminalDefects.StrayErrors) && ++_positionsAsked % 3 == 0
                    ? [_answers.Error(5040, "Damaged parameter of string type", "GetPositions"), _answers.Positions(broker)]
                    : [_answers.Positions(broker)], null, false);
            case "ORDERS":
                return Single(_answers.Orders(broker));
            case "HISTORY":
                return Single(History(r));
            case "TRADE":
                var trade = Trading.Execute(r, now);
                return new Outcome(trade.Answers, trade.Event, true);
            default:
                return Single(_answers.Error(65538, "ERR_WRONG_ACTION", Handler));
        }
    }

    private byte[] Configure(EaRequest r)
    {
        if (!history.ContainsKey(r.Symbol))
            return _answers.Error(4301, "ERR_MARKET_UNKNOWN_SYMBOL", "ScriptConfiguration");
        if (!TerminalTimeframes.TryParse(System.Text.Encoding.ASCII.GetBytes(r.ChartTf), out var timeframe))
            return _answers.Error(65538, "ERR_WRONG_ACTION", "ScriptConfiguration");
        streams.Add(r.Symbol, timeframe, broker.Board.LastQuote(r.Symbol) is not null);
        return _answers.Acknowledge("ScriptConfiguration");
    }

    private byte[] History(EaRequest r)
    {
        switch (r.ActionType)
        {
            case "TRADES":
                return _answers.Deals(broker);
            case "DATA" when !history.ContainsKey(r.Symbol):
                return _answers.Error(4301, "ERR_MARKET_UNKNOWN_SYMBOL", "HistoryInfo");
            case "DATA" when TerminalTimeframes.TryParse(System.Text.Encoding.ASCII.GetBytes(r.ChartTf), out var timeframe):
                var (from, to) = (Time(r.FromDate), Time(r.ToDate));
                return timeframe == TerminalTimeframe.Tick
                    ? _answers.Ticks(r.Symbol, history[r.Symbol].Ticks(from, to))
                    : _answers.Bars(r.Symbol, timeframe, history[r.Symbol].Bars(timeframe, from, to));
            case "WRITE":
                return _answers.Error(65542, "ERR_CSV", "HistoryInfo"); // a simulated terminal has no Files folder to write into
            default:
                return _answers.Error(65538, "ERR_WRONG_ACTION", "HistoryInfo");
        }
    }

    private static DateTimeOffset Time(long seconds) => DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, 253_402_300_799));

    private static Outcome Single(byte[] answer) => new([answer], null, false);
}
