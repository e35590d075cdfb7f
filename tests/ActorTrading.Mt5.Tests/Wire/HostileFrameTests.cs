using System.Text;
using System.Text.Json;
using ActorTrading.Mt5.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Mt5.Tests.Wire;

/// <summary>Nothing that a frame holds may throw out of the readers, nor be believed when it cannot be right.</summary>
public sealed class HostileFrameTests
{
    private static readonly ServerClock Clock = new(TimeZoneInfo.Utc);
    private static readonly StreamFrameReader Streams = new(new SymbolTable(Encoding.Latin1), Clock);

    private static readonly string[] Seeds =
    [
        """{"status":"CONNECTED","symbol":"EURUSD","timeframe":"TICK","data":[1581611172734,1.08515,1.08521]}""",
        """{"status":"CONNECTED","symbol":"EURUSD","timeframe":"M1","data":[1581611100,1.08525,1.08525,1.08520,1.08520,10.00000,6]}""",
        """{"error":false,"positions":[{"id":501700843,"magic":0,"symbol":"EURUSD","type":"POSITION_TYPE_BUY","time_setup":1581611172,"open":1.12181,"stoploss":1.1,"takeprofit":0.0,"volume":0.1}]}""",
        """{"error":false,"retcode":10009,"desription":"TRADE_RETCODE_DONE","order":501700843,"volume":0.1,"price":1.1,"bid":1.1,"ask":1.1,"function":"TradingModule"}""",
        """{"trades":[{"ticket":1,"time":1581611172,"price":1.1,"volume":0.1,"symbol":"EURUSD","type":"buy","entry":0,"profit":0.0}]}""",
        """{"error":true,"lastError":"5040","description":"Damaged \u00e4 \/","function":"GetPositions"}""",
    ];

    /// <summary>Real frames with bytes changed, cut, doubled and spliced: nearer to the edge than random bytes get.</summary>
    private static Gen<byte[]> Mutated =>
        from seed in Gen.Elements(Seeds)
        from changes in Gen.ListOf(Gen.Zip(Gen.Choose(0, 400), Gen.OneOf(Gen.Choose(0, 255), Gen.Elements(Encoding.ASCII.GetBytes("{}[]\",:\\-+.eE0123456789nulltrue").Select(b => (int)b).ToArray()))))
        from cut in Gen.Choose(0, 400)
        select Mutate(Encoding.ASCII.GetBytes(seed), changes, cut);

    private static byte[] Mutate(byte[] bytes, IEnumerable<(int At, int Value)> changes, int cut)
    {
        foreach (var (at, value) in changes)
            if (at < bytes.Length)
                bytes[at] = (byte)value;
        return cut < bytes.Length ? bytes[..cut] : bytes;
    }

    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(3000);

    [Fact]
    public void The_stream_reader_never_throws_and_gives_only_possible_quotes() =>
        Prop.ForAll(Arb.From(Gen.OneOf(Mutated, ArbMap.Default.GeneratorFor<byte[]>())), bytes =>
        {
            var item = Streams.Read(bytes);
            return item.Kind != StreamFrameKind.Quote || item.Quote.Bid > 0 && item.Quote.Ask >= item.Quote.Bid && item.Quote.Symbol.Length > 0;
        }).Check(Many);

