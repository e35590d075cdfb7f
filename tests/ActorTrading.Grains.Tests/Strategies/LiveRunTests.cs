using System.Text.Json;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;

namespace ActorTrading.Grains.Tests.Strategies;

[Collection(nameof(Server))]
public sealed class LiveRunTests(Server server)
{
    /// <summary>Long after a bar that rises, flat after one that falls; 10,000 units are 0.1 lots.</summary>
    private const string FollowsTheLastBar = """
        //@version=6
        strategy("Follows", margin_long=0)
        if close > open
            strategy.entry("L", strategy.long, qty=10000)
        if close < open
            strategy.close("L")
        """;

    [Fact]
    public async Task It_trades_on_closed_bars_and_a_restart_neither_repeats_nor_forgets()
    {
        var host = await TradingHost.StartAsync(server);
        try
        {
            var minute = Minute(DateTimeOffset.UtcNow);
            await QuoteAsync(host, 1.1m, minute);
            var user = await host.UserAsync();
            var account = (await (await host.PaperAccountAsync(user)).GetStatusAsync()).AccountId;
            var strategy = TradingHost.NewId();
            await new StrategyStore(host.Database).CreateAsync(new() { Id = strategy, UserId = user, Name = "Follows", Script = FollowsTheLastBar, CreatedAt = DateTimeOffset.UtcNow });
            var id = TradingHost.NewId();
            await host.Grains.GetGrain<IStrategyRunGrain>(id).StartAsync(new(user, strategy, 1, account, "EURUSD", "M1", null, 10_000m, PositionMode.Hedging));

            // Bars open when the minute has begun; feeds may be ahead of our clock by some minutes, which spares the waiting.
            await QuoteAsync(host, 1.1m, minute.AddMinutes(1));
            await QuoteAsync(host, 1.101m, minute.AddMinutes(1).AddSeconds(30));
            await StepAsync(host, id);
            (await StateAsync(host, account)).Positions.ShouldBeEmpty();
            await QuoteAsync(host, 1.101m, minute.AddMinutes(2));
            await StepUntilAsync(host, id, account, state => !state.Positions.IsEmpty);
            var held = (await StateAsync(host, account)).Positions.Values.ShouldHaveSingleItem();
            (held.Side, held.Volume).ShouldBe((Side.Buy, 0.1m));

            // The process dies after the order, before its outcome is noted.
            var known = (await new StrategyRunStore(host.Database).GetAsync(id))!.State;
            var book = Book(await new StrategyRunStore(host.Database).GetAsync(id));
            var order = new RunOrder(book.Orders, Side.Buy, 0.1m, null, minute.AddMinutes(2), 0.1m);
            order.IdFor(id).ShouldBe(held.Id);
            host = await host.RestartAsync(database => new StrategyRunStore(database).SaveStateAsync(id, known, JsonSerializer.Serialize(RunBook.Empty.Sending(order, minute.AddMinutes(1)), DomainJson.Options), DateTimeOffset.UtcNow));

            await StepAsync(host, id);
            (await StateAsync(host, account)).Positions.Keys.ShouldBe([held.Id]);
            Book(await new StrategyRunStore(host.Database).GetAsync(id)).Held.ShouldBe([new RunHolding(held.Id, Side.Buy, 0.1m)]);

            await QuoteAsync(host, 1.102m, minute.AddMinutes(2).AddSeconds(40));
            await QuoteAsync(host, 1.1m, minute.AddMinutes(2).AddSeconds(50));
            await QuoteAsync(host, 1.1m, minute.AddMinutes(3));
            await StepUntilAsync(host, id, account, state => state.Positions.IsEmpty);
            (await host.Grains.GetGrain<IStrategyRunGrain>(id).StopAsync(closeHeld: true)).ShouldBeTrue();
            (await new StrategyRunStore(host.Database).GetAsync(id))!.Status.ShouldBe("stopped");
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private static RunBook Book(StoredStrategyRun? run) => JsonSerializer.Deserialize<RunBook>(run!.State, DomainJson.Options)!;

    private static DateTimeOffset Minute(DateTimeOffset time) => new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerMinute, TimeSpan.Zero);

    private static Task StepAsync(TradingHost host, Guid run) => host.Grains.GetGrain<IStrategyRunGrain>(run).StepAsync();

    /// <summary>A bar that has just closed may still be on its way to the store: the run sees it a step later.</summary>
    private static async Task StepUntilAsync(TradingHost host, Guid run, Guid account, Func<AccountState, bool> holds)
    {
        for (var i = 0; i < 500 && !holds(await StateAsync(host, account)); i++)
        {
            await StepAsync(host, run);
        }

        holds(await StateAsync(host, account)).ShouldBeTrue((await new StrategyRunStore(host.Database).GetAsync(run))!.ToString());
    }

    private static Task<AccountState> StateAsync(TradingHost host, Guid account) => host.Grains.GetGrain<IAccountGrain>(account).GetStateAsync();

    private static async Task QuoteAsync(TradingHost host, decimal bid, DateTimeOffset at)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (host.Market.Listen(batch =>
        {
            if (batch.Quotes.Any(q => q.Time == at))
            {
                seen.TrySetResult();
            }
        }))
        {
            await host.QuoteAsync("EURUSD", bid, bid + 0.0001m, at);
            await seen.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }
}
