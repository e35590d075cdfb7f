using System.Diagnostics;
using ActorTrading.Postgres;
using ActorTrading.Postgres.Migrations;
using Npgsql;

namespace ActorTrading.SystemTests.Deployment;

/// <summary>The scripts as an operator runs them, on a real server.</summary>
[Collection(nameof(Server))]
public sealed class BackupTests(Server server)
{
    [Fact]
    public async Task A_backup_is_restored_into_a_new_database_and_refused_where_it_is_not_whole()
    {
        var connectionString = await server.Postgres.CreateDatabaseAsync();
        await Migrator.RunAsync(new PostgresOptions { ConnectionString = connectionString });
        await ExecuteAsync(connectionString, """
            INSERT INTO users (id, username, email, password_hash, created_at, updated_at) VALUES ('00000000-0000-0000-0000-000000000001', 'ann', 'ann@example.invalid', 'x', now(), now());
            INSERT INTO accounts (id, user_id, name, kind, mode, currency, leverage, created_at, updated_at)
                VALUES ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-000000000001', 'A', 'paper', 'hedging', 'USD', 100, now(), now());
            INSERT INTO account_ledger (account_id, seq, at, kind, body) SELECT '00000000-0000-0000-0000-000000000002', n, now(), 'swapCharged', '{}' FROM generate_series(1, 3) n;
            """);
        var folder = Directory.CreateTempSubdirectory("actortrading-backup-").FullName;
        try
        {
            var (code, said) = await RunAsync(connectionString, "backup.sh", folder);
            code.ShouldBe(0, said);
            var file = said.Trim();
            var restored = $"restored_{Guid.NewGuid():n}";
            (code, said) = await RunAsync(connectionString, "restore.sh", file, restored);
            (code, said.Trim()).ShouldBe((0, $"restored {restored}: 1 accounts, 3 ledger entries"));

            // What was restored is a database that the program starts on, with its rights.
            var there = new NpgsqlConnectionStringBuilder(connectionString) { Database = restored }.ConnectionString;
            (await Migrator.RunAsync(new PostgresOptions { ConnectionString = there })).ShouldBeEmpty();
            await using (var database = new PostgresDatabase(new PostgresOptions { ConnectionString = there }))
            {
                (await new LedgerReader(database).HeadAsync(Guid.Parse("00000000-0000-0000-0000-000000000002"))).ShouldBe(0);
            }

            (code, said) = await RunAsync(connectionString, "restore.sh", file, restored);
            (code, said).ShouldSatisfyAllConditions(r => r.code.ShouldNotBe(0), r => r.said.ShouldContain("exists; restore into a new one"));

            await File.WriteAllTextAsync(file + ".sha256", $"{new string('0', 64)}  {Path.GetFileName(file)}\n");
            (code, said) = await RunAsync(connectionString, "restore.sh", file, $"{restored}_2");
            (code, said).ShouldSatisfyAllConditions(r => r.code.ShouldNotBe(0), r => r.said.ShouldContain("did NOT match"));

            await ExecuteAsync(connectionString, "DELETE FROM ledger_appends WHERE seq = 2");
            (code, said) = await RunAsync(connectionString, "backup.sh", Path.Combine(folder, "later"));
            code.ShouldBe(0, said);
            (code, said) = await RunAsync(connectionString, "restore.sh", said.Trim(), $"{restored}_3");
            (code, said).ShouldSatisfyAllConditions(r => r.code.ShouldNotBe(0), r => r.said.ShouldContain("1 accounts have gaps"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Another_databases_copies_in_the_same_folder_are_neither_counted_nor_taken_away()
    {
        var connectionString = await server.Postgres.CreateDatabaseAsync();
        var folder = Directory.CreateTempSubdirectory("actortrading-backup-").FullName;
        try
        {
            var database = new NpgsqlConnectionStringBuilder(connectionString).Database;
            var before = Path.Combine(folder, $"{database}-20200101T000000Z.dump");
            var others = new[] { "20200101T000000Z", "20200102T000000Z" }.Select(time => Path.Combine(folder, $"{database}-trial-{time}.dump")).ToList();
            foreach (var file in others.Append(before)) await File.WriteAllTextAsync(file, "");
            var (code, said) = await RunAsync(connectionString, "backup.sh", folder, "1");
            code.ShouldBe(0, said);
            Directory.GetFiles(folder, "*.dump").ShouldBe([.. others, said.Trim()], ignoreOrder: true);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>With PostgreSQL's programs in the path, wherever they are installed.</summary>
    private static async Task<(int Code, string Said)> RunAsync(string connectionString, string script, params string[] arguments)
    {
        var to = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo("bash", [DeployFiles.In("backup", script), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        (start.Environment["PGHOST"], start.Environment["PGPORT"], start.Environment["PGUSER"], start.Environment["PGDATABASE"]) = (to.Host, $"{to.Port}", to.Username, to.Database);
        start.Environment["PGPASSWORD"] = to.Password ?? "";
        var installed = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(version => Path.Combine(version, "bin")) : [];
        start.Environment["PATH"] = string.Join(':', [.. new[] { Environment.GetEnvironmentVariable("PG_BIN") }.OfType<string>(), .. installed, Environment.GetEnvironmentVariable("PATH")]);
        using var process = Process.Start(start)!;
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await Patience.WithinAsync(process.WaitForExitAsync(), () => $"{script} {string.Join(' ', arguments)} does not end");
        return (process.ExitCode, string.Concat(await said));
    }
}