    [Fact]
    public void The_answers_pipeline_never_throws() =>
        Prop.ForAll(Arb.From(Gen.OneOf(Mutated, ArbMap.Default.GeneratorFor<byte[]>())), bytes =>
        {
            foreach (var shape in Enum.GetValues<AnswerShape>())
            {
                var pipeline = PipelineHarness.WithInFlight(shape);
                pipeline.OnReply(bytes);
                pipeline.OnAnswer(bytes);
                pipeline.CheckDeadlines();
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Theory]
    [InlineData("""{"status":"CONNECTED","symbol":"EURUSD","timeframe":"TICK","data":[1581611172734,1.2,1.1]}""")]
    [InlineData("""{"status":"CONNECTED","symbol":"EURUSD","timeframe":"TICK","data":[1581611172734,0,1.1]}""")]
    [InlineData("""{"status":"CONNECTED","symbol":"EURUSD","timeframe":"TICK","data":[1581611172734,-1,1.1]}""")]
    [InlineData("""{"status":"CONNECTED","symbol":"EURUSD","timeframe":"TICK","data":[1,1.1,1.2]}""")]
    [InlineData("""{"status":"CONNECTED","symbol":"EURUSD","timeframe":"TICK","data":[99999999999999999999,1.1,1.2]}""")]
    [InlineData("""{"status":"CONNECTED","symbol":"EURUSD","timeframe":"TICK","data":[1581611172734,1e400,1.2]}""")]
    [InlineData("""{"status":"CONNECTED","symbol":"EURUSD","timeframe":"TICK","data":[1581611172734,1.1]}""")]
    [InlineData("""{"status":"CONNECTED","symbol":"EURUSD","timeframe":"TICK","data":[1,2,3,4,5,6,7,8,9,10]}""")]
    [InlineData("""{"status":"CONNECTED","symbol":"EURUSD","timeframe":"TICK","data":[[1581611172734],1.1,1.2]}""")]
    [InlineData("""{"status":"CONNECTED","symbol":"EURUSD","timeframe":"M7","data":[1581611172734,1.1,1.2]}""")]
    [InlineData("""{"status":"CONNECTED","symbol":"","timeframe":"TICK","data":[1581611172734,1.1,1.2]}""")]
    [InlineData("""{"status":"CONNECTED","symbol":"EURUSD","timeframe":"M1","data":[1581611100,1.1,1.0,1.2,1.1,10,6]}""")]
    [InlineData("""{"status":"CONNECTED"}""")]
    [InlineData("""{"status":"CONNECTED","symbol":"EURUSD","timeframe":"TICK","data":[1581611172734,1.1,1.2]}x""")]
    [InlineData("""[[[[[[[[[[[[[[[[[[[[[[""")]
    [InlineData("""{"a":{"a":{"a":{"a":{"a":{}}}}}}""")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("OK")]
    public void What_cannot_be_a_tick_is_a_fault(string frame) =>
        Streams.Read(Encoding.UTF8.GetBytes(frame)).Kind.ShouldBe(StreamFrameKind.Fault);

    [Fact]
    public void Numbers_are_read_leniently()
    {
        var item = Streams.Read("""{"data":["1581611172734","1.08515",1.08521e0],"timeframe":"TICK","extra":{"x":[1]},"symbol":"EURUSD","status":"CONNECTED"}"""u8);
        item.Kind.ShouldBe(StreamFrameKind.Quote, item.Fault);
        (item.Quote.Bid, item.Quote.Ask).ShouldBe((1.08515m, 1.08521m));
    }

    [Fact]
    public void A_terminating_zero_is_no_part_of_the_text() =>
        Streams.Read([.. Encoding.ASCII.GetBytes(Seeds[0]), 0]).Kind.ShouldBe(StreamFrameKind.Quote);

    [Fact]
    public void Text_in_the_terminals_code_page_survives()
    {
        byte[] latin1 = [.. "{\"status\":\"CONNECTED\",\"symbol\":\"CAF"u8, 0xC9, .. "\",\"timeframe\":\"TICK\",\"data\":[1581611172734,1.1,1.2]}"u8];
        Streams.Read(latin1).Quote.Symbol.ShouldBe("CAFÉ");
        WireText.Decode("a\\/b\\u00e9\\\"\\n"u8, Encoding.Latin1).ShouldBe("a/bé\"\n");
        WireText.Decode("\\ud800\\u"u8, Encoding.Latin1).ShouldBe("\uFFFDu");
    }

    [Fact]
    public void A_row_that_cannot_be_right_discards_the_whole_answer()
    {
        var reader = new AnswerReader(Encoding.Latin1, Clock);
        foreach (var (from, to) in new[] { ("0.1}", "-0.1}"), ("501700843", "0"), ("POSITION_TYPE_BUY", "X"), ("1581611172", "0"), ("1.12181", "\"x\""), ("1.12181", "{}"), ("EURUSD", "") })
        {
            var frame = Seeds[2].Replace(from, to, StringComparison.Ordinal);
            frame.ShouldNotBe(Seeds[2]);
            Should.Throw<TerminalProtocolException>(() => reader.Positions(JsonDocument.Parse(frame).RootElement), frame);
        }
    }

    [Fact]
    public void The_server_clock_knows_daylight_saving()
    {
        var athens = new ServerClock(TimeZoneInfo.FindSystemTimeZoneById("Europe/Athens"));
        athens.ToUtc(new DateTimeOffset(2026, 1, 5, 12, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds()).ShouldBe(new DateTimeOffset(2026, 1, 5, 10, 0, 0, TimeSpan.Zero));
        athens.ToUtc(new DateTimeOffset(2026, 7, 5, 12, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds()).ShouldBe(new DateTimeOffset(2026, 7, 5, 9, 0, 0, TimeSpan.Zero));
        athens.ToServerSeconds(new DateTimeOffset(2026, 7, 5, 9, 0, 0, TimeSpan.Zero)).ShouldBe(new DateTimeOffset(2026, 7, 5, 12, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds());
    }
}
