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
}
