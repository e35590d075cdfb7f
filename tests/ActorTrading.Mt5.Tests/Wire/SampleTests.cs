using System.Text;
using System.Text.Json;
using ActorTrading.Domain;
using ActorTrading.Mt5.Wire;

namespace ActorTrading.Mt5.Tests.Wire;

/// <summary>The frames recorded from a real terminal, read and (requests) written.</summary>
public sealed class SampleTests
{
    private static readonly ServerClock Clock = new(TimeZoneInfo.Utc);
    private static readonly AnswerReader Answers = new(Encoding.Latin1, Clock);
    private static readonly StreamFrameReader Streams = new(new SymbolTable(Encoding.Latin1), Clock);

    private static List<string> Frames(int socket)
    {
        using var reader = new StreamReader(typeof(SampleTests).Assembly.GetManifestResourceStream("samples.jsonl")!);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)
            .Where(l => l.GetProperty("sock").GetInt32() == socket && l.TryGetProperty("raw", out _)).Select(l => l.GetProperty("raw").GetString()!)];
    }

    private static JsonElement Json(string frame) => JsonDocument.Parse(frame).RootElement;

    [Fact]
    public void Every_answer_has_its_shape() => Frames(15556).Select(f => f.Length == 0 ? AnswerShape.Empty : AnswerShapes.Of(Json(f))).ShouldBe(
    [
        AnswerShape.Acknowledgement, AnswerShape.Trade, AnswerShape.Positions, AnswerShape.Positions, AnswerShape.Orders,
        AnswerShape.Acknowledgement, AnswerShape.Acknowledgement, AnswerShape.Empty,
    ]);

    [Fact]
    public void Answers_are_read()
    {
        var frames = Frames(15556);
        Answers.Acknowledgement(Json(frames[0])).ShouldBe((false, 0, "ERR_SUCCESS", "ScriptConfiguration"));
        Answers.Trade(Json(frames[1]), TimeSpan.Zero).ShouldBe(
            new TradeOutcome.Answered(Retcode.Done, 501700843, 0.1m, 1.12181m, 1.12175m, 1.12181m, "TRADE_RETCODE_DONE", TimeSpan.Zero));
        Answers.Positions(Json(frames[2])).ShouldBe(
            [new TerminalPosition(501700843, 0, "EURUSD", Side.Buy, DateTimeOffset.FromUnixTimeSeconds(1581611172), 1.12181m, 1.1m, 1.3m, 0.1m)]);
        Answers.Positions(Json(frames[3])).ShouldBeEmpty();
        Answers.Orders(Json(frames[4])).ShouldBeEmpty();
        Answers.Acknowledgement(Json(frames[5])).Code.ShouldBe(65538);
        Answers.Acknowledgement(Json(frames[6])).ShouldBe((true, 5040, "Damaged parameter of string type", "GetPositions"));
    }

    [Fact]
    public void Streams_are_read()
    {
        var frames = Frames(15557);
        Streams.Read(Encoding.ASCII.GetBytes(frames[0])).Quote.ShouldBe(new Quote("EURUSD", 1.08515m, 1.08521m, DateTimeOffset.FromUnixTimeMilliseconds(1581611172734)));
        Streams.Read(Encoding.ASCII.GetBytes(frames[1])).Bar.ShouldBe(
            new TerminalBar("EURUSD", TerminalTimeframe.M1, DateTimeOffset.FromUnixTimeSeconds(1581611100), 1.08525m, 1.08525m, 1.0852m, 1.0852m, 10, 6));
        Streams.Read(Encoding.ASCII.GetBytes(frames[2])).Kind.ShouldBe(StreamFrameKind.Disconnected);
    }

    [Fact]
    public void Trade_events_are_read()
    {
        var e = Answers.TradeEvent(Json(Frames(15558).ShouldHaveSingleItem()));
        e.ShouldBe(new TerminalTradeEvent("TRADE_ACTION_DEAL", "EURUSD", "ORDER_TYPE_BUY", 0.1m, 1.12181m, 1.1m, 1.3m, "copy:42", 0, Retcode.Done, 501700843, 0.1m, 1.12181m, 8));
    }

    [Fact]
    public void Requests_are_written_as_recorded()
    {
        Encoding.ASCII.GetString(RequestWriter.Subscribe("EURUSD", TerminalTimeframe.Tick)).ShouldBe("""{"action":"CONFIG","symbol":"EURUSD","chartTF":"TICK"}""");
        Encoding.ASCII.GetString(RequestWriter.Plain("POSITIONS")).ShouldBe("""{"action":"POSITIONS"}""");
        Encoding.ASCII.GetString(RequestWriter.Trade(TradeRequest.Market("a+b&c", "GOLD#", Side.Sell, 0.1m))).ShouldBe(
            """{"action":"TRADE","actionType":"ORDER_TYPE_SELL","symbol":"GOLD#","volume":0.1,"comment":"a+b&c"}""");
    }

    [Fact]
    public void Retcodes_are_named_as_the_terminal_names_them()
    {
        RetcodeNames.Of(Retcode.DonePartial).ShouldBe("TRADE_RETCODE_DONE_PARTIAL");
        RetcodeNames.Of(Retcode.ServerDisablesAt).ShouldBe("TRADE_RETCODE_SERVER_DISABLES_AT");
        RetcodeNames.Of(Retcode.NoMoney).ShouldBe("TRADE_RETCODE_NO_MONEY");
    }
}
