using ActorTrading.Domain;

namespace ActorTrading.Domain.Tests.Broker;

public class PositionTests
{
    private readonly Desk _desk = new();

    public PositionTests() => _desk.Price("EURUSD", 1.10000m, 1.10010m);

    private Position Open(Side side, decimal? sl = null, decimal? tp = null, int? trailing = null, decimal volume = 0.10m)
    {
        var order = _desk.Order(side, volume) with { StopLoss = sl, TakeProfit = tp, TrailingPoints = trailing };
        _desk.Do(order).Retcode.ShouldBe(Retcode.Done);
        return _desk.State.Positions[order.OrderId];
    }

    [Theory]
    [InlineData(Side.Buy, 1.0950, null, 1.0951, 1.0952, null)]
    [InlineData(Side.Buy, 1.0950, null, 1.0950, 1.0951, 1.0950)]
    [InlineData(Side.Buy, 1.0950, null, 1.0900, 1.0901, 1.0900)] // a gap fills the stop at the market
    [InlineData(Side.Sell, 1.1050, null, 1.1048, 1.1049, null)]
    [InlineData(Side.Sell, 1.1050, null, 1.1049, 1.1050, 1.1050)]
    [InlineData(Side.Buy, null, 1.1050, 1.1049, 1.1060, null)] // the ask does not close a long
    [InlineData(Side.Buy, null, 1.1050, 1.1050, 1.1051, 1.1050)]
    [InlineData(Side.Buy, null, 1.1050, 1.1090, 1.1091, 1.1090)] // and the take profit better
    [InlineData(Side.Sell, null, 1.0950, 1.0949, 1.0950, 1.0950)]
    public void Levels_close_a_long_on_the_bid_and_a_short_on_the_ask(Side side, double? sl, double? tp, double bid, double ask, double? closed)
    {
        var position = Open(side, (decimal?)sl, (decimal?)tp);
        var events = _desk.Quote("EURUSD", (decimal)bid, (decimal)ask);
        if (closed is null)
        {
            events.ShouldBeEmpty();
            return;
        }
        var deal = events.OfType<DealExecuted>().ShouldHaveSingleItem().Deal;
        deal.Price.ShouldBe((decimal)closed);
        deal.Reason.ShouldBe(sl is null ? DealReason.TakeProfit : DealReason.StopLoss);
        deal.PositionId.ShouldBe(position.Id);
        _desk.State.Positions.ShouldBeEmpty();
    }

    [Fact]
    public void Slippage_hurts_stops_and_not_take_profits()
    {
        _desk.Settings = _desk.Settings with { SlippagePoints = 10 };
        Open(Side.Buy, sl: 1.0950m);
        Open(Side.Sell, tp: 1.0940m);
        _desk.Quote("EURUSD", 1.0930m, 1.0931m).OfType<DealExecuted>().Select(e => e.Deal.Price).ShouldBe([1.0929m, 1.0931m], ignoreOrder: true);
    }

    [Fact]
    public void A_trailing_stop_starts_in_profit_follows_in_steps_and_never_goes_back()
    {
        _desk.Settings = _desk.Settings with { TrailingStepPoints = 10 };
        var id = Open(Side.Buy, trailing: 100).Id; // opened at 1.10010
        _desk.Quote("EURUSD", 1.10109m, 1.10119m).ShouldBeEmpty();
        _desk.Quote("EURUSD", 1.10110m, 1.10120m).ShouldBe([new PositionModified(id, 1.10010m, null, 100, DealReason.TrailingStop)]);
        _desk.Quote("EURUSD", 1.10119m, 1.10129m).ShouldBeEmpty();
        _desk.Quote("EURUSD", 1.10150m, 1.10160m).ShouldBe([new PositionModified(id, 1.10050m, null, 100, DealReason.TrailingStop)]);
        _desk.Quote("EURUSD", 1.10100m, 1.10110m).ShouldBeEmpty();
        _desk.Quote("EURUSD", 1.10045m, 1.10055m).OfType<DealExecuted>().Single().Deal.Price.ShouldBe(1.10045m);
    }

    [Fact]
    public void A_shorts_trailing_stop_follows_the_ask_down()
    {
        var id = Open(Side.Sell, sl: 1.11000m, trailing: 100).Id; // opened at 1.10000
        _desk.Quote("EURUSD", 1.09880m, 1.09890m).ShouldBe([new PositionModified(id, 1.09990m, null, 100, DealReason.TrailingStop)]);
    }

    [Fact]
    public void A_change_leaves_what_it_keeps_however_old_the_position_is_that_it_was_made_from()
    {
        var id = Open(Side.Buy).Id;
        _desk.Do(new ModifyPosition(id, 1.0950m, 1.12m, 30)).Retcode.ShouldBe(Retcode.Done);
        _desk.Do(new ModifyPosition(id, null, 1.13m, null) { Keeps = KeptValues.StopLoss | KeptValues.TrailingPoints }).Retcode.ShouldBe(Retcode.Done);
        (_desk.Only.StopLoss, _desk.Only.TakeProfit, _desk.Only.TrailingPoints).ShouldBe((1.0950m, 1.13m, 30));
    }

    [Fact]
    public void Levels_are_changed_and_checked_only_where_they_change()
    {
        var id = Open(Side.Buy, sl: 1.0950m).Id;
        _desk.Do(new ModifyPosition(id, 1.0950m, null, null)).Retcode.ShouldBe(Retcode.NoChanges);
        _desk.Do(new ModifyPosition(id, 1.0950m, 1.12m, 30)).Retcode.ShouldBe(Retcode.Done);
        _desk.Do(new ModifyPosition(id, 1.1001m, 1.12m, null)).Retcode.ShouldBe(Retcode.InvalidStops);
        _desk.Do(new ModifyPosition(id, null, null, null)).Retcode.ShouldBe(Retcode.Done);
        _desk.Only.StopLoss.ShouldBeNull();
        _desk.Do(new ModifyPosition(_desk.NextId(), 1m, null, null)).Retcode.ShouldBe(Retcode.PositionClosed);
    }

