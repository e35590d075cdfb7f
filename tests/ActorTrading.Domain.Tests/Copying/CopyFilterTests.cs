namespace ActorTrading.Domain.Tests.Copying;

public class CopyFilterTests
{
    private static readonly SizingSettings OneToOne = new() { Mode = SizingMode.None };

    private static CopyPlan Offer(LinkSettings settings, Side side = Side.Buy, Action<CopyScene, Link>? before = null, TimeSpan age = default, LinkRiskState? risk = null)
    {
        var scene = new CopyScene();
        var link = scene.Follow(settings with { Sizing = OneToOne });
        link.Risk = risk ?? LinkRiskState.Empty;
        before?.Invoke(scene, link);
        scene.Sync();
        scene.Leader.Open(side, 0.10m);
        scene.Wait(age);
        scene.Sync();
        return link.Last;
    }

    [Fact]
    public void Filters_name_themselves()
    {
        Offer(new()).Reason.ShouldBeNull();
        Offer(new() { SymbolFilter = new(["GBPUSD"], null) }).Reason.ShouldBe(CopyReasons.SymbolFiltered);
        Offer(new() { SymbolFilter = new(["EURUSD"], null) }).Reason.ShouldBeNull();
        Offer(new() { SymbolFilter = new(["EURUSD"], ["EURUSD"]) }).Reason.ShouldBe(CopyReasons.SymbolFiltered);
        Offer(new() { AllowedSides = [Side.Sell] }).Reason.ShouldBe(CopyReasons.SideNotAllowed);
        Offer(new() { AllowedSides = [Side.Sell], Reverse = true }).Reason.ShouldBeNull();
        Offer(new() { MagicFilter = new([new(1, 9)], null) }).Reason.ShouldBe(CopyReasons.MagicFiltered);
        Offer(new() { MagicFilter = new(null, [new(1, 9)]) }).Reason.ShouldBeNull();
        Offer(new() { CloseOnly = CloseOnlyMode.ByPosition }).Reason.ShouldBe(CopyReasons.CloseOnly);
        Offer(new(), risk: new() { StopReason = CopyReasons.EquityStop }).Reason.ShouldBe(CopyReasons.LinkStopped);
        Offer(new() { DrawdownFilter = new(FilterAction.Include, 0.05m) }).Reason.ShouldBe(CopyReasons.DrawdownFilter);
        Offer(new() { DrawdownFilter = new(FilterAction.Exclude, 0.05m) }).Reason.ShouldBeNull();
        Offer(new() { EquityCurveFilter = new(3, "H1") }).Reason.ShouldBe(CopyReasons.EquityCurveFilter);
    }

    [Theory]
    [InlineData(TerminalFactKind.PositionOpened)]
    [InlineData(TerminalFactKind.PositionFound)]
    public void What_an_expert_advisor_opened_at_the_leaders_terminal_carries_its_number(TerminalFactKind kind)
    {
        Open(7, new([new(1, 9)], null)).Reason.ShouldBeNull();
        Open(7, new(null, [new(7, 7)])).Reason.ShouldBe(CopyReasons.MagicFiltered);
        Open(null, new(null, [new(7, 7)])).Reason.ShouldBeNull();
        Open(null, new([new(1, 9)], null)).Reason.ShouldBe(CopyReasons.MagicFiltered);

        CopyPlan Open(long? magic, MagicFilter filter)
        {
            var scene = new CopyScene();
            var link = scene.Follow(new() { MagicFilter = filter });
            scene.Leader.Append(TerminalBook.Observe(scene.Leader.State, new()
            {
                Kind = kind, PositionTicket = 4711, DealTicket = 1, Symbol = "EURUSD", Side = Side.Buy, Volume = 0.1m, Price = 1.1002m, Magic = magic, At = scene.Now,
            }, scene.Board));
            scene.Sync();
            return link.Last;
        }
    }

    [Fact]
    public void A_late_signal_is_not_copied()
    {
        Offer(new(), age: TimeSpan.FromSeconds(60)).Reason.ShouldBeNull();
        Offer(new(), age: TimeSpan.FromSeconds(61)).Reason.ShouldBe(CopyReasons.LateSignal);
        Offer(new() { Timing = new() { MaxDelaySeconds = 2m } }, age: TimeSpan.FromSeconds(3)).Reason.ShouldBe(CopyReasons.LateSignal);
    }

