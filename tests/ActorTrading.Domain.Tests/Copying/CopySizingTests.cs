namespace ActorTrading.Domain.Tests.Copying;

public class CopySizingTests
{
    private static decimal? VolumeOf(SizingSettings sizing, decimal leaderVolume = 1m, decimal deposit = 10_000m, decimal leaderDeposit = 20_000m,
        string currency = "USD", int leverage = 100, decimal? stopLoss = null, Action<CopyScene>? before = null, ExposureLimits? limits = null) =>
        Place(sizing, leaderVolume, deposit, leaderDeposit, currency, leverage, stopLoss, before, limits).Plan.Commands.OfType<PlaceOrder>().SingleOrDefault()?.Volume;

    private static (CopyPlan Plan, Link Link) Place(SizingSettings sizing, decimal leaderVolume = 1m, decimal deposit = 10_000m, decimal leaderDeposit = 20_000m,
        string currency = "USD", int leverage = 100, decimal? stopLoss = null, Action<CopyScene>? before = null, ExposureLimits? limits = null)
    {
        var scene = new CopyScene(leaderDeposit: leaderDeposit);
        before?.Invoke(scene);
        var link = scene.Follow(new LinkSettings { Sizing = sizing, Limits = limits ?? new() }, deposit: deposit, currency: currency, leverage: leverage);
        scene.Leader.Open(Side.Buy, leaderVolume, stopLoss: stopLoss);
        scene.Sync();
        return (link.Last, link);
    }

    [Fact]
    public void Each_mode_has_its_formula()
    {
        VolumeOf(new() { Mode = SizingMode.None }).ShouldBe(1.00m);
        VolumeOf(new() { Mode = SizingMode.None, Multiplier = 0.3m }).ShouldBe(0.30m);
        VolumeOf(new() { Mode = SizingMode.Balance }).ShouldBe(0.50m);
        VolumeOf(new() { Mode = SizingMode.Balance, Value = 2m }).ShouldBe(1.00m);
        VolumeOf(new() { Mode = SizingMode.Equity }).ShouldBe(0.50m);
        VolumeOf(new() { Mode = SizingMode.FreeMargin }).ShouldBe(0.50m);
        VolumeOf(new() { Mode = SizingMode.FixedVolume, Value = 0.07m }).ShouldBe(0.07m);
        // 1 % of 10,000 over 1.1002 - 1.0902 = 100 pips of 10 USD.
        VolumeOf(new() { Mode = SizingMode.FixedRisk, Value = 0.01m }, stopLoss: 1.0902m).ShouldBe(0.10m);
        VolumeOf(new() { Mode = SizingMode.Expression, Expression = "leaderVolume * balance / leaderBalance * (leverage >= 100 ? 1 : 0) / 2" }).ShouldBe(0.25m);
    }

    [Fact]
    public void Balances_in_two_currencies_are_compared_in_one() =>
        // 10,000 GBP at 1.25 are 12,500 of the leader's 20,000 USD.
        VolumeOf(new() { Mode = SizingMode.Balance }, currency: "GBP", before: scene => scene.Quote("GBPUSD", 1.25m, 1.25m)).ShouldBe(0.62m);

    [Fact]
    public void Without_a_rate_nothing_is_copied() =>
        Place(new() { Mode = SizingMode.Balance }, currency: "GBP").Plan.Reason.ShouldBe(CopyReasons.NoConversion);

    [Fact]
    public void A_contract_of_another_size_counts_as_another_size()
    {
        var micro = InstrumentCatalog.Get("EURUSD") with { Symbol = "EURUSDmicro", ContractSize = 1000m, VolumeMax = 1000m };
        var scene = new CopyScene(leaderDeposit: 10_000m, instruments: [.. InstrumentCatalog.All, micro]);
        scene.Quote("EURUSDmicro", 1.1000m, 1.1002m);
        var mapping = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("EURUSD", "EURUSDmicro");
        var contract = scene.Follow(new LinkSettings { Sizing = new() { Mode = SizingMode.ContractSize }, SymbolMapping = mapping });
        var balance = scene.Follow(new LinkSettings { SymbolMapping = mapping });
        var none = scene.Follow(new LinkSettings { Sizing = new() { Mode = SizingMode.None }, SymbolMapping = mapping });
        scene.Leader.Open(Side.Buy, 0.10m);
        scene.Sync();
        contract.Follower.Only.Volume.ShouldBe(10m);
        balance.Follower.Only.Volume.ShouldBe(10m);
        none.Follower.Only.Volume.ShouldBe(0.10m);
    }

