using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;

namespace ActorTrading.Mt5.Tests.Simulation;

public sealed class TradingTests
{
    [Fact]
    public async Task A_market_order_is_filled_announced_and_shown_everywhere()
    {
        await using var pair = await SimulatedPair.Online();
        await pair.Quote("EURUSD", 1.10000m, 1.10010m);
        var answer = await pair.Trade(TradeRequest.Market("copy:1", "EURUSD", Side.Buy, 1m, 1.09m, 1.12m));
        (answer.Retcode, answer.Volume, answer.Price).ShouldBe((Retcode.Done, 1m, 1.1001m));

        var told = await pair.Events.Trades.Next();
        (told.Action, told.ClientOrderId, told.Order, told.Retcode).ShouldBe(("TRADE_ACTION_DEAL", "copy:1", answer.Order, Retcode.Done));

        var snapshot = await pair.Client.GetSnapshotAsync().OrHang();
        var position = snapshot.Positions.ShouldHaveSingleItem();
        position.ShouldBe(new TerminalPosition(answer.Order, 0, "EURUSD", Side.Buy, SimulatedPair.Start.AddSeconds(1), 1.1001m, 1.09m, 1.12m, 1m));
        snapshot.Deals.Select(d => (d.Kind, d.Entry, d.Volume)).ShouldBe([(TerminalDealKind.Balance, DealEntry.In, 0m), (TerminalDealKind.Buy, DealEntry.In, 1m)]);
        snapshot.Unidentified.ShouldBeEmpty();
        snapshot.Account.Balance.ShouldBe(100_000m);
        snapshot.Account.Equity.ShouldBe(99_990m);
        snapshot.Account.Margin.ShouldBe(1100.10m);
    }

    [Fact]
    public async Task Levels_partial_close_and_close_do_what_they_say()
    {
        await using var pair = await SimulatedPair.Online();
        await pair.Quote("EURUSD", 1.10000m, 1.10010m);
        var ticket = (await pair.Trade(TradeRequest.Market("a", "EURUSD", Side.Sell, 1m))).Order;
        (await pair.Trade(TradeRequest.ModifyPosition("b", ticket, 1.11m, 1.08m))).Retcode.ShouldBe(Retcode.Done);
        (await pair.Trade(TradeRequest.ClosePartial("c", ticket, 0.4m))).Volume.ShouldBe(0.4m);
        var position = (await pair.Client.GetPositionsAsync().OrHang()).ShouldHaveSingleItem();
        (position.Ticket, position.Volume, position.StopLoss, position.TakeProfit).ShouldBe((ticket, 0.6m, 1.11m, 1.08m));
        (await pair.Trade(TradeRequest.ClosePosition("d", ticket))).Volume.ShouldBe(0.6m);
        (await pair.Client.GetPositionsAsync().OrHang()).ShouldBeEmpty();
        (await pair.Trade(TradeRequest.ClosePosition("e", ticket))).Retcode.ShouldBe(Retcode.PositionClosed);
    }

    [Fact]
    public async Task A_netting_account_closes_no_part_by_ticket_and_is_reduced_by_an_opposite_order()
    {
        await using var pair = await SimulatedPair.Online(o => o with { Mode = PositionMode.Netting });
        await pair.Quote("EURUSD", 1.10000m, 1.10010m);
        var ticket = (await pair.Trade(TradeRequest.Market("a", "EURUSD", Side.Sell, 1m, 1.11m, 1.08m))).Order;
        (await pair.Trade(TradeRequest.ClosePartial("b", ticket, 0.4m))).Retcode.ShouldBe(Retcode.Reject);
        var before = await pair.Client.GetSnapshotAsync().OrHang();

        var reduce = TradeRequest.Reduce("c", ticket, "EURUSD", Side.Buy, 0.4m);
        (await pair.Trade(reduce)).Volume.ShouldBe(0.4m);

        var after = await pair.Client.GetSnapshotAsync().OrHang();
        var position = after.Positions.ShouldHaveSingleItem();
        (position.Ticket, position.Side, position.Volume, position.StopLoss, position.TakeProfit).ShouldBe((ticket, Side.Sell, 0.6m, 1.11m, 1.08m));
        var deal = SnapshotDiff.Compute(before, after).OfType<TerminalChange.Executed>().ShouldHaveSingleItem().Deal;
        (deal.Kind, deal.Entry, deal.Volume).ShouldBe((TerminalDealKind.Buy, DealEntry.Out, 0.4m));
    }

