using System.Diagnostics;
using System.Net;

namespace ActorTrading.SystemTests;

/// <summary>The real program as a process of its own, which a test may kill at any moment and start again on the same database.</summary>
public sealed class SiloProcess : IAsyncDisposable
{
    private readonly string _connectionString;
    private readonly string _data;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly string[] _arguments;
    private Process? _process;
    private TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SiloProcess(string connectionString, IReadOnlyDictionary<string, string>? settings = null, params string[] arguments)
    {
        _connectionString = connectionString;
        _settings = settings ?? new Dictionary<string, string>();
        _arguments = arguments;
        _data = Directory.CreateTempSubdirectory("actortrading-silo-").FullName;
        Port = FreePort();
        Api = new ApiClient(Port, Tail);
    }

    public int Port { get; }

    public ApiClient Api { get; }

    /// <summary>What the process has said; for a failing test's message.</summary>
    public List<string> Output { get; } = [];

    /// <summary>Each line as it is said.</summary>
    public event Action<string>? Said;

    /// <summary>Another build of the program than the one beside these tests: its folder.</summary>
    public string? Build { get; init; }

    /// <summary>Part of the line which says that the API can be asked.</summary>
    public string UpLine { get; init; } = "ActorTrading runs";

    public async Task StartAsync()
    {
        _up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Build is null ? Program() : Path.Combine(Build, "ActorTrading.Silo.dll"), "--port", Port.ToString(), "--data", _data, .. _arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["ConnectionStrings__Postgres"] = _connectionString;
        start.Environment["Limits__Requests__Burst"] = "0";
        start.Environment["Limits__SignIn__Burst"] = "0";
        start.Environment["Auth__PasswordIterations"] = "1000";
        foreach (var (name, value) in _settings)
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, e) => Say(e.Data);
        process.ErrorDataReceived += (_, e) => Say(e.Data);
        process.Exited += (_, _) => _up.TrySetException(new InvalidOperationException("The process ended:\n" + Tail()));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        await _up.Task.WaitAsync(Patience.Max, TimeProvider.System);
    }

    /// <summary><c>kill -9</c>, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync().WaitAsync(Patience.Max, TimeProvider.System);
    }

    /// <summary>Asks a process to end its work and stop.</summary>
    public static void Terminate(int process) => Signal(process, "TERM");

    /// <param name="name">Without SIG: TERM, STOP, CONT.</param>
    public static void Signal(int process, string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", process.ToString()]);
        kill.WaitForExit();
    }

    /// <summary>Starts it and waits until it has ended by itself and all that it said has been read.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunToEndAsync()
    {
        await StartAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _process!.WaitForExitAsync().WaitAsync(Patience.Max, TimeProvider.System);
        return _process.ExitCode;
    }

    /// <summary>As Ctrl-C does, and waits until it is gone.</summary>
    public async Task StopAsync()
    {
        Terminate(_process!.Id);
        await _process.WaitForExitAsync().WaitAsync(Patience.Max, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }

        _process?.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    public string Tail()
    {
        lock (Output)
        {
            return string.Join('\n', Output.TakeLast(40));
        }
    }

    private void Say(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (Output)
        {
            Output.Add(line);
        }

        Said?.Invoke(line);

        if (line.Contains(UpLine, StringComparison.Ordinal))
        {
            _up.TrySetResult();
        }
    }

    /// <summary>The program as it was built beside these tests, for the same grain host and configuration.</summary>
    private static string Program() => Path.Combine(Folder, "ActorTrading.Silo.dll");

    /// <inheritdoc cref="Program" />
    public static string Folder { get; } = FindFolder();

    private static string FindFolder()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var configuration = here.Parent!.Name;
        var host = here.Parent.Parent!.Name;
        var root = here;
        while (!File.Exists(Path.Combine(root.FullName, "ActorTrading.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("The solution's folder is not above the tests.");
        }

        return Path.Combine(root.FullName, "silo", "ActorTrading.Silo", "bin", host, configuration, here.Name);
    }

    public static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