    [Theory]
    // follower's balance of the leader's 20,000, at a load of 0.95: percentage, rounded down by 1, 5 or 10, never below 1.
    [InlineData(10_000, 100, 0.45)]
    [InlineData(1_000, 100, 0.04)]
    [InlineData(100, 100, 0.01)]
    [InlineData(50_000, 100, 2.30)]
    [InlineData(10_000, 50, 0.20)]
    [InlineData(10_000, 500, 0.45)]
    public void Leverage_load_is_rounded_down_in_steps(int deposit, int leverage, double expected) =>
        VolumeOf(new() { Mode = SizingMode.LeverageLoad, MaxRiskCoefficient = 100m }, deposit: deposit, leverage: leverage).ShouldBe((decimal)expected);

    [Fact]
    public void Fixed_risk_without_a_stop_loss_is_not_copied() =>
        Place(new() { Mode = SizingMode.FixedRisk, Value = 0.01m }).Plan.Reason.ShouldBe(CopyReasons.NoStopLoss);

    [Theory]
    [InlineData(0.06, VolumeRounding.Floor, 0.05)]
    [InlineData(0.06, VolumeRounding.Nearest, 0.06)]
    public void Rounding_is_down_unless_asked_otherwise(double multiplier, VolumeRounding rounding, double expected) =>
        VolumeOf(new() { Mode = SizingMode.None, Multiplier = (decimal)multiplier * 0.99m, Rounding = rounding }).ShouldBe((decimal)expected);

    [Fact]
    public void A_tiny_trade_is_skipped_unless_forced_and_never_beyond_the_risk_coefficient()
    {
        var tiny = new SizingSettings { Mode = SizingMode.None, Multiplier = 0.004m };
        Place(tiny).Plan.Reason.ShouldBe(CopyReasons.VolumeTooSmall);
        // Half a step below the least is near enough.
        VolumeOf(tiny with { Multiplier = 0.005m }).ShouldBe(0.01m);
        VolumeOf(tiny with { ForceTinyTrades = true }).ShouldBe(0.01m);
        Place(tiny with { ForceTinyTrades = true, MaxRiskCoefficient = 2m }).Plan.Reason.ShouldBe(CopyReasons.RiskCoefficient);
    }

    [Fact]
    public void Least_and_largest_volume_and_amount()
    {
        var sizing = new SizingSettings { Mode = SizingMode.None };
        VolumeOf(sizing with { MaxTradeVolume = 0.255m }).ShouldBe(0.25m);
        Place(sizing with { MinTradeVolume = 1.01m }).Plan.Reason.ShouldBe(CopyReasons.BelowMinTradeVolume);
        Place(sizing with { MaxTradeVolume = 0.009m }).Plan.Reason.ShouldBe(CopyReasons.AboveMaxTradeVolume);
        Place(sizing with { MinTradeAmount = 110_021m }).Plan.Reason.ShouldBe(CopyReasons.BelowMinTradeAmount);
        VolumeOf(sizing with { MinTradeAmount = 110_020m }).ShouldBe(1m);
    }

