using ActorTrading.Domain;

namespace ActorTrading.Domain.Tests.Market;

public class InstrumentTests
{
    private static readonly DateTimeOffset T0 = new(2026, 3, 3, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_instrument_of_the_catalogue_is_sound()
    {
        InstrumentCatalog.All.Count.ShouldBeGreaterThan(40);
        foreach (var i in InstrumentCatalog.All)
        {
            i.Symbol.ShouldMatch("^[A-Z0-9]+$");
            i.Digits.ShouldBeInRange(0, 8);
            i.Point.ShouldBe((decimal)Math.Pow(10, -i.Digits), 1e-12m);
            i.VolumeMin.ShouldBeGreaterThan(0);
            (i.VolumeMin % i.VolumeStep).ShouldBe(0);
            (i.VolumeMax % i.VolumeStep).ShouldBe(0);
            i.ContractSize.ShouldBeGreaterThan(0);
            MarginCalculator.Native(i, 1m, 100m, 100).ShouldBeGreaterThan(0);
            i.Schedule.IsOpen(T0).ShouldBeTrue();
        }
        (InstrumentCatalog.Get("EURUSD").Pip, InstrumentCatalog.Get("USDJPY").Pip, InstrumentCatalog.Get("XAUUSD").Pip).ShouldBe((0.0001m, 0.01m, 0.01m));
        InstrumentCatalog.Find("nope").ShouldBeNull();
        Should.Throw<KeyNotFoundException>(() => InstrumentCatalog.Get("nope")).Message.ShouldContain("nope");
    }

    [Theory]
    [InlineData("2026-03-06T21:59:59Z", true, true)] // Friday 16:59:59 New York
    [InlineData("2026-03-06T22:00:00Z", false, false)]
    [InlineData("2026-03-08T20:59:59Z", false, false)] // Sunday, the clocks have changed
    [InlineData("2026-03-08T21:00:00Z", true, false)]
    [InlineData("2026-03-08T22:00:00Z", true, true)] // metals an hour later
    [InlineData("2026-03-10T21:30:00Z", true, false)] // their daily break
    public void Sessions_follow_New_York(string time, bool forex, bool metals)
    {
        TradingSchedule.Forex.IsOpen(DateTimeOffset.Parse(time)).ShouldBe(forex);
        TradingSchedule.WithDailyBreak.IsOpen(DateTimeOffset.Parse(time)).ShouldBe(metals);
        TradingSchedule.Always.IsOpen(DateTimeOffset.Parse(time)).ShouldBeTrue();
    }

    private static MarketBoard Board(params (string Symbol, decimal Mid)[] mids)
    {
        var board = new MarketBoard(InstrumentCatalog.All);
        foreach (var (symbol, mid) in mids) board.Update(new Quote(symbol, mid, mid, T0));
        return board;
    }

    [Fact]
    public void Conversion_goes_directly_inversely_or_over_one_or_two_crosses()
    {
        var board = Board(("EURUSD", 1.25m), ("USDJPY", 160m), ("EURSEK", 10m));
        board.ConversionRate("USD", "USD").ShouldBe(1m);
        board.ConversionRate("EUR", "USD").ShouldBe(1.25m);
        board.ConversionRate("USD", "EUR").ShouldBe(0.8m);
        board.ConversionRate("EUR", "JPY").ShouldBe(200m);
        board.ConversionRate("JPY", "SEK").ShouldBe(1m / 160m / 1.25m * 10m);
        board.ConversionPath("JPY", "SEK").ShouldBe([new("USDJPY", true), new("EURUSD", true), new("EURSEK", false)]);
        board.ConversionRate("GBP", "USD").ShouldBeNull();
        board.ConversionPath("GBP", "USD").ShouldBeNull();
        board.Update(new Quote("GBPUSD", 1.5m, 1.5m, T0));
        board.ConversionRate("GBP", "EUR").ShouldBe(1.5m / 1.25m);
        board.ConversionRate("XAU", "USD").ShouldBeNull("a CFD is no currency pair");
    }
}
