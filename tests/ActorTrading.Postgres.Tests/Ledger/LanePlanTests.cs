namespace ActorTrading.Postgres.Tests.Ledger;

[Collection(OnServer.Name)]
public sealed class LanePlanTests(Server server)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_writer_that_began_on_empty_tables_does_not_read_them_whole_when_they_have_grown()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var all = (await database.NewAccountsAsync(user, 40)).Select(id => new TestAccount(id, user)).ToList();
        var before = await WholeReadsAsync();
        await using (var writer = new LedgerWriter(database.Options, TimeProvider.System))
        {
            foreach (var account in all)
            {
                await account.DoAsync(writer, account.Open());
                await account.DoAsync(writer, account.Buy());
                await account.DoAsync(writer, account.CloseAll());
            }
        }

        await CountedAsync(database, "account_state", 3 * all.Count);
        (await WholeReadsAsync()).ShouldBe(before);

        async Task<string?> WholeReadsAsync() =>
            (string?)await database.SqlAsync("SELECT string_agg(relname || ' ' || seq_scan, ', ' ORDER BY relname) FROM pg_stat_user_tables WHERE relname IN ('account_state', 'positions', 'orders', 'trades')");
    }

    [Fact]
    public async Task A_writer_whose_tables_were_analysed_nearly_empty_looks_each_row_up_when_they_have_grown()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var first = new TestAccount((await database.NewAccountsAsync(user))[0], user);
        await using (var writer = new LedgerWriter(database.Options, TimeProvider.System))
        {
            await first.DoAsync(writer, first.Open());
            await first.DoAsync(writer, first.Buy());
        }
        await database.SqlAsync("ANALYZE account_state, positions");

        var all = (await database.NewAccountsAsync(user, 40)).Select(id => new TestAccount(id, user)).ToList();
        await using (var writer = new LedgerWriter(database.Options, TimeProvider.System))
        {
            foreach (var account in all) await account.DoAsync(writer, account.Open());
            foreach (var account in all) await account.DoAsync(writer, account.Buy());
            foreach (var account in all) await account.DoAsync(writer, account.CloseAll());
        }
        await CountedAsync(database, "account_state", 3 * all.Count);

        // A row that was moved can be met a second time in its index; walking the whole of it would be 40 times as many.
        (await ReadAsync("account_state_pkey")).ShouldBeLessThan(3 * 3 * all.Count);
        (await ReadAsync("positions_pkey")).ShouldBeLessThan(3 * all.Count);

        async Task<long> ReadAsync(string index) => (long)(await database.SqlAsync($"SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = '{index}'"))!;
    }

    /// <summary>A server's process hands its counts in when it ends, a moment after its connection is closed.</summary>
    private static async Task CountedAsync(Database database, string table, int rowsMoved)
    {
        var since = TimeProvider.System.GetTimestamp();
        while ((long)(await database.SqlAsync($"SELECT n_tup_ins + n_tup_upd FROM pg_stat_user_tables WHERE relname = '{table}'"))! < rowsMoved)
        {
            TimeProvider.System.GetElapsedTime(since).ShouldBeLessThan(Limit, $"the moves of {table} are not counted");
            await Task.Yield();
        }
    }
}
