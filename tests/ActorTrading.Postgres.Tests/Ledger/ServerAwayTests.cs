using System.Threading.Channels;
using ActorTrading.Postgres.Migrations;
using ActorTrading.Postgres.Private;
using ActorTrading.Testing;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Postgres.Tests.Ledger;

/// <summary>With a server of their own, because they stop it.</summary>
public sealed class ServerAwayTests : IAsyncLifetime
{
    private TemporaryPostgres postgres = null!;

    public async Task InitializeAsync() => postgres = await TemporaryPostgres.StartAsync(fsync: false);

    public async Task DisposeAsync() => await postgres.DisposeAsync();

    private async Task<Database> MigratedAsync(LedgerWriterOptions ledger)
    {
        var options = new PostgresOptions { ConnectionString = postgres.Server.ConnectionString($"away_{Guid.NewGuid():N}"), Ledger = ledger };
        await Migrator.RunAsync(options);
        return new Database(options);
    }

    [Fact]
    public async Task A_server_restarted_in_mid_batch_loses_and_doubles_nothing()
    {
        const int accounts = 20, orders = 15;
        using var measured = new Measurements(instrument => instrument.Meter.Name == LedgerMetrics.MeterName);
        await using var database = await MigratedAsync(new LedgerWriterOptions { RetryFor = TimeSpan.FromMinutes(2) });
        var all = await LedgerFaultTests.AccountsAsync(database, accounts);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        var halfWay = new TaskCompletionSource();
        var answered = 0;

        var working = Task.WhenAll(all.Select(account => Task.Run(async () =>
        {
            await account.DoAsync(writer, account.Open());
            for (var i = 0; i < orders; i++)
            {
                await account.DoAsync(writer, account.Buy());
                if (Interlocked.Increment(ref answered) == accounts * orders / 2) halfWay.SetResult();
            }
        })));
        await halfWay.Task;
        await postgres.Server.RestartAsync();
        await working;

        database.Access.Clear();
        await LedgerFaultTests.AuditAsync(database, all, orders);

        // Other tests' writers count too.
        measured.Of("actortrading.ledger.commit.duration").Count.ShouldBeGreaterThanOrEqualTo(accounts * (orders + 1));
        measured.Of("actortrading.ledger.retries").Sum().ShouldBeGreaterThan(0);
        measured.Of("actortrading.ledger.reconnects").Sum().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task While_the_server_is_away_appends_fail_clearly_and_afterwards_they_work_by_themselves()
    {
        await using var database = await MigratedAsync(new LedgerWriterOptions { RetryFor = TimeSpan.Zero });
        var all = await LedgerFaultTests.AccountsAsync(database, 2);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        foreach (var account in all) await account.DoAsync(writer, account.Open());
        var reader = new LedgerReader(database.Access);
        (await reader.HeadAsync(all[0].Id)).ShouldBe(2);

        await postgres.Server.StopServerAsync();
        foreach (var account in all) await Should.ThrowAsync<StoreUnavailableException>(writer.AppendAsync(account.Buy()));
        (await Should.ThrowAsync<StoreUnavailableException>(writer.AppendAsync(all[0].Buy()))).OutcomeUnknown.ShouldBeFalse();
        await Should.ThrowAsync<StoreUnavailableException>(reader.HeadAsync(all[0].Id));
        await Should.ThrowAsync<StoreUnavailableException>(new OrderQueries(database.Access).FindAsync(Guid.Empty, Guid.Empty));
        await Should.ThrowAsync<StoreUnavailableException>(Migrator.RunAsync(database.Options));

        await postgres.Server.StartServerAsync();
        foreach (var account in all) account.State = await reader.FoldAsync(account.Id);
        foreach (var account in all) await account.DoAsync(writer, account.Buy());
        await LedgerFaultTests.AuditAsync(database, all, 1);
    }

    [Fact]
    public async Task An_outage_long_ago_does_not_shorten_the_patience_of_the_next()
    {
        await using var database = await MigratedAsync(new LedgerWriterOptions { Lanes = 1, RetryFor = TimeSpan.FromMinutes(2) });
        var account = (await LedgerFaultTests.AccountsAsync(database, 1))[0];
        var (clock, heard) = (new ShiftedClock(), new Heard());
        await using var writer = new LedgerWriter(database.Options, clock, heard);
        await account.DoAsync(writer, account.Open());

        await postgres.Server.StopServerAsync();
        var givenUp = writer.AppendAsync(account.Buy());
        await heard.Lines.ReadAsync();
        clock.Ahead = TimeSpan.FromMinutes(3);
        await Should.ThrowAsync<StoreUnavailableException>(givenUp);

        // It was back in the meantime, but nobody had anything to write then.
        clock.Ahead += TimeSpan.FromHours(1);
        while (heard.Lines.TryRead(out _)) { }
        var patient = writer.AppendAsync(account.Buy());
        (await heard.Lines.ReadAsync()).ShouldContain("is tried again");
        await postgres.Server.StartServerAsync();
        await patient;
    }

    /// <summary>Timers run as ever; what is read off it can be moved ahead.</summary>
    private sealed class ShiftedClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Ahead.TotalSeconds * TimestampFrequency);
    }

    private sealed class Heard : ILogger<LedgerWriter>
    {
        private readonly Channel<string> lines = Channel.CreateUnbounded<string>();

        public ChannelReader<string> Lines => lines.Reader;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Writer.TryWrite(formatter(state, exception));
    }

    [Fact]
    public async Task A_cancelled_append_was_surely_not_written_and_one_under_way_is_waited_for()
    {
        await using var database = await MigratedAsync(new LedgerWriterOptions { Lanes = 1, BatchAppends = 1, QueuedAppends = 2, RetryFor = TimeSpan.FromMinutes(2) });
        var all = await LedgerFaultTests.AccountsAsync(database, 4);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        foreach (var account in all) await account.DoAsync(writer, account.Open());
        await postgres.Server.StopServerAsync();
        using var cancel = new CancellationTokenSource();

        var underWay = writer.AppendAsync(all[0].Buy(), cancel.Token);
        // The lane has taken it when nothing waits any more.
        await TestWait.UntilAsync(() => writer.Waiting == 0);
        var waiting = writer.AppendAsync(all[1].Buy(), cancel.Token);
        var patient = writer.AppendAsync(all[2].Buy());
        Should.Throw<LedgerOverloadedException>(() => { _ = writer.AppendAsync(all[3].Buy()); });
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        underWay.IsCompleted.ShouldBeFalse();

        await postgres.Server.StartServerAsync();
        await underWay;
        await patient;
        (await database.CountAsync("orders")).ShouldBe(2);
        (await database.CountAsync($"orders WHERE account_id = '{all[1].Id}'")).ShouldBe(0);
    }
}

internal static class TestWait
{
    /// <summary>For a state that nothing announces; yields between looks.</summary>
    public static async Task UntilAsync(Func<bool> reached)
    {
        while (!reached()) await Task.Yield();
    }
}
