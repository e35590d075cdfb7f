using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Tests.Library;

public sealed class StringTests
{
    [Theory]
    [InlineData(1.0, null, "1")]
    [InlineData(0.1, null, "0.1")]
    [InlineData(-2.5, null, "-2.5")]
    [InlineData(1.23456789012345, null, "1.2345678901")]
    [InlineData(double.NaN, null, "NaN")]
    [InlineData(1.005, "#.##", "1.01")]
    [InlineData(1.0, "#.00", "1.00")]
    [InlineData(0.5, "#.0", ".5")]
    [InlineData(5.0, "000.00", "005.00")]
    [InlineData(1234567.891, "#,###.##", "1,234,567.89")]
    [InlineData(-1.5, "0.0;(0.0)", "(1.5)")]
    [InlineData(1.123456, "mintick", "1.12346")]
    [InlineData(1.1, "mintick", "1.10000")]
    [InlineData(12.5, "percent", "12.5%")]
    [InlineData(1234567, "volume", "1.235M")]
    [InlineData(1e20, null, "100000000000000000000")]
    public void Numbers_as_text(double value, string? format, string expected) => PineString.ToText(value, format, 0.00001).ShouldBe(expected);

    [Fact]
    public void Format_follows_message_format()
    {
        PineString.Format("{0} of {1,number,#.##} '{'{2}'}' it''s", ["a", 2.675, true]).ShouldBe("a of 2.67 {true} it's");
        PineString.Format("{0,number,percent} {0,number,currency} {0,number,integer}", [1234.5]).ShouldBe("123,450% $1,234.50 1,234");
        PineString.Format("{0,date,dd.MM.yyyy} {0,time,HH:mm}", [1_700_000_000_000.0]).ShouldBe("14.11.2023 22:13");
        Should.Throw<PineArgumentException>(() => PineString.Format("{0", [1.0]));
    }

    [Fact]
    public void Time_by_pattern_and_zone()
    {
        TimeFormat.Format(1_700_000_000_000, null, null).ShouldBe("2023-11-14T22:13:20+0000");
        TimeFormat.Format(1_700_000_000_000, "EEE d MMM yy, h:mm a Z", "America/New_York").ShouldBe("Tue 14 Nov 23, 5:13 PM -0500");
    }

    [Fact]
    public void Searching_and_cutting()
    {
        PineString.Pos("abcabc", "c").ShouldBe(2);
        PineString.Pos("abc", "x").ShouldBe(double.NaN);
        PineString.Replace("a-b-c", "-", "+", 1).ShouldBe("a-b+c");
        PineString.Substring("hello", 1, 3).ShouldBe("el");
        PineString.Match("EURUSD 1.0842", @"\d+\.\d+").ShouldBe("1.0842");
        PineString.ToNumber("x").ShouldBe(double.NaN);
        Should.Throw<PineArgumentException>(() => PineString.Match("a", "("));
        Should.Throw<PineArgumentException>(() => PineString.Repeat("abc", 1_000_000));
    }

    [Theory]
    [InlineData(118152.265, 2, 118152.27)]
    [InlineData(2.5, 0, 3)]
    [InlineData(-2.5, 0, -3)]
    [InlineData(1234.5, -2, 1200)]
    public void Rounding_goes_away_from_zero(double value, double precision, double expected) => PineMath.Round(value, precision).ShouldBe(expected);

    [Fact]
    public void Dates_from_text()
    {
        PineTime.ParseDate("2024-02-01").ShouldBe(1_706_745_600_000);
        PineTime.ParseDate("01 Feb 2024 13:00 +0200").ShouldBe(1_706_785_200_000);
        PineTime.ParseDate("nonsense").ShouldBe(double.NaN);
        PineTime.Timestamp(new ActorTrading.Pine.Bars.ZoneClock("America/New_York"), 2024, 13, 1).ShouldBe(1_735_707_600_000);
    }
}