    [Fact]
    public void What_is_decided_in_time_says_until_when_it_may_be_sent()
    {
        LastMoment(Offer(new() { Timing = new() { MaxDelaySeconds = 5m } }, age: TimeSpan.FromSeconds(2))).ShouldBe(TimeSpan.FromSeconds(3));
        LastMoment(Offer(new(), age: TimeSpan.FromSeconds(2))).ShouldBe(TimeSpan.FromSeconds(58));
        LastMoment(Offer(new() { Timing = new() { MaxDelaySeconds = 600m } }, age: TimeSpan.FromSeconds(2))).ShouldBe(TimeSpan.FromSeconds(58), "the shorter of the two counts");

        static TimeSpan LastMoment(CopyPlan plan) =>
            plan.Commands.ShouldHaveSingleItem().ShouldBeOfType<PlaceOrder>().NotAfter.ShouldNotBeNull() - CopyScene.Start - TimeSpan.FromSeconds(2);
    }

    [Fact]
    public void A_signal_delay_makes_no_signal_late()
    {
        var timing = new TimingSettings { MaxDelaySeconds = 2m, SignalDelay = new(10m) };
        Offer(new() { Timing = timing }, age: TimeSpan.FromSeconds(11)).Reason.ShouldBeNull();
        Offer(new() { Timing = timing }, age: TimeSpan.FromSeconds(13)).Reason.ShouldBe(CopyReasons.LateSignal);
        Offer(new() { Timing = timing with { MaxDelaySeconds = null } }, age: TimeSpan.FromSeconds(70)).Reason.ShouldBeNull();
        Offer(new() { Timing = timing with { MaxDelaySeconds = null } }, age: TimeSpan.FromSeconds(71)).Reason.ShouldBe(CopyReasons.LateSignal);
    }

    [Fact]
    public void An_improvement_that_no_price_can_bring_opens_nothing()
    {
        var plan = Offer(new() { WaitForImprovementPips = 20_000m });
        plan.ShouldSatisfyAllConditions(p => p.Reason.ShouldBe(CopyReasons.PriceOutOfReach), p => p.Commands.ShouldBeEmpty());
    }

