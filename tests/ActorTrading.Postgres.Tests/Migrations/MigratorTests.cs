using ActorTrading.Postgres.Migrations;
using Npgsql;

namespace ActorTrading.Postgres.Tests.Migrations;

[Collection(OnServer.Name)]
public sealed class MigratorTests(Server server)
{
    private static readonly MigrationScript First = MigrationScript.Of("test", "0001", "CREATE TABLE one (id int)");
    private static readonly MigrationScript Second = MigrationScript.Of("test", "0002", "CREATE TABLE two (id int)");

    [Fact]
    public async Task An_empty_database_gets_everything_and_an_old_one_only_what_is_new()
    {
        var database = await server.EmptyAsync();
        var core = MigrationSource.Core.Scripts();
        (await Migrator.RunAsync(database, core)).Count.ShouldBe(core.Count);
        (await Migrator.RunAsync(database, core)).ShouldBeEmpty();
        (await Migrator.RunAsync(database, [.. core, First])).ShouldBe(["test/0001"]);
        (await Migrator.RunAsync(database, [.. core, First, Second])).ShouldBe(["test/0002"]);
    }

    [Fact]
    public async Task A_database_that_is_missing_is_made()
    {
        var database = server.Postgres.Server.ConnectionString("not there yet");
        (await Migrator.RunAsync(database, [First])).ShouldBe(["test/0001"]);
    }

