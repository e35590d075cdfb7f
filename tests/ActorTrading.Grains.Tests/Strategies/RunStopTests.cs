using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Pine.Strategy;

namespace ActorTrading.Grains.Tests.Strategies;

/// <summary>The script's stops stand at the broker too, and what its user has set there stays.</summary>
[Collection(nameof(Server))]
public sealed class RunStopTests(Server server)
{
    /// <summary>Commands in pips, as <see cref="RunStage.Commanded"/>; the stop is ten pips from the close of the bar that sets it.</summary>
    public const string Stopped = """
        //@version=6
        strategy("Stopped", pyramiding=5, margin_long=0, margin_short=0, initial_capital=1000000, close_entries_rule="ANY")
        enter(string id, simple string side, float qty, float stop) =>
            strategy.entry(id, side, qty=qty)
            strategy.exit("X" + id, id, stop=stop)
        int command = int(math.round((close - open) / 0.0001))
        switch command
            1 => enter("L", strategy.long, 10000, close - 0.0010)
            2 => enter("L2", strategy.long, 20000, close - 0.0020)
            -2 => enter("S", strategy.short, 20000, close + 0.0010)
            3 => strategy.exit("XL", "L", stop=close - 0.0010)
            -3 => strategy.exit("XL", "L", stop=close - 0.0030)
            4 => strategy.cancel("XL")
            -1 => strategy.close_all()
        """;

    private const int Buy = 1;
    private const int BuyTwo = 2;
    private const int SellTwo = -2;
    private const int MoveStop = 3;
    private const int MoveStopAway = -3;
    private const int TakeStopAway = 4;
    private const int CloseAll = -1;

