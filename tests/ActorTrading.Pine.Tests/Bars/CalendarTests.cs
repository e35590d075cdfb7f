using ActorTrading.Pine.Bars;
using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Pine.Tests.Bars;

public sealed class CalendarTests
{
    private static long Utc(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    private static readonly TradingCalendar Forex = new(new ZoneClock("America/New_York"), TradingSession.Parse("1700-1700:23456"));

    [Theory]
    [InlineData("1", 60)]
    [InlineData("240", 14_400)]
    [InlineData("30S", 30)]
    [InlineData("D", 86_400)]
    [InlineData("2W", 1_209_600)]
    [InlineData("M", 2_628_003)]
    public void Timeframes_in_seconds(string text, long seconds) => Timeframe.Parse(text).Seconds.ShouldBe(seconds);

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("x")]
    [InlineData("-5")]
    [InlineData("1h")]
    public void What_is_no_timeframe(string text) => Timeframe.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    // Daylight saving began on 2024-03-10: 17:00 New York moved from 22:00 to 21:00 UTC.
    [InlineData("2024-03-08T12:00:00Z", "2024-03-07T22:00:00Z")]
    [InlineData("2024-03-08T21:59:00Z", "2024-03-07T22:00:00Z")]
    [InlineData("2024-03-11T12:00:00Z", "2024-03-10T21:00:00Z")]
    [InlineData("2024-03-11T21:00:00Z", "2024-03-11T21:00:00Z")]
    public void A_forex_day_begins_at_five_in_New_York(string time, string start) => Forex.PeriodStart(Utc(time), Timeframe.Daily).ShouldBe(Utc(start));

    [Fact]
    public void Four_hour_bars_count_from_the_days_opening_and_weeks_from_Sunday_evening()
    {
        Forex.PeriodStart(Utc("2024-03-12T02:30:00Z"), Timeframe.Parse("240")).ShouldBe(Utc("2024-03-12T01:00:00Z"));
        Forex.PeriodStart(Utc("2024-03-14T12:00:00Z"), Timeframe.Parse("W")).ShouldBe(Utc("2024-03-10T21:00:00Z"));
        Forex.PeriodStart(Utc("2024-03-14T12:00:00Z"), Timeframe.Parse("M")).ShouldBe(Utc("2024-02-29T22:00:00Z"));
    }

    [Fact]
    public void A_stock_session_knows_its_hours_and_days()
    {
        var stock = new TradingCalendar(new ZoneClock("America/New_York"), TradingSession.Parse("0930-1600:23456"));
        stock.InSession(Utc("2024-03-12T14:00:00Z")).ShouldBeTrue();
        stock.InSession(Utc("2024-03-12T13:00:00Z")).ShouldBeFalse();
        stock.InSession(Utc("2024-03-12T20:00:00Z")).ShouldBeFalse();
        stock.InSession(Utc("2024-03-16T15:00:00Z")).ShouldBeFalse();
        stock.PeriodStart(Utc("2024-03-12T15:10:00Z"), Timeframe.Parse("60")).ShouldBe(Utc("2024-03-12T14:30:00Z"));
        stock.PeriodEnd(Utc("2024-03-12T19:45:00Z"), Timeframe.Parse("60")).ShouldBe(Utc("2024-03-12T20:00:00Z"));
    }

    [Fact]
    public void A_zone_clock_agrees_with_the_frameworks() => Prop.ForAll(
        (from zone in Gen.Elements("America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")
         from hour in Gen.Choose(0, 60 * 365 * 24)
         select (zone, time: hour * 3_600_000L)).ToArbitrary(),
        x => new ZoneClock(x.zone).OffsetMs(x.time) == (long)TimeZoneInfo.FindSystemTimeZoneById(x.zone).GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(x.time)).TotalMilliseconds)
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Local_time_and_back() => Prop.ForAll(Gen.Choose(0, 60 * 365 * 24).Select(h => h * 3_600_000L).ToArbitrary(), time =>
    {
        var zone = new ZoneClock("America/New_York");
        long back = zone.ToUtc(zone.ToLocal(time));
        // An hour that occurs twice answers with the first.
        return back == time || back == time - 3_600_000;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("UTC+3", 3)]
    [InlineData("GMT-5", -5)]
    [InlineData("UTC-05:30", -5.5)]
    public void Fixed_offsets(string zone, double hours) => new ZoneClock(zone).OffsetMs(0).ShouldBe((long)(hours * 3_600_000));

    [Fact]
    public void An_unknown_zone_is_named() => Should.Throw<PineArgumentException>(() => new ZoneClock("Mars/Olympus")).Message.ShouldContain("Mars/Olympus");

    [Fact]
    public void Gathering_keeps_extremes_volume_and_order() => Prop.ForAll(
        Gen.ArrayOf(from gap in Gen.Choose(1, 200) from close in Gen.Choose(90, 110) select (gap, close)).Where(a => a.Length > 1).ToArbitrary(), steps =>
    {
        var bars = new BarSeriesBuilder();
        long time = Utc("2024-03-07T00:00:00Z");
        foreach (var (gap, close) in steps)
        {
            time += gap * 60_000L;
            bars.Add(new Bar(time, close, close + 2, close - 2, close, 1));
        }
        var fine = bars.Build(new Timeframe(1, TimeframeUnit.Minute));
        var coarse = BarAggregation.Aggregate(fine, Timeframe.Parse("60"), Forex);
        return coarse.Volume.Sum() == fine.Count && coarse.High.Max() == fine.High.Max() && coarse.Low.Min() == fine.Low.Min() &&
            coarse.Open[0] == fine.Open[0] && coarse.Close[^1] == fine.Close[^1] && coarse.TimeMs[0] <= fine.TimeMs[0];
    }).QuickCheckThrowOnFailure();
}
