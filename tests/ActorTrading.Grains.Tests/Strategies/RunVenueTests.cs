using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;

namespace ActorTrading.Grains.Tests.Strategies;

/// <summary>A run does the same in every kind of account, and keeps to what is its own.</summary>
[Collection(nameof(Server))]
public sealed class RunVenueTests(Server server)
{
    [Theory]
    [InlineData(Venue.PaperHedging)]
    [InlineData(Venue.PaperNetting)]
    [InlineData(Venue.TerminalHedging)]
    [InlineData(Venue.TerminalNetting)]
    public async Task It_enters_adds_closes_in_part_and_reverses(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue);
        await stage.CommandAsync(RunStage.Buy);
        await stage.UntilNetAsync(0.1m);
        await stage.CommandAsync(RunStage.BuyTwo);
        (await stage.UntilNetAsync(0.3m)).Positions.Count.ShouldBe(venue is Venue.PaperHedging or Venue.TerminalHedging ? 2 : 1);
        await stage.CommandAsync(RunStage.CloseOneOfTwo);
        await stage.UntilNetAsync(0.2m);
        await stage.CommandAsync(RunStage.SellTwo);
        (await stage.UntilNetAsync(-0.2m)).Positions.Count.ShouldBe(1);
        await AgreesAsync(stage);
        await stage.CommandAsync(RunStage.CloseAll);
        await stage.UntilNetAsync(0);
        await stage.CommandAsync(RunStage.Buy);
        await stage.UntilNetAsync(0.1m);