    [Fact]
    public void A_trade_found_late_at_the_leaders_terminal_is_late_although_its_entry_is_new()
    {
        var scene = new CopyScene();
        var link = scene.Follow(new() { Sizing = OneToOne });
        scene.Leader.Append([new PositionAdopted(new Position
        {
            Id = DeterministicId.FromNumbers(5, 5), Symbol = "EURUSD", Side = Side.Buy, Volume = 1m, OpenPrice = 1.1m, OpenedAt = scene.Now.AddMinutes(-5),
        })]);
        scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.LateSignal);
    }

    [Theory]
    [InlineData(-365 * 24)]
    [InlineData(2)]
    public void A_market_that_is_replayed_at_another_time_makes_no_signal_late(int hours)
    {
        var scene = new CopyScene();
        var link = scene.Follow(new() { Sizing = OneToOne });
        var then = scene.Now.AddHours(hours);
        scene.Board.Update(new Quote("EURUSD", 1.1000m, 1.1002m, then));
        // A paper account's deals bear our time, a replayed terminal's the market's.
        scene.Leader.Open(Side.Buy, 0.10m);
        scene.Sync();
        link.Last.Reason.ShouldBeNull();
        if (hours > 0)
            return;
        scene.Leader.Append([new PositionAdopted(new Position
        {
            Id = DeterministicId.FromNumbers(5, 5), Symbol = "EURUSD", Side = Side.Buy, Volume = 1m, OpenPrice = 1.1m, OpenedAt = then.AddSeconds(-1),
        })]);
        scene.Sync();
        link.Last.Reason.ShouldBeNull();
    }

    [Fact]
    public void A_position_that_the_leader_opened_at_the_terminal_is_copied()
    {
        var scene = new CopyScene();
        var link = scene.Follow(new() { Sizing = OneToOne });
        scene.Leader.Append([new PositionAdopted(new Position
        {
            Id = DeterministicId.FromNumbers(5, 5), Symbol = "EURUSD", Side = Side.Sell, Volume = 0.3m, OpenPrice = 1.1m, StopLoss = 1.12m, OpenedAt = scene.Now.AddSeconds(-1),
        })]);
        scene.Sync();
        link.Follower.Only.ShouldSatisfyAllConditions(p => p.Side.ShouldBe(Side.Sell), p => p.Volume.ShouldBe(0.3m), p => p.StopLoss.ShouldBe(1.12m));
    }

    [Theory]
    [InlineData(CorrelationMode.BySymbol, Side.Buy, true)]
    [InlineData(CorrelationMode.BySymbol, Side.Sell, false)]
    [InlineData(CorrelationMode.ByAccount, Side.Buy, true)]
    [InlineData(CorrelationMode.ByStrategy, Side.Buy, false)]
    public void Correlated_trades_are_refused(CorrelationMode mode, Side manual, bool refused)
    {
        var plan = Offer(new() { ReduceCorrelations = mode }, before: (_, link) => link.Follower.Open(manual, 0.01m));
        (plan.Reason == CopyReasons.Correlated).ShouldBe(refused);
    }

    [Fact]
    public void A_position_in_another_symbol_is_correlated_when_it_shares_a_currency_on_the_same_side()
    {
        void Manual(CopyScene scene, Link link, Side side)
        {
            scene.Quote("GBPUSD", 1.2500m, 1.2502m);
            link.Follower.Open(side, 0.01m, "GBPUSD");
        }
        Offer(new() { ReduceCorrelations = CorrelationMode.ByAccount }, before: (s, l) => Manual(s, l, Side.Buy)).Reason.ShouldBe(CopyReasons.Correlated);
        Offer(new() { ReduceCorrelations = CorrelationMode.ByAccount }, before: (s, l) => Manual(s, l, Side.Sell)).Reason.ShouldBeNull();
    }

    [Fact]
    public void What_the_leader_copies_itself_is_copied_only_when_asked_and_never_back()
    {
        CopyPlan Offered(LinkSettings settings, bool loop)
        {
            var scene = new CopyScene();
            var link = scene.Follow(settings with { Sizing = OneToOne });
            var source = loop ? link.Follower.State.AccountId : DeterministicId.FromNumbers(1, 77);
            var order = scene.Leader.Order(Side.Buy, 0.1m, "EURUSD") with { Copy = new CopyOrigin(DeterministicId.FromNumbers(9, 50), source, 3, null, null) };
            scene.Leader.Do(order).Accepted.ShouldBeTrue();
            scene.Sync();
            return link.Last;
        }
        Offered(new(), loop: false).Reason.ShouldBe(CopyReasons.LeaderTradeIsCopied);
        Offered(new() { CopyCopiedTrades = true }, loop: false).Reason.ShouldBeNull();
        Offered(new() { CopyCopiedTrades = true }, loop: true).Reason.ShouldBe(CopyReasons.CopyLoop);
    }

    [Fact]
    public void The_slippage_guard_ignores_or_waits_with_a_limit_order()
    {
        static (CopyScene, Link) Moved(SlippageAction action, decimal ask)
        {
            var scene = new CopyScene();
            var link = scene.Follow(new() { Sizing = OneToOne, SlippageGuard = new(2m, action) });
            scene.Leader.Open(Side.Buy, 0.10m);
            scene.Quote("EURUSD", ask - 0.0002m, ask);
            scene.Sync();
            return (scene, link);
        }
        Moved(SlippageAction.Ignore, 1.1004m).Item2.Last.Reason.ShouldBeNull();
        Moved(SlippageAction.Ignore, 1.1005m).Item2.Last.Reason.ShouldBe(CopyReasons.Slippage);
        Moved(SlippageAction.Ignore, 1.0990m).Item2.Last.Reason.ShouldBe(CopyReasons.Slippage);

        var (scene, link) = Moved(SlippageAction.Wait, 1.1010m);
        link.Last.Reason.ShouldBe(CopyReasons.WaitsForPrice);
        link.Follower.State.Orders.Values.ShouldHaveSingleItem().Price.ShouldBe(1.1004m);
        scene.Quote("EURUSD", 1.1002m, 1.1004m);
        link.Follower.Only.Volume.ShouldBe(0.10m);
        scene.Leader.Close(scene.Leader.Only.Id);
        scene.Sync();
        link.Follower.State.Positions.ShouldBeEmpty();
    }

    [Fact]
    public void A_waiting_order_goes_when_the_leader_closes()
    {
        var scene = new CopyScene();
        var link = scene.Follow(new() { Sizing = OneToOne, WaitForImprovementPips = 5m });
        scene.Leader.Open(Side.Buy, 0.10m);
        scene.Sync();
        link.Follower.State.Orders.Values.ShouldHaveSingleItem().Price.ShouldBe(1.0997m);
        scene.Leader.Close(scene.Leader.Only.Id);
        scene.Sync();
        link.Follower.State.Orders.ShouldBeEmpty();
        link.Last.Outcome.ShouldBe(CopyOutcome.Copied);
    }

    [Fact]
    public void A_signal_delay_defers_without_deciding_and_depends_only_on_the_signal()
    {
        var scene = new CopyScene();
        var link = scene.Follow(new() { Sizing = OneToOne, Timing = new() { SignalDelay = new(2m, 5m) } });
        scene.Leader.Open(Side.Buy, 0.10m);
        scene.Sync();
        var until = link.DeferredUntil.ShouldNotBeNull();
        (until - scene.Now).ShouldBeInRange(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5));
        link.Plans.ShouldBeEmpty();
        scene.Wait(TimeSpan.FromSeconds(1));
        scene.Sync();
        link.DeferredUntil.ShouldBe(until);
        scene.Wait(until - scene.Now);
        scene.Sync();
        link.Follower.Only.Volume.ShouldBe(0.10m);
    }

    [Fact]
    public void Stops_can_be_fixed_limited_or_left_out()
    {
        static Position Opened(StopSettings stops, Side side = Side.Buy, bool reverse = false)
        {
            var scene = new CopyScene();
            var link = scene.Follow(new() { Sizing = OneToOne, Stops = stops, Reverse = reverse });
            scene.Leader.Open(side, 0.10m, stopLoss: 1.0800m, takeProfit: 1.1300m);
            scene.Sync();
            return link.Follower.Only;
        }
        Opened(new() { CopyStopLoss = false }).ShouldSatisfyAllConditions(p => p.StopLoss.ShouldBeNull(), p => p.TakeProfit.ShouldBe(1.1300m));
        Opened(new() { CopyTakeProfit = false }).TakeProfit.ShouldBeNull();
        Opened(new() { FixedStopLossPips = 30m, FixedTakeProfitPips = 60m }).ShouldSatisfyAllConditions(p => p.StopLoss.ShouldBe(1.0972m), p => p.TakeProfit.ShouldBe(1.1062m));
        Opened(new() { MaxStopLossPips = 50m }).StopLoss.ShouldBe(1.0952m);
        Opened(new() { CopyStopLoss = false, MaxStopLossPips = 50m }).StopLoss.ShouldBe(1.0952m);
        Opened(new(), reverse: true).ShouldSatisfyAllConditions(p => p.Side.ShouldBe(Side.Sell), p => p.StopLoss.ShouldBe(1.1300m), p => p.TakeProfit.ShouldBe(1.0800m));
    }

    [Fact]
    public void A_price_beyond_the_leaders_stop_loss_is_not_entered()
    {
        var scene = new CopyScene();
        var link = scene.Follow(new() { Sizing = OneToOne });
        scene.Leader.Open(Side.Buy, 0.10m, stopLoss: 1.0990m);
        scene.Board.Update(new Quote("EURUSD", 1.0985m, 1.0987m, scene.Now));
        scene.Sync();
        link.Last.Reason.ShouldBe(CopyReasons.PriceBeyondStopLoss);
    }

    [Fact]
    public void Initial_sync_copies_what_is_open_once_and_only_when_it_may()
    {
        var scene = new CopyScene();
        var id = scene.Leader.Open(Side.Buy, 0.20m);
        scene.Wait(TimeSpan.FromHours(3));
        var link = scene.Follow(new() { Sizing = OneToOne, InitialSync = InitialSyncMode.LeaderNotInProfit });
        CopyContext Context() => new()
        {
            LinkId = link.Id, Settings = link.Settings, LeaderEntry = scene.Leader.Ledger[^1], LeaderBefore = scene.Leader.State, LeaderAfter = scene.Leader.State,
            Follower = link.Follower.State, LeaderMarket = scene.Board, FollowerMarket = scene.Board, Now = scene.Now,
        };
        CopyRules.WhyNotSync(Context()).ShouldBeNull();
        var plan = CopyRules.Sync(Context(), scene.Leader.State.Positions[id], 0);
        link.Follower.Do(plan.Commands.ShouldHaveSingleItem()).Accepted.ShouldBeTrue();
        CopyRules.Sync(Context(), scene.Leader.State.Positions[id], 0).Commands.ShouldBeEmpty();
        CopyRules.WhyNotSync(Context()).ShouldNotBeNull();
        scene.Quote("EURUSD", 1.1100m, 1.1102m);
        CopyRules.WhyNotSync(Context() with { Follower = new Trader(50, scene.Board, PositionMode.Hedging, 1m, "USD", 100).State }).ShouldNotBeNull();
        scene.Leader.Close(id);
        scene.Sync();
        link.Follower.State.Positions.ShouldBeEmpty();
    }
}
