using ActorTrading.Domain;
using ActorTrading.Domain.Tests.Broker;
using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Domain.Tests.Terminal;

public class TerminalTrailingTests
{
    private static readonly Guid Account = DeterministicId.FromNumbers(4, 4);
    private static readonly DateTimeOffset At = Desk.Start;
    private static readonly Instrument Plain = InstrumentCatalog.Get("EURUSD") with { Schedule = TradingSchedule.Always, CommissionPerLot = 0 };
    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(200);

    // Steps of the bid in points, and the spread.
    private static readonly Gen<List<(int Step, int Spread)>> Walks =
        Gen.ListOf(Gen.Zip(Gen.Choose(-60, 70), Gen.Choose(0, 12))).Select(l => l.ToList());

    [Fact]
    public void Followed_at_every_price_it_moves_as_a_paper_accounts_stop_does() =>
        Prop.ForAll(Arb.From(Walks), Arb.From(Gen.Choose(1, 80)), Arb.From(Gen.Elements(Side.Buy, Side.Sell)), (walk, points, side) =>
        {
            var paper = new Desk(instruments: [Plain]);
            paper.Price("EURUSD", 1.10000m, 1.10000m);
            var id = paper.NextId();
            paper.Do(new PlaceOrder
            {
                OrderId = id, ClientOrderId = "a", Symbol = "EURUSD", Side = side, Type = OrderType.Market, Volume = 0.01m, TrailingPoints = points,
            }).Accepted.ShouldBeTrue();
            var there = Terminal(side, points);
            var bid = 1.1m;
            foreach (var (step, spread) in walk)
            {
                bid += (side == Side.Buy ? step : -step) * 0.00001m;
                var quote = new Quote("EURUSD", bid, bid + spread * 0.00001m, At);
                paper.Quote("EURUSD", quote.Bid, quote.Ask);
                if (paper.State.Positions.IsEmpty)
                {
                    return;
                }

                there = Follow(there, new TerminalPrice(quote, quote.Bid, quote.Ask), Plain);
                Only(there).StopLoss.ShouldBe(paper.Only.StopLoss);
            }
        }).Check(Config);

    [Fact]
    public void A_stop_is_only_ever_tightened_and_never_nearer_to_the_market_than_allowed() =>
        Prop.ForAll(Arb.From(Walks), Arb.From(Gen.Zip(Gen.Choose(1, 80), Gen.Zip(Gen.Choose(0, 60), Gen.Choose(0, 40)))), Arb.From(Gen.Elements(Side.Buy, Side.Sell)), (walk, levels, side) =>
        {
            var (points, (stops, freeze)) = levels;
            var instrument = Plain with { StopsLevelPoints = stops, FreezeLevelPoints = freeze };
            var state = Terminal(side, points);
            var bid = 1.1m;
            var (high, low) = (0m, decimal.MaxValue);
            foreach (var ((step, spread), i) in walk.Select((w, i) => (w, i)))
            {
                bid += (side == Side.Buy ? step : -step) * 0.00001m;
                var quote = new Quote("EURUSD", bid, bid + spread * 0.00001m, At);
                (high, low) = (Math.Max(high, quote.Bid), Math.Min(low, quote.Ask));
                if (i % 3 != 0)
                {
                    continue; // in the pause between two prices that are told
                }

                var before = Only(state);
                state = Follow(state, new TerminalPrice(quote, high, low), instrument);
                var after = Only(state);
                if (after.StopLoss == before.StopLoss)
                {
                    continue;
                }

                var direction = side == Side.Buy ? 1 : -1;
                var market = quote.ClosePrice(side);
                ((market - after.StopLoss!.Value) * direction).ShouldBeGreaterThanOrEqualTo(Math.Max(1, stops) * 0.00001m);
                ((after.StopLoss.Value - 1.1m) * direction).ShouldBeGreaterThanOrEqualTo(0m, "it begins in profit");
                if (before.StopLoss is { } was)
                {
                    ((after.StopLoss.Value - was) * direction).ShouldBeGreaterThanOrEqualTo(BrokerSettings.Default.TrailingStepPoints * 0.00001m);
                    (freeze > 0 && Math.Abs(was - market) <= freeze * 0.00001m).ShouldBeFalse("a frozen level was changed");
                }

                after.TrailingPoints.ShouldBe(points);
                (high, low) = (0m, decimal.MaxValue);
            }
        }).Check(Config);

    [Fact]
    public void A_peak_in_the_pause_counts_unless_the_market_has_left_it_by_more_than_the_distance()
    {
        var position = Only(Terminal(Side.Buy, 100));
        Stop(bid: 1.10180m, peak: 1.10200m).ShouldBe(1.10100m);
        Stop(bid: 1.10150m, peak: 1.20000m).ShouldBe(1.10050m, "one bad price would have put the stop at the market");
        Stop(bid: 1.10050m, peak: 1.20000m).ShouldBeNull();

        decimal? Stop(decimal bid, decimal peak) =>
            TerminalTrailing.NextStop(position, new TerminalPrice(new Quote("EURUSD", bid, bid, At), peak, bid), Plain, BrokerSettings.Default);
    }

