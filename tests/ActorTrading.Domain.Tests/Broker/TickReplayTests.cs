using ActorTrading.Domain;
using ActorTrading.Domain.Tests.Market;

namespace ActorTrading.Domain.Tests.Broker;

/// <summary>A central-bank day of real quotes: a grid of pending orders with stops, driven once by every quote and once by watched prices only.</summary>
public class TickReplayTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private static readonly DateTimeOffset Midnight = new(2014, 5, 8, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("eurusd-oanda-20140508.zip", 0, PositionMode.Hedging)]
    [InlineData("eurusd-fxcm-20140508.zip", 5, PositionMode.Netting)]
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
        for (var i = 1; i <= 6; i++)
        {
            var step = i * 0.00080m;
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
                    Price = p,
                    StopLoss = p - sign * 0.0030m,
                    TakeProfit = i % 2 == 0 ? p + sign * 0.0020m : null,
                    TrailingPoints = i % 3 == 0 ? 150 : null,
                }).Retcode.ShouldBe(Retcode.Placed);
            }
        }
        var calls = 0;
        var watch = BrokerEngine.WatchList(desk.State, desk.Board, desk.Settings);
        foreach (var quote in quotes)
        {
            if (BrokerEngine.NextTimeEvent(desk.State, desk.Board, desk.Settings, desk.Now) <= quote.Time)
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

    /// <summary>Every pending order, SL and TP, against a direct scan of the file that knows nothing of the engine.</summary>
    [Fact]
    public void Orders_and_levels_fill_where_a_direct_computation_says()
    {
        if (TickFile.Read("eurusd-oanda-20140508.zip", Midnight) is not { } quotes)
        {
            output.WriteLine("SKIPPED: ../shared/data/fx/ticks/eurusd-oanda-20140508.zip is absent.");
            return;
        }
        var random = new Random(11);
        var desk = new Desk(deposit: 1_000_000_000m, settings: BrokerSettings.Default with { PendingOrdersMax = 10_000, PositionsMax = 10_000 }) { Now = quotes[0].Time };
        var wanted = new Dictionary<int, List<(Side Side, OrderType Type, decimal Away, decimal Sl, decimal Tp)>>();
        for (var i = 0; i < 200; i++)
        {
            var at = random.Next(quotes.Count - 1_000);
            (wanted.TryGetValue(at, out var list) ? list : wanted[at] = []).Add(
                ((Side)random.Next(2), (OrderType)(1 + random.Next(2)), random.Next(1, 300) * 0.00001m, random.Next(50, 600) * 0.00001m, random.Next(50, 600) * 0.00001m));
        }
        var expected = new List<(DateTimeOffset, decimal, DealReason)>();
        IReadOnlyList<PriceTrigger> watch = [];
        for (var i = 0; i < quotes.Count; i++)
        {
            var quote = quotes[i];
            desk.Now = quote.Time;
            desk.Board.Update(quote);
            if (watch.Any(t => t.IsReachedBy(t.Source == PriceSource.Bid ? quote.Bid : quote.Ask)))
            {
                desk.Append(BrokerEngine.OnQuote(desk.State, quote, desk.Board, desk.Settings, desk.Now));
                watch = BrokerEngine.WatchList(desk.State, desk.Board, desk.Settings);
            }
            if (!wanted.TryGetValue(i, out var orders)) continue;
            foreach (var (side, type, away, sl, tp) in orders)
            {
                var buy = side == Side.Buy;
                var price = (buy ? quote.Ask : quote.Bid) + (buy == (type == OrderType.Limit) ? -away : away);
                var (stop, target) = buy ? (price - sl, price + tp) : (price + sl, price - tp);
                desk.Do(desk.Order(side, 0.10m, type: type) with { Price = price, StopLoss = stop, TakeProfit = target }).Retcode.ShouldBe(Retcode.Placed);
                expected.AddRange(Scan(quotes, i + 1, buy, type == OrderType.Limit, price, stop, target));
            }
            watch = BrokerEngine.WatchList(desk.State, desk.Board, desk.Settings);
        }
        var deals = desk.Ledger.Select(e => e.Event).OfType<DealExecuted>().Select(e => (e.Deal.Time, e.Deal.Price, e.Deal.Reason)).ToList();
        deals.Order().ShouldBe(expected.Order());
        deals.Count.ShouldBeGreaterThan(200);
    }

    private static IEnumerable<(DateTimeOffset, decimal, DealReason)> Scan(List<Quote> quotes, int from, bool buy, bool limit, decimal price, decimal stop, decimal target)
    {
        var i = from;
        for (; i < quotes.Count; i++)
        {
            var p = buy ? quotes[i].Ask : quotes[i].Bid;
            if (buy == limit ? p <= price : p >= price) break;
        }
        if (i == quotes.Count) yield break;
        yield return (quotes[i].Time, buy ? quotes[i].Ask : quotes[i].Bid, DealReason.Pending);
        for (i++; i < quotes.Count; i++)
        {
            var p = buy ? quotes[i].Bid : quotes[i].Ask;
            var stopped = buy ? p <= stop : p >= stop;
            if (!stopped && !(buy ? p >= target : p <= target)) continue;
            yield return (quotes[i].Time, p, stopped ? DealReason.StopLoss : DealReason.TakeProfit);
            yield break;
        }
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