    [Fact]
    public async Task A_pending_order_is_placed_changed_activated_and_found_by_polling()
    {
        await using var pair = await SimulatedPair.Online();
        await pair.Quote("EURUSD", 1.10000m, 1.10010m);
        var ticket = (await pair.Trade(TradeRequest.Pending("a", "EURUSD", Side.Buy, OrderType.Limit, 0.5m, 1.095m))).Order;
        (await pair.Trade(TradeRequest.ModifyOrder("b", ticket, 1.096m, 1.09m, null))).Retcode.ShouldBe(Retcode.Done);
        var before = await pair.Client.GetSnapshotAsync().OrHang();
        before.Orders.ShouldHaveSingleItem().Price.ShouldBe(1.096m);

        await pair.Quote("EURUSD", 1.09580m, 1.09590m);
        var after = await pair.Client.GetSnapshotAsync().OrHang();
        var changes = SnapshotDiff.Compute(before, after);
        changes.OfType<TerminalChange.OrderRemoved>().ShouldHaveSingleItem().Order.Ticket.ShouldBe(ticket);
        changes.OfType<TerminalChange.Executed>().ShouldHaveSingleItem().Deal.Kind.ShouldBe(TerminalDealKind.Buy);
        changes.OfType<TerminalChange.PositionOpened>().ShouldHaveSingleItem().Position.Ticket.ShouldBe(ticket);
    }

    [Fact]
    public async Task A_stop_loss_hit_is_told_by_nothing_but_the_poll()
    {
        await using var pair = await SimulatedPair.Online();
        await pair.Quote("EURUSD", 1.10000m, 1.10010m);
        await pair.Trade(TradeRequest.Market("a", "EURUSD", Side.Buy, 1m, 1.095m));
        await pair.Events.Trades.Next();
        var told = new TaskCompletionSource<IReadOnlyList<TerminalChange>>();
        var poller = new TerminalPoller(pair.Client, TimeProvider.System, TimeSpan.FromHours(1), TimeSpan.FromHours(1), (_, changes) =>
        {
            told.TrySetResult(changes);
            return Task.CompletedTask;
        });
        (await poller.PollAsync(default).OrHang()).ShouldBeEmpty();
        await pair.Quote("EURUSD", 1.09400m, 1.09410m);
        using var stop = new CancellationTokenSource();
        var running = poller.RunAsync(stop.Token);
        var changes = await told.Task.OrHang();
        changes.OfType<TerminalChange.PositionClosed>().ShouldHaveSingleItem();
        changes.OfType<TerminalChange.Executed>().ShouldHaveSingleItem().Deal.Entry.ShouldBe(DealEntry.Out);
        pair.Events.Trades.Drain().ShouldBeEmpty();
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(running.OrHang());
    }

    [Fact]
    public async Task A_netting_account_reverses_in_one_deal()
    {
        await using var pair = await SimulatedPair.Online(o => o with { Mode = PositionMode.Netting });
        await pair.Quote("EURUSD", 1.10000m, 1.10010m);
        await pair.Trade(TradeRequest.Market("a", "EURUSD", Side.Buy, 1m));
        await pair.Trade(TradeRequest.Market("b", "EURUSD", Side.Sell, 1.5m));
        var snapshot = await pair.Client.GetSnapshotAsync().OrHang();
        var position = snapshot.Positions.ShouldHaveSingleItem();
        (position.Side, position.Volume).ShouldBe((Side.Sell, 0.5m));
        snapshot.Deals[^1].Entry.ShouldBe(DealEntry.InOut);
        snapshot.Unidentified.ShouldBeEmpty();
    }

    [Fact]
    public async Task Too_little_money_and_wrong_stops_have_their_own_numbers()
    {
        await using var pair = await SimulatedPair.Online(o => o with { Balance = 100 });
        await pair.Quote("EURUSD", 1.10000m, 1.10010m);
        (await pair.Trade(TradeRequest.Market("a", "EURUSD", Side.Buy, 10m))).Retcode.ShouldBe(Retcode.NoMoney);
        (await pair.Trade(TradeRequest.Market("b", "EURUSD", Side.Buy, 0.01m, 1.2m))).Retcode.ShouldBe(Retcode.InvalidStops);
        (await pair.Trade(TradeRequest.Market("c", "EURUSD", Side.Buy, 0.011m))).Retcode.ShouldBe(Retcode.InvalidVolume);
        (await pair.Terminal.GetAuditAsync()).Select(a => (a.ClientOrderId, a.Retcode)).ShouldBe(
            [("a", Retcode.NoMoney), ("b", Retcode.InvalidStops), ("c", Retcode.InvalidVolume)]);
    }