    [Fact]
    public void The_risk_of_a_trade_shrinks_its_volume_or_sets_a_stop_loss()
    {
        var sizing = new SizingSettings { Mode = SizingMode.None };
        var limits = new ExposureLimits { MaxTradeRisk = 0.02m };
        // 200 USD at 100 pips of 10 USD a lot.
        VolumeOf(sizing, stopLoss: 1.0902m, limits: limits).ShouldBe(0.20m);
        var (_, link) = Place(sizing, limits: limits);
        // One lot, 200 USD: 20 pips.
        link.Follower.Only.StopLoss.ShouldBe(1.0982m);
        Place(sizing, leaderVolume: 0.5m, stopLoss: 0.5m, limits: limits with { MaxTradeRisk = 0.0001m }).Plan.Reason.ShouldBe(CopyReasons.MaxTradeRisk);
    }

    [Theory]
    [InlineData(Side.Buy, 0.02)]
    [InlineData(Side.Buy, 0.5)]
    [InlineData(Side.Buy, 1)]
    [InlineData(Side.Sell, 0.5)]
    public void A_stop_loss_set_at_the_risk_limit_knows_that_the_pairs_own_price_converts_its_loss(Side side, double risk)
    {
        var scene = new CopyScene();
        scene.Quote("USDJPY", 150.00m, 150.02m);
        var link = scene.Follow(new LinkSettings { Sizing = new() { Mode = SizingMode.None }, Limits = new() { MaxTradeRisk = (decimal)risk } }, deposit: 100_000m);
        scene.Leader.Open(side, 1.00m, "USDJPY");
        scene.Sync();
        var position = link.Follower.Only;
        var stop = position.StopLoss!.Value;
        // 100,000 dollars against yen: what is lost in yen is worth more dollars the cheaper the dollar is then.
        (Math.Abs(position.OpenPrice - stop) * 100_000m / stop).ShouldBeLessThanOrEqualTo(100_000m * (decimal)risk);
    }

    [Theory]
    [InlineData(PositionMode.Hedging)]
    [InlineData(PositionMode.Netting)]
    public void A_stop_that_the_leader_moves_away_goes_no_further_than_the_risk_limit(PositionMode mode)
    {
        var scene = new CopyScene(instruments: InstrumentCatalog.All.Select(i => i with { CommissionPerLot = 0m }));
        // A hundredth of 10,000 dollars are 10 points of 1 lot.
        var link = scene.Follow(new LinkSettings { Sizing = new() { Mode = SizingMode.None }, Limits = new() { MaxTradeRisk = 0.01m } }, mode);
        var id = scene.Leader.Open(Side.Buy, 1.00m, stopLoss: 1.0995m);
        scene.Sync();
        Moved(1.0993m).ShouldBe(1.0993m);
        Moved(1.0900m).ShouldBe(1.0992m, "bought at 1.1002");
        Moved(1.0996m).ShouldBe(1.0996m);
        Moved(null).ShouldBe(1.0996m, "one that bounds the risk stays");

        // What was allowed when the balance was larger is not tightened by a move further away.
        link.Follower.Do(new AdjustBalance(-5_000m, BalanceReason.Withdrawal, "rent")).Accepted.ShouldBeTrue();
        Moved(1.0995m).ShouldBe(1.0996m, "the balance allows 1.0997 by now");
        Moved(1.0998m).ShouldBe(1.0998m);
        Moved(1.0900m).ShouldBe(1.0997m);

        decimal? Moved(decimal? stop)
        {
            scene.Leader.Do(new ModifyPosition(id, stop, null, null)).Accepted.ShouldBeTrue();
            scene.Sync();
            return link.Follower.Only.StopLoss;
        }
    }

    [Fact]
    public void A_resting_copys_stop_goes_no_further_than_the_risk_limit()
    {
        var scene = new CopyScene();
        var link = scene.Follow(new LinkSettings { Sizing = new() { Mode = SizingMode.None }, Limits = new() { MaxTradeRisk = 0.01m } });
        var order = scene.Leader.Order(Side.Sell, 1.00m, "EURUSD", OrderType.Limit, 1.1050m) with { StopLoss = 1.1055m };
        scene.Leader.Do(order).Accepted.ShouldBeTrue();
        scene.Sync();
        scene.Leader.Do(new ModifyOrder(order.OrderId, 1.1050m, null, 1.1150m, null, null, TimeInForce.GoodTillCancelled, null)).Accepted.ShouldBeTrue();
        scene.Sync();
        link.Follower.State.Orders.Values.ShouldHaveSingleItem().StopLoss.ShouldBe(1.1060m);
        scene.Leader.Do(new ModifyOrder(order.OrderId, 1.1080m, null, 1.1150m, null, null, TimeInForce.GoodTillCancelled, null)).Accepted.ShouldBeTrue();
        scene.Sync();
        link.Follower.State.Orders.Values.ShouldHaveSingleItem().StopLoss.ShouldBe(1.1090m);
    }

