using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5;
using ActorTrading.Mt5.Simulation;
using ActorTrading.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace ActorTrading.Grains.Tests.Strategies;

/// <summary>Brokers that refuse, terminals that go away, scripts that fail.</summary>
[Collection(nameof(Server))]
public sealed class RunFaultTests(Server server)
{
    [Theory]
    [InlineData(Venue.TerminalHedging)]
    [InlineData(Venue.TerminalNetting)]
    public async Task An_order_that_is_filled_in_part_is_followed_by_one_for_the_rest(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue, terminal: o => o with { PartialFillRate = 1 });
        await stage.CommandAsync(RunStage.BuyTwo);
        await stage.UntilNetAsync(0.2m);
        (await stage.Terminal!.GetAuditAsync()).Count.ShouldBeGreaterThan(1);
        await stage.CommandAsync(RunStage.SellTwo);
        await stage.UntilNetAsync(-0.2m);
        await AuditAsync(stage);
    }

    [Theory]
    [InlineData(Venue.TerminalHedging)]
    [InlineData(Venue.TerminalNetting)]
    public async Task A_requoted_entry_is_tried_again_while_its_bar_forms_and_an_exit_until_it_is_done(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue, terminal: o => o with { RequoteRate = 0.75, Seed = 3 });
        for (var round = 0; round < 3; round++)
        {
            await stage.CommandAsync(RunStage.Buy);
            await UntilRestedAsync(stage, account => RunStage.Net(account) == 0.1m, tries: RunRetry.TriesMax);
            var held = RunStage.Net(await stage.Account.GetStateAsync());
            await stage.CommandAsync(RunStage.Wait);
            RunStage.Net(await stage.QuietAsync()).ShouldBe(held, "what its bar has missed is missed");
            await stage.CommandAsync(RunStage.CloseAll);
            await UntilRestedAsync(stage, account => RunStage.Net(account) == 0, tries: 30);
            (await stage.BookAsync()).Net.ShouldBe(0);
        }

        await AuditAsync(stage);
    }

    [Fact]
    public async Task An_entry_that_the_broker_rejects_is_missed_and_the_next_one_has_its_own_size()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging);
        await stage.CommandAsync(RunStage.BuyTooMuch);
        await stage.UntilAsync((_, book) => book is { Missed: 40m, Pending: null }, "the refusal");
        await stage.RestAsync();
        (await stage.QuietAsync()).Positions.ShouldBeEmpty();
        await stage.CommandAsync(RunStage.Buy);
        await stage.UntilNetAsync(0.1m);
        await stage.CommandAsync(RunStage.SellTwo);
        await stage.UntilNetAsync(-0.2m);
        (await stage.BookAsync()).Missed.ShouldBe(0);
    }

    [Fact]
    public async Task A_quantity_beyond_all_reason_is_refused_and_the_run_goes_on()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperNetting);
        await stage.CommandAsync(RunStage.BuyHuge);
        await stage.UntilAsync((_, book) => book is { Orders: 1, Pending: null }, "the refusal");
        await stage.CommandAsync(RunStage.CloseAll);
        await stage.QuietAsync();
        await stage.CommandAsync(RunStage.Buy);
        await stage.UntilNetAsync(0.1m);
        (await stage.StoredAsync()).Status.ShouldBe("running");
    }

    [Fact]
    public void More_than_one_order_may_hold_is_sent_in_several()
    {
        var book = RunBook.Empty;
        var run = TradingHost.NewId();
        var bar = DateTimeOffset.UnixEpoch;
        var volumes = new List<decimal>();
        while (book.Next(120m, bar, 50m) is { } order)
        {
            volumes.Add(order.Volume);
            book = book.Sending(order, bar).Filled(order.Volume, order.IdFor(run));
        }

        volumes.ShouldBe([50m, 50m, 20m]);
        book.Net.ShouldBe(120m);
    }

    [Theory]
    [InlineData(Venue.TerminalHedging)]
    [InlineData(Venue.TerminalNetting)]
    public async Task What_was_sent_while_the_terminal_went_away_is_done_once(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue);
        await stage.CommandAsync(RunStage.BuyTwo);
        await stage.UntilNetAsync(0.2m);
        await stage.Terminal!.Disconnect();
        await stage.CommandAsync(RunStage.SellTwo);
        await stage.UntilNetAsync(-0.2m);
        await stage.CommandAsync(RunStage.CloseAll);
        await stage.Terminal.Disconnect();
        await stage.UntilNetAsync(0);
        await AuditAsync(stage);
    }

    [Fact]
    public async Task While_an_outcome_is_not_known_its_script_is_not_calculated()
    {
        var late = DateTimeOffset.UtcNow.AddHours(1);
        await using var stage = await RunStage.StartAsync(server, Venue.TerminalHedging, $"""
            {RunStage.Commanded}
            if timenow > {late.ToUnixTimeMilliseconds()}
                runtime.error("calculated")
            """);
        await stage.CommandAsync(RunStage.Buy);
        await stage.UntilNetAsync(0.1m);
        await stage.TickAsync(RunStage.CloseAll);
        await stage.Terminal!.DisposeAsync();
        await QuoteAsync(stage.Bar.AddMinutes(1));
        await stage.UntilAsync((_, book) => book.Pending is not null, "the order to close");
        await stage.Run.StepAsync();
        stage.Leap(TimeSpan.FromHours(2));
        foreach (var minute in new[] { 1.5, 2, 3 })
        {
            await QuoteAsync(stage.Bar.AddMinutes(minute));
            await stage.Run.StepAsync();
        }

        (await stage.StoredAsync()).Error.ShouldBeNull();
        (await stage.BookAsync()).Pending.ShouldNotBeNull();

        Task QuoteAsync(DateTimeOffset at) => stage.Host.QuoteAsync("EURUSD", stage.Price, stage.Price + 0.0001m, at);
    }

    [Theory]
    [InlineData(Venue.TerminalHedging)]
    [InlineData(Venue.TerminalNetting)]
    public async Task A_connection_that_breaks_in_the_middle_of_orders_doubles_none(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue, terminal: o => o with { DisconnectRate = 0.5, Seed = 5 });
        await stage.CommandAsync(RunStage.BuyTwo);
        await stage.UntilNetAsync(0.2m);
        await stage.CommandAsync(RunStage.SellTwo);
        await stage.UntilNetAsync(-0.2m);
        await stage.CommandAsync(RunStage.CloseAll);
        await stage.UntilNetAsync(0);
        await AuditAsync(stage);
    }

    [Fact]
    public async Task An_entry_that_the_terminal_could_be_asked_for_too_late_is_refused_and_tried_again_while_its_bar_forms()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.TerminalNetting, terminal: o => o with { Defects = o.Defects | TerminalDefects.SlowPorts, PortRecovery = TimeSpan.FromSeconds(3) });
        await stage.CommandAsync(RunStage.Wait);
        await stage.QuietAsync();
        await stage.Terminal!.Disconnect();
        await stage.CommandAsync(RunStage.BuyTwo);
        await TradingHost.UntilAsync(stage.Account.GetStateAsync, account => !account.Orders.IsEmpty, "the order being written down");
        for (var i = 0; i < 4; i++)
        {
            await stage.RestAsync();
        }

        await stage.UntilAsync((_, book) => book is { Orders: 1, Pending: null, Retry.Tries: 1 }, "the refusal");
        await stage.RestAsync();
        await stage.UntilNetAsync(0.2m);
        (await stage.BookAsync()).Orders.ShouldBe(2);
        await AuditAsync(stage);
    }

    [Fact]
    public async Task An_entry_that_finds_too_many_orders_waiting_is_tried_again_while_its_bar_forms()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.TerminalHedging,
            services: services => services.AddSingleton(TerminalSettings.Default with { Limits = new TerminalLimits { OpeningsWaitingMax = 1 } }));
        await stage.CommandAsync(RunStage.Wait);
        await stage.QuietAsync();

        // Its user's order waits for a terminal that says "not now" some times.
        await stage.Terminal!.RefuseNext(Retcode.Locked, 3);
        var waits = stage.Account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m) with { Type = OrderType.Limit, Price = 1.00000m, FillPolicy = FillPolicy.Return });
        await TradingHost.UntilAsync(stage.Account.GetStateAsync, account => account.Orders.Count == 1, "the order that waits");
        await stage.CommandAsync(RunStage.Buy);
        await stage.UntilAsync((_, book) => book is { Pending: null, Retry.Tries: 1 }, "the refusal");
        await TradingHost.UntilAsync(stage.Account.GetStateAsync, account => account.Orders.Values.Single().Status == OrderStatus.Placed, "the order that waited");
        await stage.RestAsync();
        await stage.UntilNetAsync(0.1m);
        _ = waits;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_database_that_goes_away_in_the_middle_of_orders_doubles_none(bool written)
    {
        FailingRuns store = null!;
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging, services: services => services.AddSingleton<IStrategyRunStore>(p => store = new FailingRuns(new StrategyRunStore(p.GetRequiredService<PostgresDatabase>()), written)));
        await stage.CommandAsync(RunStage.BuyTwo);
        await stage.UntilNetAsync(0.2m);
        await stage.CommandAsync(RunStage.SellTwo);
        await stage.UntilNetAsync(-0.2m);
        await stage.CommandAsync(RunStage.CloseAll);
        await stage.UntilNetAsync(0);
        store.Failures.ShouldBeGreaterThan(5);
        (await stage.Account.GetStateAsync()).RecentOrders.Count.ShouldBe(4, "in, out and in the other way, out");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_that_was_stored_by_a_start_that_failed_goes_on_and_can_be_stopped(bool stopped)
    {
        FailingRuns store = null!;
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging, services: services => services.AddSingleton<IStrategyRunStore>(p => store = new FailingRuns(new StrategyRunStore(p.GetRequiredService<PostgresDatabase>()), written: true)));
        store.LosesStarts = true;
        var id = TradingHost.NewId();
        var other = stage.Host.Grains.GetGrain<IStrategyRunGrain>(id);
        await Should.ThrowAsync<StoreUnavailableException>(() => other.StartAsync(stage.Request(stage.Strategy)));
        if (stopped)
        {
            (await other.StopAsync(closeHeld: false)).ShouldBeTrue();
            (await store.GetAsync(id)).ShouldNotBeNull().Status.ShouldBe("stopped");
            return;
        }

        await other.WakeAsync();
        await stage.CommandAsync(RunStage.Buy);
        await stage.UntilNetAsync(0.2m);
    }

    [Fact]
    public async Task What_was_closed_at_the_terminal_itself_is_not_opened_again()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.TerminalHedging);
        await stage.CommandAsync(RunStage.BuyTwo);
        await stage.UntilNetAsync(0.2m);
        await stage.Terminal!.TradeByHand(new TradeRequest { Action = TradeAction.PositionCloseSymbol, ClientOrderId = "hand", Symbol = "EURUSD" });
        await stage.UntilAsync((account, _) => account.Positions.IsEmpty, "the close by hand");
        await stage.CommandAsync(RunStage.CloseOneOfTwo);
        (await stage.QuietAsync()).Positions.ShouldBeEmpty();
        await stage.CommandAsync(RunStage.Buy);
        await stage.UntilNetAsync(0.1m);
    }

    [Fact]
    public async Task A_run_that_is_stopped_while_it_cannot_close_opens_nothing_more_and_ends_when_it_has_closed()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.TerminalHedging, terminal: o => o with { RequoteRate = 0.9, Seed = 2 });
        for (var i = 0; i < 20 && RunStage.Net(await stage.Account.GetStateAsync()) == 0; i++)
        {
            await stage.CommandAsync(i % 2 == 0 ? RunStage.Buy : RunStage.CloseAll);
            await UntilRestedAsync(stage, account => RunStage.Net(account) == 0.1m, RunRetry.TriesMax);
        }

        RunStage.Net(await stage.Account.GetStateAsync()).ShouldBe(0.1m);
        (await stage.Run.StopAsync(closeHeld: true)).ShouldBeFalse();
        (await stage.BookAsync()).Stopping.ShouldBeTrue();
        await stage.CommandAsync(RunStage.BuyTwo);
        for (var i = 0; i < 100 && (await stage.StoredAsync()).Status == "running"; i++)
        {
            await stage.RestAsync();
            await stage.Run.StepAsync();
            RunStage.Net(await stage.Account.GetStateAsync()).ShouldBeLessThanOrEqualTo(0.1m);
        }

        (await stage.StoredAsync()).Status.ShouldBe("stopped");
        (await stage.Account.GetStateAsync()).Positions.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_script_that_fails_ends_its_run_with_the_reason_and_leaves_the_position()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging);
        await stage.CommandAsync(RunStage.Buy);
        await stage.UntilNetAsync(0.1m);
        await stage.CommandAsync(RunStage.Fail);
        var run = await EndedAsync(stage);
        run.Status.ShouldBe("failed");
        run.Error.ShouldNotBeNull().ShouldContain("enough (line");
        run.StoppedAt.ShouldNotBeNull();
        RunStage.Net(await stage.Account.GetStateAsync()).ShouldBe(0.1m, "what it held stays");
        (await stage.BookAsync()).Net.ShouldBe(0.1m);
        (await stage.Run.StopAsync(closeHeld: false)).ShouldBeTrue();
        (await stage.StoredAsync()).Status.ShouldBe("failed");
    }

    [Theory]
    [InlineData("while true\n        command += 1", "too long")]
    [InlineData("for i = 0 to 100000000\n        array.push(numbers, i)", "array")]
    public async Task A_script_that_hits_its_limits_ends_its_run_with_the_reason(string greed, string reason)
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging, $"""
            //@version=6
            strategy("Greedy", margin_long=0)
            int command = int(math.round((close - open) / 0.0001))
            array<int> numbers = array.new<int>()
            if command == 5
                {greed}
            """);
        await stage.CommandAsync(RunStage.Fail);
        var run = await EndedAsync(stage);
        run.Status.ShouldBe("failed");
        run.Error.ShouldNotBeNull().ShouldContain(reason, Case.Insensitive);
    }

    [Fact]
    public async Task A_run_ends_when_its_account_is_closed()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging);
        (await stage.Account.CloseAsync()).Accepted.ShouldBeTrue();
        await stage.CommandAsync(RunStage.Buy);
        var run = await EndedAsync(stage);
        (run.Status, run.Error).ShouldBe(("failed", "The account is closed."));
    }

    [Fact]
    public async Task An_input_that_the_script_does_not_have_ends_the_run_with_the_reason()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging);
        var id = TradingHost.NewId();
        await stage.Host.Grains.GetGrain<IStrategyRunGrain>(id).StartAsync(stage.Request(stage.Strategy) with { InputsJson = """{"nothing like it": 3}""" });
        await stage.CommandAsync(RunStage.Wait);
        var store = new StrategyRunStore(stage.Host.Database);
        var run = await TradingHost.UntilAsync(async () =>
        {
            await stage.Host.Grains.GetGrain<IStrategyRunGrain>(id).StepAsync();
            return (await store.GetAsync(id))!;
        }, r => r.Status != "running", "the end");
        run.Error.ShouldNotBeNull().ShouldContain("nothing like it");
    }

    /// <summary>A database that is lost every other time that a run's state is to be saved, before or after it was written.</summary>
    private sealed class FailingRuns(IStrategyRunStore runs, bool written) : IStrategyRunStore
    {
        private int _saves;

        public int Failures { get; private set; }

        /// <summary>What starts is written, and the connection breaks before the answer.</summary>
        public bool LosesStarts { get; set; }

        public async Task<bool> CreateAsync(StoredStrategyRun run, bool aloneOnSymbol = false, CancellationToken cancellation = default)
        {
            var created = await runs.CreateAsync(run, aloneOnSymbol, cancellation);
            return LosesStarts ? throw new StoreUnavailableException("The database is away.", outcomeUnknown: true) : created;
        }

        public Task<Page<StoredStrategyRun>> ListAsync(Guid userId, Guid strategyId, PageRequest page, CancellationToken cancellation = default) => runs.ListAsync(userId, strategyId, page, cancellation);

        public Task<StoredStrategyRun?> GetAsync(Guid id, CancellationToken cancellation = default) => runs.GetAsync(id, cancellation);

        public Task<IReadOnlyList<StoredStrategyRun>> RunningAsync(CancellationToken cancellation = default) => runs.RunningAsync(cancellation);

        public Task<Guid?> FindRunningAsync(Guid userId, Guid strategyId, CancellationToken cancellation = default) => runs.FindRunningAsync(userId, strategyId, cancellation);

        public Task<IReadOnlyList<Guid>> RunningInAsync(Guid accountId, CancellationToken cancellation = default) => runs.RunningInAsync(accountId, cancellation);

        public Task<int> CountOthersAsync(Guid userId, Guid id, CancellationToken cancellation = default) => runs.CountOthersAsync(userId, id, cancellation);

        public async Task<bool> SaveStateAsync(Guid id, string knownJson, string stateJson, DateTimeOffset at, CancellationToken cancellation = default)
        {
            var fails = _saves++ % 2 == 0;
            var saved = (!fails || written) && await runs.SaveStateAsync(id, knownJson, stateJson, at, cancellation);
            if (fails)
            {
                Failures++;
                throw new StoreUnavailableException("The database is away.", outcomeUnknown: true);
            }

            return saved;
        }

        public Task<bool> StopAsync(Guid id, string status, string? error, DateTimeOffset at, CancellationToken cancellation = default) => runs.StopAsync(id, status, error, at, cancellation);
    }

    private static Task<StoredStrategyRun> EndedAsync(RunStage stage) => TradingHost.UntilAsync(async () =>
    {
        await stage.Run.StepAsync();
        return await stage.StoredAsync();
    }, run => run.Status != "running", "the end");

    /// <summary>Lets it try, and rest, and try again.</summary>
    private static async Task UntilRestedAsync(RunStage stage, Func<AccountState, bool> holds, int tries)
    {
        for (var i = 0; i < tries; i++)
        {
            if (holds(await stage.QuietAsync(allowTrades: true)))
            {
                return;
            }

            await stage.RestAsync();
        }

        tries.ShouldBeLessThanOrEqualTo(RunRetry.TriesMax, "it was never done");
    }

    /// <summary>The terminal has what the ledger has, and no order was done twice.</summary>
    private static async Task AuditAsync(RunStage stage)
    {
        RunStage.Net(await stage.Terminal!.GetAccountAsync()).ShouldBe(RunStage.Net(await stage.Account.GetStateAsync()));
        var audit = (await stage.Terminal.GetAuditAsync()).Where(a => a.ClientOrderId.Length > 0).ToList();
        audit.Select(a => a.ClientOrderId).ShouldBeUnique();
        audit.Where(a => a.Deals.Count > 0).Select(a => ClientOrderIds.OfAttempt(a.ClientOrderId)).ShouldBeUnique();
    }
}
