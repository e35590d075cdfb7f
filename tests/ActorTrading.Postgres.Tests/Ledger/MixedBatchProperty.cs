using ActorTrading.Domain;
using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Postgres.Tests.Ledger;

[Collection(OnServer.Name)]
public sealed class MixedBatchProperty(Server server)
{
    public enum Kind { Good, Stale, Ahead, UsedClientOrderId, UsedLeaderEntry, Nul, NoAccount }

    private const int Accounts = 14, Runs = 20;

    [Fact]
    public async Task Whatever_is_wrong_in_a_batch_fails_alone()
    {
        await using var database = await server.MigratedAsync(options => options.Ledger = new LedgerWriterOptions { Lanes = 1 });
        var user = await database.NewUserAsync("ann");
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        var batches = Gen.Elements(Enum.GetValues<Kind>()).ArrayOf(Accounts);
        Prop.ForAll(batches.ToArbitrary(), kinds => RunAsync(database, writer, user, kinds).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Runs));
    }

    private static async Task RunAsync(Database database, LedgerWriter writer, Guid user, Kind[] kinds)
    {
        var link = Guid.NewGuid();
        var all = (await database.NewAccountsAsync(user, kinds.Length)).Select(id => new TestAccount(id, user)).ToList();
        await Task.WhenAll(all.Select(async (account, i) =>
        {
            await account.DoAsync(writer, account.Open());
            await account.DoAsync(writer, account.Buy(clientOrderId: "used"));
            await account.DoAsync(writer, account.Copied(link, 100 + i));
        }));
        var before = await database.CountAsync("account_ledger");

        // Sent together: the lane is busy with the first while the others gather.
        var answers = all.Select((account, i) => writer.AppendAsync(AppendOf(kinds[i], account, user, link, 100 + i))).ToList();
        for (var i = 0; i < kinds.Length; i++)
        {
            var expected = kinds[i] switch
            {
                Kind.Good => null,
                Kind.Nul or Kind.NoAccount => typeof(LedgerRefusedException),
                _ => typeof(ConflictException),
            };
            var error = await Record.ExceptionAsync(() => answers[i]);
            error?.GetType().ShouldBe(expected, $"append {i} ({kinds[i]}): {error}");
        }

        var good = kinds.Count(kind => kind == Kind.Good);
        (await database.CountAsync("account_ledger")).ShouldBe(before + 2 * good);
        (await database.CountAsync("account_state s WHERE seq <> (SELECT count(*) FROM account_ledger l WHERE l.account_id = s.account_id)")).ShouldBe(0);
    }

    private static LedgerAppend AppendOf(Kind kind, TestAccount account, Guid user, Guid link, long usedSeq)
    {
        switch (kind)
        {
            case Kind.Stale:
                var stale = new TestAccount(account.Id, user);
                stale.State = stale.Open().Changes.Account;
                return stale.Buy();
            case Kind.Ahead:
                account.State = account.Deposit().Changes.Account;
                return account.Buy();
            case Kind.UsedClientOrderId:
                account.State = account.State with { RecentOrders = RecentOrders.Empty };
                return account.Buy(clientOrderId: "used");
            case Kind.UsedLeaderEntry:
                account.State = account.State with { CopyCursors = account.State.CopyCursors.Clear() };
                return account.Copied(link, usedSeq);
            case Kind.Nul:
                return account.Buy(comment: "\0");
            case Kind.NoAccount:
                return new TestAccount(Guid.NewGuid(), user).Open();
            default:
                return account.Buy();
        }
    }
}
