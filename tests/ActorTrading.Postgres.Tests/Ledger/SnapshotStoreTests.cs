using System.Text.Json;
using ActorTrading.Domain;

namespace ActorTrading.Postgres.Tests.Ledger;

[Collection(OnServer.Name)]
public sealed class SnapshotStoreTests(Server server)
{
    [Fact]
    public async Task A_snapshot_and_the_entries_after_it_are_the_whole_ledger_and_a_wrong_one_is_not_used()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var account = new TestAccount((await database.NewAccountsAsync(user))[0], user);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        var store = new SnapshotStore(database.Access, TimeProvider.System);
        var (quick, whole) = (new LedgerReader(database.Access, store), new LedgerReader(database.Access));

        (await store.SaveAsync(AccountState.Empty with { AccountId = account.Id, Seq = 3 })).ShouldBeFalse("there is no such entry");
        await account.DoAsync(writer, account.Open());
        for (var i = 0; i < 12; i++)
        {
            (await store.SaveAsync(account.State)).ShouldBeTrue();
            var kept = account.State.Seq;
            await account.DoAsync(writer, i % 4 == 3 ? account.CloseAll() : account.Buy());
            var (state, from) = await quick.RestoreAsync(account.Id);
            from.ShouldBe(kept);
            Same(state, await whole.FoldAsync(account.Id));
            var past = i % 2 == 0 ? kept : kept - 1;
            Same(await quick.FoldAsync(account.Id, past), await whole.FoldAsync(account.Id, past));
        }

        var newest = account.State.Seq;
        await store.SaveAsync(account.State);
        (await store.SaveAsync(await whole.FoldAsync(account.Id, newest - 1))).ShouldBeFalse("a newer one is there");
        (await quick.RestoreAsync(account.Id)).SnapshotSeq.ShouldBe(newest);

        foreach (var (damage, why) in new[]
        {
            ("version = 'another'", "another version"),
            ("body = set_byte(body, 5, (get_byte(body, 5) + 1) % 256)", "damaged bytes"),
            ("entry_hash = '\\x00'", "a ledger that has another entry there"),
            ("seq = seq + 1", "a ledger that ends before it"),
        })
        {
            await database.SqlAsync($"UPDATE account_snapshots SET {damage}");
            var (state, from) = await quick.RestoreAsync(account.Id);
            from.ShouldBe(0, why);
            Same(state, await whole.FoldAsync(account.Id));
            await database.SqlAsync("DELETE FROM account_snapshots WHERE seq > (SELECT max(seq) FROM account_ledger)");
            (await store.SaveAsync(account.State)).ShouldBeTrue(why);
            (await quick.RestoreAsync(account.Id)).SnapshotSeq.ShouldBe(newest, "it was written again");
        }
    }

    [Fact]
    public async Task Only_the_owner_sees_a_snapshot_and_nobody_else_writes_one()
    {
        await using var database = await server.MigratedAsync();
        var (ann, bob) = (await database.NewUserAsync("ann"), await database.NewUserAsync("bob"));
        var account = new TestAccount((await database.NewAccountsAsync(ann))[0], ann);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        await account.DoAsync(writer, account.Open());
        await new SnapshotStore(database.Access, TimeProvider.System).SaveAsync(account.State);
        await account.DoAsync(writer, account.Next(new BalanceAdjusted(1m, BalanceReason.Deposit, "") { OperationId = Guid.NewGuid() }));
        foreach (var table in new[] { "account_snapshots", "money_operations" })
        {
            (await CountAsync(ann, table)).ShouldBe(1);
            (await CountAsync(bob, table)).ShouldBe(0);
            await Should.ThrowAsync<Npgsql.PostgresException>(() => database.Access.AsUserAsync(ann, async connection =>
            {
                await using var delete = new Npgsql.NpgsqlCommand($"DELETE FROM {table}", connection);
                return await delete.ExecuteNonQueryAsync();
            }));
        }

        Task<long> CountAsync(Guid user, string table) => database.Access.AsUserAsync(user, async connection =>
        {
            await using var count = new Npgsql.NpgsqlCommand($"SELECT count(*) FROM {table}", connection);
            return (long)(await count.ExecuteScalarAsync())!;
        });
    }

    [Fact]
    public async Task A_movement_of_money_is_made_once_also_beside_others_in_a_batch()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var all = (await database.NewAccountsAsync(user, 8)).Select(id => new TestAccount(id, user)).ToList();
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        var reader = new LedgerReader(database.Access);
        var operation = Guid.NewGuid();
        await Task.WhenAll(all.Select(a => a.DoAsync(writer, a.Open())));

        // The same operation in another account is another movement.
        await Task.WhenAll(all.Select(a => a.DoAsync(writer, Move(a, 5m, operation))));
        for (var i = 0; i < RecentOrders.Max; i++) await all[0].DoAsync(writer, Move(all[0], 1m, Guid.NewGuid()));
        var appends = all.Select((a, i) => i == 0 ? writer.AppendAsync(Move(a, 5m, operation)) : writer.AppendAsync(a.Buy())).ToList();
        (await Should.ThrowAsync<ConflictException>(() => appends[0])).Conflict.ShouldBe(LedgerConflict.Operation);
        await Task.WhenAll(appends.Skip(1));
        (await reader.FoldAsync(all[0].Id)).Balance.ShouldBe(10_005m + RecentOrders.Max);
        (await reader.FindOperationAsync(all[0].Id, operation))!.Seq.ShouldBe(3);
        (await reader.FindOperationAsync(all[0].Id, Guid.NewGuid())).ShouldBeNull();

        static LedgerAppend Move(TestAccount account, decimal amount, Guid id) =>
            account.Next(new BalanceAdjusted(amount, BalanceReason.Deposit, "again") { OperationId = id });
    }

    private static void Same(AccountState one, AccountState other) =>
        JsonSerializer.Serialize(one, DomainJson.Options).ShouldBe(JsonSerializer.Serialize(other, DomainJson.Options));
}