    [Fact]
    public void Partial_closes_share_out_swap_and_lose_no_cent()
    {
        var id = Open(Side.Buy, volume: 0.30m).Id;
        _desk.Append([new SwapCharged(id, -1.00m, new DateOnly(2026, 3, 2))]);
        _desk.Close(id, 0.10m);
        _desk.Close(id, 0.10m);
        _desk.Close(id);
        var swaps = _desk.Ledger.Select(e => e.Event).OfType<DealExecuted>().Where(e => e.Deal.Entry == DealEntry.Out).Select(e => e.Deal.Swap).ToList();
        swaps.ShouldBe([-0.33m, -0.34m, -0.33m]);
    }

    [Fact]
    public void Close_volumes_are_checked()
    {
        var id = Open(Side.Buy).Id;
        _desk.Close(id, 0.11m).Retcode.ShouldBe(Retcode.InvalidCloseVolume);
        _desk.Close(id, 0.015m).Retcode.ShouldBe(Retcode.InvalidVolume);
        _desk.Close(id, -0.01m).Retcode.ShouldBe(Retcode.InvalidVolume);
        _desk.Close(id, 0m).Retcode.ShouldBe(Retcode.InvalidVolume);
        _desk.Close(id).Retcode.ShouldBe(Retcode.Done);
        _desk.Close(id).Retcode.ShouldBe(Retcode.PositionClosed);
    }

    [Fact]
    public void Close_by_closes_the_smaller_volume_of_both_without_spread_or_commission()
    {
        var buy = Open(Side.Buy, volume: 0.30m); // at 1.10010
        _desk.Price("EURUSD", 1.10200m, 1.10210m);
        var sell = Open(Side.Sell, volume: 0.10m); // at 1.10200
        var balance = _desk.State.Balance;
        var id = _desk.NextId();
        var command = new CloseBy(id, ClientOrderIds.ForOrder(id), buy.Id, sell.Id);
        var decision = _desk.Do(command);
        decision.Retcode.ShouldBe(Retcode.Done);
        var deals = decision.Events.OfType<DealExecuted>().Select(e => e.Deal).ToList();
        deals.Select(d => d.Entry).ShouldBe([DealEntry.OutBy, DealEntry.OutBy]);
        deals.Select(d => d.Profit).ShouldBe([19.00m, 0m]);
        _desk.State.Balance.ShouldBe(balance + 19.00m);
        _desk.Only.Id.ShouldBe(buy.Id);
        _desk.Only.Volume.ShouldBe(0.20m);
        _desk.State.Orders.ShouldBeEmpty();
        _desk.Do(command).IsDuplicate.ShouldBeTrue();
        var other = _desk.NextId();
        _desk.Do(new CloseBy(other, ClientOrderIds.ForOrder(other), buy.Id, buy.Id)).Retcode.ShouldBe(Retcode.Invalid);
    }

    [Theory]
    [InlineData(TradeMode.Disabled, Retcode.TradeDisabled)]
    [InlineData(TradeMode.CloseOnly, Retcode.Done)]
    public void Close_by_is_trading(TradeMode mode, Retcode retcode)
    {
        var (buy, sell, id) = (Open(Side.Buy), Open(Side.Sell), _desk.NextId());
        var market = new MarketBoard([InstrumentCatalog.Get("EURUSD") with { Schedule = TradingSchedule.Always, TradeMode = mode }]);
        var decision = BrokerEngine.Decide(new LedgerDraft(_desk.State), new CloseBy(id, ClientOrderIds.ForOrder(id), buy.Id, sell.Id), market, BrokerSettings.Default, Desk.Start);
        decision.Retcode.ShouldBe(retcode);
    }

    [Fact]
    public void In_netting_the_levels_of_an_order_that_adds_replace_the_positions_and_one_that_reduces_leaves_them()
    {
        var desk = new Desk(PositionMode.Netting);
        desk.Price("EURUSD", 1.10000m, 1.10010m);
        desk.Do(desk.Order(Side.Buy, 0.2m) with { StopLoss = 1.09m, TakeProfit = 1.12m });
        desk.Do(desk.Order(Side.Sell, 0.1m) with { StopLoss = 1.2m });
        desk.Only.StopLoss.ShouldBe(1.09m);
        desk.Do(desk.Order(Side.Buy, 0.1m) with { StopLoss = 1.08m });
        (desk.Only.StopLoss, desk.Only.TakeProfit).ShouldBe((1.08m, null));
        desk.Do(desk.Order(Side.Sell, 0.5m) with { StopLoss = 1.13m });
        (desk.Only.Side, desk.Only.Volume, desk.Only.StopLoss).ShouldBe((Side.Sell, 0.3m, 1.13m));
    }

    [Fact]
    public void A_quote_is_reacted_to_at_its_own_price_also_when_the_market_has_moved_on()
    {
        Open(Side.Buy, sl: 1.0950m);
        _desk.Price("EURUSD", 1.1200m, 1.1201m);
        var events = BrokerEngine.OnQuote(_desk.State, new Quote("EURUSD", 1.0949m, 1.0950m, Desk.Start), _desk.Board, _desk.Settings, _desk.Now);
        events.OfType<DealExecuted>().ShouldHaveSingleItem().Deal.Price.ShouldBe(1.0949m);
    }
}
