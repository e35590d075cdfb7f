using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace ActorTrading.Postgres.Private;

/// <summary>
/// A PostgreSQL server of this process's own, in one folder: made on first use, started, and stopped with the process,
/// even when that is killed. Other clusters on the machine are never touched. Linux and macOS.
/// </summary>
public sealed partial class PrivatePostgres : IAsyncDisposable
{
    private const string SuperUser = "actortrading";
    private const int LongestSocketPath = 100;

    /// <summary>Bytes; a longer log is put aside at the next start, and the one put aside before is forgotten.</summary>
    private const long LongestLog = 16 << 20;

    private readonly PrivatePostgresOptions options;
    private readonly TimeProvider time;
    private readonly string binaries;
    private readonly ServerUser user;
    private readonly FileStream folderLock;
    private readonly SemaphoreSlim turn = new(1);
    private Process? server;

    private PrivatePostgres(PrivatePostgresOptions options, TimeProvider time, string binaries, FileStream folderLock)
    {
        this.options = options;
        this.time = time;
        this.binaries = binaries;
        this.folderLock = folderLock;
        user = ServerUser.For(options.Folder);
    }

    private string DataFolder => Path.Combine(options.Folder, "pgdata");
    private string LogFile => Path.Combine(options.Folder, "postgres.log");
    private string PasswordFile => Path.Combine(options.Folder, "password");

    /// <summary>The port listened on, or the number in the socket's name.</summary>
    public int Port { get; private set; }

    /// <summary>Connects as the cluster's superuser to the given database (which need not exist yet).</summary>
    public string ConnectionString(string database = "actortrading") => Builder(database).ConnectionString;