    [Fact]
    public async Task A_stopped_out_account_loses_its_position()
    {
        await using var pair = await SimulatedPair.Online(o => o with { Balance = 1200 });
        await pair.Quote("EURUSD", 1.10000m, 1.10010m);
        await pair.Trade(TradeRequest.Market("a", "EURUSD", Side.Buy, 1m));
        await pair.Quote("EURUSD", 1.09000m, 1.09010m);
        (await pair.Client.GetPositionsAsync().OrHang()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Subscribed_quotes_arrive_and_those_of_others_do_not()
    {
        await using var pair = await SimulatedPair.Online();
        await pair.Client.SubscribeQuotesAsync(["EURUSD"]).OrHang();
        await pair.Quote("EURUSD", 1.10000m, 1.10010m); // swallowed: the first after CONFIG
        await pair.Quote("USDJPY", 150.100m, 150.110m);
        await pair.Quote("EURUSD", 1.10002m, 1.10012m);
        (await pair.Events.Quotes.Next()).ShouldBe(new Quote("EURUSD", 1.10002m, 1.10012m, SimulatedPair.Start.AddSeconds(3)));
        pair.Events.Quotes.Drain().ShouldBeEmpty();
    }

    [Fact]
    public async Task Bars_are_streamed_when_they_close_and_kept_for_history()
    {
        await using var pair = await SimulatedPair.Online();
        await pair.Client.SubscribeBarsAsync(["EURUSD"], TerminalTimeframe.M1).OrHang();
        for (var i = 0; i < 61; i++)
            await pair.Quote("EURUSD", 1.10000m + i * 0.00001m, 1.10010m + i * 0.00001m);
        var bar = await pair.Events.Bars.Next();
        bar.ShouldBe(new TerminalBar("EURUSD", TerminalTimeframe.M1, SimulatedPair.Start, 1.1m, 1.10058m, 1.1m, 1.10058m, 59, 10));
        var bars = await pair.Client.GetBarsAsync("EURUSD", TerminalTimeframe.M1, SimulatedPair.Start, SimulatedPair.Start.AddHours(1)).OrHang();
        bars.Count.ShouldBe(2);
        bars[0].ShouldBe(bar);
        (await pair.Client.GetTicksAsync("EURUSD", SimulatedPair.Start, SimulatedPair.Start.AddHours(1)).OrHang()).Count.ShouldBe(61);
        (await pair.Client.GetBarsAsync("EURUSD", TerminalTimeframe.H1, SimulatedPair.Start, SimulatedPair.Start.AddHours(1)).OrHang()).ShouldHaveSingleItem().TickVolume.ShouldBe(61);
    }

    [Fact]
    public async Task A_lost_broker_is_told_and_so_is_its_return()
    {
        await using var pair = await SimulatedPair.Online();
        await pair.Quote("EURUSD", 1.10000m, 1.10010m);
        await pair.Client.SubscribeQuotesAsync(["EURUSD"]).OrHang();
        await pair.Terminal.LoseBroker();
        (await pair.Events.BrokerLinks.Next()).ShouldBeFalse();
        await pair.Quote("EURUSD", 1.10000m, 1.10010m);
        (await pair.Events.BrokerLinks.Next()).ShouldBeTrue();
    }

    [Fact]
    public async Task An_account_survives_its_brokers_restart_with_the_same_tickets()
    {
        var folder = Directory.CreateTempSubdirectory("mt5-state-");
        try
        {
            TerminalSnapshot before;
            await using (var pair = await SimulatedPair.Online(o => o with { StateFolder = folder.FullName }))
            {
                await pair.Quote("EURUSD", 1.10000m, 1.10010m);
                await pair.Trade(TradeRequest.Market("a", "EURUSD", Side.Buy, 1m, 1.09m));
                await pair.Trade(TradeRequest.Pending("b", "EURUSD", Side.Sell, OrderType.Limit, 1m, 1.2m));
                await pair.Trade(TradeRequest.Market("c", "EURUSD", Side.Buy, 1000m));
                before = await pair.Client.GetSnapshotAsync().OrHang();
            }
            var file = Path.Combine(folder.FullName, "account-1.jsonl");
            await File.AppendAllTextAsync(file, """{"audit":{"number":4,"at":"2026"""); // cut short by a crash
            await using (var pair = await SimulatedPair.Online(o => o with { StateFolder = folder.FullName }))
            {
                var after = await pair.Client.GetSnapshotAsync().OrHang();
                after.HoldsTheSameAs(before).ShouldBeTrue();
                await pair.Quote("EURUSD", 1.10000m, 1.10010m);
                await pair.Trade(TradeRequest.Market("d", "EURUSD", Side.Sell, 1m));
            }
            BrokerJournal.Read(file).Where(l => l.Audit is not null).Select(l => (l.Audit!.Number, l.Audit.ClientOrderId)).ShouldBe([(1, "a"), (2, "b"), (3, "c"), (4, "d")]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
