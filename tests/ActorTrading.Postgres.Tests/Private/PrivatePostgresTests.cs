using System.Diagnostics;
using ActorTrading.Postgres.Private;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ActorTrading.Postgres.Tests.Private;

public sealed class PrivatePostgresTests : IDisposable
{
    private readonly string folder = Path.Combine(Directory.CreateTempSubdirectory("actortrading-own-").FullName, "with a space");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);

    private Task<PrivatePostgres> StartAsync(int? port = null, TimeProvider? time = null) =>
        PrivatePostgres.StartAsync(new PrivatePostgresOptions { Folder = folder, Port = port }, time ?? TimeProvider.System);

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

    [Fact]
    public async Task A_server_that_is_killed_is_started_again_where_it_was_and_with_what_was_committed()
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.GetDirectoryName(folder)!, (UnixFileMode)0b111_101_101);
        var pidFile = Path.Combine(folder, "pgdata", "postmaster.pid");
        int again;
        await using (var server = await StartAsync())
        {
            server.KeepRunning(NullLogger.Instance);
            await AskAsync(server, "CREATE TABLE kept AS SELECT 7 AS n");
            for (var time = 0; time < 2; time++)
            {
                var at = server.ConnectionString();
                var killed = int.Parse(File.ReadLines(pidFile).First());
                Process.GetProcessById(killed).Kill();
                while (await RunningAsync(server, pidFile) is not { } pid || pid == killed) await Task.Yield();
                server.ConnectionString().ShouldBe(at);
                (await AskAsync(server, "SELECT n FROM kept")).ShouldBe(7);
            }

            again = int.Parse(File.ReadLines(pidFile).First());
            // Stopped on purpose it stays so, and is kept again from its next start on.
            await server.StopServerAsync();
            File.Exists(pidFile).ShouldBeFalse();
            await server.StartServerAsync();
        }
        File.Exists(pidFile).ShouldBeFalse();
        Should.Throw<ArgumentException>(() => Process.GetProcessById(again));
    }

    /// <summary>The number of a server that answers.</summary>
    private static async Task<int?> RunningAsync(PrivatePostgres server, string pidFile)
    {
        try
        {
            await AskAsync(server, "SELECT 1");
            return int.Parse(File.ReadLines(pidFile).First());
        }
        catch (Exception error) when (error is NpgsqlException or IOException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    [Fact]
    public async Task A_cluster_that_lacks_a_file_is_not_taken_for_one_that_was_never_made()
    {
        await using (var server = await StartAsync()) await AskAsync(server, "CREATE TABLE kept (n int)");
        var (version, password) = (Path.Combine(folder, "pgdata", "PG_VERSION"), Path.Combine(folder, "password"));
        var was = (File.ReadAllText(version), File.ReadAllText(password));

        File.Delete(version);
        (await Should.ThrowAsync<PrivatePostgresException>(StartAsync())).Message.ShouldContain("PG_VERSION");
        File.WriteAllText(version, was.Item1);
        File.Delete(password);
        (await Should.ThrowAsync<PrivatePostgresException>(StartAsync())).Message.ShouldContain(password);
        File.WriteAllText(password, was.Item2);

        await using (var server = await StartAsync()) (await AskAsync(server, "SELECT count(*) FROM kept")).ShouldBe(0L);
    }

    [Fact]
    public async Task A_log_that_takes_long_to_replay_is_waited_for()
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.GetDirectoryName(folder)!, (UnixFileMode)0b111_101_101);
        var gate = Path.Combine(folder, "gate");
        string connection;
        await using (var server = await StartAsync())
        {
            connection = server.ConnectionString("postgres") + ";Pooling=false";
            await AskAsync(server, "CREATE TABLE kept (n int)");
            // A recovery that lasts until the test lets it end: the server asks for more of its log, and is kept waiting.
            foreach (var setting in new[] { "wal_level = replica", "hot_standby = off", $"restore_command = 'flock \"{gate}\" false'" })
                await AskAsync(server, $"ALTER SYSTEM SET {setting}");
            await server.RestartAsync();
            await AskAsync(server, "INSERT INTO kept VALUES (7)");
        }
        await using var shut = new FileStream(gate, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        File.WriteAllText(Path.Combine(folder, "pgdata", "recovery.signal"), "");

        var clock = new LateClock();
        var starting = StartAsync(time: clock);
        (await Should.ThrowAsync<PostgresException>(async () =>
        {
            while (true)
            {
                try
                {
                    await using var probe = new NpgsqlConnection(connection);
                    await probe.OpenAsync();
                }
                catch (NpgsqlException error) when (error is not PostgresException && !starting.IsCompleted)
                {
                    // It does not listen yet.
                }
            }
        })).SqlState.ShouldBe(PostgresErrorCodes.CannotConnectNow);
        clock.Late = TimeSpan.FromHours(1);
        for (var look = 0; look < 3; look++) await Task.WhenAny(starting, clock.NextPauseAsync());
        starting.IsCompleted.ShouldBeFalse();

        await shut.DisposeAsync();
        await using var started = await starting;
        (await AskAsync(started, "SELECT n FROM kept")).ShouldBe(7);
    }

    /// <summary>The system's, and later by what the test says; tells of each pause that is made.</summary>
    private sealed class LateClock : TimeProvider
    {
        private TaskCompletionSource paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long late;

        public TimeSpan Late { set => Interlocked.Exchange(ref late, (long)(value.TotalSeconds * TimestampFrequency)); }

        public Task NextPauseAsync() => Volatile.Read(ref paused).Task;

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref late);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Exchange(ref paused, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
