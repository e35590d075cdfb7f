using ActorTrading.Postgres.Private;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Embedded.Simulation;
using Orleans.Embedded.Storage;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Embedded.Tests;

public interface IDurableGrain : IGrainWithStringKey
{
    Task<int> Add(string id, int amount);

    Task Remind(TimeSpan dueTime, TimeSpan period);

    Task<List<string>> Reminders();

    Task Forget();
}

public sealed class DurableGrain([PersistentState("deposits")] IPersistentState<Deposits> deposits, TickLog log) : Grain, IDurableGrain, IRemindable
{
    public async Task<int> Add(string id, int amount)
    {
        deposits.State.ById[id] = amount;
        await deposits.WriteStateAsync();
        return deposits.State.ById.Values.Sum();
    }

    public Task Remind(TimeSpan dueTime, TimeSpan period) => this.RegisterOrUpdateReminder("wake", dueTime, period);

    public async Task<List<string>> Reminders() => [.. (await this.GetReminders()).Select(r => r.ReminderName)];

    public async Task Forget() => await this.UnregisterReminder((await this.GetReminder("wake"))!);

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        log.Ticks.Add(status);
        log.Ticked.Release();
        return Task.CompletedTask;
    }
}

public sealed class TickLog
{
    public List<TickStatus> Ticks { get; } = [];

    public SemaphoreSlim Ticked { get; } = new(0);
}

/// <summary>State and reminders in a real PostgreSQL.</summary>
public sealed class PostgresTests(PostgresTests.Server server) : IClassFixture<PostgresTests.Server>, IAsyncLifetime
{
    private readonly GrainId _grain = GrainId.Create("durable", "a");
    private NpgsqlDataSource _database = null!;

    public async Task InitializeAsync() => _database = NpgsqlDataSource.Create(await server.Postgres.CreateDatabaseAsync());

    public async Task DisposeAsync() => await _database.DisposeAsync();

    /// <summary>One server for all of these tests; each has a database of its own.</summary>
    public sealed class Server : IAsyncLifetime
    {
        internal TemporaryPostgres Postgres { get; private set; } = null!;

        public async Task InitializeAsync() => Postgres = await TemporaryPostgres.StartAsync();

        public async Task DisposeAsync() => await Postgres.DisposeAsync();
    }

    [Fact]
    public async Task State_and_reminders_outlive_the_process()
    {
        var (clock, log) = (new SimulatedTimeProvider(), new TickLog());
        await using (var first = await StartAsync(clock, log))
        {
            var grain = first.Client.GetGrain<IDurableGrain>("a");
            (await grain.Add("1", 5)).ShouldBe(5);
            await grain.Remind(TimeSpan.FromMinutes(10), TimeSpan.FromHours(1));
            (await grain.Reminders()).ShouldBe(["wake"]);
        }

        // Down at the time of the first tick: that one is missed, the next comes on the hour after it.
        clock.Advance(TimeSpan.FromMinutes(30));
        await using (var second = await StartAsync(clock, log))
        {
            clock.Advance(TimeSpan.FromMinutes(39));
            log.Ticks.ShouldBeEmpty();
            clock.Advance(TimeSpan.FromMinutes(1));
            await log.Ticked.WaitAsync(TimeSpan.FromSeconds(20));
            var tick = log.Ticks.ShouldHaveSingleItem();
            tick.FirstTickTime.ShouldBe(new DateTime(2026, 1, 1, 0, 10, 0, DateTimeKind.Utc));
            tick.CurrentTickTime.ShouldBe(new DateTime(2026, 1, 1, 1, 10, 0, DateTimeKind.Utc));
            var grain = second.Client.GetGrain<IDurableGrain>("a");
            (await grain.Add("2", 6)).ShouldBe(11);
            await grain.Forget();
        }

        await using var third = await StartAsync(clock, log);
        (await third.Client.GetGrain<IDurableGrain>("a").Reminders()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_write_over_somebody_elses_write_is_refused()
    {
        var storage = new PostgresGrainStorage(_database);
        await storage.PrepareAsync(CancellationToken.None);
        var (mine, theirs) = (new Record<Deposits>(), new Record<Deposits>());
        mine.State = new Deposits { ById = { ["1"] = 1 } };
        theirs.State = new Deposits();
        await storage.WriteStateAsync("s", _grain, mine);
        (await Should.ThrowAsync<InconsistentStateException>(() => storage.WriteStateAsync("s", _grain, theirs))).StoredEtag.ShouldBe(mine.ETag);
        await storage.ReadStateAsync("s", _grain, theirs);
        theirs.State!.ById.ShouldBe(new Dictionary<string, int> { ["1"] = 1 });
        theirs.RecordExists.ShouldBeTrue();
        await storage.WriteStateAsync("s", _grain, theirs);
        (await Should.ThrowAsync<InconsistentStateException>(() => storage.WriteStateAsync("s", _grain, mine))).CurrentEtag.ShouldBe(mine.ETag);
        await Should.ThrowAsync<InconsistentStateException>(() => storage.ClearStateAsync("s", _grain, mine));
        await storage.ClearStateAsync("s", _grain, theirs);
        theirs.RecordExists.ShouldBeFalse();
        theirs.ETag.ShouldBeNull();
        await storage.WriteStateAsync("s", _grain, new Record<Deposits> { State = new Deposits() });
        await Should.ThrowAsync<InconsistentStateException>(() => storage.WriteStateAsync("s", _grain, mine));
    }

    [Fact]
    public async Task Tables_are_created_once_however_many_start_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => new PostgresGrainStorage(_database, "several").PrepareAsync(CancellationToken.None)));
        var store = new PostgresReminderStore(_database, "several");
        (await store.ReadAllAsync(CancellationToken.None)).ShouldBeEmpty();
        var reminder = new StoredReminder(_grain, "r", new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeSpan.FromDays(40), Guid.CreateVersion7());
        await store.UpsertAsync(reminder, CancellationToken.None);
        (await store.ReadAllAsync(CancellationToken.None)).ShouldBe([reminder]);
        (await store.RemoveAsync(reminder with { ETag = Guid.CreateVersion7() }, CancellationToken.None)).ShouldBeFalse();
        (await store.RemoveAsync(reminder, CancellationToken.None)).ShouldBeTrue();
    }

    [Fact]
    public void A_schema_name_that_would_need_quoting_is_refused()
    {
        foreach (var schema in new[] { "", "a-b", "x; drop table y" })
            Should.Throw<ArgumentException>(() => new PostgresGrainStorage(_database, schema));
    }

    private Task<TestHost> StartAsync(SimulatedTimeProvider clock, TickLog log) => TestHost.StartAsync(
        options => options.UsePostgres(_ => _database),
        services => services.AddSingleton<TimeProvider>(clock).AddSingleton(log));

    private sealed class Record<T> : IGrainState<T>
    {
        public T? State { get; set; }

        public string? ETag { get; set; }

        public bool RecordExists { get; set; }
    }
}
