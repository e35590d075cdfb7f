using ActorTrading.Domain;
using Npgsql;

namespace ActorTrading.Postgres.Tests;

[Collection(OnServer.Name)]
public sealed class SecretsTests(Server server)
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly string First = "1:" + Convert.ToBase64String(new byte[32]);
    private static readonly string Second = "2:" + Convert.ToBase64String([.. Enumerable.Repeat((byte)7, 32)]);

    private static SecretVault Vault(params string[] keys) => new(KeyRing.Parse(string.Join(',', keys)));

    private static async Task<Guid> AccountAsync(Database database, Guid user, string password)
    {
        var account = new StoredAccount
        {
            Id = Guid.NewGuid(), UserId = user, Name = "Main", Kind = AccountKind.Mt5, Mode = PositionMode.Netting, Currency = "EUR", Leverage = 30, CreatedAt = Now,
        };
        await new AccountStore(database.Access, Vault(First)).CreateAsync(account, password);
        return account.Id;
    }

    [Fact]
    public async Task Every_secret_moves_to_the_newest_key()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var account = await AccountAsync(database, user, "s3cret");
        await new UserStore(database.Access, Vault(First)).SetMfaAsync(user, "JBSWY3DP", enabled: true, Now);

        var renewal = new SecretRenewal(database.Access, Vault(First, Second));
        (await renewal.RunAsync(1, Now)).ShouldBe(1);
        (await renewal.RunAsync(10, Now)).ShouldBe(1);
        (await renewal.RunAsync(10, Now)).ShouldBe(0);

        (await new AccountStore(database.Access, Vault(Second)).BrokerPasswordAsync(account)).ShouldBe("s3cret");
        (await new UserStore(database.Access, Vault(Second)).MfaSecretAsync(user)).ShouldBe("JBSWY3DP");
        (await Should.ThrowAsync<SecretUnreadableException>(new AccountStore(database.Access, Vault(First)).BrokerPasswordAsync(account))).Message.ShouldContain("key 2");
    }

    [Fact]
    public async Task A_secret_of_an_account_that_is_being_traded_is_not_left_under_the_old_key()
    {
        await using var database = await server.MigratedAsync();
        var account = await AccountAsync(database, await database.NewUserAsync("ann"), "s3cret");
        await using var trading = new NpgsqlConnection(database.Options.ConnectionString);
        await trading.OpenAsync();
        await using var transaction = await trading.BeginTransactionAsync();
        // What the account's first ledger entry does.
        await using var opening = new NpgsqlCommand(
            $"INSERT INTO account_state (account_id, seq, balance, credit, is_open, updated_at) VALUES ('{account}', 1, 0, 0, true, now())", trading);
        await opening.ExecuteNonQueryAsync();

        (await new SecretRenewal(database.Access, Vault(First, Second)).RunAsync(10, Now)).ShouldBe(1);
        (await new AccountStore(database.Access, Vault(Second)).BrokerPasswordAsync(account)).ShouldBe("s3cret");
    }

    [Fact]
    public async Task A_secret_that_cannot_be_read_holds_up_no_other_and_is_told_when_the_others_are_done()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var accounts = new List<Guid>();
        for (var i = 0; i < 3; i++) accounts.Add(await AccountAsync(database, user, "s3cret"));
        await database.SqlAsync($"UPDATE accounts SET broker_secret = overlay(broker_secret placing '\\x00'::bytea from 32) WHERE id = '{accounts[0]}'");

        var renewal = new SecretRenewal(database.Access, Vault(First, Second));
        (await renewal.RunAsync(10, Now)).ShouldBe(2);
        (await Should.ThrowAsync<SecretUnreadableException>(renewal.RunAsync(10, Now))).Message.ShouldContain(accounts[0].ToString());
        foreach (var account in accounts.Skip(1)) (await new AccountStore(database.Access, Vault(Second)).BrokerPasswordAsync(account)).ShouldBe("s3cret");
    }

    [Fact]
    public void A_key_that_several_make_at_once_is_the_same_for_all_and_nobody_elses_to_read()
    {
        var folder = Directory.CreateTempSubdirectory("actortrading-ring-");
        var file = Path.Combine(folder.FullName, "made", "secrets.keys");
        var sealedBy = new byte[16][];
        var all = new Barrier(sealedBy.Length);
        var threads = Enumerable.Range(0, sealedBy.Length).Select(i => new Thread(() =>
        {
            all.SignalAndWait();
            sealedBy[i] = new SecretVault(KeyRing.LoadOrCreate(file)).Protect("test", Guid.Empty, "secret");
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());

        var vault = new SecretVault(KeyRing.LoadOrCreate(file));
        foreach (var text in sealedBy) vault.Open("test", Guid.Empty, text).ShouldBe("secret");
        Directory.GetFiles(Path.GetDirectoryName(file)!).ShouldHaveSingleItem();
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        folder.Delete(recursive: true);
    }
}
