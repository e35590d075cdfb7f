using ActorTrading.Domain;

namespace ActorTrading.Domain.Tests.Broker;

/// <summary>A quote that is reacted to some time after it came does what it would have done then, to what was there then.</summary>
public class LateQuoteTests
{
    private readonly Desk _desk = new();

    public LateQuoteTests() => _desk.Price("EURUSD", 1.10000m, 1.10010m);

    [Fact]
    public void A_spike_leaves_alone_what_was_opened_or_placed_after_it()
    {
        var before = Open(stopLoss: 1.0950m);
        var (spike, came) = Passes(1.0940m);
        var after = Open(stopLoss: 1.0960m);
        var order = _desk.Order(Side.Buy, 0.1m, type: OrderType.Limit) with { Price = 1.0950m };
        _desk.Do(order).Accepted.ShouldBeTrue();

        var events = Late(spike, came);
        events.OfType<DealExecuted>().ShouldHaveSingleItem().Deal.PositionId.ShouldBe(before);
        _desk.Only.Id.ShouldBe(after);
        _desk.State.Orders.ShouldContainKey(order.OrderId);
    }

    [Fact]
    public void What_a_quote_has_fired_was_there_whatever_the_clock_of_who_saw_it_says()
    {
        var position = Open(stopLoss: 1.0950m);
        var order = _desk.Order(Side.Buy, 0.1m, type: OrderType.Limit) with { Price = 1.0950m };
        _desk.Now = _desk.Now.AddSeconds(1);
        _desk.Do(order).Accepted.ShouldBeTrue();
        var watch = BrokerEngine.WatchList(_desk.State, _desk.Board, _desk.Settings);

        BrokerEngine.CameAt(_desk.State, [Of("sl")], Desk.Start.AddMinutes(-1)).ShouldBe(_desk.State.Positions[position].OpenedAt);
        BrokerEngine.CameAt(_desk.State, [.. watch], Desk.Start.AddMinutes(-1)).ShouldBe(_desk.Now);
        BrokerEngine.CameAt(_desk.State, [.. watch], Desk.Start.AddMinutes(1)).ShouldBe(Desk.Start.AddMinutes(1));
        BrokerEngine.CameAt(_desk.State, [Of("margin")], Desk.Start.AddMinutes(-1)).ShouldBe(Desk.Start.AddMinutes(-1));

        PriceTrigger Of(string what) => watch.First(t => t.Key.Tag.StartsWith(what));
    }

    [Fact]
    public void An_account_that_has_opened_something_since_is_stopped_out_at_the_prices_of_now_only()
    {
        var desk = new Desk(deposit: 2_000m);
        desk.Price("EURUSD", 1.10000m, 1.10010m);
        desk.Market(Side.Buy, 1m).Accepted.ShouldBeTrue();
        var spike = new Quote("EURUSD", 1.0850m, 1.0851m, desk.Now.AddSeconds(1));
        desk.Now = spike.Time.AddSeconds(1);
        desk.Price("EURUSD", 1.10000m, 1.10010m);
        BrokerEngine.OnQuote(desk.State, spike, desk.Board, desk.Settings, desk.Now, spike.Time).OfType<StoppedOut>().ShouldNotBeEmpty();

        desk.Market(Side.Buy, 0.01m).Accepted.ShouldBeTrue();
        BrokerEngine.OnQuote(desk.State, spike, desk.Board, desk.Settings, desk.Now, spike.Time).ShouldBeEmpty();
    }

    [Fact]
    public void A_net_position_that_has_grown_since_counts_as_opened_since()
    {
        var desk = new Desk(PositionMode.Netting, deposit: 2_000m);
        desk.Price("EURUSD", 1.10000m, 1.10010m);
        desk.Market(Side.Buy, 0.5m).Accepted.ShouldBeTrue();
        var spike = new Quote("EURUSD", 1.0850m, 1.0851m, desk.Now.AddSeconds(1));
        desk.Now = spike.Time.AddSeconds(1);
        BrokerEngine.OnQuote(desk.State, spike, desk.Board, desk.Settings, desk.Now, spike.Time).ShouldBeEmpty("what was there then could bear it");

        desk.Market(Side.Buy, 0.5m).Accepted.ShouldBeTrue();
        BrokerEngine.OnQuote(desk.State, spike, desk.Board, desk.Settings, desk.Now, spike.Time).ShouldBeEmpty();
    }

    [Fact]
    public void A_stop_loss_reached_before_the_session_ended_closes_after_it()
    {
        var end = new DateTimeOffset(2026, 3, 6, 22, 0, 0, TimeSpan.Zero); // Friday 17:00 New York
        var position = Open(stopLoss: 1.0950m);
        _desk.Now = end.AddMilliseconds(-100);
        var quote = new Quote("EURUSD", 1.0940m, 1.0941m, _desk.Now);
        var came = _desk.Now;
        _desk.Board.Update(quote);
        _desk.Now = end.AddMilliseconds(200);

        var closed = Late(quote, came).OfType<DealExecuted>().ShouldHaveSingleItem().Deal;
        (closed.PositionId, closed.Price, closed.Time).ShouldBe((position, 1.0940m, _desk.Now));
        closed.Swap.ShouldBe(_desk.Ledger.Select(e => e.Event).OfType<SwapCharged>().Sum(s => s.Amount));
        _desk.Ledger.Select(e => e.Event).OfType<SwapCharged>().ShouldAllBe(s => s.TradingDay < new DateOnly(2026, 3, 6), "Friday ended after the quote");
    }

    [Fact]
    public void An_order_reached_before_its_expiry_fills_after_it()
    {
        var order = _desk.Order(Side.Buy, 0.1m, type: OrderType.Limit) with { Price = 1.0950m, TimeInForce = TimeInForce.Specified, ExpiresAt = Desk.Start.AddMinutes(1) };
        _desk.Do(order).Accepted.ShouldBeTrue();
        _desk.Now = Desk.Start.AddSeconds(59);
        var quote = new Quote("EURUSD", 1.0940m, 1.0941m, _desk.Now);
        _desk.Board.Update(quote);
        _desk.Now = Desk.Start.AddSeconds(61);
        Late(quote, quote.Time);
        _desk.Only.Id.ShouldBe(order.OrderId);
    }

    private Guid Open(decimal stopLoss)
    {
        var order = _desk.Order(Side.Buy, 0.1m) with { StopLoss = stopLoss };
        _desk.Do(order).Accepted.ShouldBeTrue();
        return order.OrderId;
    }

    /// <summary>A quote comes, and the market is back before anybody has looked at it.</summary>
    private (Quote Quote, DateTimeOffset Came) Passes(decimal bid)
    {
        _desk.Now = _desk.Now.AddSeconds(1);
        var quote = new Quote("EURUSD", bid, bid + 0.0001m, _desk.Now);
        _desk.Now = _desk.Now.AddSeconds(1);
        _desk.Price("EURUSD", 1.10000m, 1.10010m);
        return (quote, quote.Time);
    }

    private IReadOnlyList<LedgerEvent> Late(Quote quote, DateTimeOffset came)
    {
        var events = BrokerEngine.OnQuote(_desk.State, quote, _desk.Board, _desk.Settings, _desk.Now, came);
        _desk.Append(events);
        return events;
    }
}