    /// <summary>Makes the cluster if there is none, and starts it.</summary>
    /// <exception cref="PrivatePostgresException">Not installed, the folder is in use by another process, or the server does not come up.</exception>
    public static async Task<PrivatePostgres> StartAsync(PrivatePostgresOptions options, TimeProvider time, CancellationToken cancellation = default)
    {
        options = options with { Folder = Path.GetFullPath(options.Folder) };
        if (OperatingSystem.IsWindows())
            throw new PrivatePostgresException("A private PostgreSQL is for Linux and macOS. Set ConnectionStrings__Postgres to the server to use.");
        var binaries = PostgresBinaries.Require();
        Directory.CreateDirectory(options.Folder);
        var instance = new PrivatePostgres(options, time, binaries, await LockAsync(options.Folder, time, cancellation));
        try
        {
            if (!File.Exists(Path.Combine(instance.DataFolder, "PG_VERSION"))) instance.Create();
            else if (!File.Exists(instance.PasswordFile)) throw new PrivatePostgresException($"'{instance.PasswordFile}' is missing: without it nobody gets in to the cluster beside it. Bring it back from a backup.");
            else instance.CheckVersion();
            await instance.StartServerAsync(cancellation);
            return instance;
        }
        catch
        {
            await instance.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the server, rolling back what is under way, and starts it again: what an operator's restart does.</summary>
    public async Task RestartAsync(CancellationToken cancellation = default)
    {
        await StopServerAsync(cancellation);
        await StartServerAsync(cancellation);
    }

    /// <summary>Stops the server; every connection is cut.</summary>
    public Task StopServerAsync(CancellationToken cancellation = default) => InTurnAsync(StopCoreAsync, cancellation);

    /// <summary>Stops the server as a crash would, without a last checkpoint: for a folder that is deleted next.</summary>
    internal Task AbandonAsync() => InTurnAsync(async cancellation =>
    {
        if (server is null) return;
        ChildProcess.TryRun(user.Command(Path.Combine(binaries, "pg_ctl"), "stop", "-D", DataFolder, "-m", "immediate", "-w", "-t", "60"), out _);
        await StopCoreAsync(cancellation);
    }, CancellationToken.None);

    /// <summary>Starts the server after <see cref="StopServerAsync"/>, at the address it had.</summary>
    public Task StartServerAsync(CancellationToken cancellation = default) => InTurnAsync(StartCoreAsync, cancellation);

    private async Task InTurnAsync(Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            await work(cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task StopCoreAsync(CancellationToken cancellation)
    {
        if (server is null) return;
        server.StandardInput.Close();
        await WaitForExitAsync(cancellation);
        server.Dispose();
        server = null;
    }

    private async Task StartCoreAsync(CancellationToken cancellation)
    {
        if (server is not null) return;
        EndLeftOver();
        if (new FileInfo(LogFile) is { Exists: true, Length: > LongestLog }) File.Move(LogFile, LogFile + ".1", overwrite: true);
        var tcp = options.Port is not null || options.Folder.Length > LongestSocketPath - ".s.PGSQL.65535".Length;
        // Chosen once: whoever is connected looks for a server that comes back where it was.
        if (Port == 0) Port = options.Port ?? (tcp ? FreePort() : 5432);
        var settings = Path.Combine(DataFolder, ServerSettings.File);
        File.WriteAllText(settings, ServerSettings.Text(options, Port, tcp, options.Folder, Takes("wal_compression", "lz4") ? "lz4" : "on"));
        user.Own(options.Folder);

        // The shell waits on a pipe that this process holds: when the process ends, however it ends, the shell stops the server.
        // A session of its own keeps a Ctrl-C at our terminal from reaching the server before we are done with it.
        const string script = "exec 3<&0; \"$1\" -D \"$2\" </dev/null >>\"$3\" 2>&1 3<&- & server=$!; " +
            "( read -r line <&3; kill -INT $server ) & reader=$!; exec 3<&-; wait $server; code=$?; kill $reader 2>/dev/null; exit $code";
        var command = user.Command("/bin/sh", "-c", script, "sh", Path.Combine(binaries, "postgres"), DataFolder, LogFile);
        if (ServerUser.Find("setsid") is { } setsid) command = [setsid, .. command];
        server = ChildProcess.Start(command, keepInput: true);
        await WaitUntilReadyAsync(cancellation);
        Watch(server);
    }

    public async ValueTask DisposeAsync()
    {
        await disposing.CancelAsync();
        try
        {
            await StopServerAsync();
        }
        finally
        {
            await watching;
            await folderLock.DisposeAsync();
        }
    }

    /// <summary>Whether the installed server knows this value of a setting: from version 15 on, and as it was built.</summary>
    private bool Takes(string setting, string value) =>
        ChildProcess.TryRun(user.Command(Path.Combine(binaries, "postgres"), "-D", DataFolder, "-C", setting, "-c", $"{setting}={value}"), out _) == 0;

    private NpgsqlConnectionStringBuilder Builder(string database)
    {
        var tcp = options.Port is not null || options.Folder.Length > LongestSocketPath - ".s.PGSQL.65535".Length;
        return new NpgsqlConnectionStringBuilder
        {
            Host = tcp ? "127.0.0.1" : options.Folder,
            Port = Port,
            Database = database,
            Username = SuperUser,
            Password = File.Exists(PasswordFile) ? File.ReadAllText(PasswordFile).Trim() : null,
        };
    }

    /// <summary>How long a predecessor that was killed a moment ago is waited for.</summary>
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(15);

    private static async Task<FileStream> LockAsync(string folder, TimeProvider time, CancellationToken cancellation)
    {
        var file = Path.Combine(folder, "lock");
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                // Released by the system when this process ends, also when it is killed.
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error) when (time.GetElapsedTime(started) >= LockPatience)
            {
                throw new PrivatePostgresException($"Another process uses the data folder '{folder}'. Stop it, or choose another folder.", error);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancellation);
            }
        }
    }

    private void Create()
    {
        // A cluster is made beside and moved here whole, so whatever lies here was one: the ledger may be in it.
        if (Directory.Exists(DataFolder) && Directory.EnumerateFileSystemEntries(DataFolder).Any())
            throw new PrivatePostgresException($"'{DataFolder}' holds something, but no PG_VERSION: it is a cluster that is damaged or was restored in part. Restore it whole, or move it away to begin anew.");
        if (Directory.Exists(DataFolder)) Directory.Delete(DataFolder);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(options.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(PasswordFile, Convert.ToHexString(RandomNumberGenerator.GetBytes(24)));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(PasswordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        user.Own(options.Folder);
        var making = DataFolder + ".new";
        if (Directory.Exists(making)) Directory.Delete(making, recursive: true);
        ChildProcess.Run(user.Command(Path.Combine(binaries, "initdb"), "-D", making, "-U", SuperUser, "--encoding=UTF8", "--locale=C",
            "--auth-local=scram-sha-256", "--auth-host=scram-sha-256", $"--pwfile={PasswordFile}", "--data-checksums"));
        File.AppendAllText(Path.Combine(making, "postgresql.conf"), $"\ninclude_if_exists = '{ServerSettings.File}'\n");
        Directory.Move(making, DataFolder);
    }

    private void CheckVersion()
    {
        var cluster = File.ReadAllText(Path.Combine(DataFolder, "PG_VERSION")).Trim();
        ChildProcess.TryRun([Path.Combine(binaries, "postgres"), "--version"], out var installed);
        if (!installed.Contains($" {cluster}.", StringComparison.Ordinal) && !installed.Contains($" {cluster}\n", StringComparison.Ordinal))
            throw new PrivatePostgresException(
                $"'{DataFolder}' was made by PostgreSQL {cluster}, but '{binaries}' holds {installed.Trim()}. Set PG_BIN to version {cluster}'s programs, or upgrade the folder with pg_upgrade.");
    }

    /// <summary>A server of this folder whose starter was killed together with its shell, or the pid file of one that is gone.</summary>
    private void EndLeftOver()
    {
        var pidFile = Path.Combine(DataFolder, "postmaster.pid");
        if (!File.Exists(pidFile)) return;
        if (int.TryParse(File.ReadLines(pidFile).FirstOrDefault(), out var pid) && IsServerOfThisFolder(pid))
            ChildProcess.Run(user.Command(Path.Combine(binaries, "pg_ctl"), "stop", "-D", DataFolder, "-m", "fast", "-w", "-t", "60"));
        // What is left names a process that is gone, or a number that another program has been given since; either would stop the start.
        if (File.Exists(pidFile)) File.Delete(pidFile);
    }

    private bool IsServerOfThisFolder(int pid)
    {
        try
        {
            var folder = $"/proc/{pid}/cwd";
            if (Directory.Exists("/proc/self")) return new DirectoryInfo(folder).LinkTarget == DataFolder;
            using var process = Process.GetProcessById(pid);
            return process.ProcessName.StartsWith("postgres", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellation)
    {
        var connection = Builder("postgres");
        connection.Pooling = false;
        connection.Timeout = 5;
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                await using var probe = new NpgsqlConnection(connection.ConnectionString);
                await probe.OpenAsync(cancellation);
                return;
            }
            catch (NpgsqlException error)
            {
                if (server!.HasExited) throw Failed("PostgreSQL ended while starting", error);
                // It replays its log, and says so. Cut short, it would begin anew at the next start, and might never come up.
                if (error is PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow }) started = time.GetTimestamp();
                else if (time.GetElapsedTime(started) > options.Patience) throw Failed($"PostgreSQL did not accept connections within {options.Patience.TotalSeconds} s", error);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(25), time, cancellation);
        }
    }

    private async Task WaitForExitAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.Patience);
        try
        {
            await server!.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Failed($"PostgreSQL did not stop within {options.Patience.TotalSeconds} s", null);
        }
    }

    private PrivatePostgresException Failed(string what, Exception? inner)
    {
        var log = File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(5)) : inner?.Message;
        return new PrivatePostgresException($"{what}. Its log, '{LogFile}', ends with:\n{log}", inner);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
