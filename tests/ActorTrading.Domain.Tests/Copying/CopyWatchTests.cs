using System.Text.Json;

namespace ActorTrading.Domain.Tests.Copying;

public class CopyWatchTests
{
    private static readonly LinkSettings OneToOne = new() { Sizing = new() { Mode = SizingMode.None } };
    private readonly CopyScene _scene = new(instruments: InstrumentCatalog.All.Select(i => i with { CommissionPerLot = 0m }));

    private CopyWatchPlan Watch(Link link, bool withLeader = false, bool refused = false)
    {
        var plan = CopyWatch.Check(_scene.LookAt(link) with { Leader = withLeader ? _scene.Leader.State : null });
        link.Risk = JsonSerializer.Deserialize<LinkRiskState>(JsonSerializer.Serialize(plan.Risk, DomainJson.Options), DomainJson.Options)!;
        foreach (var command in refused ? [] : plan.Commands)
            link.Follower.Do(command).Accepted.ShouldBeTrue();
        return plan;
    }

    private void Bid(decimal bid) => _scene.Quote("EURUSD", bid, bid + 0.0002m);

    [Theory]
    [InlineData(PositionMode.Hedging)]
    [InlineData(PositionMode.Netting)]
    public void An_equity_stop_closes_the_link_and_stops_it_once(PositionMode mode)
    {
        var link = _scene.Follow(OneToOne with { EquityStop = new(EquityStopType.Fixed, 500m) }, mode);
        Watch(link).Reason.ShouldBeNull();
        _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        Bid(1.0960m);
        Watch(link).Stopped.ShouldBeFalse();
        Bid(1.0950m);
        Watch(link).ShouldSatisfyAllConditions(p => p.Stopped.ShouldBeTrue(), p => p.Reason.ShouldBe(CopyReasons.EquityStop));
        link.Follower.State.Positions.ShouldBeEmpty();
        Watch(link).Stopped.ShouldBeFalse();
        _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.LinkStopped);
        link.Risk = link.Risk.Reset();
        Watch(link).Stopped.ShouldBeFalse();
        _scene.Leader.Open(Side.Buy, 0.10m);
        _scene.Sync();
        link.Last.Reason.ShouldBeNull();
    }

    [Fact]
    public void A_trailing_equity_stop_measures_from_the_peak()
    {
        var link = _scene.Follow(OneToOne with { EquityStop = new(EquityStopType.Trailing, 500m) });
        Watch(link);
        _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        Bid(1.1100m);
        Watch(link);
        Bid(1.1049m);
        Watch(link).Detail.ShouldBe("trailing: total profit 470, at least 480");
    }

    [Fact]
    public void A_take_profit_counts_realised_and_floating_profit()
    {
        var link = _scene.Follow(OneToOne with { TakeProfitAmount = 300m });
        Watch(link);
        var id = _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        Bid(1.1022m);
        _scene.Leader.Close(id, 0.50m);
        _scene.Sync();
        Watch(link).Stopped.ShouldBeFalse();
        Bid(1.1042m);
        Watch(link).Reason.ShouldBe(CopyReasons.TakeProfit);
    }

    [Fact]
    public void A_daily_limit_stops_new_trades_until_midnight_and_leaves_the_rest()
    {
        var link = _scene.Follow(OneToOne with { RiskLimits = [new() { Type = RiskPeriod.Date, ApplyTo = RiskMeasure.BalanceMinusEquity, MaxRelativeRisk = 0.05m }] });
        Watch(link);
        _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        Bid(1.0951m);
        Watch(link).ShouldSatisfyAllConditions(p => p.Reason.ShouldBe(CopyReasons.RiskLimit), p => p.Detail!.ShouldStartWith("date-balance-minus-equity: lost 510"), p => p.Commands.ShouldBeEmpty());
        link.Risk.StoppedUntil.ShouldBe(new DateTimeOffset(2026, 3, 4, 0, 0, 0, TimeSpan.Zero));
        _scene.Leader.Open(Side.Buy, 0.10m);
        _scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.LinkStopped);
        Bid(1.1000m);
        _scene.Wait(TimeSpan.FromHours(12));
        Watch(link).Risk.StopReason.ShouldBeNull();
    }

    [Fact]
    public void A_rolling_limit_forgets_what_is_a_day_old()
    {
        var link = _scene.Follow(OneToOne with { RiskLimits = [new() { Type = RiskPeriod.Day, ApplyTo = RiskMeasure.BalanceDifference, MaxAbsoluteRisk = 300m, ClosePositions = true }] });
        void Lose()
        {
            var id = link.Follower.Open(Side.Buy, 1.00m);
            Bid(_scene.Board.LastQuote("EURUSD")!.Value.Bid - 0.0018m);
            link.Follower.Close(id).Accepted.ShouldBeTrue();
        }
        Watch(link);
        Lose();
        for (var i = 0; i < 100; i++)
        {
            _scene.Wait(TimeSpan.FromMinutes(15));
            Watch(link).Stopped.ShouldBeFalse();
        }
        // 200 lost 25 hours ago and 200 now are not 300 within a day; 200 more are.
        Lose();
        Watch(link).Stopped.ShouldBeFalse();
        _scene.Wait(TimeSpan.FromMinutes(15));
        Lose();
        Watch(link).Stopped.ShouldBeTrue();
        link.Risk.Samples.Length.ShouldBeLessThan(120);
    }

    [Fact]
    public void A_copied_position_ends_with_its_lifetime_and_one_by_hand_does_not()
    {
        var link = _scene.Follow(OneToOne with { Timing = new() { LifetimeHours = 2m } });
        link.Follower.Open(Side.Sell, 0.05m);
        _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        _scene.Wait(TimeSpan.FromHours(2));
        Watch(link).Reason.ShouldBeNull();
        Bid(1.1000m);
        Watch(link).Reason.ShouldBe(CopyReasons.LifetimeOver);
        link.Follower.Only.Volume.ShouldBe(0.05m);
    }

    [Fact]
    public void A_stop_that_closes_takes_over_from_a_limit_that_only_stops()
    {
        var link = _scene.Follow(OneToOne with
        {
            RiskLimits = [new() { Type = RiskPeriod.Date, ApplyTo = RiskMeasure.BalanceMinusEquity, MaxAbsoluteRisk = 300m }],
            EquityStop = new(EquityStopType.Fixed, 500m),
        });
        Watch(link);
        _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        Bid(1.0971m);
        Watch(link).ShouldSatisfyAllConditions(p => p.Reason.ShouldBe(CopyReasons.RiskLimit), p => p.Commands.ShouldBeEmpty());
        Bid(1.0950m);
        Watch(link).ShouldSatisfyAllConditions(p => p.Reason.ShouldBe(CopyReasons.EquityStop), p => p.Stopped.ShouldBeTrue());
        link.Follower.State.Positions.ShouldBeEmpty();
        link.Risk.ShouldSatisfyAllConditions(r => r.StoppedUntil.ShouldBeNull(), r => r.StopSequence.ShouldBe(2));

        // Once: nothing is left to close.
        for (var i = 0; i < 3; i++)
            Watch(link).Stopped.ShouldBeFalse();
        link.Risk.StopReason.ShouldBe(CopyReasons.EquityStop);
    }

    [Fact]
    public void A_stop_that_takes_over_does_not_end_before_the_one_that_it_takes_over_from()
    {
        var link = _scene.Follow(OneToOne with
        {
            RiskLimits =
            [
                new() { Type = RiskPeriod.MonthToDate, ApplyTo = RiskMeasure.BalanceMinusEquity, MaxAbsoluteRisk = 300m },
                new() { Type = RiskPeriod.Date, ApplyTo = RiskMeasure.BalanceMinusEquity, MaxAbsoluteRisk = 500m, ClosePositions = true },
            ],
        });
        Watch(link);
        _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        Bid(1.0971m);
        Watch(link).Detail!.ShouldStartWith("month-to-date");
        Bid(1.0950m);
        Watch(link).Detail!.ShouldStartWith("date");
        link.Follower.State.Positions.ShouldBeEmpty();
        link.Risk.StoppedUntil.ShouldBe(new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [Theory]
    [InlineData(RiskPeriod.Day, 1)]
    [InlineData(RiskPeriod.Week, 7)]
    public void One_loss_stops_a_link_once_for_a_rolling_period(RiskPeriod period, int days)
    {
        var link = _scene.Follow(OneToOne with { RiskLimits = [new() { Type = period, ApplyTo = RiskMeasure.BalanceDifference, MaxAbsoluteRisk = 300m }] });
        Watch(link);
        _scene.Wait(TimeSpan.FromMinutes(20));
        Watch(link);
        _scene.Wait(TimeSpan.FromMinutes(3));
        var id = link.Follower.Open(Side.Buy, 1.00m);
        Bid(1.0960m);
        link.Follower.Close(id).Accepted.ShouldBeTrue();
        Watch(link).Stopped.ShouldBeTrue();
        var until = _scene.Now.AddDays(days);
        while (_scene.Now < until + TimeSpan.FromHours(2))
        {
            _scene.Wait(TimeSpan.FromMinutes(5));
            Watch(link).Stopped.ShouldBeFalse($"{_scene.Now:O}");
        }
        link.Risk.StopReason.ShouldBeNull();
    }

    [Fact]
    public void What_a_stop_has_still_to_close_keeps_the_link_from_opening_though_its_period_is_over()
    {
        var link = _scene.Follow(OneToOne with { RiskLimits = [new() { Type = RiskPeriod.Date, ApplyTo = RiskMeasure.BalanceMinusEquity, MaxAbsoluteRisk = 300m, ClosePositions = true }] });
        Watch(link);
        _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        Bid(1.0960m);
        // The broker refuses to close until the next day, when the price has come back.
        Watch(link, refused: true).Stopped.ShouldBeTrue();
        Bid(1.1000m);
        _scene.Wait(TimeSpan.FromHours(13));
        Watch(link, refused: true).Stopped.ShouldBeFalse();
        _scene.Leader.Open(Side.Buy, 0.50m);
        _scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.LinkStopped);
        Watch(link).Commands.Length.ShouldBe(1);
        Watch(link);
        Watch(link).Risk.StopReason.ShouldBeNull();
    }

    [Fact]
    public void A_copy_of_what_the_leader_as_it_was_before_did_not_have_yet_is_no_orphan()
    {
        var link = _scene.Follow(OneToOne);
        var before = _scene.Leader.State;
        _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Leader.Do(_scene.Leader.Order(Side.Buy, 0.10m, "EURUSD", OrderType.Limit, 1.0900m)).Accepted.ShouldBeTrue();
        _scene.Sync();
        var plan = CopyWatch.Check(_scene.LookAt(link) with { Leader = before });
        plan.Commands.ShouldBeEmpty();
    }

    [Fact]
    public void A_holding_whose_leader_is_gone_is_closed()
    {
        var link = _scene.Follow(OneToOne);
        var id = _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        Watch(link, withLeader: true).Commands.ShouldBeEmpty();
        _scene.Leader.Close(id);
        Watch(link, withLeader: true).Reason.ShouldBe(CopyReasons.OrphanClosed);
        link.Follower.State.Positions.ShouldBeEmpty();
    }

    [Fact]
    public void Removal_closes_only_what_is_the_links_and_twice_the_same_way()
    {
        var link = _scene.Follow(OneToOne);
        var by = link.Follower.Open(Side.Sell, 0.05m);
        _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Leader.Do(_scene.Leader.Order(Side.Buy, 0.10m, "EURUSD", OrderType.Limit, 1.0900m)).Accepted.ShouldBeTrue();
        _scene.Sync();
        CopyRules.Unlink(link.Follower.State, _scene.Board, link.Id, RemovalMode.Preserve).ShouldBeEmpty();
        var commands = CopyRules.Unlink(link.Follower.State, _scene.Board, link.Id, RemovalMode.CloseImmediately);
        commands.ShouldBe(CopyRules.Unlink(link.Follower.State, _scene.Board, link.Id, RemovalMode.CloseImmediately));
        foreach (var command in commands)
            link.Follower.Do(command).Accepted.ShouldBeTrue();
        link.Follower.Only.Id.ShouldBe(by);
        link.Follower.State.Orders.ShouldBeEmpty();
        CopyRules.IsFlat(link.Follower.State, link.Id).ShouldBeTrue();
    }

    [Theory]
    [InlineData(RemovalMode.CloseGracefullyBySymbol, RemovalMode.CloseGracefullyByPosition, RemovalMode.CloseGracefullyByPosition)]
    [InlineData(RemovalMode.CloseGracefullyByPosition, RemovalMode.CloseGracefullyBySymbol, RemovalMode.CloseGracefullyByPosition)]
    [InlineData(RemovalMode.CloseGracefullyByPosition, RemovalMode.CloseImmediately, RemovalMode.CloseImmediately)]
    [InlineData(RemovalMode.CloseImmediately, RemovalMode.CloseGracefullyByPosition, RemovalMode.CloseImmediately)]
    public void A_removal_under_way_becomes_harder_but_not_softer(RemovalMode underWay, RemovalMode asked, RemovalMode then)
    {
        var settings = CopyRemoval.Begin(OneToOne, underWay);
        settings.RemovalMode.ShouldBe(underWay);
        CopyRemoval.Harder(settings, asked).ShouldBe(then);
    }

    [Fact]
    public void A_resting_copy_whose_leader_is_gone_is_cancelled()
    {
        var link = _scene.Follow(OneToOne);
        var order = _scene.Leader.Order(Side.Buy, 0.10m, "EURUSD", OrderType.Limit, 1.0900m);
        _scene.Leader.Do(order).Accepted.ShouldBeTrue();
        _scene.Sync();
        Watch(link, withLeader: true).Commands.ShouldBeEmpty();
        _scene.Leader.Do(new CancelOrder(order.OrderId)).Accepted.ShouldBeTrue();
        Watch(link).Commands.ShouldBeEmpty();
        Watch(link, withLeader: true).Reason.ShouldBe(CopyReasons.OrphanClosed);
        link.Follower.State.Orders.ShouldBeEmpty();
    }

    [Fact]
    public void A_limit_that_only_stops_cancels_what_would_still_open()
    {
        var link = _scene.Follow(OneToOne with { RiskLimits = [new() { Type = RiskPeriod.Date, ApplyTo = RiskMeasure.BalanceMinusEquity, MaxAbsoluteRisk = 500m }] });
        Watch(link);
        _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Leader.Do(_scene.Leader.Order(Side.Buy, 0.10m, "EURUSD", OrderType.Limit, 1.0900m)).Accepted.ShouldBeTrue();
        _scene.Sync();
        Bid(1.0950m);
        Watch(link).ShouldSatisfyAllConditions(p => p.Stopped.ShouldBeTrue(), p => p.Reason.ShouldBe(CopyReasons.RiskLimit));
        link.Follower.State.Orders.ShouldBeEmpty();
        Bid(1.0890m);
        _scene.Leader.State.Orders.ShouldBeEmpty();
        _scene.Sync();
        link.Follower.Only.Volume.ShouldBe(1.00m);
    }

    [Theory]
    [InlineData(RemovalMode.CloseGracefullyByPosition, false)]
    [InlineData(RemovalMode.CloseGracefullyBySymbol, true)]
    public void A_graceful_removal_lets_nothing_new_fill(RemovalMode mode, bool keepsHeldSymbol)
    {
        var link = _scene.Follow(OneToOne);
        _scene.Quote("GBPUSD", 1.25m, 1.2502m);
        _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Leader.Do(_scene.Leader.Order(Side.Buy, 0.10m, "EURUSD", OrderType.Limit, 1.0900m)).Accepted.ShouldBeTrue();
        _scene.Leader.Do(_scene.Leader.Order(Side.Buy, 0.10m, "GBPUSD", OrderType.Limit, 1.2000m)).Accepted.ShouldBeTrue();
        _scene.Sync();
        foreach (var command in CopyRules.Unlink(link.Follower.State, _scene.Board, link.Id, mode))
            link.Follower.Do(command).Accepted.ShouldBeTrue();
        link.Follower.State.Orders.Values.Select(o => o.Symbol).ShouldBe(keepsHeldSymbol ? ["EURUSD"] : []);
        link.Follower.Only.Volume.ShouldBe(1.00m);
    }

    [Fact]
    public void Close_only_by_position_cancels_what_would_still_open_and_keeps_what_closes()
    {
        var scene = new CopyScene(PositionMode.Netting);
        var link = scene.Follow(OneToOne, PositionMode.Netting);
        scene.Leader.Open(Side.Buy, 1.00m);
        scene.Leader.Do(scene.Leader.Order(Side.Buy, 0.10m, "EURUSD", OrderType.Limit, 1.0900m)).Accepted.ShouldBeTrue();
        scene.Leader.Do(scene.Leader.Order(Side.Sell, 1.00m, "EURUSD", OrderType.Limit, 1.1100m)).Accepted.ShouldBeTrue();
        scene.Sync();
        var plan = CopyWatch.Check(scene.LookAt(link) with { Settings = link.Settings with { CloseOnly = CloseOnlyMode.ByPosition } });
        plan.Reason.ShouldBe(CopyReasons.CloseOnly);
        foreach (var command in plan.Commands)
            link.Follower.Do(command).Accepted.ShouldBeTrue();
        link.Follower.State.Orders.Values.ShouldHaveSingleItem().Side.ShouldBe(Side.Sell);
    }

    [Fact]
    public void Close_only_immediately_closes_at_the_next_look()
    {
        var link = _scene.Follow(OneToOne);
        _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        link.Settings = CopyRules.WhileRemoving(link.Settings, RemovalMode.CloseImmediately);
        Watch(link).Reason.ShouldBe(CopyReasons.CloseOnly);
        link.Follower.State.Positions.ShouldBeEmpty();
    }

    [Fact]
    public void Close_only_by_symbol_still_trades_a_symbol_that_is_open()
    {
        var link = _scene.Follow(OneToOne);
        _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        link.Settings = CopyRules.WhileRemoving(link.Settings, RemovalMode.CloseGracefullyBySymbol);
        _scene.Leader.Open(Side.Buy, 0.10m);
        _scene.Sync();
        link.Last.Reason.ShouldBeNull();
        _scene.Quote("GBPUSD", 1.25m, 1.2502m);
        _scene.Leader.Open(Side.Buy, 0.10m, "GBPUSD");
        _scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.CloseOnly);
    }
}
