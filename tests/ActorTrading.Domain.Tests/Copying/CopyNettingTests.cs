using System.Text.Json;

namespace ActorTrading.Domain.Tests.Copying;

public class CopyNettingTests
{
    private static readonly LinkSettings OneToOne = new() { Sizing = new() { Mode = SizingMode.None } };
    private readonly CopyScene _scene = new();

    [Fact]
    public void Two_links_share_one_position_and_each_leaves_with_its_own_part()
    {
        var straight = _scene.Follow(OneToOne, PositionMode.Netting);
        var reversed = _scene.Follow(OneToOne with { Reverse = true, Sizing = new() { Mode = SizingMode.None, Multiplier = 0.4m } }, account: straight.Follower);
        var id = _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        straight.Follower.Net("EURUSD").ShouldBe(0.60m);
        _scene.Leader.Close(id, 0.50m);
        _scene.Sync();
        straight.Follower.Net("EURUSD").ShouldBe(0.30m);
        straight.Settings = straight.Settings with { AllowedSides = [Side.Sell] };
        _scene.Leader.Close(id);
        _scene.Sync();
        straight.Follower.State.Positions.ShouldBeEmpty();
        CopyRules.IsFlat(straight.Follower.State, straight.Id).ShouldBeTrue();
        CopyRules.IsFlat(straight.Follower.State, reversed.Id).ShouldBeTrue();
    }

    [Fact]
    public void Several_shares_leave_together_although_another_link_has_netted_part_of_them_away()
    {
        var straight = _scene.Follow(OneToOne, PositionMode.Netting);
        var a = _scene.Leader.Open(Side.Buy, 0.40m);
        _scene.Leader.Open(Side.Buy, 0.60m);
        _scene.Sync();
        var other = new CopyOrigin(DeterministicId.FromNumbers(9, 70), DeterministicId.FromNumbers(1, 70), 1, DeterministicId.FromNumbers(5, 70), null);
        straight.Follower.Do(straight.Follower.Order(Side.Sell, 0.40m, "EURUSD") with { Copy = other }).Accepted.ShouldBeTrue();
        straight.Follower.Net("EURUSD").ShouldBe(0.60m);
        foreach (var command in CopyRules.Unlink(straight.Follower.State, _scene.Board, straight.Id, RemovalMode.CloseImmediately))
            straight.Follower.Do(command).Accepted.ShouldBeTrue();
        straight.Follower.Net("EURUSD").ShouldBe(-0.40m);
        CopyRules.IsFlat(straight.Follower.State, straight.Id).ShouldBeTrue();
        _scene.Leader.Close(a);
        _scene.Sync();
        straight.Follower.Net("EURUSD").ShouldBe(-0.40m);
    }

    [Fact]
    public void A_share_that_others_have_netted_away_leaves_where_the_broker_fills_all_or_nothing()
    {
        var scene = new CopyScene(instruments: [InstrumentCatalog.Get("EURUSD") with { AllowImmediateOrCancel = false }]);
        var link = scene.Follow(OneToOne, PositionMode.Netting);
        scene.Leader.Open(Side.Buy, 0.40m);
        scene.Sync();
        var reversed = scene.Follow(OneToOne with { Reverse = true }, account: link.Follower);
        scene.Leader.Open(Side.Buy, 1.00m);
        scene.Sync();
        link.Follower.Net("EURUSD").ShouldBe(0.40m);
        foreach (var command in CopyRules.Unlink(link.Follower.State, scene.Board, reversed.Id, RemovalMode.CloseImmediately))
            link.Follower.Do(command).Accepted.ShouldBeTrue();
        CopyRules.IsFlat(link.Follower.State, reversed.Id).ShouldBeTrue();
        link.Follower.Net("EURUSD").ShouldBe(1.40m);
    }

    [Fact]
    public void A_close_that_comes_to_nothing_does_not_leave_its_part_to_the_next_of_its_plan()
    {
        var link = _scene.Follow(OneToOne, PositionMode.Netting);
        _scene.Leader.Open(Side.Buy, 0.40m);
        _scene.Leader.Open(Side.Buy, 0.60m);
        _scene.Sync();
        var plan = CopyRules.Unlink(link.Follower.State, _scene.Board, link.Id, RemovalMode.CloseImmediately);
        plan.Length.ShouldBe(2);
        link.Follower.Do(plan[1]).Accepted.ShouldBeTrue();
        link.Follower.Net("EURUSD").ShouldBe(0.40m);
        link.Follower.State.Copying.Links[link.Id].Shares.ShouldHaveSingleItem().Volume.ShouldBe(0.40m);
    }

