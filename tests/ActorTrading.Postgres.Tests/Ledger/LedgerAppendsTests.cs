using ActorTrading.Domain;

namespace ActorTrading.Postgres.Tests.Ledger;

/// <summary>Entries as they are stored, several to a row, and as everybody reads them.</summary>
[Collection(OnServer.Name)]
public sealed class LedgerAppendsTests(Server server)
{
    [Fact]
    public async Task Entries_of_one_moment_share_a_row_and_are_read_one_by_one_from_any_sequence()
    {
        await using var database = await server.MigratedAsync();
        var account = await OpenedAsync(database);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        var written = new List<LedgerEntry>();
        foreach (var append in (Func<LedgerAppend>[])[() => account.Open(), () => account.Buy(), () => account.Deposit(), () => account.Buy(comment: "two\nlines, a \" and a \\"), account.CloseAll])
        {
            var next = append();
            written.AddRange(next.Entries);
            await account.DoAsync(writer, next);
        }

        (await database.CountAsync("ledger_appends")).ShouldBe(5);
        (await database.CountAsync("account_ledger")).ShouldBe(written.Count);
        var reader = new LedgerReader(database.Access);
        for (var after = 0; after <= written.Count + 1; after++)
        {
            for (var limit = 1; limit <= written.Count + 1; limit++)
            {
                var read = await reader.ReadAsync(account.Id, after, limit);
                Told(read).ShouldBe(Told(written.Skip(after).Take(limit)), $"{limit} after {after}");
            }
        }

        foreach (var entry in written)
        {
            var kind = await database.SqlAsync($"SELECT kind FROM ledger_entry('{account.Id}', {entry.Seq}) WHERE account_id = '{account.Id}' AND seq = {entry.Seq} AND body::jsonb IS NOT NULL");
            kind.ShouldBe(entry.Event.Kind);
        }

        (await database.CountAsync($"ledger_entry('{account.Id}', {written.Count + 1})")).ShouldBe(0);
        (await database.CountAsync($"ledger_entry('{account.Id}', 0)")).ShouldBe(0);
    }

    [Fact]
    public async Task A_long_append_and_one_of_several_moments_are_several_rows()
    {
        await using var database = await server.MigratedAsync();
        var account = await OpenedAsync(database);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        await account.DoAsync(writer, account.Open());
        await account.DoAsync(writer, account.Next([.. Enumerable.Range(0, 2 * LedgerLines.Max + 1).Select(i => new BalanceAdjusted(1m, BalanceReason.Deposit, $"{i}"))]));
        (await database.CountAsync("ledger_appends")).ShouldBe(1 + 3);

        var moments = account.Next(new BalanceAdjusted(1m, BalanceReason.Deposit, "a"), new BalanceAdjusted(2m, BalanceReason.Deposit, "b"));
        var entries = moments.Entries.ToArray();
        entries[1] = entries[1] with { At = entries[1].At.AddMilliseconds(1) };
        await account.DoAsync(writer, moments with { Entries = entries });
        (await database.CountAsync("ledger_appends")).ShouldBe(1 + 3 + 2);
        var read = await new LedgerReader(database.Access).ReadAsync(account.Id, 0, LedgerReader.PageMax);
        read.Select(entry => entry.Seq).ShouldBe(Enumerable.Range(1, read.Count).Select(n => (long)n));
        read[^1].At.ShouldBe(entries[1].At);
        (await new LedgerReader(database.Access).FoldAsync(account.Id)).Balance.ShouldBe(account.State.Balance);
    }

