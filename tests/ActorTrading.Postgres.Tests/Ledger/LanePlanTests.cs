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

        // A server's process hands its counts in when it ends, a moment after its connection is closed.
        var since = TimeProvider.System.GetTimestamp();
        while (await MovesAsync() < 3 * all.Count)
        {
            TimeProvider.System.GetElapsedTime(since).ShouldBeLessThan(Limit, "the accounts' moves are not counted");
            await Task.Yield();
        }
        (await WholeReadsAsync()).ShouldBe(before);

        async Task<string?> WholeReadsAsync() =>
            (string?)await database.SqlAsync("SELECT string_agg(relname || ' ' || seq_scan, ', ' ORDER BY relname) FROM pg_stat_user_tables WHERE relname IN ('account_state', 'positions', 'orders', 'trades')");
        async Task<long> MovesAsync() => (long)(await database.SqlAsync("SELECT n_tup_ins + n_tup_upd FROM pg_stat_user_tables WHERE relname = 'account_state'"))!;
    }
}
