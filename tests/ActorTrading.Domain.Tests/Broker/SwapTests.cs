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
        BrokerEngine.NextTimeEvent(desk.State, desk.Board, desk.Settings, desk.Now).ShouldBe(new DateTimeOffset(2026, 3, 9, 21, 0, 0, TimeSpan.Zero));
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

    [Fact]
    public void A_missed_swap_is_due_at_once_and_not_at_the_next_roll_over()
    {
        var desk = Holding(i => i with { SwapLong = -5m });
        desk.Now = TuesdaysEnd.AddHours(11);
        BrokerEngine.NextTimeEvent(desk.State, desk.Board, desk.Settings, desk.Now).ShouldBe(desk.Now);
        desk.Time(desk.Now).Count.ShouldBe(1);
        BrokerEngine.NextTimeEvent(desk.State, desk.Board, desk.Settings, desk.Now).ShouldBe(TuesdaysEnd.AddDays(1));
    }

    [Fact]
    public void What_owes_no_swap_or_cannot_be_computed_is_not_due_again_and_again()
    {
        var free = Holding(i => i with { SwapMode = SwapMode.Disabled });
        BrokerEngine.NextTimeEvent(free.State, free.Board, free.Settings, TuesdaysEnd.AddHours(1)).ShouldBe(TuesdaysEnd.AddDays(1));
        var unpriced = Holding(i => i with { SwapLong = -5m });
        BrokerEngine.NextTimeEvent(unpriced.State, new MarketBoard(InstrumentCatalog.All), unpriced.Settings, TuesdaysEnd.AddHours(1)).ShouldBe(TuesdaysEnd.AddDays(1));
        var overTheWeekend = Holding(i => i with { SwapLong = -5m });
        overTheWeekend.Time(TuesdaysEnd.AddDays(3)).Count.ShouldBe(4);
        BrokerEngine.NextTimeEvent(overTheWeekend.State, overTheWeekend.Board, overTheWeekend.Settings, TuesdaysEnd.AddDays(3).AddHours(1)).ShouldBe(TuesdaysEnd.AddDays(4));
        BrokerEngine.NextTimeEvent(overTheWeekend.State, overTheWeekend.Board, overTheWeekend.Settings, TuesdaysEnd.AddDays(4)).ShouldNotBe(TuesdaysEnd.AddDays(4));
    }

    [Fact]
    public void A_long_absence_of_many_positions_is_made_up_for_in_passes_oldest_day_first()
    {
        const int positions = 60, nights = 17;
        var (desk, daily) = (Many(positions), Many(positions));
        for (var night = 0; night < nights; night++) daily.Time(TuesdaysEnd.AddDays(night));

        desk.Now = TuesdaysEnd.AddDays(nights - 1).AddHours(3);
        var passes = new List<IReadOnlyList<LedgerEvent>>();
        while (BrokerEngine.NextTimeEvent(desk.State, desk.Board, desk.Settings, desk.Now) <= desk.Now) passes.Add(desk.Time(desk.Now));

        passes.ShouldAllBe(pass => pass.Count <= RolloverEngine.PassMax);
        passes.Count.ShouldBe(2);
        var all = passes.SelectMany(pass => pass).Cast<SwapCharged>().ToList();
        all.ShouldBe(all.OrderBy(swap => swap.TradingDay).ThenBy(swap => swap.PositionId));
        all.ShouldBe(daily.Ledger.Select(entry => entry.Event).OfType<SwapCharged>(), ignoreOrder: true);
        desk.State.Positions.Values.Select(p => p.Swap).Distinct().ShouldHaveSingleItem();

        static Desk Many(int count)
        {
            var desk = Holding(i => i with { SwapLong = -5m });
            for (var i = 1; i < count; i++) desk.Market(Side.Buy, 0.01m).Accepted.ShouldBeTrue();
            // The first is larger than the others.
            desk.Close(desk.State.Positions.Values.MaxBy(p => p.Volume)!.Id);
            desk.Market(Side.Buy, 0.01m).Accepted.ShouldBeTrue();
            return desk;
        }
    }
}