    [Fact]
    public void Of_two_shares_that_leave_with_the_leader_only_the_first_close_may_be_for_all_that_is_there()
    {
        var scene = new CopyScene(PositionMode.Netting);
        var link = scene.Follow(OneToOne, PositionMode.Netting);
        scene.Leader.Open(Side.Buy, 0.40m);
        scene.Leader.Do(scene.Leader.Order(Side.Buy, 0.60m, "EURUSD", OrderType.Limit, 1.0990m)).Accepted.ShouldBeTrue();
        scene.Sync();
        scene.Quote("EURUSD", 1.0980m, 1.0982m);
        scene.Sync();
        scene.Leader.Close(scene.Leader.Only.Id).Accepted.ShouldBeTrue();
        scene.Sync();
        link.Last.Commands.Cast<ClosePosition>().Select(c => c.Volume).ShouldBe([0.40m, 0.60m]);
        link.Follower.State.Positions.ShouldBeEmpty();
    }

    [Fact]
    public void A_position_that_the_plan_turns_round_on_its_way_is_not_closed_by_its_old_id()
    {
        var link = _scene.Follow(OneToOne, PositionMode.Netting);
        _scene.Leader.Open(Side.Buy, 0.40m);
        _scene.Leader.Open(Side.Sell, 0.40m);
        _scene.Leader.Open(Side.Buy, 0.30m);
        _scene.Sync();
        link.Follower.Net("EURUSD").ShouldBe(0.30m);
        foreach (var command in CopyRules.Unlink(link.Follower.State, _scene.Board, link.Id, RemovalMode.CloseImmediately))
            link.Follower.Do(command).Accepted.ShouldBeTrue();
        link.Follower.State.Positions.ShouldBeEmpty();
        CopyRules.IsFlat(link.Follower.State, link.Id).ShouldBeTrue();
    }

    [Fact]
    public void A_terminal_is_not_asked_to_close_what_an_order_before_has_still_to_open()
    {
        var link = _scene.Follow(OneToOne, PositionMode.Netting);
        _scene.Leader.Open(Side.Sell, 0.40m);
        _scene.Leader.Open(Side.Buy, 0.70m);
        _scene.Sync();
        var plan = CopyRules.Unlink(link.Follower.State, _scene.Board, link.Id, RemovalMode.CloseImmediately);
        AtTerminal(link.Follower.State, plan).Sum(o => o.Side == Side.Buy ? o.Volume : -o.Volume).ShouldBe(-0.30m);
    }

    [Fact]
    public void Shares_that_leave_one_after_the_other_into_a_position_by_hand_keep_its_stop_loss()
    {
        var link = _scene.Follow(OneToOne, PositionMode.Netting);
        link.Follower.Open(Side.Buy, 1.00m, stopLoss: 1.0950m);
        _scene.Leader.Open(Side.Sell, 0.40m);
        _scene.Leader.Open(Side.Sell, 0.30m);
        _scene.Sync();
        link.Follower.Net("EURUSD").ShouldBe(0.30m);
        foreach (var command in CopyRules.Unlink(link.Follower.State, _scene.Board, link.Id, RemovalMode.CloseImmediately))
            link.Follower.Do(command).Accepted.ShouldBeTrue();
        link.Follower.Only.ShouldSatisfyAllConditions(p => p.Volume.ShouldBe(1.00m), p => p.StopLoss.ShouldBe(1.0950m));
    }

    [Fact]
    public void Trades_by_hand_are_not_touched()
    {
        var link = _scene.Follow(OneToOne, PositionMode.Netting);
        link.Follower.Open(Side.Buy, 0.30m);
        var id = _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        link.Follower.Net("EURUSD").ShouldBe(1.30m);
        // A reduction by hand comes out of the own part first.
        link.Follower.Do(link.Follower.Order(Side.Sell, 0.20m, "EURUSD")).Accepted.ShouldBeTrue();
        _scene.Leader.Close(id);
        _scene.Sync();
        link.Follower.Net("EURUSD").ShouldBe(0.10m);
    }

