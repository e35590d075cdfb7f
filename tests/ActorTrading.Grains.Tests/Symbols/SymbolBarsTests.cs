using ActorTrading.Domain;

namespace ActorTrading.Grains.Tests.Symbols;

/// <summary>A symbol's bars where time does not only go on.</summary>
public sealed class SymbolBarsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 3, 12, 0, 0, TimeSpan.Zero);
    private readonly SymbolBars _bars = new(0.00001m, TradingDay.Utc);
    private readonly List<BarClosed> _closed = [];

    [Fact]
    public void A_feed_that_returns_with_its_clock_behind_wipes_no_bar()
    {
        Quote(1.5m, 0);
        Quote(1.1m, 60);
        Quote(1.2m, 120.5);
        foreach (var behind in new[] { 120.4, 117, -60 })
        {
            Quote(1.3m, behind);
        }

        _bars.Forming(Timeframe.M1).ShouldBe(new Bar(Noon.AddMinutes(120), 1.2m, 1.3m, 1.2m, 1.3m, 4, 10));
        _bars.Forming(Timeframe.D1).ShouldBe(new Bar(Noon.AddHours(-12), 1.5m, 1.5m, 1.1m, 1.3m, 6, 10));
        _bars.CloseBack("M1", 2).ShouldBe(1.5m);
    }

    [Fact]
    public void A_recording_of_another_year_begins_its_bars_afresh()
    {
        Quote(1.5m, 0);
        Quote(1.6m, 1);
        _closed.Clear();
        var years = -12 * 365 * 24 * 60;
        Quote(1.1m, years);
        _closed.ShouldBeEmpty("what was before it is told of already");
        _bars.Forming(Timeframe.MN1)!.Value.ShouldBe(new Bar(new(2014, 3, 1, 0, 0, 0, TimeSpan.Zero), 1.1m, 1.1m, 1.1m, 1.1m, 1, 10));
        _bars.Closed(Timeframe.M1).ShouldBeEmpty();
        Quote(1.2m, years + 1);
        _closed.ShouldHaveSingleItem().Bar.Open.ShouldBe(1.1m);
    }

    [Fact]
    public void A_recording_that_is_played_once_more_after_a_start_goes_on_from_the_bars_before_it()
    {
        for (var i = 0; i <= 90; i++)
        {
            Quote(1m + i, i);
        }

        var again = new SymbolBars(0.00001m, TradingDay.Utc);
        again.Load("EURUSD", Timeframes.All.ToDictionary(t => t, _bars.Closed));
        again.Add(new Quote("EURUSD", 500m, 500.0001m, Noon.AddMinutes(30)), _closed);
        again.Closed(Timeframe.M1).Count.ShouldBe(30);
        again.Forming(Timeframe.H1).ShouldBe(new Bar(Noon, 1m, 500m, 1m, 500m, 31, 10));
    }

    [Fact]
    public void What_was_stored_is_not_written_once_more_and_is_marked_as_told_before()
    {
        for (var i = 0; i <= 5; i++)
        {
            Quote(1m + i, i);
        }

        _closed.Clear();
        var again = new SymbolBars(0.00001m, TradingDay.Utc);
        again.Load("EURUSD", Timeframes.All.ToDictionary(t => t, _bars.Closed));
        again.Add(new Quote("EURUSD", 7m, 7.0001m, Noon.AddMinutes(6)), _closed);

        // 12:04 closed M1 and M5; M2, M4 and M6 were yet to be closed by what the process has lost.
        _closed.Where(c => c.Again).Select(c => (c.Timeframe, c.Bar.Time, c.CloseQuote.Bid)).ShouldBe([(Timeframe.M1, Noon.AddMinutes(4), 5m), (Timeframe.M5, Noon, 5m)]);
        _closed.Where(c => !c.Again).Select(c => c.Timeframe).ShouldBe([Timeframe.M2, Timeframe.M3, Timeframe.M6]);
        again.TakeClosed().Select(w => w.Timeframe).ShouldBe([Timeframe.M2, Timeframe.M3, Timeframe.M6]);
        again.Forming(Timeframe.H1)!.Value.TickVolume.ShouldBe(6);
    }

    [Fact]
    public void Imported_hours_without_minutes_are_gone_on_from()
    {
        var hours = new[] { new Bar(Noon.AddHours(-1), 1m, 2m, 1m, 2m, 9, 10), new Bar(Noon, 2m, 3m, 2m, 3m, 9, 10) };
        _bars.Load("EURUSD", new Dictionary<Timeframe, IReadOnlyList<Bar>> { [Timeframe.H1] = hours });
        Quote(4m, 61);
        _closed.Single(c => c.Timeframe == Timeframe.H1).CloseQuote.ShouldBe(new Quote("EURUSD", 3m, 3.0001m, Noon.AddHours(1)));
        _bars.Forming(Timeframe.D1).ShouldBe(new Bar(Noon.AddHours(-12), 1m, 4m, 1m, 4m, 19, 10));
    }

    private void Quote(decimal bid, double minute) => _bars.Add(new Quote("EURUSD", bid, bid + 0.0001m, Noon.AddMinutes(minute)), _closed);
}
