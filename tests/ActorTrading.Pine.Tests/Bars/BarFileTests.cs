using System.Text;
using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Tests.Bars;

public sealed class BarFileTests
{
    private static BarSeries Read(string text, string name = "x.csv", BarFileOptions? options = null) =>
        BarFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), name, options);

    [Theory]
    [InlineData("1700000000", 1_700_000_000_000)]
    [InlineData("1700000000000", 1_700_000_000_000)]
    [InlineData("2023-11-14T22:13:20Z", 1_700_000_000_000)]
    [InlineData("2023-11-14T17:13:20-05:00", 1_700_000_000_000)]
    [InlineData("2023-11-14 22:13:20", 1_700_000_000_000)]
    [InlineData("2023-11-14", 1_699_920_000_000)]
    public void Times_in_every_notation(string time, long expected) =>
        Read($"time,open,high,low,close,volume\n{time},1,2,0.5,1.5,10\n").TimeMs[0].ShouldBe(expected);

    [Fact]
    public void A_time_without_zone_is_of_the_zone_given() =>
        Read("time,open,high,low,close\n2023-11-14 17:13:20,1,2,0.5,1.5\n", options: new BarFileOptions { TimeZone = "America/New_York" }).TimeMs[0].ShouldBe(1_700_000_000_000);

    [Fact]
    public void Columns_in_any_order_and_case_and_no_volume()
    {
        var bars = Read("Close,Low,High,Open,Time,extra\n1.5,0.5,2,1,1700000000,x\n1.6,0.5,2,1,1700003600,x\n");
        bars[0].ShouldBe(new Bar(1_700_000_000_000, 1, 2, 0.5, 1.5, 0));
        bars.Timeframe.ToString().ShouldBe("60");
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("time,open,high,low,close\n", "no bars")]
    [InlineData("a,b,c\n1,2,3\n", "header")]
    [InlineData("time,open,high,low,close\n1700000000,1,2,x,1\n", "line 2")]
    [InlineData("time,open,high,low,close\n1700000000,1,2,3,1\n", "line 2")]
    [InlineData("time,open,high,low,close\nsoon,1,2,0,1\n", "line 2")]
    [InlineData("time,open,high,low,close\n1700003600,1,2,0,1\n1700000000,1,2,0,1\n", "older")]
    [InlineData("time,open,high,low,close\n1700000000,1\n", "line 2")]
    public void What_is_wrong_is_said(string text, string expected) => Should.Throw<BarFileException>(() => Read(text)).Message.ShouldContain(expected);

    [Fact]
    public void Quote_bars_become_the_mid_price()
    {
        var bars = Read("20070101 21:00,1.31927,1.31955,1.3187,1.31935,0,1.32027,1.32055,1.3197,1.32035,0\n");
        bars[0].ShouldBe(new Bar(new DateTimeOffset(2007, 1, 1, 21, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(), 1.31977, 1.32005, 1.3192, 1.31985, 0));
    }

    [Fact]
    public void Ticks_are_gathered_into_minutes()
    {
        var bars = Read("1000,1.1,1.2\n2000,1.3,1.4\n59000,1.0,1.1\n61000,1.2,1.3\n", "20140508_eurusd_tick_quote.csv");
        bars.Count.ShouldBe(2);
        bars[0].ShouldBe(new Bar(new DateTimeOffset(2014, 5, 8, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(), 1.15, 1.35, 1.05, 1.05, 3));
    }

    [SharedDataFact]
    public void Every_real_file_reads()
    {
        BarFile.Read(SharedData.Path("fx", "bars", "eurusd-oanda-h1.zip")).Count.ShouldBe(74_439);
        BarFile.Read(SharedData.Path("fx", "ticks", "eurusd-oanda-20140508.zip")).Timeframe.ToString().ShouldBe("1");
        BarFile.Read(SharedData.Path("pine", "strategy", "eurusd_h1_ohlcv.csv")).Timeframe.ToString().ShouldBe("60");
    }
}