    [Fact]
    public void A_follower_made_flat_by_its_stop_is_not_made_to_trade_by_the_leaders_closing()
    {
        var link = _scene.Follow(OneToOne, PositionMode.Netting);
        var id = _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        link.Follower.Close(link.Follower.Only.Id).Accepted.ShouldBeTrue();
        _scene.Leader.Close(id);
        _scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.NothingToClose);
        link.Follower.State.Positions.ShouldBeEmpty();
    }

    [Fact]
    public void A_copy_added_to_a_shared_position_keeps_its_stop_loss()
    {
        var link = _scene.Follow(OneToOne, PositionMode.Netting);
        link.Follower.Open(Side.Buy, 0.30m, stopLoss: 1.0950m);
        _scene.Leader.Open(Side.Buy, 1.00m, stopLoss: 1.0800m);
        _scene.Sync();
        link.Follower.Only.ShouldSatisfyAllConditions(p => p.Volume.ShouldBe(1.30m), p => p.StopLoss.ShouldBe(1.0950m));
        _scene.Leader.Do(new ModifyPosition(_scene.Leader.Only.Id, 1.0850m, null, null)).Accepted.ShouldBeTrue();
        _scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.NettingSharedStops);
        link.Follower.Only.StopLoss.ShouldBe(1.0950m);
    }

    [Fact]
    public void A_leader_that_turns_round_in_one_deal_is_followed_out_and_in()
    {
        var scene = new CopyScene(PositionMode.Netting);
        var hedging = scene.Follow(OneToOne);
        var netting = scene.Follow(OneToOne, PositionMode.Netting);
        scene.Leader.Open(Side.Buy, 0.50m);
        scene.Leader.Do(scene.Leader.Order(Side.Sell, 0.80m, "EURUSD")).Accepted.ShouldBeTrue();
        scene.Sync();
        foreach (var link in (Link[])[hedging, netting])
            link.Follower.Only.ShouldSatisfyAllConditions(p => p.Side.ShouldBe(Side.Sell), p => p.Volume.ShouldBe(0.30m));
    }

    /// <summary>A lot is worth 11 times the equity of 10,000 and holds 1,100 of it.</summary>
    public static TheoryData<PositionMode, ExposureLimits> LimitsThatAllowOneWay => new()
    {
        { PositionMode.Hedging, new() { MaxLeverage = 15m } },
        { PositionMode.Netting, new() { MaxLeverage = 15m } },
        { PositionMode.Hedging, new() { ReservedMarginFraction = 0.85m } },
        { PositionMode.Netting, new() { ReservedMarginFraction = 0.85m } },
    };

    [Theory, MemberData(nameof(LimitsThatAllowOneWay))]
    public void A_reversal_is_judged_without_what_it_closes(PositionMode mode, ExposureLimits limits)
    {
        var scene = new CopyScene(PositionMode.Netting);
        var link = scene.Follow(OneToOne with { Limits = limits }, mode);
        scene.Leader.Open(Side.Buy, 1.00m);
        scene.Leader.Do(scene.Leader.Order(Side.Sell, 2.00m, "EURUSD")).Accepted.ShouldBeTrue();
        scene.Sync();
        link.Last.Reason.ShouldBeNull();
        link.Follower.Net("EURUSD").ShouldBe(-1.00m);
        // What is larger than the limit the other way round is refused, and the closing stands.
        scene.Leader.Do(scene.Leader.Order(Side.Buy, 3.00m, "EURUSD")).Accepted.ShouldBeTrue();
        scene.Sync();
        link.Last.Reason.ShouldBe(limits.MaxLeverage is null ? CopyReasons.ReservedMargin : CopyReasons.MaxLeverage);
        link.Follower.State.Positions.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(OrderType.Market)]
    [InlineData(OrderType.Limit)]
    public void A_netting_trade_that_only_reduces_is_refused_by_no_limit_on_exposure(OrderType type)
    {
        var scene = new CopyScene();
        var link = scene.Follow(OneToOne with { Limits = new() { MaxLeverage = 1m, ReservedMarginFraction = 0.99m } }, PositionMode.Netting);
        link.Follower.Open(Side.Buy, 1.00m);
        scene.Leader.Do(scene.Leader.Order(Side.Sell, 0.40m, "EURUSD", type, type == OrderType.Limit ? 1.1050m : null)).Accepted.ShouldBeTrue();
        scene.Sync();
        link.Last.Reason.ShouldBeNull();
        // With it resting, another could turn the position round.
        scene.Leader.Do(scene.Leader.Order(Side.Sell, 2.00m, "EURUSD", OrderType.Limit, 1.1060m)).Accepted.ShouldBeTrue();
        scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.MaxLeverage);
    }

    [Theory]
    [InlineData(PositionMode.Hedging)]
    [InlineData(PositionMode.Netting)]
    public void A_symbol_that_another_is_mapped_to_keeps_its_own_holding(PositionMode mode)
    {
        var gold = InstrumentCatalog.Get("XAUUSD");
        var scene = new CopyScene(PositionMode.Netting, 1_000_000m, [.. InstrumentCatalog.All, gold with { Symbol = "GOLD" }]);
        scene.Quote("XAUUSD", 2000m, 2000.3m);
        scene.Quote("GOLD", 2000m, 2000.3m);
        var link = scene.Follow(OneToOne with { SymbolMapping = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("GOLD", "XAUUSD") }, mode, 1_000_000m);
        scene.Leader.Open(Side.Buy, 1.00m, "XAUUSD");
        var pending = scene.Leader.Order(Side.Buy, 0.50m, "GOLD", OrderType.Limit, 1990m);
        scene.Leader.Do(pending).Accepted.ShouldBeTrue();
        scene.Sync();
        scene.Quote("XAUUSD", 1989m, 1989.3m);
        scene.Quote("GOLD", 1989m, 1989.3m);
        scene.Sync();
        link.Follower.Net("XAUUSD").ShouldBe(1.50m);
        scene.Leader.Close(scene.Leader.State.Positions.Values.Single(p => p.Symbol == "GOLD").Id, 0.20m).Accepted.ShouldBeTrue();
        scene.Sync();
        link.Follower.Net("XAUUSD").ShouldBe(1.30m);
        scene.Leader.Close(scene.Leader.State.Positions.Values.Single(p => p.Symbol == "XAUUSD").Id).Accepted.ShouldBeTrue();
        scene.Sync();
        link.Follower.Net("XAUUSD").ShouldBe(0.30m);
        scene.Leader.Close(scene.Leader.Only.Id).Accepted.ShouldBeTrue();
        scene.Sync();
        CopyRules.IsFlat(link.Follower.State, link.Id).ShouldBeTrue();
    }

    [Fact]
    public void Levels_that_the_leader_replaces_by_adding_reach_what_is_open_while_the_addition_waits_for_its_price()
    {
        var scene = new CopyScene(PositionMode.Netting);
        var link = scene.Follow(OneToOne, PositionMode.Netting);
        scene.Leader.Open(Side.Buy, 0.50m, stopLoss: 1.0900m);
        scene.Sync();
        link.Settings = link.Settings with { WaitForImprovementPips = 10m };
        scene.Leader.Open(Side.Buy, 0.20m, stopLoss: 1.0950m);
        scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.WaitsForPrice);
        link.Follower.Only.StopLoss.ShouldBe(1.0950m);
    }

    [Fact]
    public void Levels_that_the_leader_replaces_by_adding_reach_what_is_open()
    {
        var scene = new CopyScene(PositionMode.Netting);
        var hedging = scene.Follow(OneToOne);
        var netting = scene.Follow(OneToOne, PositionMode.Netting);
        var closing = scene.Follow(OneToOne);
        scene.Leader.Open(Side.Buy, 0.50m, stopLoss: 1.0900m);
        scene.Sync();
        closing.Settings = closing.Settings with { CloseOnly = CloseOnlyMode.ByPosition };
        scene.Leader.Open(Side.Buy, 0.20m, stopLoss: 1.0950m);
        scene.Sync();
        hedging.Follower.State.Positions.Count.ShouldBe(2);
        foreach (var link in (Link[])[hedging, netting, closing])
            link.Follower.State.Positions.Values.ShouldAllBe(p => p.StopLoss == 1.0950m);
        closing.Last.ShouldSatisfyAllConditions(p => p.Outcome.ShouldBe(CopyOutcome.Copied), p => p.Reason.ShouldBe(CopyReasons.CloseOnly));
    }

    [Fact]
    public void A_leader_that_closes_by_a_pending_order_is_followed_to_flat()
    {
        var scene = new CopyScene(PositionMode.Netting);
        var hedging = scene.Follow(OneToOne);
        var netting = scene.Follow(OneToOne, PositionMode.Netting);
        scene.Leader.Open(Side.Buy, 0.50m);
        scene.Leader.Do(scene.Leader.Order(Side.Sell, 0.50m, "EURUSD", OrderType.Limit, 1.1050m)).Accepted.ShouldBeTrue();
        scene.Sync();
        scene.Quote("EURUSD", 1.1051m, 1.1053m);
        scene.Sync();
        scene.Leader.State.Positions.ShouldBeEmpty();
        foreach (var link in (Link[])[hedging, netting])
        {
            link.Follower.State.Positions.ShouldBeEmpty();
            link.Follower.State.Orders.ShouldBeEmpty();
        }
    }

    [Fact]
    public void A_share_that_waits_for_a_resting_order_of_the_leader_is_not_taken_for_another_of_its_position()
    {
        // Reversed, the follower's stop is touched at the bid before the leader's limit is at the ask.
        var scene = new CopyScene(PositionMode.Netting);
        var link = scene.Follow(OneToOne with { Reverse = true }, PositionMode.Netting);
        var first = scene.Leader.Order(Side.Buy, 0.10m, "EURUSD", OrderType.Limit, 1.0991m);
        scene.Leader.Open(Side.Buy, 0.50m);
        scene.Leader.Do(first).Accepted.ShouldBeTrue();
        scene.Sync();
        scene.Quote("EURUSD", 1.0990m, 1.0992m);
        link.Follower.Net("EURUSD").ShouldBe(-0.60m);
        link.Follower.Do(link.Follower.Order(Side.Buy, 0.50m, "EURUSD")).Accepted.ShouldBeTrue();
        scene.Leader.Open(Side.Buy, 0.20m);
        scene.Sync();
        scene.Leader.Close(scene.Leader.Only.Id).Accepted.ShouldBeTrue();
        scene.Sync();
        link.Follower.Net("EURUSD").ShouldBe(-0.10m);
        scene.Leader.Do(new CancelOrder(first.OrderId)).Accepted.ShouldBeTrue();
        scene.Sync();
        link.Follower.State.Positions.ShouldBeEmpty();
        CopyRules.IsFlat(link.Follower.State, link.Id).ShouldBeTrue();
    }

    [Fact]
    public void Many_small_closings_do_not_add_up_their_roundings()
    {
        var scene = new CopyScene(leaderDeposit: 1_000_000m);
        var link = scene.Follow(OneToOne with { Sizing = new() { Mode = SizingMode.None, Multiplier = 0.004m } });
        var id = scene.Leader.Open(Side.Buy, 10.00m);
        scene.Sync();
        link.Follower.Only.Volume.ShouldBe(0.04m);
        for (var i = 0; i < 50; i++)
            scene.Leader.Close(id, 0.10m).Accepted.ShouldBeTrue();
        scene.Sync();
        link.Follower.Only.Volume.ShouldBe(0.02m);
    }

    [Fact]
    public void A_rest_below_the_least_volume_is_closed_too()
    {
        var link = _scene.Follow(OneToOne with { Sizing = new() { Mode = SizingMode.FixedVolume, Value = 0.01m } });
        var id = _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Leader.Close(id, 0.40m);
        _scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.CloseRoundsToZero);
        _scene.Leader.Close(id, 0.20m);
        _scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.ClosedWhole);
        link.Follower.State.Positions.ShouldBeEmpty();
    }

    /// <summary>The orders that a terminal would be sent: of each is decided while the ones before have no outcome.</summary>
    private static IEnumerable<Order> AtTerminal(AccountState state, IEnumerable<TradeCommand> plan)
    {
        foreach (var command in plan)
        {
            var decision = TerminalBook.Decide(state, command, InstrumentCatalog.Get("EURUSD"), CopyScene.Start);
            decision.Accepted.ShouldBeTrue(decision.Message);
            state = AccountProjection.Entries(state.AccountId, state.Seq, decision.Events, CopyScene.Start).Aggregate(state, (before, entry) => before.Apply(entry));
        }
        return state.Orders.Values.Where(o => o.Status == OrderStatus.Submitted);
    }

    [Fact]
    public void The_copy_book_survives_a_snapshot()
    {
        var link = _scene.Follow(OneToOne, PositionMode.Netting);
        _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        var state = JsonSerializer.Deserialize<AccountState>(JsonSerializer.Serialize(link.Follower.State, DomainJson.Options), DomainJson.Options)!;
        var share = state.Copying.Links[link.Id].Shares.ShouldHaveSingleItem();
        share.ShouldBe(link.Follower.State.Copying.Links[link.Id].Shares[0]);
    }
}
