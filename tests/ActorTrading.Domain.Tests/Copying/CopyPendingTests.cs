namespace ActorTrading.Domain.Tests.Copying;

public class CopyPendingTests
{
    private static readonly LinkSettings OneToOne = new() { Sizing = new() { Mode = SizingMode.None } };
    private readonly CopyScene _scene = new();

    private Guid Pending(Side side, OrderType type, decimal price, decimal? stopLoss = null, decimal? limit = null)
    {
        var order = _scene.Leader.Order(side, 0.10m, "EURUSD", type, price) with { StopLoss = stopLoss, StopLimitPrice = limit };
        _scene.Leader.Do(order).Accepted.ShouldBeTrue();
        return order.OrderId;
    }

    [Fact]
    public void A_pending_order_is_copied_changed_and_cancelled()
    {
        var link = _scene.Follow(OneToOne);
        var id = Pending(Side.Buy, OrderType.Limit, 1.0950m, 1.0900m);
        _scene.Sync();
        var copied = link.Follower.State.Orders.Values.ShouldHaveSingleItem();
        copied.ShouldSatisfyAllConditions(o => o.Type.ShouldBe(OrderType.Limit), o => o.Price.ShouldBe(1.0950m), o => o.StopLoss.ShouldBe(1.0900m));
        _scene.Leader.Do(new ModifyOrder(id, 1.0960m, null, 1.0910m, null, null, TimeInForce.GoodTillCancelled, null)).Accepted.ShouldBeTrue();
        _scene.Sync();
        link.Follower.State.Orders[copied.Id].ShouldSatisfyAllConditions(o => o.Price.ShouldBe(1.0960m), o => o.StopLoss.ShouldBe(1.0910m));
        _scene.Leader.Do(new CancelOrder(id)).Accepted.ShouldBeTrue();
        _scene.Sync();
        link.Follower.State.Orders.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_stop_loss_that_the_link_has_set_moves_with_its_pending_order(bool byRisk)
    {
        var settings = byRisk ? OneToOne with { Limits = new() { MaxTradeRisk = 0.01m } } : OneToOne with { Stops = new() { CopyStopLoss = false, MaxStopLossPips = 100m } };
        var link = _scene.Follow(settings);
        var id = Pending(Side.Buy, OrderType.Limit, 1.0950m);
        _scene.Sync();
        // 100 dollars of 0.10 lots are 100 pips.
        var copied = link.Follower.State.Orders.Values.ShouldHaveSingleItem();
        copied.StopLoss.ShouldBe(1.0850m);
        foreach (var price in (decimal[])[1.0990m, 1.0800m])
        {
            _scene.Leader.Do(new ModifyOrder(id, price, null, null, null, null, TimeInForce.GoodTillCancelled, null)).Accepted.ShouldBeTrue();
            _scene.Sync();
            link.Refusals.ShouldBeEmpty();
            link.Follower.State.Orders[copied.Id].ShouldSatisfyAllConditions(o => o.Price.ShouldBe(price), o => o.StopLoss.ShouldBe(price - 0.0100m));
        }
    }

    [Theory]
    [InlineData(OrderType.Limit, 1.0950, OrderType.Stop)]
    [InlineData(OrderType.Stop, 1.1050, OrderType.Limit)]
    public void Reversed_limit_and_stop_change_places(OrderType type, double price, OrderType expected)
    {
        var link = _scene.Follow(OneToOne with { Reverse = true });
        Pending(Side.Buy, type, (decimal)price);
        _scene.Sync();
        link.Follower.State.Orders.Values.ShouldHaveSingleItem().ShouldSatisfyAllConditions(o => o.Type.ShouldBe(expected), o => o.Side.ShouldBe(Side.Sell), o => o.Price.ShouldBe((decimal)price));
    }

    [Fact]
    public void A_fill_that_the_follower_had_too_is_not_entered_twice()
    {
        var link = _scene.Follow(OneToOne);
        Pending(Side.Buy, OrderType.Limit, 1.0950m);
        _scene.Sync();
        _scene.Quote("EURUSD", 1.0945m, 1.0947m);
        _scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.FollowsPending);
        link.Follower.Only.Volume.ShouldBe(0.10m);
        _scene.Leader.Close(_scene.Leader.Only.Id, 0.05m);
        _scene.Sync();
        link.Follower.Only.Volume.ShouldBe(0.05m);
    }

    [Fact]
    public void An_own_order_that_never_filled_is_cancelled_when_the_leader_closes()
    {
        // The follower's broker never quotes the price that the leader's did.
        var scene = new CopyScene();
        var board = new MarketBoard(InstrumentCatalog.All);
        board.Update(new Quote("EURUSD", 1.1000m, 1.1002m, scene.Now));
        var link = scene.Follow(OneToOne, account: new Trader(30, board, PositionMode.Hedging, 10_000m, "USD", 100));
        var order = scene.Leader.Order(Side.Buy, 0.10m, "EURUSD", OrderType.Limit, 1.0950m);
        scene.Leader.Do(order).Accepted.ShouldBeTrue();
        scene.Sync();
        var quote = new Quote("EURUSD", 1.0945m, 1.0947m, scene.Now);
        scene.Board.Update(quote);
        scene.Leader.OnQuote(quote);
        scene.Sync();
        link.Last.ShouldSatisfyAllConditions(p => p.Reason.ShouldBe(CopyReasons.FollowsPending), p => p.Commands.ShouldBeEmpty());
        link.Follower.State.Orders.Count.ShouldBe(1);
        scene.Leader.Close(scene.Leader.Only.Id).Accepted.ShouldBeTrue();
        scene.Sync();
        link.Follower.State.Orders.ShouldBeEmpty();
        link.Follower.State.Positions.ShouldBeEmpty();
    }

