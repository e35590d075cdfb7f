using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;
using ActorTrading.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace ActorTrading.Grains.Tests.Strategies;

/// <summary>Runs that are stopped and are to be flat while nothing can be closed.</summary>
[Collection(nameof(Server))]
public sealed class RunClosedMarketTests(Server server)
{
    [Fact]
    public async Task Stopped_over_a_weekend_it_tries_its_close_now_and_then_and_as_soon_as_the_market_is_open()
    {
        List<Instrument> instruments = [.. InstrumentCatalog.All.Select(i => i with { Schedule = ClosedFrom(DateTimeOffset.UtcNow.AddHours(2), TimeSpan.FromHours(4)) })];
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging, services: services => services.AddActorTradingMarket(instruments).AddSingleton(new InstrumentSet(instruments)));
        await stage.CommandAsync(RunStage.Buy);
        await stage.UntilNetAsync(0.1m);
        stage.Leap(TimeSpan.FromHours(3));
        (await stage.Run.StopAsync(closeHeld: true)).ShouldBeFalse();
        (await stage.BookAsync()).Orders.ShouldBe(2);

        // Quotes come, as some feeds have them on weekends.
        for (var i = 0; i < 30; i++)
        {
            await stage.RestAsync();
            await stage.Run.StepAsync();
        }

        (await stage.BookAsync()).Orders.ShouldBe(2);
        stage.Leap(TimeSpan.FromMinutes(15));
        await stage.Run.StepAsync();
        (await stage.BookAsync()).Orders.ShouldBe(3, "the broker may keep other hours");
        stage.Leap(TimeSpan.FromHours(4));
        await UntilStoppedAsync(stage);
        (await stage.Account.GetStateAsync()).Positions.ShouldBeEmpty();
    }

    [Fact]
    public async Task Stopped_on_its_brokers_holiday_it_tries_its_close_again_with_the_first_quote()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.TerminalHedging);
        await stage.CommandAsync(RunStage.Buy);
        await stage.UntilNetAsync(0.1m);
        await stage.Terminal!.RefuseNext(Retcode.MarketClosed, 1);
        (await stage.Run.StopAsync(closeHeld: true)).ShouldBeFalse();
        await TradingHost.UntilAsync(async () =>
        {
            await stage.Run.StepAsync();
            return await stage.BookAsync();
        }, book => book.Pending is null, "the refusal");
        for (var i = 0; i < 30; i++)
        {
            stage.Leap(TimeSpan.FromSeconds(11));
            await stage.Run.StepAsync();
        }

        var book = await stage.BookAsync();
        (book.Orders, book.Net).ShouldBe((2, 0.1m));
        await UntilStoppedAsync(stage);
        (await stage.Account.GetStateAsync()).Positions.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_close_that_the_account_did_not_take_on_is_sent_again_as_the_same_order_however_old_the_last_bar_is()
    {
        FailingWriter writer = null!;
        await using var stage = await RunStage.StartAsync(server, Venue.PaperNetting,
            services: services => services.AddSingleton<ILedgerWriter>(p => writer = new FailingWriter(p.GetRequiredService<LedgerWriter>())));
        await stage.CommandAsync(RunStage.Buy);
        await stage.UntilNetAsync(0.1m);
        stage.Leap(TimeSpan.FromHours(1));
        writer.Fails = true;
        await Should.ThrowAsync<StoreUnavailableException>(() => stage.Run.StopAsync(closeHeld: true));
        await stage.Run.StepAsync();
        var book = await stage.BookAsync();
        (book.Orders, book.Pending?.No).ShouldBe((2, 2), "it may be on its way still: a second one would be a trade of its own");
        writer.Fails = false;
        await UntilStoppedAsync(stage);
        (await stage.BookAsync()).Orders.ShouldBe(2);
    }

    private static Task UntilStoppedAsync(RunStage stage) => TradingHost.UntilAsync(async () =>
    {
        await stage.RestAsync();
        await stage.Run.StepAsync();
        return await stage.StoredAsync();
    }, run => run.Status == "stopped", "the end");

    /// <summary>Open at all times of the week but one.</summary>
    private static TradingSchedule ClosedFrom(DateTimeOffset time, TimeSpan span)
    {
        var week = TimeSpan.FromDays(7);
        var close = TimeSpan.FromDays((int)time.DayOfWeek) + time.TimeOfDay;
        var open = close + span;
        return new TradingSchedule("UTC", open < week
            ? [new SessionSpan(TimeSpan.Zero, close), new SessionSpan(open, week)]
            : [new SessionSpan(open - week, close)]);
    }

    /// <summary>A database that takes no order on, for a while.</summary>
    private sealed class FailingWriter(ILedgerWriter writer) : ILedgerWriter
    {
        public bool Fails { get; set; }

        public Task<AppendResult> AppendAsync(LedgerAppend append, CancellationToken cancellation = default) =>
            Fails ? throw new StoreUnavailableException("The database is away.", outcomeUnknown: false) : writer.AppendAsync(append, cancellation);
    }
}
