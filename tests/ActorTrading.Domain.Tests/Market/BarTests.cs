using ActorTrading.Domain;

namespace ActorTrading.Domain.Tests.Market;

public class BarTests
{
    private static readonly DateTimeOffset T0 = new(2026, 3, 3, 12, 0, 0, TimeSpan.Zero);

    private static Quote At(DateTimeOffset time, decimal bid, decimal spread = 0.0001m) => new("EURUSD", bid, bid + spread, time);

    [Fact]
    public void There_are_all_21_timeframes() => Timeframes.All.Count.ShouldBe(21);

    [Fact]
    public void A_minute_is_of_bids_and_keeps_the_smallest_spread()
    {
        var bars = new BarBuilder(0.00001m, TradingDay.Utc);
        bars.Add(At(T0, 1.1m, 0.0002m));
        bars.Add(At(T0.AddSeconds(10), 1.3m));
        bars.Add(At(T0.AddSeconds(20), 1.0m, 0.0003m));
        bars.Add(At(T0.AddSeconds(59.999), 1.2m, 0.0003m));
        bars.Current(Timeframe.M1).ShouldBe(new Bar(T0, 1.1m, 1.3m, 1.0m, 1.2m, 4, 10));
        bars.History(Timeframe.M1, 10).ShouldBeEmpty();
        bars.Add(At(T0.AddMinutes(1), 1.25m));
        bars.History(Timeframe.M1, 10).ShouldBe([new Bar(T0, 1.1m, 1.3m, 1.0m, 1.2m, 4, 10)]);
        bars.Current(Timeframe.H1).ShouldBe(new Bar(T0, 1.1m, 1.3m, 1.0m, 1.25m, 5, 10));
    }

    [Fact]
    public void A_gap_makes_no_empty_bars()
    {
        var bars = new BarBuilder(0.00001m, TradingDay.Utc);
        bars.Add(At(T0, 1.1m));
        bars.Add(At(T0.AddMinutes(7), 1.2m));
        bars.Add(At(T0.AddHours(3), 1.3m));
        bars.History(Timeframe.M1, 10).Select(b => b.Time).ShouldBe([T0, T0.AddMinutes(7)]);
        bars.History(Timeframe.M5, 10).Select(b => b.Time).ShouldBe([T0, T0.AddMinutes(5)]);
        bars.History(Timeframe.H1, 10).Select(b => b.Time).ShouldBe([T0]);
    }

    [Fact]
    public void An_older_quote_is_left_out()
    {
        var bars = new BarBuilder(0.00001m, TradingDay.Utc);
        bars.Add(At(T0.AddSeconds(5), 1.1m)).ShouldBeTrue();
        bars.Add(At(T0.AddSeconds(4), 9m)).ShouldBeFalse();
        bars.Add(At(T0.AddSeconds(5), 1.2m)).ShouldBeTrue();
        bars.OutOfOrder.ShouldBe(1);
        bars.Current(Timeframe.M1)!.Value.High.ShouldBe(1.2m);
    }

    [Theory]
    [InlineData("2026-01-14T21:59:59Z", "2026-01-13T22:00:00Z")] // winter: 17:00 New York is 22:00 UTC
    [InlineData("2026-01-14T22:00:00Z", "2026-01-14T22:00:00Z")]
    [InlineData("2026-07-14T20:59:59Z", "2026-07-13T21:00:00Z")] // summer: 21:00 UTC
    [InlineData("2026-07-14T21:00:00Z", "2026-07-14T21:00:00Z")]
    public void A_day_begins_at_17_New_York(string instant, string start) =>
        Timeframe.D1.PeriodOf(DateTimeOffset.Parse(instant), TradingDay.NewYork).Start.ShouldBe(DateTimeOffset.Parse(start));

