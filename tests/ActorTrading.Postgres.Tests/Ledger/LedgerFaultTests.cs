using Npgsql;

namespace ActorTrading.Postgres.Tests.Ledger;

[Collection(OnServer.Name)]
public sealed class LedgerFaultTests(Server server)
{
    private static readonly LedgerWriterOptions Patient = new() { RetryFor = TimeSpan.FromMinutes(2) };

    [Fact]
    public async Task Connections_killed_in_mid_batch_lose_and_double_nothing()
    {
        const int accounts = 30, orders = 25, killEvery = 40;
        await using var database = await server.MigratedAsync(options => options.Ledger = Patient);
        var all = await AccountsAsync(database, accounts);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        var answered = 0;
        using var progress = new SemaphoreSlim(0);

        var working = Task.WhenAll(all.Select(account => Task.Run(async () =>
        {
            await account.DoAsync(writer, account.Open());
            for (var i = 0; i < orders; i++)
            {
                await account.DoAsync(writer, account.Buy());
                if (Interlocked.Increment(ref answered) % killEvery == 0) progress.Release();
            }
        })));
        for (var kill = 0; kill < accounts * orders / killEvery - 1; kill++)
        {
            await progress.WaitAsync();
            await database.SqlAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'actortrading ledger' AND datname = current_database()");
        }
        await working;

        await AuditAsync(database, all, orders);
    }

    [Fact]
    public async Task An_answer_lost_after_the_commit_is_found_out_and_not_done_again()
    {
        await using var database = await server.MigratedAsync(options => options.Ledger = Patient with { Lanes = 1 });
        var folder = new NpgsqlConnectionStringBuilder(database.Options.ConnectionString);
        await using var proxy = new LossyProxy(folder.Host!, folder.Port);
        var through = new PostgresOptions
        {
            ConnectionString = new NpgsqlConnectionStringBuilder(database.Options.ConnectionString) { Host = proxy.Folder }.ConnectionString,
            Ledger = database.Options.Ledger,
        };
        var all = await AccountsAsync(database, 5);
        await using var writer = new LedgerWriter(through, TimeProvider.System);
        await Task.WhenAll(all.Select(account => account.DoAsync(writer, account.Open())));

        const int orders = 6;
        for (var i = 0; i < orders; i++)
        {
            proxy.LoseNextAnswer();
            await Task.WhenAll(all.Select(account => account.DoAsync(writer, account.Buy())));
        }

        proxy.Cuts.ShouldBeGreaterThan(0);
        await AuditAsync(database, all, orders);
    }

    [Fact]
    public async Task A_full_disk_leaves_nothing_half_done_and_is_over_when_it_is_over()
    {
        await using var database = await server.MigratedAsync();
        var all = await AccountsAsync(database, 3);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        await Task.WhenAll(all.Select(account => account.DoAsync(writer, account.Open())));
        await database.SqlAsync("""
            CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
            CREATE TRIGGER full_disk BEFORE INSERT ON positions FOR EACH ROW EXECUTE FUNCTION disk_full();
            """);

        foreach (var answer in all.Select(account => writer.AppendAsync(account.Buy())).ToList())
            (await Should.ThrowAsync<StoreUnavailableException>(answer)).OutcomeUnknown.ShouldBeFalse();
        (await database.CountAsync("account_ledger")).ShouldBe(6);
        (await database.CountAsync("orders")).ShouldBe(0);

        await database.SqlAsync("DROP TRIGGER full_disk ON positions");
        await Task.WhenAll(all.Select(account => account.DoAsync(writer, account.Buy())));
        await AuditAsync(database, all, 1);
    }

    [Fact]
    public async Task A_database_that_was_read_only_is_written_to_when_it_is_no_longer()
    {
        await using var database = await server.MigratedAsync();
        var all = await AccountsAsync(database, 2);
        var there = new NpgsqlConnectionStringBuilder(database.Options.ConnectionString);
        await using var elsewhere = new Database(new PostgresOptions { ConnectionString = new NpgsqlConnectionStringBuilder(database.Options.ConnectionString) { Database = "postgres" }.ConnectionString });
        // As at a standby that a name still points to: whoever is connected to it stays with it.
        await elsewhere.SqlAsync($"ALTER DATABASE {there.Database} SET default_transaction_read_only = on");
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        var cursors = new CursorStore(database.Access);
        foreach (var account in all) (await Should.ThrowAsync<StoreUnavailableException>(writer.AppendAsync(account.Open()))).OutcomeUnknown.ShouldBeFalse();
        await Should.ThrowAsync<StoreUnavailableException>(cursors.AdvanceAsync("reader", all[0].Id, 1, TestAccount.Start));

        await elsewhere.SqlAsync($"ALTER DATABASE {there.Database} RESET default_transaction_read_only");

        foreach (var account in all) await account.DoAsync(writer, account.Open());
        await cursors.AdvanceAsync("reader", all[0].Id, 1, TestAccount.Start);
    }

    internal static async Task<List<TestAccount>> AccountsAsync(Database database, int count)
    {
        var user = await database.NewUserAsync("ann");
        return [.. (await database.NewAccountsAsync(user, count)).Select(id => new TestAccount(id, user))];
    }

    /// <summary>Every account has exactly what it was told to have: entries without a gap, orders once, projections as the fold says.</summary>
    internal static async Task AuditAsync(Database database, List<TestAccount> all, int orders)
    {
        var reader = new LedgerReader(database.Access);
        foreach (var account in all)
        {
            var folded = await reader.FoldAsync(account.Id);
            (folded.Seq, folded.Balance, folded.Positions.Count).ShouldBe((2 + 2 * orders, account.State.Balance, orders));
        }
        (await database.CountAsync("account_ledger")).ShouldBe(all.Count * (2 + 2 * orders));
        (await database.CountAsync("orders")).ShouldBe(all.Count * orders);
        (await database.CountAsync("positions")).ShouldBe(all.Count * orders);
        (await database.CountAsync("account_state s WHERE seq <> (SELECT count(*) FROM account_ledger l WHERE l.account_id = s.account_id)")).ShouldBe(0);
    }
}