    [Fact]
    public void An_own_fill_that_was_closed_already_is_not_entered_again()
    {
        var link = _scene.Follow(OneToOne);
        Pending(Side.Buy, OrderType.Limit, 1.0950m);
        _scene.Sync();
        _scene.Quote("EURUSD", 1.0945m, 1.0947m);
        link.Follower.Close(link.Follower.Only.Id).Accepted.ShouldBeTrue();
        _scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.PendingClosedAlready);
        link.Follower.State.Positions.ShouldBeEmpty();
    }

    [Fact]
    public void A_skipped_pending_order_is_entered_at_the_market_when_it_fills()
    {
        var link = _scene.Follow(OneToOne with { SkipPendingOrders = true });
        Pending(Side.Buy, OrderType.Limit, 1.0950m, 1.0900m);
        _scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.PendingSkipped);
        _scene.Quote("EURUSD", 1.0945m, 1.0947m);
        _scene.Sync();
        link.Follower.Only.ShouldSatisfyAllConditions(p => p.Volume.ShouldBe(0.10m), p => p.StopLoss.ShouldBe(1.0900m));
    }

    [Fact]
    public void A_fill_of_the_followers_alone_is_closed_when_the_leader_cancels()
    {
        var link = _scene.Follow(OneToOne);
        var id = Pending(Side.Buy, OrderType.Limit, 1.0950m);
        _scene.Sync();
        var quote = new Quote("EURUSD", 1.0945m, 1.0947m, _scene.Now);
        _scene.Board.Update(quote);
        link.Follower.OnQuote(quote);
        link.Follower.Only.Volume.ShouldBe(0.10m);
        _scene.Leader.Do(new CancelOrder(id)).Accepted.ShouldBeTrue();
        _scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.OrphanedFillClosed);
        link.Follower.State.Positions.ShouldBeEmpty();
    }

    /// <summary>A follower whose broker never quotes what the leader's does, so that its copies rest on.</summary>
    private static Link Apart(CopyScene scene, LinkSettings settings)
    {
        var board = new MarketBoard(InstrumentCatalog.All);
        board.Update(new Quote("EURUSD", 1.1000m, 1.1002m, scene.Now));
        return scene.Follow(settings, account: new Trader(30, board, PositionMode.Hedging, 10_000m, "USD", 100));
    }

    [Fact]
    public void An_order_that_the_leader_cannot_pay_for_at_its_trigger_is_nobodys_any_more()
    {
        var scene = new CopyScene(leaderDeposit: 1_000m);
        var rich = scene.Follow(OneToOne);
        var apart = Apart(scene, OneToOne);
        var order = scene.Leader.Order(Side.Buy, 0.50m, "EURUSD", OrderType.Stop, 1.1010m);
        scene.Leader.Do(order).Accepted.ShouldBeTrue();
        var held = scene.Leader.Open(Side.Buy, 0.70m);
        scene.Sync();
        var quote = new Quote("EURUSD", 1.1010m, 1.1012m, scene.Now);
        scene.Board.Update(quote);
        scene.Leader.OnQuote(quote);
        rich.Follower.OnQuote(quote);
        scene.Leader.Ledger[^1].Event.ShouldBeOfType<OrderRejected>().Retcode.ShouldBe(Retcode.NoMoney);
        rich.Follower.Net("EURUSD").ShouldBe(1.20m);
        apart.Follower.State.Orders.Count.ShouldBe(1);
        scene.Sync();
        rich.Last.Reason.ShouldBe(CopyReasons.OrphanedFillClosed);
        rich.Follower.Only.Copy!.LeaderPositionId.ShouldBe(held);
        apart.Follower.State.Orders.ShouldBeEmpty();
    }

    /// <summary>Orders 1.00 at 1.0950 that only the leader's broker fills.</summary>
    private static Link FilledAtTheLeaderOnly(CopyScene scene)
    {
        var link = Apart(scene, OneToOne);
        var order = scene.Leader.Order(Side.Buy, 1.00m, "EURUSD", OrderType.Limit, 1.0950m) with { StopLoss = 1.0900m };
        scene.Leader.Do(order).Accepted.ShouldBeTrue();
        scene.Sync();
        var quote = new Quote("EURUSD", 1.0945m, 1.0947m, scene.Now);
        scene.Board.Update(quote);
        scene.Leader.OnQuote(quote);
        scene.Sync();
        return link;
    }

    [Fact]
    public void What_rests_is_made_smaller_when_the_leader_closes_a_part()
    {
        var scene = new CopyScene();
        var link = FilledAtTheLeaderOnly(scene);
        scene.Leader.Close(scene.Leader.Only.Id, 0.90m).Accepted.ShouldBeTrue();
        scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.RestingReduced);
        link.Follower.State.Orders.Values.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            o => o.Volume.ShouldBe(0.10m), o => o.Price.ShouldBe(1.0950m), o => o.StopLoss.ShouldBe(1.0900m), o => o.Type.ShouldBe(OrderType.Limit));
        var quote = new Quote("EURUSD", 1.0945m, 1.0947m, scene.Now);
        link.Follower.Board.Update(quote);
        link.Follower.OnQuote(quote);
        link.Follower.Only.Volume.ShouldBe(0.10m);
        scene.Leader.Close(scene.Leader.Only.Id, 0.05m).Accepted.ShouldBeTrue();
        scene.Sync();
        link.Follower.Only.Volume.ShouldBe(0.05m);
        scene.Leader.Close(scene.Leader.Only.Id).Accepted.ShouldBeTrue();
        scene.Sync();
        CopyRules.IsFlat(link.Follower.State, link.Id).ShouldBeTrue();
    }

    [Fact]
    public void Many_small_closings_do_not_wear_a_resting_order_away_by_roundings()
    {
        var scene = new CopyScene();
        var link = FilledAtTheLeaderOnly(scene);
        link.Follower.State.Orders.Values.ShouldHaveSingleItem();
        for (var i = 0; i < 60; i++)
            scene.Leader.Close(scene.Leader.Only.Id, 0.01m).Accepted.ShouldBeTrue();
        scene.Sync();
        link.Follower.State.Orders.Values.ShouldHaveSingleItem().Volume.ShouldBe(0.40m);
    }

    [Fact]
    public void What_waits_for_a_better_price_is_made_smaller_too()
    {
        var link = _scene.Follow(OneToOne with { WaitForImprovementPips = 10m });
        var id = _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.WaitsForPrice);
        var waits = link.Follower.State.Orders.Values.ShouldHaveSingleItem();
        _scene.Leader.Close(id, 0.40m).Accepted.ShouldBeTrue();
        _scene.Sync();
        link.Follower.State.Orders.Values.ShouldHaveSingleItem().ShouldSatisfyAllConditions(o => o.Volume.ShouldBe(0.60m), o => o.ExpiresAt.ShouldBe(waits.ExpiresAt));
        _scene.Leader.Close(id, 0.59m).Accepted.ShouldBeTrue();
        _scene.Sync();
        link.Follower.State.Orders.Values.ShouldHaveSingleItem().Volume.ShouldBe(0.01m);
    }

    [Theory]
    [InlineData(AccountKind.Mt5, 0)]
    [InlineData(AccountKind.Paper, 100)]
    public void What_might_fill_while_it_is_replaced_is_not_placed_again(AccountKind kind, int freezeLevel)
    {
        var scene = new CopyScene();
        var link = FilledAtTheLeaderOnly(scene);
        scene.Leader.Close(scene.Leader.Only.Id, 0.90m).Accepted.ShouldBeTrue();
        scene.Sync();
        var board = new MarketBoard(InstrumentCatalog.All.Select(i => i with { FreezeLevelPoints = freezeLevel }));
        board.Update(new Quote("EURUSD", 1.0953m, 1.0955m, scene.Now));
        var context = link.Contexts[^1];
        var plan = CopyRules.Decide(context with { FollowerMarket = board, Follower = context.Follower with { Kind = kind } });
        plan.Commands.ShouldHaveSingleItem().ShouldBeOfType<CancelOrder>();
    }

    [Fact]
    public void A_rejection_of_what_never_rested_is_not_offered()
    {
        var link = _scene.Follow(OneToOne);
        var order = new Order
        {
            Id = DeterministicId.FromNumbers(5, 5), ClientOrderId = "x", Symbol = "EURUSD", Side = Side.Buy, Type = OrderType.Limit, Volume = 1m, Price = 1.09m,
            Status = OrderStatus.Submitted, CreatedAt = _scene.Now, UpdatedAt = _scene.Now,
        };
        _scene.Leader.Append([new OrderSubmitted(order), new OrderRejected(order.Id, Retcode.NoMoney, "no money")]);
        _scene.Sync();
        link.Plans.ShouldBeEmpty();
    }

    [Fact]
    public void No_order_does_the_opposite_of_a_stop_limit_so_its_fill_is_followed()
    {
        var link = _scene.Follow(OneToOne with { Reverse = true });
        Pending(Side.Buy, OrderType.StopLimit, 1.1050m, limit: 1.1040m);
        _scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.ReversedStopLimit);
        _scene.Quote("EURUSD", 1.1050m, 1.1052m);
        _scene.Quote("EURUSD", 1.1036m, 1.1038m);
        _scene.Sync();
        link.Follower.Only.Side.ShouldBe(Side.Sell);
    }
}