    [Fact]
    public void Leverage_and_reserved_margin_refuse_what_is_too_large()
    {
        var sizing = new SizingSettings { Mode = SizingMode.None };
        Place(sizing, limits: new() { MaxLeverage = 11m }).Plan.Reason.ShouldBe(CopyReasons.MaxLeverage);
        VolumeOf(sizing, limits: new() { MaxLeverage = 11.1m }).ShouldBe(1m);
        // A lot of 110,020 at 1:100 holds 1,100.20 of 10,000.
        VolumeOf(sizing, limits: new() { ReservedMarginFraction = 0.88m }).ShouldBe(1m);
        Place(sizing, limits: new() { ReservedMarginFraction = 0.90m }).Plan.Reason.ShouldBe(CopyReasons.ReservedMargin);
    }

    [Theory]
    [InlineData("balance / 0", "division by zero")]
    [InlineData("79228162514264337593543950335 * 2", "a number is too large")]
    public void An_expression_that_fails_says_why(string expression, string why)
    {
        var plan = Place(new() { Mode = SizingMode.Expression, Expression = expression }).Plan;
        plan.Reason.ShouldBe(CopyReasons.ExpressionFailed);
        plan.Detail.ShouldBe(why);
    }

    [Fact]
    public void An_expression_beyond_every_volume_is_copied_at_the_largest() =>
        VolumeOf(new() { Mode = SizingMode.Expression, Expression = "79228162514264337593543950335", MaxTradeVolume = 0.5m }).ShouldBe(0.5m);

    [Fact]
    public void An_expression_sees_the_followers_own_levels()
    {
        var scene = new CopyScene();
        var sizing = new SizingSettings { Mode = SizingMode.Expression, Expression = "takeProfit > entry ? 0.1 : takeProfit > 0 ? 0.2 : 0.3" };
        var link = scene.Follow(new LinkSettings { Sizing = sizing });
        var reversed = scene.Follow(new LinkSettings { Sizing = sizing, Reverse = true });
        var without = scene.Follow(new LinkSettings { Sizing = sizing, Stops = new() { CopyTakeProfit = false } });
        scene.Leader.Open(Side.Buy, 1.00m, stopLoss: 1.0900m, takeProfit: 1.1100m);
        scene.Sync();
        link.Follower.Only.Volume.ShouldBe(0.10m);
        reversed.Follower.Only.ShouldSatisfyAllConditions(p => p.TakeProfit.ShouldBe(1.0900m), p => p.Volume.ShouldBe(0.20m));
        without.Follower.Only.ShouldSatisfyAllConditions(p => p.TakeProfit.ShouldBeNull(), p => p.Volume.ShouldBe(0.30m));
    }

    [Theory]
    [InlineData("1 + 2 * 3", 7)]
    [InlineData("-(1 - 2) * 4 / 2", 2)]
    [InlineData("min(3, max(1, 2))", 2)]
    [InlineData("floor(2.9) + ceil(0.1) + round(0.5) + abs(-1)", 5)]
    [InlineData("1 < 2 ? 5 : 6", 5)]
    [InlineData("2 >= 2 ? (3 != 3 ? 1 : 4) : 6", 4)]
    public void Expressions_are_arithmetic(string expression, double expected) =>
        VolumeOf(new() { Mode = SizingMode.Expression, Expression = expression }).ShouldBe((decimal)expected);
}
