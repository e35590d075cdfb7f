using System.Diagnostics;
using ActorTrading.Postgres.Private;
using Npgsql;

namespace ActorTrading.Postgres.Tests.Private;

public sealed class PrivatePostgresTests : IDisposable
{
    private readonly string folder = Path.Combine(Directory.CreateTempSubdirectory("actortrading-own-").FullName, "with a space");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);

    private Task<PrivatePostgres> StartAsync(int? port = null) =>
        PrivatePostgres.StartAsync(new PrivatePostgresOptions { Folder = folder, Port = port }, TimeProvider.System);

    private static async Task<object?> AskAsync(PrivatePostgres server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    [Fact]
    public async Task It_keeps_its_data_over_a_stop_a_crash_and_a_stale_pid_file()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.GetDirectoryName(folder)!, (UnixFileMode)0b111_101_101);
        var pidFile = Path.Combine(folder, "pgdata", "postmaster.pid");
        int crashed;
        await using (var server = await StartAsync())
        {
            await AskAsync(server, "CREATE TABLE kept (n int)");
            (await AskAsync(server, "SHOW fsync")).ShouldBe("on");
            (await AskAsync(server, "SHOW synchronous_commit")).ShouldBe("on");
            (await Should.ThrowAsync<PrivatePostgresException>(StartAsync())).Message.ShouldContain("Another process");
        }
        File.Exists(pidFile).ShouldBeFalse();

        await using (var server = await StartAsync())
        {
            await AskAsync(server, "INSERT INTO kept VALUES (7)");
            crashed = int.Parse(File.ReadLines(pidFile).First());
            Process.GetProcessById(crashed).Kill();
            await Should.ThrowAsync<Exception>(async () => { while (true) await AskAsync(server, "SELECT 1"); });
        }
        // The crashed server's number belongs to another program now: this one.
        var stale = File.ReadAllLines(pidFile);
        stale[0] = Environment.ProcessId.ToString();
        File.WriteAllLines(pidFile, stale);
        await using (var server = await StartAsync()) (await AskAsync(server, "SELECT n FROM kept")).ShouldBe(7);

        File.WriteAllText(Path.Combine(folder, "pgdata", "PG_VERSION"), "12\n");
        (await Should.ThrowAsync<PrivatePostgresException>(StartAsync())).Message.ShouldContain("made by PostgreSQL 12");
    }
}
