using ActorTrading.Domain;
using Npgsql;

namespace ActorTrading.Postgres.Tests.Ledger;

[Collection(OnServer.Name)]
public sealed class LedgerWriterTests(Server server)
{
    [Fact]
    public async Task What_was_answered_is_there_with_its_projections()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var account = new TestAccount((await database.NewAccountsAsync(user))[0], user);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);

        await account.DoAsync(writer, account.Open());
        (await account.DoAsync(writer, account.Buy())).LastSeq.ShouldBe(4);
        (await database.CountAsync("orders WHERE status = 'filled' AND average_price = 1.10005")).ShouldBe(1);
        (await database.CountAsync("positions WHERE volume = 0.10 AND stop_loss = 1.09")).ShouldBe(1);
        (await database.CountAsync("trades")).ShouldBe(0, "its position tells it until its second deal");

        await account.DoAsync(writer, account.CloseAll());
        (await database.CountAsync("positions")).ShouldBe(0);
        (await database.CountAsync("trades WHERE closed_at IS NOT NULL AND profit = 99.50")).ShouldBe(1);
        (await database.SqlAsync("SELECT balance FROM account_state")).ShouldBe(account.State.Balance);

        var reader = new LedgerReader(database.Access);
        var folded = await reader.FoldAsync(account.Id);
        folded.Seq.ShouldBe(6);
        folded.Balance.ShouldBe(account.State.Balance);
        folded.Positions.ShouldBeEmpty();
        (await reader.FoldAsync(account.Id, upToSeq: 4)).Positions.Count.ShouldBe(1);
        (await reader.HeadAsync(account.Id)).ShouldBe(6);
    }

    [Fact]
    public async Task Many_accounts_at_once_each_get_a_gapless_ledger()
    {
        const int accounts = 60, orders = 8;
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var all = (await database.NewAccountsAsync(user, accounts)).Select(id => new TestAccount(id, user)).ToList();
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);

        await Task.WhenAll(all.Select(async account =>
        {
            await account.DoAsync(writer, account.Open());
            for (var i = 0; i < orders; i++) await account.DoAsync(writer, account.Buy());
        }));

        (await database.CountAsync("account_ledger")).ShouldBe(accounts * (2 + 2 * orders));
        (await database.CountAsync("(SELECT account_id FROM account_ledger GROUP BY account_id HAVING max(seq) <> count(*)) gaps")).ShouldBe(0);
        (await database.CountAsync("orders")).ShouldBe(accounts * orders);
        (await database.CountAsync("positions")).ShouldBe(accounts * orders);
        // Group commit: far fewer transactions than appends.
        (await database.CountAsync("ledger_commits")).ShouldBeLessThan(accounts * (1 + orders));
    }

    [Fact]
    public async Task Appends_of_one_account_sent_without_waiting_keep_their_order()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var account = new TestAccount((await database.NewAccountsAsync(user))[0], user);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);

        var answers = new List<Task<AppendResult>>();
        void Send(LedgerAppend append)
        {
            answers.Add(writer.AppendAsync(append));
            account.State = append.Changes.Account;
        }
        Send(account.Open());
        for (var i = 0; i < 20; i++) Send(account.Deposit());
        (await Task.WhenAll(answers)).Select(answer => answer.LastSeq).ShouldBe(Enumerable.Range(2, 21).Select(seq => (long)seq));
    }

    [Fact]
    public async Task A_second_writer_of_an_account_loses_and_learns_where_the_account_is()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var id = (await database.NewAccountsAsync(user))[0];
        var (first, second) = (new TestAccount(id, user), new TestAccount(id, user));
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        await using var rival = new LedgerWriter(database.Options, TimeProvider.System);
        await first.DoAsync(writer, first.Open());
        second.State = first.State;

        await first.DoAsync(writer, first.Deposit());
        var conflict = await Should.ThrowAsync<ConflictException>(rival.AppendAsync(second.Buy()));

        conflict.Conflict.ShouldBe(LedgerConflict.Sequence);
        conflict.ActualSeq.ShouldBe(3);
        (await database.CountAsync("orders")).ShouldBe(0);
        (await database.CountAsync("account_ledger")).ShouldBe(3);
    }

    [Fact]
    public async Task A_gap_is_refused_like_a_conflict()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var account = new TestAccount((await database.NewAccountsAsync(user))[0], user);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        await account.DoAsync(writer, account.Open());
        account.State = account.Deposit().Changes.Account;

        (await Should.ThrowAsync<ConflictException>(writer.AppendAsync(account.Deposit()))).ActualSeq.ShouldBe(2);
        (await database.CountAsync("account_ledger")).ShouldBe(2);
    }

    [Fact]
    public async Task All_that_one_quote_can_do_to_an_account_is_one_append()
    {
        var max = new LedgerWriterOptions().EntriesPerAppend;
        max.ShouldBeGreaterThanOrEqualTo(2 * BrokerEngine.EntriesMax(BrokerSettings.Default));
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var account = new TestAccount((await database.NewAccountsAsync(user))[0], user);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        await account.DoAsync(writer, account.Open());

        (await account.DoAsync(writer, account.Next([.. Deposits(max)]))).LastSeq.ShouldBe(2 + max);
        (await database.CountAsync("account_ledger")).ShouldBe(2 + max);
        await Should.ThrowAsync<ArgumentException>(() => writer.AppendAsync(account.Next([.. Deposits(max + 1)])));

        static IEnumerable<LedgerEvent> Deposits(int count) => Enumerable.Range(0, count).Select(_ => new BalanceAdjusted(1m, BalanceReason.Deposit, "more"));
    }

    [Fact]
    public async Task A_leader_entry_is_decided_once_per_link()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var account = new TestAccount((await database.NewAccountsAsync(user))[0], user);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        var link = Guid.NewGuid();
        await account.DoAsync(writer, account.Open());
        await account.DoAsync(writer, account.Copied(link, 7));

        var again = account.Copied(link, 8);
        again = again with { Changes = again.Changes with { Copies = [again.Changes.Copies[0] with { Decided = again.Changes.Copies[0].Decided with { LeaderSeq = 7 } }] } };
        (await Should.ThrowAsync<ConflictException>(writer.AppendAsync(again))).Conflict.ShouldBe(LedgerConflict.CopyDecision);

        (await database.CountAsync("copy_executions WHERE cardinality(order_ids) = 2")).ShouldBe(1);
        (await database.CountAsync("account_ledger")).ShouldBe(3);
    }

    [Fact]
    public async Task A_client_order_id_is_used_once_per_account()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var ids = await database.NewAccountsAsync(user, 2);
        var (one, other) = (new TestAccount(ids[0], user), new TestAccount(ids[1], user));
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        await one.DoAsync(writer, one.Open());
        await other.DoAsync(writer, other.Open());
        await one.DoAsync(writer, one.Buy(clientOrderId: "mine"));
        await other.DoAsync(writer, other.Buy(clientOrderId: "mine"));

        // As if the state had forgotten it: it remembers only the newest.
        one.State = one.State with { RecentOrders = RecentOrders.Empty, Orders = one.State.Orders.Clear() };
        (await Should.ThrowAsync<ConflictException>(writer.AppendAsync(one.Buy(clientOrderId: "mine")))).Conflict.ShouldBe(LedgerConflict.ClientOrderId);
    }

    [Fact]
    public async Task An_account_that_does_not_exist_and_a_text_that_cannot_be_stored_are_refused_alone()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var good = (await database.NewAccountsAsync(user, 20)).Select(id => new TestAccount(id, user)).ToList();
        var missing = new TestAccount(Guid.NewGuid(), user);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        await Task.WhenAll(good.Select(account => account.DoAsync(writer, account.Open())));

        var bad = good[0].Buy(comment: "a NUL: \0");
        var answers = good.Skip(1).Select(account => account.DoAsync(writer, account.Buy())).ToList();
        var refusals = new[] { writer.AppendAsync(missing.Open()), writer.AppendAsync(bad) };

        await Task.WhenAll(answers);
        foreach (var refusal in refusals) await Should.ThrowAsync<LedgerRefusedException>(refusal);
        (await database.CountAsync("orders")).ShouldBe(19);
        await good[0].DoAsync(writer, good[0].Buy());
    }

    [Fact]
    public async Task Appends_of_many_entries_each_do_not_all_go_into_one_transaction()
    {
        await using var database = await server.MigratedAsync(options => options.Ledger = new LedgerWriterOptions { Lanes = 1, BatchEntries = 20 });
        var user = await database.NewUserAsync("ann");
        var all = (await database.NewAccountsAsync(user, 6)).Select(id => new TestAccount(id, user)).ToList();
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        foreach (var account in all) await account.DoAsync(writer, account.Open());
        var before = await database.CountAsync("ledger_commits");
        await using var other = new NpgsqlConnection(database.Options.ConnectionString);
        await other.OpenAsync();
        await using var holding = await other.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand($"SELECT FROM account_state WHERE account_id = '{all[0].Id}' FOR UPDATE", other);
        await hold.ExecuteNonQueryAsync();

        // While the lane waits for the first one's row the others gather: 30 by itself, and 8 each.
        var answers = new List<Task> { all[0].DoAsync(writer, all[0].Deposit()) };
        await TestWait.UntilAsync(() => writer.Waiting == 0);
        foreach (var account in all.Skip(1)) answers.Add(account.DoAsync(writer, account.Next([.. Deposits(account == all[1] ? 30 : 8)])));
        await holding.RollbackAsync();
        await Task.WhenAll(answers);

        (await database.CountAsync("ledger_commits") - before).ShouldBe(4);
        (await database.CountAsync("account_ledger")).ShouldBe(6 * 2 + 1 + 30 + 4 * 8);

        static IEnumerable<LedgerEvent> Deposits(int count) => Enumerable.Range(0, count).Select(_ => new BalanceAdjusted(1m, BalanceReason.Deposit, "more"));
    }

    [Fact]
    public async Task A_text_that_cannot_be_encoded_is_refused_alone()
    {
        await using var database = await server.MigratedAsync(options => options.Ledger = new LedgerWriterOptions { Lanes = 1 });
        var user = await database.NewUserAsync("ann");
        var all = (await database.NewAccountsAsync(user, 20)).Select(id => new TestAccount(id, user)).ToList();
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        await Task.WhenAll(all.Select(account => account.DoAsync(writer, account.Open())));

        // The first goes alone, the others are one batch.
        var good = all.Skip(1).Take(10).Select(account => account.DoAsync(writer, account.Buy())).ToList();
        var refused = writer.AppendAsync(all[0].Buy(comment: "half of a pair: \ud83d"));
        good.AddRange(all.Skip(11).Select(account => account.DoAsync(writer, account.Buy())));

        await Task.WhenAll(good);
        await Should.ThrowAsync<LedgerRefusedException>(refused);
        (await database.CountAsync("orders")).ShouldBe(19);
    }

    [Fact]
    public async Task A_malformed_append_is_refused_before_it_is_sent()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var account = new TestAccount(Guid.NewGuid(), user);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        var append = account.Open();

        Should.Throw<ArgumentException>(() => writer.AppendAsync(append with { ExpectedSeq = 1 }));
        Should.Throw<ArgumentException>(() => writer.AppendAsync(append with { Entries = [] }));
        Should.Throw<ArgumentException>(() => writer.AppendAsync(append with { AccountId = Guid.NewGuid() }));
        Should.Throw<ArgumentException>(() => writer.AppendAsync(append with { Entries = [append.Entries[0]] }));
    }

    [Fact]
    public async Task What_comes_with_an_append_is_durable_with_it_or_not_at_all()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var account = new TestAccount((await database.NewAccountsAsync(user))[0], user);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        LedgerAppend Extended(LedgerAppend append, string key) => append with
        {
            Outbox = [new OutboxMessage(Guid.NewGuid(), "webhook", """{"a":1}""", TestAccount.Start)],
            Idempotency = new IdempotentAnswer(user, key, [1, 2, 3], 201, "{}"u8.ToArray()),
        };
        await account.DoAsync(writer, Extended(account.Open(), "k1"));
        account.State = account.Deposit().Changes.Account;
        await Should.ThrowAsync<ConflictException>(writer.AppendAsync(Extended(account.Deposit(), "k2")));

        (await database.CountAsync("outbox")).ShouldBe(1);
        (await database.SqlAsync("SELECT string_agg(key || status, ',') FROM idempotency_keys")).ShouldBe("k1201");
    }
}
