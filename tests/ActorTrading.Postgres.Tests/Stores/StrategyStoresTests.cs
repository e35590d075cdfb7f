namespace ActorTrading.Postgres.Tests.Stores;

[Collection(OnServer.Name)]
public sealed class StrategyStoresTests(Server server)
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_changed_script_is_a_new_version_and_public_ones_are_read_by_others_only()
    {
        await using var database = await server.MigratedAsync();
        var (ann, bob) = (await database.NewUserAsync("ann"), await database.NewUserAsync("bob"));
        var store = new StrategyStore(database.Access);
        var strategy = new StoredStrategy { Id = Guid.NewGuid(), UserId = ann, Name = "Cross", Script = "one", CreatedAt = Now };
        await store.CreateAsync(strategy);
        (await store.FindAsync(bob, strategy.Id)).ShouldBeNull();

        (await store.UpdateAsync(strategy with { IsPublic = true }, Now))!.Version.ShouldBe(1);
        (await store.UpdateAsync(strategy with { IsPublic = true, Script = "two" }, Now))!.Version.ShouldBe(2);
        (await store.UpdateAsync(strategy with { Script = "three" }, Now)).ShouldBeNull();
        (await store.FindAsync(bob, strategy.Id))!.Script.ShouldBe("two");
        (await store.UpdateAsync(strategy with { UserId = bob, Version = 2 }, Now)).ShouldBeNull();
        (await store.DeleteAsync(bob, strategy.Id, Now)).ShouldBeFalse();
        (await store.PublicAsync(bob, new PageRequest())).Items.Count.ShouldBe(1);
        (await store.PublicAsync(ann, new PageRequest())).Items.ShouldBeEmpty();
        (await store.ScriptAsync(strategy.Id, 1)).ShouldBe("one");
        (await store.DeleteAsync(ann, strategy.Id, Now)).ShouldBeTrue();
        (await store.ListAsync(ann, new PageRequest())).Items.ShouldBeEmpty();
        (await store.FindAsync(bob, strategy.Id)).ShouldBeNull();
    }

    [Fact]
    public async Task A_backtest_ends_once()
    {
        await using var database = await server.MigratedAsync();
        var (ann, bob) = (await database.NewUserAsync("ann"), await database.NewUserAsync("bob"));
        var store = new BacktestStore(database.Access);
        var test = new StoredBacktest { Id = Guid.NewGuid(), UserId = ann, Request = """{"symbol": "EURUSD"}""", CreatedAt = Now };
        await store.CreateAsync(test);
        (await store.UnfinishedAsync(10)).Single().Request.ShouldBe(test.Request);
        (await store.StartAsync(test.Id, Now)).ShouldBeTrue();
        await store.SetProgressAsync(test.Id, 0.5);
        (await store.FinishAsync(test.Id, "cancelled", null, null, Now)).ShouldBeTrue();
        (await store.FinishAsync(test.Id, "completed", [1], null, Now)).ShouldBeFalse();
        var stored = await store.FindAsync(ann, test.Id);
        (stored!.Status, stored.Progress).ShouldBe(("cancelled", 0.5));
        (await store.FindAsync(bob, test.Id)).ShouldBeNull();
        (await store.ResultAsync(ann, test.Id)).ShouldBeNull();
        (await store.ListAsync(ann, new PageRequest())).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_strategy_run_keeps_its_state_until_it_ends()
    {
        await using var database = await server.MigratedAsync();
        var ann = await database.NewUserAsync("ann");
        var account = (await database.NewAccountsAsync(ann))[0];
        var strategy = new StoredStrategy { Id = Guid.NewGuid(), UserId = ann, Name = "Cross", Script = "one", CreatedAt = Now };
        await new StrategyStore(database.Access).CreateAsync(strategy);
        var runs = new StrategyRunStore(database.Access);
        var run = new StoredStrategyRun { Id = Guid.NewGuid(), UserId = ann, StrategyId = strategy.Id, StrategyVersion = 1, AccountId = account, Symbol = "EURUSD", Timeframe = "H1", CreatedAt = Now };
        (await runs.CreateAsync(run)).ShouldBeTrue();
        var later = run with { Id = Guid.NewGuid(), CreatedAt = Now.AddHours(1) };
        await runs.CreateAsync(later);
        await runs.StopAsync(later.Id, "stopped", null, Now);
        (await runs.FindRunningAsync(ann, strategy.Id)).ShouldBe(run.Id, "however many have ended since");
        (await runs.FindRunningAsync(ann, Guid.NewGuid())).ShouldBeNull();
        (await runs.SaveStateAsync(run.Id, "{}", """{"bar": 3}""", Now)).ShouldBeTrue();
        (await runs.SaveStateAsync(run.Id, "{}", """{"bar": 4}""", Now)).ShouldBeFalse("somebody else has gone on with it");
        (await runs.RunningAsync()).Single().State.ShouldBe("""{"bar": 3}""");
        (await runs.StopAsync(run.Id, "failed", "why", Now)).ShouldBeTrue();
        (await runs.StopAsync(run.Id, "stopped", null, Now)).ShouldBeFalse();
        (await runs.GetAsync(run.Id))!.Error.ShouldBe("why");
        (await runs.FindRunningAsync(ann, strategy.Id)).ShouldBeNull();
        (await runs.ListAsync(ann, strategy.Id, new PageRequest())).Items.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_run_that_must_be_alone_on_its_symbol_is_refused_beside_another_that_goes_on()
    {
        await using var database = await server.MigratedAsync();
        var ann = await database.NewUserAsync("ann");
        var account = (await database.NewAccountsAsync(ann))[0];
        var strategy = new StoredStrategy { Id = Guid.NewGuid(), UserId = ann, Name = "Cross", Script = "one", CreatedAt = Now };
        await new StrategyStore(database.Access).CreateAsync(strategy);
        var runs = new StrategyRunStore(database.Access);
        StoredStrategyRun New(string symbol) => new() { Id = Guid.NewGuid(), UserId = ann, StrategyId = strategy.Id, StrategyVersion = 1, AccountId = account, Symbol = symbol, Timeframe = "H1", CreatedAt = Now };

        var both = await Task.WhenAll(runs.CreateAsync(New("EURUSD"), aloneOnSymbol: true), runs.CreateAsync(New("EURUSD"), aloneOnSymbol: true));
        both.Count(created => created).ShouldBe(1);
        (await runs.CreateAsync(New("GBPUSD"), aloneOnSymbol: true)).ShouldBeTrue();
        (await runs.CreateAsync(New("EURUSD"))).ShouldBeTrue();
        foreach (var run in await runs.RunningAsync())
        {
            await runs.StopAsync(run.Id, "stopped", null, Now);
        }

        (await runs.CreateAsync(New("EURUSD"), aloneOnSymbol: true)).ShouldBeTrue();
    }
}