    [Fact]
    public async Task Processes_that_start_together_apply_each_migration_once()
    {
        var database = await server.EmptyAsync();
        var applied = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Migrator.RunAsync(database, [First, Second])));
        applied.SelectMany(names => names).Order().ShouldBe(["test/0001", "test/0002"]);
    }

    [Fact]
    public async Task A_migration_that_was_edited_after_it_was_applied_is_refused()
    {
        var database = await server.EmptyAsync();
        await Migrator.RunAsync(database, [First]);
        var edited = MigrationScript.Of("test", "0001", First.Sql + ";");
        var error = await Should.ThrowAsync<MigrationException>(Migrator.RunAsync(database, [edited, Second]));
        error.Message.ShouldContain("test/0001 has changed");
        (await Migrator.RunAsync(database, [First, Second])).ShouldBe(["test/0002"]);
    }

    [Fact]
    public async Task A_migration_that_fails_is_named_and_leaves_nothing()
    {
        var database = await server.EmptyAsync();
        var broken = MigrationScript.Of("test", "0002", "CREATE TABLE two (id int); SELECT nonsense;");
        (await Should.ThrowAsync<MigrationException>(Migrator.RunAsync(database, [First, broken]))).Message.ShouldContain("test/0002");
        (await Migrator.RunAsync(database, [First, Second])).ShouldBe(["test/0002"]);
    }

    [Fact]
    public async Task An_older_version_does_not_touch_a_newer_database()
    {
        var database = await server.EmptyAsync();
        await Migrator.RunAsync(database, [First, Second]);
        (await Should.ThrowAsync<MigrationException>(Migrator.RunAsync(database, [First]))).Message.ShouldContain("test/0002");
        // Another room's migrations do not make it newer.
        (await Migrator.RunAsync(database, [MigrationScript.Of("other", "0001", "SELECT 1")])).ShouldBe(["other/0001"]);
    }

    [Fact]
    public async Task An_older_version_goes_on_where_the_newer_ones_migration_says_that_it_may()
    {
        var database = await server.EmptyAsync();
        var third = MigrationScript.Of("test", "0003", "-- beside 0002\nCREATE TABLE three (id int)");
        await Migrator.RunAsync(database, [First, Second, third]);
        (await Migrator.RunAsync(database, [First, Second])).ShouldBeEmpty();

        // Older than the migration allows for.
        (await Should.ThrowAsync<MigrationException>(Migrator.RunAsync(database, [First]))).Message.ShouldContain("test/0002");
        var fourth = MigrationScript.Of("test", "0004", "-- beside 0003\r\nCREATE TABLE four (id int)");
        await Migrator.RunAsync(database, [First, Second, third, fourth]);
        (await Should.ThrowAsync<MigrationException>(Migrator.RunAsync(database, [First, Second]))).Message.ShouldContain("test/0004");
        (await Migrator.RunAsync(database, [First, Second, third])).ShouldBeEmpty();
        (await Migrator.RunAsync(database, [First, Second, third, fourth])).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_journal_from_before_migrations_named_whom_they_run_beside_is_read()
    {
        var database = await server.EmptyAsync();
        await Migrator.RunAsync(database, [First, Second]);
        await using (var connection = new NpgsqlConnection(database))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("ALTER TABLE schema_migrations DROP COLUMN beside", connection);
            await command.ExecuteNonQueryAsync();
        }

        (await Migrator.RunAsync(database, [First, Second])).ShouldBeEmpty();
        (await Should.ThrowAsync<MigrationException>(Migrator.RunAsync(database, [First]))).Message.ShouldContain("test/0002");
    }

    [Fact]
    public async Task Line_ends_do_not_change_a_hash()
    {
        var database = await server.EmptyAsync();
        await Migrator.RunAsync(database, [MigrationScript.Of("test", "0001", "SELECT 1;\nSELECT 2;\n")]);
        (await Migrator.RunAsync(database, [MigrationScript.Of("test", "0001", "SELECT 1;\r\nSELECT 2;\r\n")])).ShouldBeEmpty();
    }

    [Fact]
    public async Task Errors_say_what_to_do_and_never_the_password()
    {
        var database = new NpgsqlConnectionStringBuilder(await server.EmptyAsync());
        var wrong = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Password = "hunter2" };
        var refused = await Should.ThrowAsync<StoreUnavailableException>(Migrator.RunAsync(wrong.ConnectionString, [First]));
        refused.Message.ShouldContain("login was refused");
        refused.ToString().ShouldNotContain("hunter2");

        var nowhere = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = "/nowhere", Password = "hunter2" };
        var away = await Should.ThrowAsync<StoreUnavailableException>(Migrator.RunAsync(nowhere.ConnectionString, [First]));
        away.Message.ShouldContain("Is the server running");
        away.ToString().ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task A_login_that_is_no_superuser_migrates_and_serves_its_own_database()
    {
        var admin = new NpgsqlConnectionStringBuilder(server.Postgres.Server.ConnectionString("postgres"));
        await using (var connection = new NpgsqlConnection(admin.ConnectionString))
        {
            await connection.OpenAsync();
            foreach (var statement in (string[])["CREATE ROLE plain LOGIN PASSWORD 'plain' CREATEDB CREATEROLE", "CREATE ROLE poor LOGIN PASSWORD 'poor'"])
            {
                await using var command = new NpgsqlCommand(statement, connection);
                await command.ExecuteNonQueryAsync();
            }
        }
        var plain = new NpgsqlConnectionStringBuilder(admin.ConnectionString) { Username = "plain", Password = "plain", Database = "plain_owned" };
        await Migrator.RunAsync(new PostgresOptions { ConnectionString = plain.ConnectionString });
        await using var database = new Database(new PostgresOptions { ConnectionString = plain.ConnectionString });
        var user = await database.NewUserAsync("ann");
        await database.NewAccountsAsync(user);
        (await new AccountStore(database.Access, database.Vault).ListAsync(user, new PageRequest())).Items.Count.ShouldBe(1);

        var poor = new NpgsqlConnectionStringBuilder(admin.ConnectionString) { Username = "poor", Password = "poor", Database = "poor_wants" };
        (await Should.ThrowAsync<StoreUnavailableException>(Migrator.RunAsync(new PostgresOptions { ConnectionString = poor.ConnectionString }))).Message.ShouldContain("createdb");
    }
}