    [Fact]
    public void While_a_change_or_a_close_of_the_position_is_without_answer_nothing_is_asked()
    {
        var state = Terminal(Side.Buy, 100);
        var price = new TerminalPrice(new Quote("EURUSD", 1.102m, 1.102m, At), 1.102m, 1.102m);
        var market = new MarketBoard([Plain]);
        var asked = TerminalTrailing.OnPrice(state, price, market, BrokerSettings.Default, (_, _) => true);
        asked.ShouldHaveSingleItem();
        TerminalTrailing.OnPrice(Apply(state, asked), price, market, BrokerSettings.Default, (_, _) => true).ShouldBeEmpty();
        var closing = TerminalBook.Decide(state, new ClosePosition(DeterministicId.FromNumbers(5, 5), "c", Only(state).Id, null), Plain, At);
        TerminalTrailing.OnPrice(Apply(state, closing.Events), price, market, BrokerSettings.Default, (_, _) => true).ShouldBeEmpty();
    }

    [Fact]
    public void The_distance_alone_is_changed_without_the_terminal_and_outlives_what_is_changed_there_by_hand()
    {
        var state = Terminal(Side.Buy, null);
        var id = Only(state).Id;
        var decision = TerminalBook.Decide(state, new ModifyPosition(id, null, null, 100), Plain, At);
        decision.Events.ShouldBe([new PositionModified(id, null, null, 100, DealReason.Client)]);
        state = Apply(state, decision.Events);
        TerminalBook.Decide(state, new ModifyPosition(id, null, null, 100), Plain, At).Retcode.ShouldBe(Retcode.NoChanges);
        TerminalBook.Decide(state, new ModifyPosition(id, null, null, 5), Plain with { StopsLevelPoints = 10 }, At).Retcode.ShouldBe(Retcode.InvalidStops);

        state = Observe(state, new TerminalFact { Kind = TerminalFactKind.PositionChanged, PositionTicket = 5, StopLoss = 1.09m, TakeProfit = 1.2m, At = At });
        (Only(state).StopLoss, Only(state).TakeProfit, Only(state).TrailingPoints).ShouldBe((1.09m, 1.2m, 100));

        var asked = TerminalBook.Decide(state, new ModifyPosition(id, 1.095m, 1.2m, 70), Plain, At);
        state = Apply(state, asked.Events);
        Only(state).TrailingPoints.ShouldBe(100, "not before the terminal has taken the levels that were asked for with it");
        state = Observe(state, new TerminalFact { Kind = TerminalFactKind.Modified, RequestId = state.Requests.Keys.Single(), Retcode = Retcode.Done, At = At });
        (Only(state).StopLoss, Only(state).TrailingPoints).ShouldBe((1.095m, 70));
    }

    /// <summary>A position of 0.01 lots at 1.10000 at a terminal, ticket 5.</summary>
    private static AccountState Terminal(Side side, int? points)
    {
        var state = Apply(AccountState.Empty, [new AccountOpened(Guid.Empty, "a", AccountKind.Mt5, PositionMode.Hedging, "USD", 100)]);
        var id = DeterministicId.FromNumbers(6, 6);
        state = Apply(state, TerminalBook.Decide(state, new PlaceOrder
        {
            OrderId = id, ClientOrderId = "o", Symbol = "EURUSD", Side = side, Type = OrderType.Market, Volume = 0.01m, TrailingPoints = points,
        }, Plain, At).Events);
        return Observe(state, new TerminalFact { Kind = TerminalFactKind.Filled, OrderId = id, OrderTicket = 5, Volume = 0.01m, Price = 1.1m, At = At });
    }

    private static AccountState Follow(AccountState state, TerminalPrice price, Instrument instrument)
    {
        var market = new MarketBoard([instrument]);
        var asked = TerminalTrailing.OnPrice(state, price, market, BrokerSettings.Default, (_, _) => true);
        var reached = TerminalTrailing.WatchList(state, market, BrokerSettings.Default).Single();
        if (asked.Count > 0)
        {
            reached.IsReachedBy(reached.Source == PriceSource.Bid ? price.HighestBid : price.LowestAsk).ShouldBeTrue("nothing moves at a price that was not watched");
        }

        foreach (var request in asked.OfType<RequestSubmitted>().Select(e => e.Request))
        {
            request.OnlyTightens.ShouldBeTrue();
            state = Observe(Apply(state, asked), new TerminalFact { Kind = TerminalFactKind.Modified, RequestId = request.Id, Retcode = Retcode.Done, At = At });
        }

        return state;
    }

    private static Position Only(AccountState state) => state.Positions.Values.ShouldHaveSingleItem();

    private static AccountState Observe(AccountState state, TerminalFact fact) => Apply(state, TerminalBook.Observe(state, fact, new MarketBoard([Plain])));

    private static AccountState Apply(AccountState state, IReadOnlyList<LedgerEvent> events) =>
        AccountProjection.Fold(state, AccountProjection.Entries(Account, state.Seq, events, At)).After;
}
