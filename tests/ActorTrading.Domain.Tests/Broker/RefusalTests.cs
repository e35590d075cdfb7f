using ActorTrading.Domain;

namespace ActorTrading.Domain.Tests.Broker;

public class RefusalTests
{
    private static Desk With(Func<Instrument, Instrument>? change = null, BrokerSettings? settings = null, PositionMode mode = PositionMode.Hedging)
    {
        var desk = new Desk(mode, settings: settings, instruments: InstrumentCatalog.All.Select(i => i.Symbol == "EURUSD" && change is not null ? change(i) : i));
        desk.Price("EURUSD", 1.10000m, 1.10010m);
        return desk;
    }

    private static void Refused(Desk desk, TradeCommand command, Retcode retcode, params string[] values)
    {
        var before = desk.State;
        var decision = desk.Do(command);
        decision.Retcode.ShouldBe(retcode, decision.Message);
        decision.Accepted.ShouldBeFalse();
        decision.Events.ShouldBeEmpty();
        desk.State.ShouldBeSameAs(before);
        foreach (var value in values) decision.Message.ShouldContain(value);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(0.001)]
    [InlineData(0.015)]
    [InlineData(100.01)]
    [InlineData(1e20)]
    public void Volume_keeps_to_minimum_maximum_and_step(double volume)
    {
        var desk = With();
        Refused(desk, desk.Order(Side.Buy, (decimal)volume), Retcode.InvalidVolume, ((decimal)volume).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Unknown_symbol() => Refused(With(), With().Order(Side.Buy, 1m, "NOPE"), Retcode.Invalid, "NOPE");

    [Fact]
    public void No_quote_yet() => Refused(With(), With().Order(Side.Buy, 1m, "GBPUSD"), Retcode.PriceOff, "GBPUSD");

    [Fact]
    public void A_stale_quote_is_no_price()
    {
        var desk = With(settings: BrokerSettings.Default with { QuoteAgeMax = TimeSpan.FromSeconds(30) });
        desk.Now += TimeSpan.FromSeconds(31);
        Refused(desk, desk.Order(Side.Buy, 1m), Retcode.PriceOff, "00:00:30");
    }

    [Fact]
    public void One_that_comes_after_its_time()
    {
        var desk = With();
        Refused(desk, desk.Order(Side.Buy, 1m) with { NotAfter = desk.Now.AddTicks(-1) }, Retcode.Timeout, "at the latest");
        var inTime = desk.Order(Side.Buy, 1m) with { NotAfter = desk.Now };
        desk.Do(inTime).Accepted.ShouldBeTrue();
        desk.Now += TimeSpan.FromHours(1);
        desk.Do(inTime).ShouldSatisfyAllConditions(d => d.IsDuplicate.ShouldBeTrue(), d => d.Accepted.ShouldBeTrue("it was done in time"));
    }

    [Fact]
    public void Closed_market()
    {
        var desk = With();
        desk.Now = new DateTimeOffset(2026, 3, 7, 12, 0, 0, TimeSpan.Zero);
        Refused(desk, desk.Order(Side.Buy, 1m), Retcode.MarketClosed, "EURUSD", "2026-03-07");
        Refused(desk, desk.Order(Side.Buy, 1m, type: OrderType.Limit) with { Price = 1m }, Retcode.MarketClosed);
    }

    [Theory]
    [InlineData(TradeMode.Disabled, Side.Buy, Retcode.TradeDisabled)]
    [InlineData(TradeMode.LongOnly, Side.Sell, Retcode.LongOnly)]
    [InlineData(TradeMode.ShortOnly, Side.Buy, Retcode.ShortOnly)]
    [InlineData(TradeMode.CloseOnly, Side.Buy, Retcode.CloseOnly)]
    public void Trade_modes(TradeMode mode, Side side, Retcode retcode)
    {
        var desk = With(i => i with { TradeMode = mode });
        Refused(desk, desk.Order(side, 1m), retcode, "EURUSD");
    }

    [Theory]
    [InlineData(Side.Buy, 1.1000, null)] // equal to the price that closes it
    [InlineData(Side.Buy, 1.1010, null)]
    [InlineData(Side.Buy, null, 1.0999)]
    [InlineData(Side.Sell, 1.1000, null)]
    [InlineData(Side.Sell, null, 1.1002)]
    [InlineData(Side.Buy, 1.099995, null)] // too many digits
    [InlineData(Side.Buy, -1.0, null)]
    public void Stops_lie_on_their_side(Side side, double? sl, double? tp)
    {
        var desk = With();
        Refused(desk, desk.Order(side, 0.1m) with { StopLoss = (decimal?)sl, TakeProfit = (decimal?)tp }, Retcode.InvalidStops);
    }

    [Fact]
    public void Stops_level_is_kept_from_market_and_from_pending_prices()
    {
        var desk = With(i => i with { StopsLevelPoints = 50 });
        Refused(desk, desk.Order(Side.Buy, 0.1m) with { StopLoss = 1.09951m }, Retcode.InvalidStops, "1.09951", "50");
        Refused(desk, desk.Order(Side.Buy, 0.1m) with { TakeProfit = 1.10049m }, Retcode.InvalidStops, "1.10049");
        desk.Do(desk.Order(Side.Buy, 0.1m) with { StopLoss = 1.09950m, TakeProfit = 1.10050m }).Retcode.ShouldBe(Retcode.Done);
        Refused(desk, desk.Order(Side.Buy, 0.1m, type: OrderType.Limit) with { Price = 1.09961m }, Retcode.InvalidPrice, "1.09961");
        desk.Do(desk.Order(Side.Buy, 0.1m, type: OrderType.Limit) with { Price = 1.09960m, StopLoss = 1.09910m }).Retcode.ShouldBe(Retcode.Placed);
        Refused(desk, desk.Order(Side.Buy, 0.1m) with { TrailingPoints = 49 }, Retcode.InvalidStops, "49");
    }

    [Fact]
    public void Freeze_level_locks_orders_and_positions_near_the_market()
    {
        var desk = With(i => i with { FreezeLevelPoints = 20 });
        var order = desk.Order(Side.Buy, 0.1m, type: OrderType.Limit) with { Price = 1.09990m };
        desk.Do(order).Retcode.ShouldBe(Retcode.Placed);
        Refused(desk, new CancelOrder(order.OrderId), Retcode.Frozen, "1.0999", "20");
        desk.Price("EURUSD", 1.10100m, 1.10110m);
        desk.Do(new CancelOrder(order.OrderId)).Retcode.ShouldBe(Retcode.Done);

        desk.Do(desk.Order(Side.Buy, 0.1m) with { StopLoss = 1.10000m });
        desk.Price("EURUSD", 1.10015m, 1.10025m);
        Refused(desk, new ModifyPosition(desk.Only.Id, 1.09m, null, null), Retcode.Frozen, "1.1");
        var id = desk.NextId();
        Refused(desk, new ClosePosition(id, ClientOrderIds.ForOrder(id), desk.Only.Id, null), Retcode.Frozen);
    }

    [Fact]
    public void Fill_policies_follow_the_execution_mode()
    {
        var market = With(i => i with { AllowImmediateOrCancel = false });
        Refused(market, market.Order(Side.Buy, 0.1m) with { FillPolicy = FillPolicy.Return }, Retcode.InvalidFill, "Return", "Market");
        Refused(market, market.Order(Side.Buy, 0.1m) with { FillPolicy = FillPolicy.ImmediateOrCancel }, Retcode.InvalidFill);
        var instant = With(i => i with { ExecutionMode = ExecutionMode.Instant, AllowFillOrKill = false });
        foreach (var policy in Enum.GetValues<FillPolicy>()) instant.Do(instant.Order(Side.Buy, 0.1m) with { FillPolicy = policy }).Retcode.ShouldBe(Retcode.Done);
        var exchange = With(i => i with { ExecutionMode = ExecutionMode.Exchange });
        exchange.Do(exchange.Order(Side.Buy, 0.1m) with { FillPolicy = FillPolicy.Return }).Retcode.ShouldBe(Retcode.Done);
    }

    [Fact]
    public void A_price_too_far_from_the_one_seen_is_requoted()
    {
        var instant = With(i => i with { ExecutionMode = ExecutionMode.Instant });
        Refused(instant, instant.Order(Side.Buy, 0.1m) with { ReferencePrice = 1.10000m, DeviationPoints = 9 }, Retcode.Requote, "1.1001", "9 points");
        instant.Do(instant.Order(Side.Buy, 0.1m) with { ReferencePrice = 1.10000m, DeviationPoints = 10 }).Retcode.ShouldBe(Retcode.Done);
        var market = With(settings: BrokerSettings.Default with { SlippagePoints = 5 });
        Refused(market, market.Order(Side.Buy, 0.1m) with { DeviationPoints = 4 }, Retcode.PriceChanged);
        Refused(market, market.Order(Side.Buy, 0.1m) with { DeviationPoints = 4, ReferencePrice = decimal.MinValue }, Retcode.InvalidPrice);
    }

    [Fact]
    public void Money_must_cover_the_margin()
    {
        var desk = With();
        Refused(desk, desk.Order(Side.Buy, 10m), Retcode.NoMoney, "9965.00", "11001.00");
        desk.Do(desk.Order(Side.Buy, 9m)).Retcode.ShouldBe(Retcode.Done);
        Refused(desk, desk.Order(Side.Buy, 1m), Retcode.NoMoney);
        desk.Do(desk.Order(Side.Sell, 1m)).Retcode.ShouldBe(Retcode.Done, "a hedge lowers the margin");
    }

    [Fact]
    public void Numbers_of_orders_and_positions_and_volume_are_limited()
    {
        var desk = With(i => i with { VolumeLimit = 1m }, BrokerSettings.Default with { PendingOrdersMax = 2, PositionsMax = 2 });
        var limit = () => desk.Order(Side.Buy, 0.3m, type: OrderType.Limit) with { Price = 1.05m };
        desk.Do(limit()).Retcode.ShouldBe(Retcode.Placed);
        desk.Do(limit()).Retcode.ShouldBe(Retcode.Placed);
        Refused(desk, limit(), Retcode.LimitOrders, "2");
        Refused(desk, desk.Order(Side.Buy, 0.41m), Retcode.LimitVolume, "0.6", "0.41", "1 lots");
        desk.Do(desk.Order(Side.Buy, 0.4m)).Retcode.ShouldBe(Retcode.Done);
        desk.Do(desk.Order(Side.Sell, 1m)).Retcode.ShouldBe(Retcode.Done, "the limit counts each direction");
        Refused(desk, desk.Order(Side.Sell, 0.01m), Retcode.LimitPositions, "2");
    }

    [Fact]
    public void Prices_that_a_type_does_not_use_or_lacks()
    {
        var desk = With();
        Refused(desk, desk.Order(Side.Buy, 0.1m) with { Price = 1.1m }, Retcode.InvalidPrice);
        Refused(desk, desk.Order(Side.Buy, 0.1m, type: OrderType.Limit), Retcode.InvalidPrice);
        Refused(desk, desk.Order(Side.Buy, 0.1m, type: OrderType.StopLimit) with { Price = 1.2m }, Retcode.InvalidPrice);
        Refused(desk, desk.Order(Side.Buy, 0.1m, type: OrderType.Limit) with { Price = 1.050001m }, Retcode.InvalidPrice, "5 decimals");
        Refused(desk, desk.Order(Side.Buy, 0.1m, type: OrderType.Limit) with { Price = decimal.MaxValue }, Retcode.InvalidPrice);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ümlaut")]
    [InlineData("1234567890123456789012345678")]
    public void Client_order_ids_are_short_plain_ascii(string id)
    {
        var desk = With();
        Refused(desk, desk.Order(Side.Buy, 0.1m) with { ClientOrderId = id }, Retcode.Invalid);
    }

    [Fact]
    public void Hostile_values_get_an_answer_and_never_an_exception()
    {
        var desk = With();
        var extremes = new[] { decimal.MinValue, decimal.MaxValue, 0m, -1m, 1e-28m, 1_000_000_000m };
        foreach (var x in extremes)
        {
            desk.Do(desk.Order(Side.Buy, 0.01m) with { StopLoss = x }).ShouldNotBeNull();
            desk.Do(desk.Order(Side.Sell, 0.01m) with { TakeProfit = x }).ShouldNotBeNull();
            desk.Do(desk.Order(Side.Buy, x)).ShouldNotBeNull();
            desk.Do(desk.Order(Side.Buy, 0.01m, type: OrderType.StopLimit) with { Price = x, StopLimitPrice = x }).ShouldNotBeNull();
            desk.Do(desk.Order(Side.Buy, 0.01m) with { DeviationPoints = int.MinValue, TrailingPoints = int.MaxValue }).Accepted.ShouldBeFalse();
            desk.Do(new AdjustBalance(x, BalanceReason.Withdrawal, "x")).ShouldNotBeNull();
            desk.Do(new AdjustBalance(x, (BalanceReason)99, "x")).Accepted.ShouldBeFalse();
        }
        desk.Do(desk.Order((Side)9, 0.01m)).Retcode.ShouldBe(Retcode.Invalid);
        desk.Do(desk.Order(Side.Buy, 0.01m, type: (OrderType)9)).Retcode.ShouldBe(Retcode.Invalid);
        desk.Do(desk.Order(Side.Buy, 0.01m) with { FillPolicy = (FillPolicy)9 }).Retcode.ShouldBe(Retcode.InvalidFill);
        desk.Do(desk.Order(Side.Buy, 0.01m) with { Symbol = null! }).Retcode.ShouldBe(Retcode.Invalid);
        desk.Do(desk.Order(Side.Buy, 0.01m) with { ClientOrderId = null! }).Retcode.ShouldBe(Retcode.Invalid);
        desk.Do(desk.Order(Side.Buy, 0.01m) with { OrderId = Guid.Empty }).Retcode.ShouldBe(Retcode.Invalid);
        foreach (var at in new[] { DateTimeOffset.MinValue, DateTimeOffset.MaxValue })
            foreach (var timeInForce in new[] { TimeInForce.Specified, TimeInForce.SpecifiedDay, TimeInForce.GoodTillCancelled, (TimeInForce)9 })
                desk.Do(desk.Order(Side.Buy, 0.01m, type: OrderType.Limit) with { Price = 1m, TimeInForce = timeInForce, ExpiresAt = at })
                    .Retcode.ShouldBe(Retcode.InvalidExpiration);
    }

    [Fact]
    public void An_account_that_is_closed_takes_nothing()
    {
        var desk = With();
        desk.Append([new AccountClosed()]);
        Refused(desk, desk.Order(Side.Buy, 0.1m), Retcode.TradeDisabled, "closed");
        Refused(desk, new AdjustBalance(1m, BalanceReason.Deposit, ""), Retcode.TradeDisabled);
    }

    [Fact]
    public void Withdrawals_leave_the_margin_and_credit_alone()
    {
        var desk = With();
        desk.Do(new AdjustBalance(500m, BalanceReason.Credit, "bonus")).Retcode.ShouldBe(Retcode.Done);
        Refused(desk, new AdjustBalance(-10_001m, BalanceReason.Withdrawal, ""), Retcode.NoMoney, "10001", "10000");
        desk.Do(desk.Order(Side.Buy, 1m));
        // 10,000 − 3.50 commission − 10 spread − 1,100.10 margin
        Refused(desk, new AdjustBalance(-8886.41m, BalanceReason.Withdrawal, ""), Retcode.NoMoney, "8886.40");
        desk.Do(new AdjustBalance(-8886.40m, BalanceReason.Withdrawal, "")).Retcode.ShouldBe(Retcode.Done);
        Refused(desk, new AdjustBalance(0.001m, BalanceReason.Deposit, ""), Retcode.Invalid, "0.001");
        Refused(desk, new AdjustBalance(-1m, BalanceReason.Deposit, ""), Retcode.Invalid);
    }

    [Fact]
    public void Money_with_an_operation_id_is_moved_once()
    {
        var desk = With();
        var deposit = new AdjustBalance(5m, BalanceReason.Deposit, "d") { OperationId = desk.NextId() };
        desk.Do(deposit).Events.Count.ShouldBe(1);
        var again = desk.Do(deposit);
        (again.Accepted, again.IsDuplicate, again.Events.Count).ShouldBe((true, true, 0));
        desk.Do(deposit with { OperationId = null });
        desk.Do(deposit with { OperationId = null });
        desk.State.Balance.ShouldBe(10_015m);
    }
}
