using ActorTrading.Domain;
using Npgsql;

namespace ActorTrading.Postgres.Tests.Migrations;

/// <summary>A newer version's migration while this version runs: added columns concern no statement of it.</summary>
[Collection(OnServer.Name)]
public sealed class RunningBesideTests(Server server)
{
    [Fact]
    public async Task Every_reader_goes_on_when_columns_are_added_to_the_tables()
    {
        await using var database = await server.MigratedAsync(options => options.MaxConnections = 1);
        var access = database.Access;
        var user = await database.NewUserAsync("ann");
        var account = (await database.NewAccountsAsync(user)).Single();
        var (page, id, now) = (new PageRequest(), Guid.NewGuid(), TimeProvider.System.GetUtcNow());
        var (orders, positions, trades) = (new OrderQueries(access), new PositionQueries(access), new TradeQueries(access));
        var (links, executions, leaders) = (new LinkStore(access), new CopyExecutionQueries(access), new LeaderStore(access));
        var (alerts, quotes, candles, terminals) = (new AlertStore(access), new QuoteStore(access), new CandleStore(access), new TerminalStore(access));
        var (backtests, runs, strategies) = (new BacktestStore(access), new StrategyRunStore(access), new StrategyStore(access));
        var (users, keys, accounts, ledger) = (new UserStore(access, database.Vault), new ApiKeyStore(access), new AccountStore(access, database.Vault), new LedgerReader(access));
        Func<Task>[] readers =
        [
            () => orders.ListAsync(user, new OrderFilter(), page), () => orders.FindAsync(user, id), () => orders.ByClientOrderIdAsync(account, "x"),
            () => positions.ListAsync(user, null, null, page), () => positions.FindAsync(user, id),
            () => trades.ListAsync(user, new TradeFilter(), page), () => trades.FindAsync(user, id),
            () => links.ListAsync(user, page), () => links.FindAsync(user, id), () => links.GetAsync(id), () => links.OfLeaderAsync(account), () => links.OfFollowerAsync(account),
            () => executions.ListAsync(user, id, page), () => executions.FindAsync(id, 1),
            () => leaders.GetAsync(account), () => leaders.FindAsync(user, account),
            () => alerts.ListAsync(user, page), () => alerts.FindAsync(user, id), () => alerts.GetAsync(id), () => alerts.HistoryAsync(user, id, 10, 10),
            () => quotes.AllAsync(), () => quotes.FindAsync("EURUSD"), () => quotes.SaveAsync([new Quote("EURUSD", 1.1m, 1.2m, now)]),
            () => candles.ReadAsync("EURUSD", Timeframe.M1, null, null, 10), () => terminals.TerminalsAsync(), () => terminals.FeedsAsync(),
            () => backtests.ListAsync(user, page), () => backtests.FindAsync(user, id), () => backtests.GetAsync(id), () => backtests.UnfinishedAsync(10),
            () => runs.ListAsync(user, id, page), () => runs.GetAsync(id), () => runs.RunningAsync(), () => runs.RunningInAsync(account),
            () => strategies.ListAsync(user, page), () => strategies.FindAsync(user, id), () => strategies.PublicAsync(user, page),
            () => users.FindAsync(user), () => users.FindByLoginAsync("ann"), () => keys.ListAsync(user), () => keys.UseAsync([1], now),
            () => accounts.ListAsync(user, page), () => accounts.FindAsync(user, account), () => ledger.ReadAsync(account, 0), () => ledger.FindOperationAsync(account, id),
        ];
        foreach (var reader in readers)
        {
            // Often enough that the connection has prepared it.
            for (var i = 0; i < 4; i++) await reader();
        }

        await database.SqlAsync("""
            DO $$ DECLARE t text; BEGIN
                FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP EXECUTE format('ALTER TABLE %I ADD COLUMN of_the_next_version text', t); END LOOP;
            END $$
            """);
        for (var i = 0; i < readers.Length; i++)
            await Should.NotThrowAsync(readers[i](), $"reader {i}");
    }

    [Fact]
    public async Task A_statement_whose_answer_a_migration_has_changed_fails_once_and_is_good_again()
    {
        await using var database = await server.MigratedAsync(options => options.MaxConnections = 1);
        Task<object?> Ask() => database.Access.UseAsync(async connection =>
        {
            await using var query = new NpgsqlCommand("SELECT * FROM feeds", connection);
            return await query.ExecuteScalarAsync();
        });
        for (var i = 0; i < 4; i++) await Ask();
        await database.SqlAsync("ALTER TABLE feeds ADD COLUMN of_the_next_version text");
        (await Should.ThrowAsync<StoreUnavailableException>(Ask())).OutcomeUnknown.ShouldBeFalse();
        await Ask();
    }

    [Fact]
    public async Task The_connection_string_says_how_many_connections_a_process_may_have()
    {
        await using var database = await server.MigratedAsync(options => options.ConnectionString += ";Maximum Pool Size=3;Timeout=1");
        var held = new List<NpgsqlConnection>();
        for (var i = 0; i < 3; i++) held.Add(await database.Access.OpenAsync());
        await Should.ThrowAsync<StoreUnavailableException>(database.Access.OpenAsync());
        foreach (var connection in held) await connection.DisposeAsync();
    }
}
