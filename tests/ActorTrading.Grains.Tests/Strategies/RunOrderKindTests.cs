namespace ActorTrading.Grains.Tests.Strategies;

/// <summary>The script's stops and limits, of entries and brackets: worked at their prices within the bar, moved and replaced from bar to bar.</summary>
[Collection(nameof(Server))]
public sealed class RunOrderKindTests(Server server)
{
    public const string Brackets = """
        //@version=6
        strategy("Brackets", margin_long=0, margin_short=0)
        breakout(float price) =>
            strategy.entry("B", strategy.long, qty=10000, stop=price + 0.0010)
            strategy.exit("BX", "B", stop=price - 0.0005)
        int command = int(math.round((close - open) / 0.0001))
        switch command
            1 => strategy.entry("L", strategy.long, qty=10000, stop=close + 0.0010)
            2 => strategy.entry("L", strategy.long, qty=10000, stop=close + 0.0020)
            3 => strategy.entry("D", strategy.long, qty=10000, limit=close - 0.0010)
            4 => breakout(close)
            -5 => strategy.entry("S", strategy.short, qty=20000)
            -1 => strategy.cancel_all()
        if strategy.position_size > 0 and strategy.opentrades.entry_id(0) != "B"
            strategy.exit("X", stop=close - 0.0010, limit=close + 0.0040)
        """;

    public const int EnterTenAbove = 1;
    public const int EnterTwentyAbove = 2;
    public const int EnterTenBelow = 3;
    public const int BreakOut = 4;
    public const int SellTwo = -5;
    public const int Cancel = -1;

    [Theory]
    [InlineData(Venue.PaperHedging)]
    [InlineData(Venue.PaperNetting)]
    [InlineData(Venue.TerminalHedging)]
    [InlineData(Venue.TerminalNetting)]
    public async Task A_stop_entry_is_made_at_its_price_and_left_at_the_brackets_stop_as_last_moved(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue, Brackets);
        await stage.CommandAsync(EnterTenAbove);
        await stage.QuietAsync();
        await stage.TickAsync(9);
        (await stage.QuietAsync()).Positions.ShouldBeEmpty();
        await stage.TickAsync(2);
        await stage.UntilNetAsync(0.1m);

        // The bracket ten below the close, and in the next bar five higher: of what it was at first, nothing is left.
        await stage.OpenBarAsync();
        await stage.TickAsync(5);
        await stage.OpenBarAsync();
        await stage.TickAsync(-9);
        RunStage.Net(await stage.QuietAsync()).ShouldBe(0.1m);
        await stage.TickAsync(-2);
        await stage.UntilNetAsync(0);
        await TradedOnceAsync(stage);
    }

    [Fact]
    public async Task A_limit_entry_is_made_at_its_price_and_left_at_the_brackets_limit()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperNetting, Brackets);
        await stage.CommandAsync(EnterTenBelow);
        await stage.QuietAsync();
        await stage.TickAsync(-11);
        await stage.UntilNetAsync(0.1m);
        await stage.OpenBarAsync();
        await stage.QuietAsync();
        await stage.TickAsync(39);
        RunStage.Net(await stage.QuietAsync()).ShouldBe(0.1m);
        await stage.TickAsync(2);
        await stage.UntilNetAsync(0);
    }

    [Fact]
    public async Task A_pending_entry_that_is_replaced_waits_at_its_new_price_only()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging, Brackets);
        await stage.CommandAsync(EnterTenAbove);
        await stage.QuietAsync();
        await stage.CommandAsync(EnterTwentyAbove);
        await stage.QuietAsync();
        await stage.TickAsync(15);
        (await stage.QuietAsync()).Positions.ShouldBeEmpty("the price before it was replaced is reached");
        await stage.TickAsync(6);
        await stage.UntilNetAsync(0.1m);
    }

    [Fact]
    public async Task A_pending_entry_that_is_cancelled_is_not_made()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.TerminalNetting, Brackets);
        await stage.CommandAsync(EnterTenAbove);
        await stage.QuietAsync();
        await stage.CommandAsync(Cancel);
        await stage.QuietAsync();
        await stage.TickAsync(30);
        (await stage.QuietAsync()).Positions.ShouldBeEmpty();
        (await stage.Terminal!.GetAuditAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Venue.PaperHedging)]
    [InlineData(Venue.TerminalNetting)]
    public async Task What_was_stopped_out_within_a_bar_is_not_bought_back_when_the_price_returns_or_the_bar_closes(Venue venue)
    {
        await using var stage = await RunStage.StartAsync(server, venue, Brackets);
        await stage.CommandAsync(BreakOut);
        await stage.QuietAsync();
        await stage.TickAsync(11);
        await stage.UntilNetAsync(0.1m);
        await stage.TickAsync(-17);
        await stage.UntilNetAsync(0);

        // Of the bar as it is now a backtest would assume the low first, and the position open.
        await stage.TickAsync(7);
        (await stage.QuietAsync()).Positions.ShouldBeEmpty();
        await stage.TickAsync(-8);
        await stage.QuietAsync();
        await stage.TickAsync(8);
        (await stage.QuietAsync()).Positions.ShouldBeEmpty();
        await stage.OpenBarAsync();
        (await stage.QuietAsync()).Positions.ShouldBeEmpty("the script believes to be long, and the run was stopped out");
        await TradedOnceAsync(stage);
        (await stage.BookAsync()).Missed.ShouldBe(0.1m);

        // The script's next order is its own.
        await stage.CommandAsync(SellTwo);
        await stage.UntilNetAsync(-0.2m);
        (await stage.BookAsync()).Missed.ShouldBe(0);
    }

    [Fact]
    public async Task What_a_bar_reached_after_the_last_look_is_traded_when_it_has_closed()
    {
        await using var stage = await RunStage.StartAsync(server, Venue.PaperHedging, Brackets);
        await stage.CommandAsync(EnterTenAbove);
        await stage.QuietAsync();
        await stage.TickAsync(11);
        await stage.OpenBarAsync();
        await stage.UntilNetAsync(0.1m);
    }

    /// <summary>In and out, whether the stop loss at the broker or the run was first.</summary>
    private static async Task TradedOnceAsync(RunStage stage)
    {
        (await stage.Host.Ledger.ReadAsync(stage.AccountId, 0)).Count(e => e.Event is Domain.DealExecuted).ShouldBe(2);
        if (stage.Terminal is { } terminal)
        {
            (await terminal.GetAccountAsync()).Positions.ShouldBeEmpty();
        }
    }
}