    [Theory]
    [InlineData(Venue.PaperHedging)]
    [InlineData(Venue.PaperNetting)]
    [InlineData(Venue.TerminalHedging)]
    [InlineData(Venue.TerminalNetting)]
    public async Task A_stop_stands_at_the_broker_and_moves_and_goes_with_the_scripts(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue, Stopped);
        var entered = await BoughtAsync(stage);
        await stage.CommandAsync(MoveStop);
        await UntilStopsAsync(stage, entered + 0.0003m - 0.0010m);
        await stage.CommandAsync(MoveStopAway);
        await UntilStopsAsync(stage, entered - 0.0030m);
        await stage.CommandAsync(TakeStopAway);
        await UntilStopsAsync(stage, null);
        RunStage.Net(await stage.QuietAsync()).ShouldBe(0.1m);
        (await stage.StoredAsync()).Status.ShouldBe("running");
    }

    [Theory]
    [InlineData(Venue.TerminalHedging)]
    [InlineData(Venue.TerminalNetting)]
    public async Task It_closes_while_nobody_watches_and_is_not_bought_back(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue, Stopped);
        await BoughtAsync(stage);

        // The price returns before the run is back: only the broker has seen it.
        await stage.RestartAsync(meanwhile: async () =>
        {
            await stage.PushToTerminalAsync(-12);
            await stage.PushToTerminalAsync(0);
        });
        (await stage.Terminal!.GetAccountAsync()).Positions.ShouldBeEmpty();
        await TradingHost.UntilAsync(stage.Account.GetStateAsync, account => account.Positions.IsEmpty, "what the broker has done");
        await stage.QuoteAgainAsync();
        (await stage.QuietAsync()).Positions.ShouldBeEmpty();
        await stage.CommandAsync(RunStage.Wait);
        (await stage.QuietAsync()).Positions.ShouldBeEmpty();

        // The script's next trade is its own.
        await stage.CommandAsync(CloseAll);
        await stage.UntilAsync((_, book) => book is { Net: 0, Missed: 0 }, "the script letting go");
        await stage.CommandAsync(Buy);
        await stage.UntilNetAsync(0.1m);
        (await stage.Host.Ledger.ReadAsync(stage.AccountId, 0)).Select(e => e.Event).OfType<DealExecuted>().Count(e => e.Deal.Reason == DealReason.StopLoss).ShouldBe(1);
    }

    [Theory]
    [InlineData(Venue.PaperHedging)]
    [InlineData(Venue.TerminalNetting)]
    public async Task What_the_broker_stopped_out_within_a_bar_is_not_bought_back_after_a_restart_in_that_bar(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue, Stopped);
        await BoughtAsync(stage);
        await stage.OpenBarAsync();
        await stage.QuietAsync();
        await stage.TickAsync(-12);
        await stage.UntilAsync((account, book) => account.Positions.IsEmpty && book is { Net: 0, Pending: null }, "the stop");
        await stage.TickAsync(12);
        await stage.QuietAsync();
        await stage.RestartAsync();
        await stage.QuoteAgainAsync();
        await stage.UntilAsync((_, book) => book.Pending is null, "a look");
        (await stage.QuietAsync()).Positions.ShouldBeEmpty();
        await stage.OpenBarAsync();
        (await stage.QuietAsync()).Positions.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Venue.PaperHedging)]
    [InlineData(Venue.TerminalHedging)]
    [InlineData(Venue.PaperNetting)]
    public async Task A_stop_loss_that_its_user_has_set_stays_and_so_does_the_take_profit(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue, Stopped);
        await stage.CommandAsync(Buy);
        var entered = stage.Price;
        var position = (await UntilStopsAsync(stage, entered - 0.0010m)).Positions.Values.Single();
        (await stage.Account.ModifyPositionAsync(new ModifyPosition(position.Id, position.StopLoss, 1.2m, null))).Accepted.ShouldBeTrue();
        await stage.CommandAsync(MoveStop);
        (await UntilStopsAsync(stage, entered - 0.0007m)).Positions.Values.Single().TakeProfit.ShouldBe(1.2m);
        (await stage.Account.ModifyPositionAsync(new ModifyPosition(position.Id, 1.05m, 1.2m, null))).Accepted.ShouldBeTrue();
        await stage.CommandAsync(MoveStopAway);
        await stage.QuietAsync();
        await stage.RestAsync();
        (await stage.QuietAsync()).Positions.Values.Single().StopLoss.ShouldBe(1.05m);
        await stage.RestartAsync();
        await stage.QuoteAgainAsync();
        (await stage.QuietAsync()).Positions.Values.Single().StopLoss.ShouldBe(1.05m);
    }

    [Theory]
    [InlineData(Venue.TerminalHedging)]
    [InlineData(Venue.TerminalNetting)]
    public async Task A_stop_is_moved_when_a_terminal_that_went_away_is_back(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue, Stopped);
        var entered = await BoughtAsync(stage);
        await stage.Terminal!.Disconnect();
        await stage.CommandAsync(MoveStopAway);
        await UntilStopsAsync(stage, entered - 0.0033m);
        await stage.Terminal.Disconnect();
        await stage.CommandAsync(MoveStop);
        await UntilStopsAsync(stage, entered - 0.0010m);
        (await stage.BookAsync()).Stops.ShouldHaveSingleItem().Before.ShouldBe(entered - 0.0010m);
    }

    [Theory]
    [InlineData(Venue.PaperHedging)]
    [InlineData(Venue.TerminalNetting)]
    public async Task A_stop_loss_that_its_user_has_taken_away_stays_away(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue, Stopped);
        await stage.CommandAsync(Buy);
        var position = (await UntilStopsAsync(stage, stage.Price - 0.0010m)).Positions.Values.Single();
        (await stage.Account.ModifyPositionAsync(new ModifyPosition(position.Id, null, null, null))).Accepted.ShouldBeTrue();
        await stage.CommandAsync(MoveStop);
        await stage.QuietAsync();
        await stage.RestAsync();
        (await stage.QuietAsync()).Positions.Values.Single().StopLoss.ShouldBeNull();
        await stage.RestartAsync();
        await stage.QuoteAgainAsync();
        (await stage.QuietAsync()).Positions.Values.Single().StopLoss.ShouldBeNull();
    }

    [Fact]
    public async Task After_a_restart_the_run_knows_the_stop_loss_for_its_own()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.TerminalHedging, Stopped);
        var entered = await BoughtAsync(stage);

        // As if it had ended between writing down what it was about to set and setting it.
        await stage.RestartAsync(book => book with { Stops = [.. book.Stops.Select(s => s with { StopLoss = 1.05m, Before = s.StopLoss })] });
        await stage.QuoteAgainAsync();
        await stage.QuietAsync();
        await stage.CommandAsync(MoveStopAway);
        await UntilStopsAsync(stage, entered - 0.0033m);
    }

    [Fact]
    public async Task A_stop_too_near_for_the_broker_is_set_when_the_price_has_gone_away()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging, Stopped,
            services: s => s.AddActorTradingMarket([InstrumentCatalog.Get("EURUSD") with { StopsLevelPoints = 150, Schedule = TradingSchedule.Always }]));
        await stage.CommandAsync(Buy);
        var entered = stage.Price;
        await stage.UntilNetAsync(0.1m);
        (await stage.QuietAsync()).Positions.Values.Single().StopLoss.ShouldBeNull();
        await stage.TickAsync(8);
        await stage.RestAsync();
        await UntilStopsAsync(stage, entered - 0.0010m);
    }

    [Fact]
    public async Task A_short_is_stopped_by_the_ask_so_the_spread_is_added()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging, Stopped);
        await stage.CommandAsync(SellTwo);
        var entered = stage.Price;
        await UntilStopsAsync(stage, entered + 0.0010m + 0.0001m);
        await stage.TickAsync(9);
        RunStage.Net(await stage.QuietAsync()).ShouldBe(-0.2m);
        await stage.TickAsync(2);
        await stage.UntilNetAsync(0);
    }

    [Fact]
    public async Task Entries_with_stops_of_their_own_are_given_up_one_after_the_other()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging, Stopped);
        await stage.CommandAsync(Buy);
        var first = stage.Price;
        await stage.UntilNetAsync(0.1m);
        await stage.CommandAsync(BuyTwo);
        var second = stage.Price;
        var account = await stage.UntilAsync((account, _) => account.Positions.Count == 2 && account.Positions.Values.All(p => p.StopLoss is not null), "both protected");
        account.Positions.Values.Single(p => p.Volume == 0.1m).StopLoss.ShouldBe(first - 0.0010m);
        account.Positions.Values.Single(p => p.Volume == 0.2m).StopLoss.ShouldBe(second - 0.0020m);
    }

    [Theory]
    [InlineData(Venue.PaperNetting)]
    [InlineData(Venue.TerminalNetting)]
    public async Task A_netting_position_that_is_not_the_runs_alone_gets_none(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue, Stopped);
        (await stage.Account.PlaceAsync(TradingHost.Buy("EURUSD", 0.3m))).Accepted.ShouldBeTrue();
        await stage.CommandAsync(Buy);
        await stage.UntilNetAsync(0.4m);
        (await stage.QuietAsync()).Positions.Values.Single().StopLoss.ShouldBeNull();
    }

    [Fact]
    public void Each_holding_has_the_level_at_which_the_script_has_given_up_as_much()
    {
        var book = RunBook.Empty with { Held = [Holding(1, 0.1m), Holding(2, 0.3m), Holding(3, 0.2m)] };
        IReadOnlyList<StopLevel> stops = [new(1.10, 50_000), new(1.09, 20_000), new(1.0850000000000002, 15_000)];
        RunStops.Of(book, stops, Instrument, netting: false).ShouldBe([(Holding(1, 0).PositionId, 1.10m), (Holding(2, 0).PositionId, 1.09m), (Holding(3, 0).PositionId, null)]);
        RunStops.Of(book, [new(1.0849999999999997, 0)], Instrument, netting: false).ShouldAllBe(s => s.Level == 1.085m);
        RunStops.Of(book, [new(1.084999, 0)], Instrument, netting: false).ShouldAllBe(s => s.Level == 1.08499m);
        RunStops.Of(book, stops, Instrument, netting: true).Single().Level.ShouldBeNull("a part would be left");
        RunStops.Of(book, [new(1.1, 500)], Instrument, netting: true).Single().Level.ShouldBe(1.1m, "less than a lot's least is nothing");
        RunStops.Of(book with { Beside = 0.1m }, [new(1.1, 0)], Instrument, netting: true).Single().Level.ShouldBeNull();
        RunStops.Of(book, [new(double.NaN, 0)], Instrument, netting: false).ShouldAllBe(s => s.Level == null);
        RunStops.Of(book, [new(1e300, 0)], Instrument, netting: false).ShouldAllBe(s => s.Level == null);
        RunStops.Of(RunBook.Empty, stops, Instrument, netting: false).ShouldBeEmpty();
    }

    [Fact]
    public void A_shorts_level_is_rounded_up()
    {
        var book = RunBook.Empty with { Held = [Holding(1, 0.1m) with { Side = Side.Sell }] };
        RunStops.Of(book, [new(1.100001, 0)], Instrument, netting: false).Single().Level.ShouldBe(1.10001m);
    }

    private static Instrument Instrument { get; } = new() { Symbol = "EURUSD", BaseCurrency = "EUR", QuoteCurrency = "USD" };

    private static RunHolding Holding(byte no, decimal volume) => new(new Guid(no, 0, 0, new byte[8]), Side.Buy, volume);

    /// <summary>A position with its stop ten pips below.</summary>
    /// <returns>The bid at which it was entered.</returns>
    private static async Task<decimal> BoughtAsync(RunStage stage)
    {
        await stage.CommandAsync(Buy);
        var entered = stage.Price;
        await UntilStopsAsync(stage, entered - 0.0010m);
        return entered;
    }

    private static async Task<AccountState> UntilStopsAsync(RunStage stage, decimal? stopLoss)
    {
        var account = await stage.UntilAsync((account, book) => !account.Positions.IsEmpty && book.Pending is null && account.Positions.Values.All(p => p.StopLoss == stopLoss),
            $"a stop loss of {stopLoss}");
        if (stage.Terminal is { } terminal)
        {
            (await terminal.GetAccountAsync()).Positions.Values.ShouldAllBe(p => p.StopLoss == stopLoss);
        }

        return account;
    }
}