    [Fact]
    public async Task Rows_of_the_version_before_are_read_beside_those_of_now()
    {
        await using var database = await server.MigratedAsync();
        var account = await OpenedAsync(database);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        await account.DoAsync(writer, account.Open());
        await account.DoAsync(writer, account.Buy());

        // As the version before has left them, each entry a row.
        await database.SqlAsync("""
            CREATE TEMPORARY TABLE before AS SELECT * FROM account_ledger;
            DELETE FROM ledger_appends;
            INSERT INTO ledger_appends (account_id, seq, at, kind, body) SELECT account_id, seq, at, kind, body FROM before
            """);
        (await database.CountAsync("ledger_appends")).ShouldBe(4);
        await account.DoAsync(writer, account.Buy());

        // And as such a process goes on, while this version runs beside it.
        var next = account.Deposit();
        await database.Access.UseAsync(async connection =>
        {
            await using var insert = new Npgsql.NpgsqlCommand("INSERT INTO account_ledger (account_id, seq, at, kind, body) SELECT unnest($1::uuid[]), unnest($2::int8[]), unnest($3::timestamptz[]), unnest($4::text[]), unnest($5::json[])", connection)
            {
                Parameters =
                {
                    new() { Value = new[] { account.Id } }, new() { Value = new[] { next.Entries[0].Seq } }, new() { Value = new[] { next.Entries[0].At.UtcDateTime } },
                    new() { Value = new[] { "balanceAdjusted" } },
                    new() { Value = new[] { """{"amount":1,"reason":"deposit","comment":"more"}""" }, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Json },
                },
            };
            return await insert.ExecuteNonQueryAsync();
        });
        await database.SqlAsync($"UPDATE account_state SET seq = seq + 1, balance = balance + 1 WHERE account_id = '{account.Id}'");
        account.State = next.Changes.Account;
        await account.DoAsync(writer, account.CloseAll());

        var state = await new LedgerReader(database.Access).FoldAsync(account.Id);
        (state.Seq, state.Balance).ShouldBe((account.State.Seq, account.State.Balance));
        (await new LedgerReader(database.Access).ReadAsync(account.Id, 5, 3)).Select(entry => entry.Seq).ShouldBe([6, 7, 8]);
    }

    [Fact]
    public async Task Another_user_sees_nothing_of_it_by_any_name()
    {
        await using var database = await server.MigratedAsync();
        var ann = await database.NewUserAsync("ann");
        var bob = await database.NewUserAsync("bob");
        var account = new TestAccount((await database.NewAccountsAsync(ann))[0], ann);
        await using (var writer = new LedgerWriter(database.Options, TimeProvider.System)) await account.DoAsync(writer, account.Open());
        foreach (var name in (string[])["ledger_appends", "account_ledger", $"ledger_entry('{account.Id}', 1)"])
        {
            (await CountAsAsync(ann, name)).ShouldBeGreaterThan(0, name);
            (await CountAsAsync(bob, name)).ShouldBe(0, name);
        }

        Task<long> CountAsAsync(Guid user, string from) => database.Access.AsUserAsync(user, async connection =>
        {
            await using var query = new Npgsql.NpgsqlCommand($"SELECT count(*) FROM {from}", connection);
            return (long)(await query.ExecuteScalarAsync())!;
        });
    }

    [Fact]
    public async Task An_entry_that_is_missing_or_unreadable_is_told_and_not_passed_over()
    {
        await using var database = await server.MigratedAsync();
        var account = await OpenedAsync(database);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        await account.DoAsync(writer, account.Open());
        await account.DoAsync(writer, account.Buy());
        await account.DoAsync(writer, account.Buy());
        var reader = new LedgerReader(database.Access);
        await database.SqlAsync("DELETE FROM ledger_appends WHERE seq = 3");
        (await Should.ThrowAsync<InvalidDataException>(reader.FoldAsync(account.Id))).Message.ShouldContain("entry 3 is missing");
        (await Should.ThrowAsync<InvalidDataException>(StreamedAsync(3))).Message.ShouldContain("entry 4 is missing");
        await database.SqlAsync("UPDATE ledger_appends SET entries = 'nothing' WHERE seq = 1");
        (await Should.ThrowAsync<InvalidDataException>(reader.FoldAsync(account.Id))).Message.ShouldContain("entry 1 has no kind");

        async Task StreamedAsync(long after)
        {
            await foreach (var entry in reader.StreamAsync(account.Id, after)) entry.Seq.ShouldBe(++after);
        }
    }

    private static async Task<TestAccount> OpenedAsync(Database database)
    {
        var user = await database.NewUserAsync("ann");
        return new TestAccount((await database.NewAccountsAsync(user))[0], user);
    }

    private static IEnumerable<string> Told(IEnumerable<LedgerEntry> entries) => entries.Select(entry => $"{entry.Seq} {entry.At:O} {entry.Event.Kind} {System.Text.Encoding.UTF8.GetString(LedgerJson.Body(entry.Event))}");
}