    [Fact]
    public void Weeks_begin_with_Sunday_and_months_with_the_first_by_the_trading_days_date()
    {
        var tuesday = new DateTimeOffset(2026, 3, 31, 22, 0, 0, TimeSpan.Zero); // 18:00 New York: the trading day of April 1st
        TradingDay.NewYork.DayOf(tuesday).ShouldBe(new DateOnly(2026, 4, 1));
        Timeframe.MN1.PeriodOf(tuesday, TradingDay.NewYork).Start.ShouldBe(new DateTimeOffset(2026, 3, 31, 21, 0, 0, TimeSpan.Zero));
        Timeframe.W1.PeriodOf(tuesday, TradingDay.NewYork).Start.ShouldBe(new DateTimeOffset(2026, 3, 28, 21, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void Every_instant_lies_in_its_period_and_periods_tile_the_time_across_clock_changes()
    {
        foreach (var day in new[] { TradingDay.NewYork, TradingDay.Utc, TradingDay.ServerTime("Europe/Athens"), new TradingDay("America/New_York", TimeSpan.FromHours(2.5)) })
            foreach (var timeframe in Timeframes.All)
            {
                var (start, end) = timeframe.PeriodOf(new DateTimeOffset(2026, 3, 7, 0, 0, 0, TimeSpan.Zero), day);
                for (var i = 0; i < 400 && start < new DateTimeOffset(2026, 12, 31, 0, 0, 0, TimeSpan.Zero); i++)
                {
                    end.ShouldBeGreaterThan(start, $"{day} {timeframe}");
                    timeframe.PeriodOf(end.AddTicks(-1), day).ShouldBe((start, end), $"{day} {timeframe}");
                    var next = timeframe.PeriodOf(end, day);
                    next.Start.ShouldBe(end, $"{day} {timeframe}");
                    (start, end) = next;
                }
            }
    }

    [Fact]
    public void Every_timeframe_agrees_with_grouping_the_quotes_directly()
    {
        var random = new Random(5);
        var quotes = new List<Quote>();
        var time = T0;
        for (var i = 0; i < 4_000; i++)
        {
            time += TimeSpan.FromSeconds(random.Next(3) == 0 ? random.Next(400) : random.Next(5));
            quotes.Add(At(time, 1.1m + random.Next(1000) * 0.00001m, random.Next(1, 30) * 0.00001m));
        }
        foreach (var tradingDay in new[] { TradingDay.NewYork, TradingDay.Utc })
        {
            var closed = new Dictionary<Timeframe, List<Bar>>();
            var bars = new BarBuilder(0.00001m, tradingDay, 100_000) { Closed = (t, b) => (closed.TryGetValue(t, out var l) ? l : closed[t] = []).Add(b) };
            foreach (var q in quotes) bars.Add(q).ShouldBeTrue();
            foreach (var timeframe in Timeframes.All)
            {
                var expected = quotes.GroupBy(q => timeframe.PeriodOf(q.Time, tradingDay).Start).Select(g => new Bar(g.Key, g.First().Bid, g.Max(q => q.Bid),
                    g.Min(q => q.Bid), g.Last().Bid, g.Count(), (int)(g.Min(q => q.Ask - q.Bid) / 0.00001m))).ToList();
                bars.Current(timeframe).ShouldBe(expected[^1]);
                bars.History(timeframe, int.MaxValue).ShouldBe(expected[..^1]);
                closed.GetValueOrDefault(timeframe, []).ShouldBe(expected[..^1]);
            }
        }
    }

    [Fact]
    public void Going_on_from_the_newest_stored_bars_gives_the_same_bars_wherever_it_stopped()
    {
        var random = new Random(5);
        var whole = new BarBuilder(0.00001m, TradingDay.NewYork);
        var resumed = new List<BarBuilder>();
        var time = T0;
        for (var i = 0; i < 5_000; i++)
        {
            // Each closes the minute before; now and then there is a weekend. All in all more than two months.
            time += i % 300 == 0 ? TimeSpan.FromDays(2) : TimeSpan.FromMinutes(random.Next(1, 40));
            var quote = At(time, 1.1m + random.Next(1000) * 0.00001m, random.Next(1, 30) * 0.00001m);
            whole.Add(quote);
            foreach (var one in resumed) one.Add(quote);
            if (i % 611 == 310)
            {
                var next = new BarBuilder(0.00001m, TradingDay.NewYork);
                next.Load(Timeframes.All.ToDictionary(t => t, t => whole.History(t, 70)));
                next.Add(quote);
                resumed.Add(next);
            }
        }
        resumed.Count.ShouldBe(8);
        foreach (var one in resumed)
            foreach (var timeframe in Timeframes.All)
            {
                one.Current(timeframe).ShouldBe(whole.Current(timeframe), $"{timeframe}");
                one.History(timeframe, 50).ShouldBe(whole.History(timeframe, 50), $"{timeframe}");
            }
    }

    [Fact]
    public void Bars_that_nest_badly_leave_no_gap_in_a_longer_one()
    {
        var bars = new BarBuilder(0.00001m, TradingDay.Utc);
        var minutes = Enumerable.Range(0, 6).Select(i => new Bar(T0.AddMinutes(6 + i), 1m + i, 1m + i, 1m + i, 1m + i, 1, 1)).ToList();

        // Of the six minutes from 12:06 the last four are a bar of four minutes, which comes before finer ones.
        bars.Load(new Dictionary<Timeframe, IReadOnlyList<Bar>>
        {
            [Timeframe.M1] = minutes,
            [Timeframe.M4] = [minutes[2].Merge(minutes[3]).Merge(minutes[4]).Merge(minutes[5])],
        });
        bars.Current(Timeframe.M6).ShouldBe(new Bar(T0.AddMinutes(6), 1m, 6m, 1m, 6m, 6, 1));
    }
}
