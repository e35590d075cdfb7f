using System.Text.Json;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace ActorTrading.Grains.Tests.Strategies;

/// <summary>A process that dies at the worst moments: no order twice, none lost.</summary>
[Collection(nameof(Server))]
public sealed class RunRestartTests(Server server)
{
    [Theory]
    [InlineData(Venue.PaperHedging)]
    [InlineData(Venue.PaperNetting)]
    [InlineData(Venue.TerminalHedging)]
    [InlineData(Venue.TerminalNetting)]
    public async Task Killed_after_an_order_was_done_and_before_that_was_noted_it_is_not_sent_again(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue);
        await stage.CommandAsync(RunStage.BuyTwo);
        var before = await stage.BookAsync();
        await stage.UntilNetAsync(0.2m);
        var entered = await stage.BookAsync();
        await RestartAsync(stage, before, new RunOrder(1, Side.Buy, 0.2m, null, stage.Bar, 0.2m));
        await stage.UntilNetAsync(0.2m);
        (await stage.BookAsync()).Held.ShouldBe(entered.Held);

        // The same with an exit.
        await stage.CommandAsync(RunStage.CloseAll);
        await stage.UntilNetAsync(0);
        await RestartAsync(stage, entered, new RunOrder(2, Side.Sell, 0.2m, entered.Held[0].PositionId, stage.Bar, 0, entered.Held[0].PositionId));
        await stage.UntilAsync((account, book) => RunStage.Net(account) == 0 && book is { Pending: null, Net: 0 }, "the exit being noted");
        await stage.QuietAsync();
        (await stage.BookAsync()).Orders.ShouldBe(2);
        if (stage.Terminal is { } terminal)
        {
            (await terminal.GetAuditAsync()).Count.ShouldBe(2);
        }
    }

    [Theory]
    [InlineData(Venue.PaperNetting)]
    [InlineData(Venue.TerminalHedging)]
    [InlineData(Venue.TerminalNetting)]
    public async Task Killed_before_an_order_was_sent_it_is_sent_once(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue);
        await stage.CommandAsync(RunStage.Wait);
        await stage.QuietAsync();
        var next = new RunOrder(1, Side.Buy, 0.2m, null, stage.Bar, 0.2m);
        await stage.RestartAsync(book => book.Sending(next, stage.Bar.AddMinutes(-1)));

        // The script does not want it any more, so that it goes out and is taken back: what was promised is done first.
        await stage.QuoteAgainAsync();
        await stage.UntilAsync((account, book) => book is { Pending: null, Orders: 2, Net: 0 } && account.Positions.IsEmpty, "in and out");
        var account = await stage.Account.GetStateAsync();
        account.RecentOrders.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(Venue.PaperNetting)]
    [InlineData(Venue.TerminalNetting)]
    public async Task A_part_that_was_to_be_taken_out_before_a_kill_is_not_sold_into_a_short_when_the_position_is_gone(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue);
        await stage.CommandAsync(RunStage.BuyTwo);
        var position = (await stage.UntilNetAsync(0.2m)).Positions.Values.ShouldHaveSingleItem();
        (await stage.Account.ClosePositionAsync(TradingHost.Close(position.Id))).Accepted.ShouldBeTrue();

        // As if it had been closed, by its stop loss perhaps, after the order had been stored and before it could go out.
        await stage.RestartAsync(book => book.Sending(new RunOrder(2, Side.Sell, 0.1m, book.Held[0].PositionId, stage.Bar, 0.1m), book.Cursor));
        await stage.QuoteAgainAsync();
        await stage.UntilAsync((_, book) => book.Pending is null, "the order being decided");
        (await stage.QuietAsync()).Positions.ShouldBeEmpty();
        await stage.CommandAsync(RunStage.CloseAll);
        (await stage.QuietAsync()).Positions.ShouldBeEmpty();
        (await stage.BookAsync()).Net.ShouldBe(0);
    }

    [Fact]
    public async Task An_order_that_never_went_out_is_dropped_when_its_bar_is_long_over()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging);
        await stage.CommandAsync(RunStage.Wait);
        await stage.QuietAsync();
        await stage.RestartAsync(book => book.Sending(new RunOrder(1, Side.Buy, 0.2m, null, stage.Bar.AddMinutes(-5), 0.2m), stage.Bar.AddMinutes(-1)));
        await stage.QuoteAgainAsync();
        await stage.UntilAsync((_, book) => book.Pending is null, "the order being dropped");
        (await stage.QuietAsync()).RecentOrders.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Venue.PaperHedging)]
    [InlineData(Venue.TerminalNetting)]
    public async Task Missed_bars_are_traded_once_and_what_began_and_ended_in_them_not_at_all(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue);
        await stage.CommandAsync(RunStage.Buy);
        await stage.UntilNetAsync(0.1m);

        // Out, in and out, in.
        await stage.RestartAfterAsync(RunStage.CloseAll, RunStage.SellTwo, RunStage.CloseAll, RunStage.BuyTwo, RunStage.Wait);
        await stage.UntilNetAsync(0.2m);
        await stage.QuietAsync();
        (await stage.BookAsync()).Orders.ShouldBe(2, "a tenth of a lot more than before was wanted in the end");
    }

    [Fact]
    public async Task A_run_of_more_bars_than_are_read_at_once_has_the_same_history_after_a_restart()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging, $"""
            //@version=6
            strategy("Late", margin_long=0)
            if bar_index == {CandleStore.BarsMax + 20}
                strategy.entry("L", strategy.long, qty=10000)
            """);
        await stage.CommandAsync(RunStage.Wait);
        await stage.QuietAsync();
        await stage.RestartAfterAsync([.. Enumerable.Repeat(RunStage.Wait, CandleStore.BarsMax + 30)]);
        await stage.UntilNetAsync(0.1m);
    }

    [Fact]
    public async Task A_history_of_which_a_page_could_not_be_read_at_first_has_no_hole()
    {
        var reads = int.MaxValue;
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging, $"""
            //@version=6
            strategy("Late", margin_long=0)
            if bar_index == {2 * CandleStore.BarsMax + 20}
                strategy.entry("L", strategy.long, qty=10000)
            """, services: services => services.AddSingleton<ICandleStore>(p => new FailingCandles(new CandleStore(p.GetRequiredService<PostgresDatabase>()), () => Interlocked.Decrement(ref reads) == 0)));
        await stage.CommandAsync(RunStage.Wait);
        await stage.QuietAsync();
        reads = 2;
        await stage.RestartAfterAsync([.. Enumerable.Repeat(RunStage.Wait, 2 * CandleStore.BarsMax + 30)]);
        await stage.UntilNetAsync(0.1m);
        reads.ShouldBeLessThan(1, "a read has failed");
    }

    [Fact]
    public async Task A_stop_that_was_hit_in_the_bar_of_a_kill_is_not_traded_back()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging, RunOrderKindTests.Brackets);
        await stage.CommandAsync(RunOrderKindTests.EnterTenAbove);
        await stage.QuietAsync();
        await stage.TickAsync(11);
        await stage.UntilNetAsync(0.1m);

        // The process that comes up sees of this minute only what comes after.
        await stage.TickAsync(-8);
        await stage.RestartAsync();
        await stage.QuoteAgainAsync();
        await stage.Run.StepAsync();
        RunStage.Net(await stage.QuietAsync()).ShouldBe(0.1m);
        await stage.OpenBarAsync();
        RunStage.Net(await stage.QuietAsync()).ShouldBe(0.1m, "nor when the bar has closed");
        await stage.OpenBarAsync();
        await stage.RestartAsync();
        await stage.QuoteAgainAsync();
        RunStage.Net(await stage.QuietAsync()).ShouldBe(0.1m, "nor after the next kill");
        (await stage.BookAsync()).Orders.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_stopped_out_in_the_bar_of_a_kill_is_not_bought_back()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperNetting, RunOrderKindTests.Brackets);
        await stage.CommandAsync(RunOrderKindTests.BreakOut);
        await stage.QuietAsync();
        await stage.TickAsync(11);
        await stage.UntilNetAsync(0.1m);
        await stage.TickAsync(-17);
        await stage.UntilNetAsync(0);
        await stage.TickAsync(7);
        await stage.RestartAsync();
        await stage.QuoteAgainAsync();
        await stage.Run.StepAsync();
        (await stage.QuietAsync()).Positions.ShouldBeEmpty();
        await stage.OpenBarAsync();
        (await stage.QuietAsync()).Positions.ShouldBeEmpty();
        await stage.CommandAsync(RunOrderKindTests.SellTwo);
        await stage.UntilNetAsync(-0.2m);
    }

    [Theory]
    [InlineData(Venue.PaperNetting)]
    [InlineData(Venue.TerminalHedging)]
    public async Task A_reversal_that_was_killed_half_way_is_finished(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue);
        await stage.CommandAsync(RunStage.Buy);
        await stage.UntilNetAsync(0.1m);
        await stage.CommandAsync(RunStage.SellTwo);
        await stage.UntilNetAsync(-0.2m);

        // The close was noted, and nothing of what was to follow.
        var position = (await stage.Account.GetStateAsync()).Positions.Values.Single();
        (await stage.Account.ClosePositionAsync(TradingHost.Close(position.Id))).Accepted.ShouldBeTrue();
        await stage.RestartAsync(book => book with { Orders = 102, Held = [] });
        await stage.QuoteAgainAsync();
        await stage.UntilNetAsync(-0.2m);
        (await stage.BookAsync()).Orders.ShouldBe(103);
    }

    [Fact]
    public async Task Stopped_and_killed_before_it_was_flat_it_closes_what_is_left_and_ends()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging);
        await stage.CommandAsync(RunStage.BuyTwo);
        await stage.UntilNetAsync(0.2m);
        await stage.RestartAsync(book => book with { Stopping = true });
        await TradingHost.UntilAsync(async () =>
        {
            await stage.Run.StepAsync();
            return await stage.StoredAsync();
        }, run => run.Status == "stopped", "the end");
        (await stage.Account.GetStateAsync()).Positions.ShouldBeEmpty();
    }

    [Fact]
    public async Task Stopped_without_closing_it_knows_of_the_order_that_was_under_way()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging);
        await stage.CommandAsync(RunStage.BuyTwo);
        var before = await stage.BookAsync();
        await stage.UntilNetAsync(0.2m);
        await stage.RestartAsync(book => before.Sending(new RunOrder(1, Side.Buy, 0.2m, null, stage.Bar, 0.2m), book.Cursor));
        (await stage.Run.StopAsync(closeHeld: false)).ShouldBeTrue();
        (await stage.StoredAsync()).Status.ShouldBe("stopped");
        (await stage.BookAsync()).Net.ShouldBe(0.2m);
        RunStage.Net(await stage.Account.GetStateAsync()).ShouldBe(0.2m);
    }

    [Fact]
    public async Task A_script_that_fails_after_a_kill_does_not_hide_the_order_that_was_under_way()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging);
        await stage.CommandAsync(RunStage.BuyTwo);
        var before = await stage.BookAsync();
        await stage.UntilNetAsync(0.2m);

        // What the process that comes up finds at once: the bar in which the script fails, and the next one.
        var (price, failed) = (stage.Price, stage.Price + RunStage.Fail * 0.0001m);
        await new CandleStore(stage.Host.Database).SaveAsync("EURUSD",
            [(Timeframe.M1, new Bar(stage.Bar, price, failed, price, failed, 2, 10)), (Timeframe.M1, new Bar(stage.Bar.AddMinutes(1), failed, failed, failed, failed, 1, 10))]);
        await stage.RestartAsync(book => before.Sending(new RunOrder(1, Side.Buy, 0.2m, null, stage.Bar, 0.2m), book.Cursor));
        await TradingHost.UntilAsync(async () =>
        {
            await stage.Run.StepAsync();
            return await stage.StoredAsync();
        }, run => run.Status == "failed", "the end");
        (await stage.BookAsync()).Net.ShouldBe(0.2m, "it is its user's to close");
    }

    [Fact]
    public async Task A_run_that_cannot_be_read_ends_and_keeps_none_of_the_others_asleep()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging);
        await stage.CommandAsync(RunStage.Wait);
        await stage.QuietAsync();
        var broken = (await stage.StoredAsync()) with { Id = TradingHost.NewId(), Settings = """{"startedAt": "never"}""", CreatedAt = DateTimeOffset.UnixEpoch };
        (await new StrategyRunStore(stage.Host.Database).CreateAsync(broken)).ShouldBeTrue();
        await stage.RestartAfterAsync(RunStage.Buy);

        // Nobody calls it but the waker, and then its own timer.
        await TradingHost.UntilAsync(stage.Account.GetStateAsync, account => RunStage.Net(account) == 0.1m, "the other run's order");
        var ended = (await new StrategyRunStore(stage.Host.Database).GetAsync(broken.Id))!;
        (ended.Status, ended.Error).ShouldBe(("failed", "What is stored of the run cannot be read."));
    }

    [Fact]
    public async Task Of_two_that_think_the_run_is_theirs_one_finds_out_before_it_sends()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging);
        await stage.CommandAsync(RunStage.Wait);
        await stage.QuietAsync();

        // As another activation would: it has sent its seventh order and holds something.
        var mine = await stage.StoredAsync();
        var theirs = (await stage.BookAsync()) with { Orders = 7, Held = [new RunHolding(TradingHost.NewId(), Side.Buy, 0.1m)] };
        (await new StrategyRunStore(stage.Host.Database).SaveStateAsync(stage.Id, mine.State, JsonSerializer.Serialize(theirs, DomainJson.Options), DateTimeOffset.UtcNow)).ShouldBeTrue();
        await stage.CommandAsync(RunStage.BuyTwo);
        await stage.UntilNetAsync(0.1m);
        (await stage.BookAsync()).Orders.ShouldBe(8);
    }

    /// <summary>A database that is away for one of a run's pages.</summary>
    private sealed class FailingCandles(ICandleStore candles, Func<bool> fails) : ICandleStore
    {
        public Task SaveAsync(string symbol, IReadOnlyList<(Timeframe Timeframe, Bar Bar)> bars, CancellationToken cancellation = default) => candles.SaveAsync(symbol, bars, cancellation);

        public Task<IReadOnlyList<Bar>> ReadAsync(string symbol, Timeframe timeframe, DateTimeOffset? from, DateTimeOffset? to, int limit, CancellationToken cancellation = default, bool newest = false) =>
            from is not null && !newest && limit == CandleStore.BarsMax && fails()
                ? throw new StoreUnavailableException("The database is away.", outcomeUnknown: false)
                : candles.ReadAsync(symbol, timeframe, from, to, limit, cancellation, newest);

        public Task<IReadOnlyDictionary<Timeframe, IReadOnlyList<Bar>>> NewestAsync(string symbol, int limit, CancellationToken cancellation = default) => candles.NewestAsync(symbol, limit, cancellation);
    }

    /// <summary>As if the process had died after the order was done, and before its outcome was noted.</summary>
    private static async Task RestartAsync(RunStage stage, RunBook before, RunOrder order)
    {
        (await stage.Account.GetStateAsync()).RecentOrders.Values.ShouldContain(o => o.OrderId == order.IdFor(stage.Id), "this is the order that was sent");
        await stage.RestartAsync(book => (before with { Seen = book.Seen }).Sending(order, book.Cursor));
        await stage.QuoteAgainAsync();
    }
}
