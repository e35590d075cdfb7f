using ActorTrading.Domain;
using ActorTrading.Domain.Tests.Market;

namespace ActorTrading.Domain.Tests.Broker;

/// <summary>A central-bank day of real quotes: a grid of pending orders with stops, driven once by every quote and once by watched prices only.</summary>
public class TickReplayTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private static readonly DateTimeOffset Midnight = new(2014, 5, 8, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("eurusd-oanda-20140508.zip", 0, PositionMode.Hedging)]
    [InlineData("eurusd-oanda-20140508.zip", 0, PositionMode.Netting)]
    [InlineData("eurusd-fxcm-20140508.zip", 5, PositionMode.Hedging)]
    public void Watched_prices_give_the_same_ledger_as_every_quote(string file, int hoursToUtc, PositionMode mode)
    {
        if (TickFile.Read(file, Midnight.AddHours(hoursToUtc)) is not { } quotes)
        {
            output.WriteLine($"SKIPPED: ../shared/data/fx/ticks/{file} is absent.");
            return;
        }
        var (all, allCalls) = Run(quotes, mode, everyQuote: true);
        var (watched, calls) = Run(quotes, mode, everyQuote: false);
        watched.Ledger.ShouldBe(all.Ledger);
        var deals = all.Ledger.Count(e => e.Event is DealExecuted);
        output.WriteLine($"{quotes.Count} quotes, {allCalls} calls by quote, {calls} by watched price, {all.Ledger.Count} entries, {deals} deals, balance {all.State.Balance}");
        deals.ShouldBeGreaterThan(20);
        calls.ShouldBeLessThan(quotes.Count / 20);
    }

    private static (Desk, int Calls) Run(List<Quote> quotes, PositionMode mode, bool everyQuote)
    {
        var desk = new Desk(mode, deposit: 10_000m, settings: BrokerSettings.Default with { SlippagePoints = 1 }) { Now = quotes[0].Time };
        var first = quotes[0];
        desk.Price("EURUSD", first.Bid, first.Ask);
        for (var i = 1; i <= 12; i++)
        {
            var step = i * 0.00050m;
            foreach (var (side, type, price) in new[]
            {
                (Side.Buy, OrderType.Limit, first.Ask - step), (Side.Sell, OrderType.Limit, first.Bid + step),
                (Side.Buy, OrderType.Stop, first.Ask + step), (Side.Sell, OrderType.Stop, first.Bid - step),
            })
            {
                var p = decimal.Round(price, 5);
                var sign = side == Side.Buy ? 1 : -1;
                desk.Do(desk.Order(side, 0.10m, type: type) with
                {
                    Price = p, StopLoss = p - sign * 0.0030m, TakeProfit = i % 2 == 0 ? p + sign * 0.0020m : null, TrailingPoints = i % 3 == 0 ? 150 : null,
                }).Retcode.ShouldBe(Retcode.Placed);
            }
        }
        var calls = 0;
        var watch = BrokerEngine.WatchList(desk.State, desk.Board, desk.Settings);
        foreach (var quote in quotes)
        {
            if (BrokerEngine.NextTimeEvent(desk.State, desk.Settings, desk.Now) <= quote.Time)
            {
                desk.Time(quote.Time);
                watch = BrokerEngine.WatchList(desk.State, desk.Board, desk.Settings);
            }
            desk.Now = quote.Time;
            desk.Board.Update(quote);
            if (!everyQuote && !watch.Any(t => t.IsReachedBy(t.Source == PriceSource.Bid ? quote.Bid : quote.Ask))) continue;
            calls++;
            desk.Append(BrokerEngine.OnQuote(desk.State, quote, desk.Board, desk.Settings, desk.Now));
            if (!everyQuote) watch = BrokerEngine.WatchList(desk.State, desk.Board, desk.Settings);
        }
        return (desk, calls);
    }

    [Fact]
    public void Bars_of_a_real_day_agree_with_the_ticks()
    {
        if (TickFile.Read("eurusd-oanda-20140508.zip", Midnight) is not { } quotes)
        {
            output.WriteLine("SKIPPED: ../shared/data/fx/ticks/eurusd-oanda-20140508.zip is absent.");
            return;
        }
        var bars = new BarBuilder(0.00001m, TradingDay.Utc, 2_000);
        var validator = new QuoteValidator();
        foreach (var quote in quotes)
        {
            validator.Check(quote, quote.Time).ShouldBe(QuoteVerdict.Accepted);
            bars.Add(quote).ShouldBeTrue();
        }
        var day = bars.Current(Timeframe.D1)!.Value;
        (day.Time, day.Open, day.High, day.Low, day.Close, day.TickVolume)
            .ShouldBe((Midnight, quotes[0].Bid, quotes.Max(q => q.Bid), quotes.Min(q => q.Bid), quotes[^1].Bid, quotes.Count));
        bars.History(Timeframe.H1, 100).Count.ShouldBe(quotes.Select(q => q.Time.Hour).Distinct().Count() - 1);
    }
}
