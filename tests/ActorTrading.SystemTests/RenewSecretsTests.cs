using ActorTrading.Postgres;
using ActorTrading.Postgres.Migrations;
using ActorTrading.Silo;
using Dapper;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace ActorTrading.SystemTests;

/// <summary>What an operator does to change the key that secrets are stored under.</summary>
[Collection(nameof(Server))]
public sealed class RenewSecretsTests(Server server)
{
    private static readonly string Old = "1:" + Convert.ToBase64String(new byte[32]);
    private static readonly string Both = Old + ",2:" + Convert.ToBase64String([.. Enumerable.Repeat((byte)7, 32)]);

    [Fact]
    public async Task After_it_the_older_key_can_be_removed()
    {
        var database = await server.Postgres.CreateDatabaseAsync();
        await Migrator.RunAsync(new PostgresOptions { ConnectionString = database });
        var (user, secret) = (Guid.CreateVersion7(), new SecretVault(KeyRing.Parse(Old)));
        await using var connection = new NpgsqlConnection(database);
        await connection.ExecuteAsync("INSERT INTO users (id, username, email, password_hash, mfa_secret, created_at, updated_at) VALUES (@user, 'ann', 'ann@example.invalid', '!', @mfa, now(), now())",
            new { user, mfa = secret.Protect("mfa secret", user, "told once") });

        (await RenewAsync(database, Both)).ShouldBe(1);
        (await RenewAsync(database, Both)).ShouldBe(0);
        var stored = await connection.ExecuteScalarAsync<byte[]>("SELECT mfa_secret FROM users WHERE id = @user", new { user });
        new SecretVault(KeyRing.Parse(Both[(Both.IndexOf(',', StringComparison.Ordinal) + 1)..])).Open("mfa secret", user, stored!).ShouldBe("told once");
    }

    [Fact]
    public async Task Keys_that_are_none_are_said()
    {
        var wrong = await Should.ThrowAsync<StartupException>(() => RenewAsync("Host=127.0.0.1;Port=1;Database=none", "nonsense"));
        wrong.Message.ShouldStartWith("Secrets:Keys: ");
    }

    private static Task<int> RenewAsync(string database, string keys) => RenewSecretsCommand.RenewAsync(
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("ConnectionStrings:Postgres", (string?)database), KeyValuePair.Create("Secrets:Keys", (string?)keys)]).Build(),
        Path.GetTempPath(), CancellationToken.None);
}
