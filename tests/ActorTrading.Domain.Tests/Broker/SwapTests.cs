using ActorTrading.Domain;

namespace ActorTrading.Domain.Tests.Broker;

public class SwapTests
{
    private static Desk Holding(Func<Instrument, Instrument> change, string currency = "USD", DateTimeOffset? openedAt = null)
    {
        var desk = new Desk(currency: currency, deposit: 100_000m, instruments: InstrumentCatalog.All.Select(i => i.Symbol == "EURUSD" ? change(i) : i)) { Now = openedAt ?? Desk.Start };
        desk.Price("EURUSD", 1.20000m, 1.20010m);
        desk.Market(Side.Buy, 2m).Retcode.ShouldBe(Retcode.Done);
        desk.Price("EURUSD", 1.10000m, 1.10010m);
        return desk;
    }

    private static readonly DateTimeOffset TuesdaysEnd = new(2026, 3, 3, 22, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(SwapMode.Disabled, -5, "USD", null)]
    [InlineData(SwapMode.Points, -5, "USD", -10.0)] // −5 points × 100,000 × 0.00001 × 2 lots
    [InlineData(SwapMode.CurrencySymbol, -5, "USD", -11.0)] // −5 EUR a lot at 1.1
    [InlineData(SwapMode.CurrencyMargin, -5, "EUR", -10.0)]
    [InlineData(SwapMode.CurrencyDeposit, -5, "USD", -10.0)]
    [InlineData(SwapMode.InterestCurrent, -3.6, "USD", -22.0)] // 220,000 × −3.6 % / 360
    [InlineData(SwapMode.InterestOpen, -3.6, "USD", -24.0)] // 240,020 × −3.6 % / 360
    [InlineData(SwapMode.ReopenCurrent, -5, "USD", -10.0)]
    [InlineData(SwapMode.ReopenBid, -5, "USD", -10.0)]
    public void Swap_by_mode(SwapMode mode, double swap, string currency, double? amount)
    {
        var desk = Holding(i => i with { SwapMode = mode, SwapLong = (decimal)swap, SwapShort = 99m }, currency);
        var events = desk.Time(TuesdaysEnd);
        if (amount is null) events.ShouldBeEmpty();
        else events.ShouldBe([new SwapCharged(desk.Only.Id, (decimal)amount, new DateOnly(2026, 3, 3))]);
        desk.Only.Swap.ShouldBe((decimal?)amount ?? 0m);
        desk.Time(TuesdaysEnd).ShouldBeEmpty();
    }

    [Fact]
    public void Wednesday_counts_three_days_and_the_weekend_none()
    {
        var desk = Holding(i => i with { SwapLong = -5m });
        desk.Time(TuesdaysEnd.AddDays(7)).OfType<SwapCharged>().Select(s => (s.TradingDay.DayOfWeek, s.Amount)).ShouldBe([
            (DayOfWeek.Tuesday, -10m), (DayOfWeek.Wednesday, -30m), (DayOfWeek.Thursday, -10m), (DayOfWeek.Friday, -10m),
            (DayOfWeek.Monday, -10m), (DayOfWeek.Tuesday, -10m)]);
    }

    [Fact]
    public void Only_what_is_open_at_the_roll_over_pays()
    {
        Holding(i => i with { SwapLong = -5m }, openedAt: TuesdaysEnd).Time(TuesdaysEnd.AddHours(23)).ShouldBeEmpty();
        Holding(i => i with { SwapLong = -5m }, openedAt: TuesdaysEnd.AddTicks(-1)).Time(TuesdaysEnd).Count.ShouldBe(1);
    }

    [Fact]
    public void The_roll_over_follows_New_Yorks_clock()
    {
        // From March 8th 2026 17:00 New York is 21:00 UTC.
        var desk = Holding(i => i with { SwapLong = -5m }, openedAt: new DateTimeOffset(2026, 3, 9, 12, 0, 0, TimeSpan.Zero));
        BrokerEngine.NextTimeEvent(desk.State, desk.Settings, desk.Now).ShouldBe(new DateTimeOffset(2026, 3, 9, 21, 0, 0, TimeSpan.Zero));
        desk.Time(new DateTimeOffset(2026, 3, 9, 20, 59, 59, TimeSpan.Zero)).ShouldBeEmpty();
        desk.Time(new DateTimeOffset(2026, 3, 9, 21, 0, 0, TimeSpan.Zero)).Count.ShouldBe(1);
    }

    [Fact]
    public void A_quote_after_the_roll_over_charges_it_too_and_closing_realises_it()
    {
        var desk = Holding(i => i with { SwapLong = -5m });
        desk.Now = TuesdaysEnd.AddMinutes(1);
        desk.Quote("EURUSD", 1.1m, 1.1001m).ShouldHaveSingleItem().ShouldBeOfType<SwapCharged>();
        desk.Figures.FloatingProfit.ShouldBe(-20_020m - 10m);
        var balance = desk.State.Balance;
        desk.Close(desk.Only.Id).Events.OfType<DealExecuted>().Single().Deal.Swap.ShouldBe(-10m);
        desk.State.Balance.ShouldBe(balance - 20_020m - 10m - 7m);
    }
}
