using ActorTrading.Domain;

namespace ActorTrading.Domain.Tests.Broker;

public class LiveMarketTests
{
    /// <summary>A market that moves whenever it is looked at.</summary>
    private sealed class Restless(MarketBoard board) : IMarketView
    {
        private int _looks;

        public Instrument? FindInstrument(string symbol) => board.FindInstrument(symbol);

        public Quote? LastQuote(string symbol)
        {
            var quote = board.LastQuote(symbol)!.Value;
            var shift = _looks++ * 0.0001m;
            return quote with { Bid = quote.Bid - shift, Ask = quote.Ask - shift };
        }

        public decimal? ConversionRate(string from, string to) => board.ConversionRate(from, to);

        public IReadOnlyList<ConversionStep>? ConversionPath(string from, string to) => board.ConversionPath(from, to);
    }

    [Fact]
    public void Bands_are_proved_and_armed_around_one_and_the_same_quote()
    {
        var desk = new Desk(deposit: 2_000m);
        desk.Price("EURUSD", 1.10000m, 1.10010m);
        desk.Market(Side.Buy, 1m);
        var still = BrokerEngine.WatchList(desk.State, desk.Board, desk.Settings);
        BrokerEngine.WatchList(desk.State, new Restless(desk.Board), desk.Settings).ShouldBe(still);
    }

    [Fact]
    public void A_decision_is_made_at_one_price()
    {
        var desk = new Desk();
        desk.Price("EURUSD", 1.10000m, 1.10010m);
        var order = desk.Order(Side.Buy, 1m) with { StopLoss = 1.09999m, DeviationPoints = 0 };
        var decision = BrokerEngine.Decide(desk.State, order, new Restless(desk.Board), desk.Settings, desk.Now);
        decision.Events.OfType<DealExecuted>().ShouldHaveSingleItem().Deal.Price.ShouldBe(1.10010m);
    }

    [Fact]
    public void A_stop_that_sleeps_wakes_with_the_first_quote_of_a_feed_whose_time_is_behind()
    {
        var desk = new Desk();
        desk.Price("EURUSD", 1.10000m, 1.10010m);
        desk.Do(desk.Order(Side.Buy, 0.1m) with { StopLoss = 1.09m });
        desk.Now = new DateTimeOffset(2026, 3, 7, 12, 0, 0, TimeSpan.Zero); // Saturday
        desk.Quote("EURUSD", 1.0800m, 1.0801m);
        var book = new TriggerBook("EURUSD");
        book.Set(BrokerEngine.WatchList(desk.State, desk.Board, desk.Settings).Single(t => t.Price == 1.09m));
        var hits = new List<PriceTrigger>();
        book.Fire(desk.Board.LastQuote("EURUSD")!.Value, hits).ShouldBe(0);
        book.Fire(new Quote("EURUSD", 1.0810m, 1.0811m, desk.Now.AddMinutes(-4)), hits).ShouldBe(1);
    }

    [Fact]
    public void A_stop_does_not_sleep_for_a_quote_of_a_time_that_the_market_has_left_behind()
    {
        var desk = new Desk();
        var judged = new Dictionary<string, Quote> { ["EURUSD"] = new("EURUSD", 1.0800m, 1.0801m, desk.Now.AddHours(11)) };
        desk.Price("EURUSD", 1.10000m, 1.10010m);
        desk.Do(desk.Order(Side.Buy, 0.1m) with { StopLoss = 1.09m });
        Stop().NotBefore.ShouldBeNull("a recording that is played anew is at 1.1");

        judged["EURUSD"] = judged["EURUSD"] with { Time = desk.Now.AddSeconds(1) };
        Stop().NotBefore.ShouldBe(desk.Now.AddSeconds(1).AddTicks(1), "the market as this process knows it is a little behind");

        PriceTrigger Stop() => BrokerEngine.WatchList(desk.State, desk.Board, desk.Settings, judged).Single(t => t.Price == 1.09m);
    }

    [Fact]
    public void A_stop_that_is_reached_while_the_market_is_closed_is_armed_for_the_next_quote_only()
    {
        var desk = new Desk();
        desk.Price("EURUSD", 1.10000m, 1.10010m);
        desk.Do(desk.Order(Side.Buy, 0.1m) with { StopLoss = 1.09m });
        BrokerEngine.WatchList(desk.State, desk.Board, desk.Settings).ShouldAllBe(t => t.NotBefore == null);
        desk.Now = new DateTimeOffset(2026, 3, 7, 12, 0, 0, TimeSpan.Zero); // Saturday
        desk.Quote("EURUSD", 1.0800m, 1.0801m).OfType<DealExecuted>().ShouldBeEmpty();
        var stop = BrokerEngine.WatchList(desk.State, desk.Board, desk.Settings).Single(t => t.Price == 1.09m);
        var book = new TriggerBook("EURUSD");
        book.Set(stop);
        var hits = new List<PriceTrigger>();
        book.Fire(desk.Board.LastQuote("EURUSD")!.Value, hits).ShouldBe(0);
        book.Fire(new Quote("EURUSD", 1.0800m, 1.0801m, desk.Now.AddMilliseconds(1)), hits).ShouldBe(1);
    }

    [Fact]
    public void A_stop_that_a_quote_reaches_before_it_is_armed_does_not_sleep_through_it()
    {
        var desk = new Desk();
        desk.Price("EURUSD", 1.10000m, 1.10010m);
        desk.Do(desk.Order(Side.Buy, 0.1m) with { StopLoss = 1.09m });
        var judged = new Dictionary<string, Quote>();
        desk.Now = desk.Now.AddSeconds(1);
        desk.Price("EURUSD", 1.0800m, 1.0801m);
        Stop().NotBefore.ShouldBeNull("nobody has judged the account at this quote");

        // At another quote, which it did not reach, it was.
        judged["EURUSD"] = new Quote("EURUSD", 1.10000m, 1.10010m, Desk.Start);
        Stop().NotBefore.ShouldBeNull();
        judged["EURUSD"] = desk.Board.LastQuote("EURUSD")!.Value;
        Stop().NotBefore.ShouldBe(desk.Now.AddTicks(1));

        PriceTrigger Stop() => BrokerEngine.WatchList(desk.State, desk.Board, desk.Settings, judged).Single(t => t.Price == 1.09m);
    }

    [Fact]
    public void What_waits_for_more_on_offer_waits_for_the_next_quote_also_where_nobody_has_judged_this_one()
    {
        var desk = new Desk(settings: BrokerSettings.Default with { LiquidityLots = 0.40m },
            instruments: InstrumentCatalog.All.Select(i => i with { ExecutionMode = ExecutionMode.Exchange }));
        desk.Price("EURUSD", 1.10000m, 1.10010m);
        desk.Do(desk.Order(Side.Buy, 1m) with { FillPolicy = FillPolicy.Return }).Retcode.ShouldBe(Retcode.DonePartial);
        BrokerEngine.WatchList(desk.State, desk.Board, desk.Settings, new Dictionary<string, Quote>())
            .Single(t => t.Key.Tag.StartsWith("order")).NotBefore.ShouldBe(desk.Now.AddTicks(1));
    }
}