        (await stage.Run.StopAsync(closeHeld: true)).ShouldBeTrue();
        (await stage.Account.GetStateAsync()).Positions.ShouldBeEmpty();
        (await stage.StoredAsync()).Status.ShouldBe("stopped");
        (await stage.Run.StopAsync(closeHeld: true)).ShouldBeTrue("stopping again changes nothing");
        (await stage.Host.Ledger.ReadAsync(stage.AccountId, 0)).Select(e => e.Event).OfType<DealExecuted>().ShouldAllBe(e => e.Deal.Reason == DealReason.Strategy);
        await stage.Run.StartAsync(stage.Request(stage.Strategy));
        (await stage.StoredAsync()).Status.ShouldBe("stopped", "starting again what has ended changes nothing");
        await AgreesAsync(stage);
    }

    [Theory]
    [InlineData(Venue.PaperNetting)]
    [InlineData(Venue.TerminalNetting)]
    [InlineData(Venue.PaperHedging)]
    public async Task What_its_user_has_flattened_by_hand_is_not_sold_again_into_a_short(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue);
        await stage.CommandAsync(RunStage.BuyTwo);
        var position = (await stage.UntilNetAsync(0.2m)).Positions.Values.ShouldHaveSingleItem();
        (await stage.Account.ClosePositionAsync(TradingHost.Close(position.Id))).Accepted.ShouldBeTrue();

        // Half of it closed, then the rest: the script does not know.
        await stage.CommandAsync(RunStage.CloseOneOfTwo);
        (await stage.QuietAsync()).Positions.ShouldBeEmpty("what somebody has closed is not opened again");
        await stage.CommandAsync(RunStage.CloseAll);
        (await stage.QuietAsync()).Positions.ShouldBeEmpty();
        await stage.CommandAsync(RunStage.Buy);
        await stage.UntilNetAsync(0.1m);
    }

    [Theory]
    [InlineData(Venue.PaperHedging)]
    [InlineData(Venue.PaperNetting)]
    [InlineData(Venue.TerminalHedging)]
    public async Task Of_what_was_closed_in_part_by_hand_the_rest_is_closed(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue);
        await stage.CommandAsync(RunStage.BuyTwo);
        var position = (await stage.UntilNetAsync(0.2m)).Positions.Values.ShouldHaveSingleItem();
        (await stage.Account.ClosePositionAsync(TradingHost.Close(position.Id, 0.15m))).Accepted.ShouldBeTrue();
        await stage.CommandAsync(RunStage.CloseAll);
        await stage.UntilNetAsync(0);
        (await stage.BookAsync()).Held.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Venue.PaperHedging, Side.Buy)]
    [InlineData(Venue.PaperNetting, Side.Buy)]
    [InlineData(Venue.PaperNetting, Side.Sell)]
    [InlineData(Venue.TerminalNetting, Side.Buy)]
    [InlineData(Venue.TerminalNetting, Side.Sell)]
    public async Task Trades_by_hand_beside_it_stay(Venue venue, Side side)
    {
        await using var stage = await RunStage.StartAsync(server, venue);
        var hand = side == Side.Buy ? 0.3m : -0.3m;
        (await stage.Account.PlaceAsync(TradingHost.Buy("EURUSD", 0.3m) with { Side = side })).Accepted.ShouldBeTrue();
        await stage.CommandAsync(RunStage.Buy);
        await stage.UntilNetAsync(hand + 0.1m);
        await stage.CommandAsync(RunStage.BuyTwo);
        await stage.UntilNetAsync(hand + 0.3m);
        await stage.CommandAsync(RunStage.CloseOneOfTwo);
        await stage.UntilNetAsync(hand + 0.2m);
        await stage.CommandAsync(RunStage.SellTwo);
        await stage.UntilNetAsync(hand - 0.2m);
        await stage.CommandAsync(RunStage.CloseAll);
        await stage.UntilNetAsync(hand);
        (await stage.BookAsync()).Net.ShouldBe(0);
    }

    [Theory]
    [InlineData(Venue.PaperNetting)]
    [InlineData(Venue.TerminalNetting)]
    public async Task A_share_that_was_closed_by_hand_is_not_added_to_but_begun_anew(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue);
        await stage.CommandAsync(RunStage.Buy);
        var first = (await stage.UntilNetAsync(0.1m)).Positions.Values.ShouldHaveSingleItem();
        (await stage.Account.ClosePositionAsync(TradingHost.Close(first.Id))).Accepted.ShouldBeTrue();
        await stage.UntilNetAsync(0);
        await stage.CommandAsync(RunStage.BuyTwo);
        var second = (await stage.UntilNetAsync(0.2m)).Positions.Values.ShouldHaveSingleItem();
        await stage.UntilAsync((_, book) => book is { Pending: null, Net: 0.2m }, "what is held");
        var book = await stage.BookAsync();
        (book.Held.ShouldHaveSingleItem().PositionId, book.Missed).ShouldBe((second.Id, 0.1m));
        await stage.CommandAsync(RunStage.CloseAll);
        await stage.UntilNetAsync(0);
        (await stage.QuietAsync()).Positions.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Venue.PaperNetting)]
    [InlineData(Venue.TerminalNetting)]
    public async Task Who_flattens_the_account_with_an_opposite_share_in_it_is_not_sold_into_a_short(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue);
        (await stage.Account.PlaceAsync(TradingHost.Buy("EURUSD", 0.3m) with { Side = Side.Sell })).Accepted.ShouldBeTrue();
        await stage.CommandAsync(RunStage.Buy);
        var position = (await stage.UntilNetAsync(-0.2m)).Positions.Values.ShouldHaveSingleItem();
        (await stage.Account.ClosePositionAsync(TradingHost.Close(position.Id))).Accepted.ShouldBeTrue();
        await stage.UntilNetAsync(0);
        await stage.CommandAsync(RunStage.CloseAll);
        (await stage.QuietAsync()).Positions.ShouldBeEmpty();
        (await stage.BookAsync()).Net.ShouldBe(0);
        await stage.CommandAsync(RunStage.Buy);
        await stage.UntilNetAsync(0.1m);
    }

    [Theory]
    [InlineData(Venue.PaperNetting)]
    [InlineData(Venue.TerminalNetting)]
    public async Task What_it_adds_to_a_netting_position_leaves_the_stop_loss_that_its_user_has_set(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue);
        await stage.CommandAsync(RunStage.Buy);
        var position = (await stage.UntilNetAsync(0.1m)).Positions.Values.ShouldHaveSingleItem();
        (await stage.Account.ModifyPositionAsync(new ModifyPosition(position.Id, 1.05m, 1.15m, null))).Accepted.ShouldBeTrue();
        await stage.CommandAsync(RunStage.BuyTwo);
        position = (await stage.UntilNetAsync(0.3m)).Positions.Values.ShouldHaveSingleItem();
        (position.StopLoss, position.TakeProfit).ShouldBe((1.05m, 1.15m));
        if (stage.Terminal is { } terminal)
        {
            (await terminal.GetAccountAsync()).Positions.Values.ShouldHaveSingleItem().StopLoss.ShouldBe(1.05m);
        }
    }

    [Fact]
    public async Task Two_runs_on_a_hedging_account_do_not_touch_each_others_positions()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging);
        var opposite = await stage.StrategyAsync(RunStage.Commanded.Replace("1 => strategy.entry(\"L\", strategy.long", "1 => strategy.entry(\"L\", strategy.short", StringComparison.Ordinal)
            .Replace("-1 => strategy.close_all()", "-1 => strategy.cancel_all()", StringComparison.Ordinal));
        var other = stage.Host.Grains.GetGrain<IStrategyRunGrain>(TradingHost.NewId());
        await other.StartAsync(stage.Request(opposite));
        await stage.CommandAsync(RunStage.Buy);
        await stage.UntilAsync((account, _) => account.Positions.Count == 2, "both");
        await stage.CommandAsync(RunStage.CloseAll);
        var left = (await stage.UntilAsync((account, _) => account.Positions.Count == 1, "one closed")).Positions.Values.Single();
        left.Side.ShouldBe(Side.Sell);
        (await other.StopAsync(closeHeld: true)).ShouldBeTrue();
        (await stage.Account.GetStateAsync()).Positions.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_netting_account_takes_one_run_a_symbol()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperNetting);
        var second = TradingHost.NewId();
        await stage.Host.Grains.GetGrain<IStrategyRunGrain>(second).StartAsync(stage.Request(stage.Strategy));
        (await new StrategyRunStore(stage.Host.Database).GetAsync(second)).ShouldBeNull();
        (await stage.Run.StopAsync(closeHeld: false)).ShouldBeTrue();
        await stage.Host.Grains.GetGrain<IStrategyRunGrain>(second).StartAsync(stage.Request(stage.Strategy));
        (await new StrategyRunStore(stage.Host.Database).GetAsync(second))!.Status.ShouldBe("running");
    }

    /// <summary>The terminal has what the ledger has, and no order reached it twice.</summary>
    private static async Task AgreesAsync(RunStage stage)
    {
        if (stage.Terminal is not { } terminal)
        {
            return;
        }

        RunStage.Net(await terminal.GetAccountAsync()).ShouldBe(RunStage.Net(await stage.Account.GetStateAsync()));
        (await terminal.GetAuditAsync()).Where(a => a.ClientOrderId.Length > 0).Select(a => a.ClientOrderId).ShouldBeUnique();
    }
}
