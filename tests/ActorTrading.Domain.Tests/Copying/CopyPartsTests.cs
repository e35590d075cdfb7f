namespace ActorTrading.Domain.Tests.Copying;

/// <summary>What a follower holds may be more than one order may trade: a real broker refuses to close it at once (10014).</summary>
public class CopyPartsTests
{
    private static readonly LinkSettings OneToOne = new() { Sizing = new() { Mode = SizingMode.None } };
    private static readonly Instrument Small = InstrumentCatalog.Get("EURUSD") with { VolumeMax = 0.50m, VolumeMin = 0.10m };

    [Theory]
    [InlineData(PositionMode.Hedging)]
    [InlineData(PositionMode.Netting)]
    public void A_removal_closes_in_parts_that_the_terminal_takes(PositionMode mode)
    {
        var scene = new CopyScene();
        var link = scene.Follow(OneToOne, mode);
        scene.Leader.Open(Side.Buy, 1.20m);
        scene.Sync();
        // Its broker has a lower maximum since.
        var board = new MarketBoard([Small]);
        var plan = CopyRules.Unlink(link.Follower.State, board, link.Id, RemovalMode.CloseImmediately);
        Volumes(link.Follower.State, plan).ShouldBe([0.50m, 0.50m, 0.20m]);
        plan.Cast<ClosePosition>().Select(c => c.ClientOrderId).ShouldBeUnique();
        CopyRules.Unlink(link.Follower.State, board, link.Id, RemovalMode.CloseImmediately).ShouldBe(plan);
    }

    [Theory]
    [InlineData(PositionMode.Hedging)]
    [InlineData(PositionMode.Netting)]
    public void No_part_is_left_with_less_than_the_least(PositionMode mode)
    {
        var scene = new CopyScene();
        var link = scene.Follow(OneToOne, mode);
        scene.Leader.Open(Side.Sell, 1.05m);
        scene.Sync();
        var plan = CopyRules.Unlink(link.Follower.State, new MarketBoard([Small]), link.Id, RemovalMode.CloseImmediately);
        Volumes(link.Follower.State, plan).ShouldBe([0.50m, 0.45m, 0.10m]);
    }

    [Fact]
    public void A_netting_follower_that_was_entered_in_many_orders_is_left_in_many()
    {
        var scene = new CopyScene(PositionMode.Netting, 100_000m, [Small]);
        var link = scene.Follow(OneToOne, PositionMode.Netting, 100_000m);
        link.Follower.Open(Side.Buy, 0.10m);
        for (var i = 0; i < 4; i++)
            scene.Leader.Open(Side.Buy, 0.40m);
        scene.Sync();
        link.Follower.Net("EURUSD").ShouldBe(1.70m);
        // More than half of it at once, and then the rest.
        scene.Leader.Close(scene.Leader.Only.Id, 0.50m).Accepted.ShouldBeTrue();
        scene.Leader.Close(scene.Leader.Only.Id).Accepted.ShouldBeTrue();
        scene.Sync();
        link.Refusals.ShouldBeEmpty();
        link.Follower.Only.Volume.ShouldBe(0.10m);
        CopyRules.IsFlat(link.Follower.State, link.Id).ShouldBeTrue();
    }

    [Fact]
    public void An_equity_stop_closes_more_than_one_order_may_trade()
    {
        var scene = new CopyScene(PositionMode.Netting, 100_000m, [Small]);
        var link = scene.Follow(OneToOne with { EquityStop = new(EquityStopType.Fixed, 500m) }, PositionMode.Netting, 100_000m);
        link.Follower.Open(Side.Buy, 0.10m);
        for (var i = 0; i < 4; i++)
            scene.Leader.Open(Side.Buy, 0.40m);
        scene.Sync();
        link.Risk = Watch(scene, link).Risk;
        scene.Quote("EURUSD", 1.0950m, 1.0952m);
        var plan = Watch(scene, link);
        plan.Reason.ShouldBe(CopyReasons.EquityStop);
        foreach (var command in plan.Commands)
            link.Follower.Do(command).Accepted.ShouldBeTrue();
        link.Follower.Only.Volume.ShouldBe(0.10m);
    }

    [Fact]
    public void More_parts_than_a_plan_has_are_closed_at_the_next_look()
    {
        var scene = new CopyScene(leaderDeposit: 1_000_000m);
        var link = scene.Follow(OneToOne, deposit: 1_000_000m);
        scene.Leader.Open(Side.Buy, 15.00m);
        scene.Sync();
        var board = new MarketBoard([Small with { VolumeMax = 0.10m }]);
        var looks = 0;
        for (; !link.Follower.State.Positions.IsEmpty; looks++)
        {
            var plan = CopyRules.Unlink(link.Follower.State, board, link.Id, RemovalMode.CloseImmediately);
            foreach (var command in plan)
                link.Follower.Do(command).Accepted.ShouldBeTrue();
        }
        looks.ShouldBe(2);
    }

    private static CopyWatchPlan Watch(CopyScene scene, Link link) => CopyWatch.Check(scene.LookAt(link));

    /// <summary>Of the orders that a terminal with the small maximum would be sent, in their order.</summary>
    private static IEnumerable<decimal> Volumes(AccountState state, IEnumerable<TradeCommand> plan)
    {
        foreach (var command in plan)
        {
            var decision = TerminalBook.Decide(state, command, Small, CopyScene.Start);
            decision.Accepted.ShouldBeTrue(decision.Message);
            state = AccountProjection.Entries(state.AccountId, state.Seq, decision.Events, CopyScene.Start).Aggregate(state, (before, entry) => before.Apply(entry));
        }
        return TerminalQueue.Submitted(state).Select(o => o.Volume);
    }
}
