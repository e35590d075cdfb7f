using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorTrading.SystemTests;

/// <summary><c>--cluster N</c> as a process of its own: silos that may be killed or asked to stop, and that are started again by it.</summary>
internal sealed partial class TestCluster : IAsyncDisposable
{
    private readonly SiloProcess _process;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _processes = [];
    private readonly Dictionary<string, TaskCompletionSource> _running = [];
    private readonly Dictionary<string, TaskCompletionSource> _givenUp = [];

    /// <param name="build">Another build's folder; null for the one beside these tests.</param>
    public TestCluster(string connectionString, int silos, string? build, params string[] arguments)
    {
        Names = [.. Enumerable.Range(1, silos).Select(i => $"silo-{i}")];
        _process = new SiloProcess(connectionString, Settings, ["--cluster", silos.ToString(CultureInfo.InvariantCulture), .. arguments]) { UpLine = "[api] ActorTrading runs", Build = build };
        _process.Said += Listen;
        foreach (var name in (string[])[.. Names, Gateway])
        {
            _running[name] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Of every process, beside those that a local cluster has; before it is started.</summary>
    public Dictionary<string, string> Settings { get; } = [];

    /// <summary>The API process.</summary>
    public const string Gateway = "api";

    /// <summary>The silos.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>All that its processes have said so far.</summary>
    public IReadOnlyList<string> Said()
    {
        lock (_process.Output)
        {
            return [.. _process.Output];
        }
    }

    public int Port => _process.Port;

    public ApiClient Api => _process.Api;

    /// <summary>Until the API answers and every silo is there.</summary>
    public async Task StartAsync()
    {
        await _process.StartAsync();
        foreach (var name in Names)
        {
            await RunningAsync(name);
        }
    }

    /// <summary><c>kill -9</c>; it is started again by itself.</summary>
    public void Kill(string name) => End(name, id => Process.GetProcessById(id).Kill());

    /// <summary>Which silo a process is.</summary>
    public string NameOf(int process)
    {
        lock (_gate)
        {
            return _processes.Single(p => p.Value == process).Key;
        }
    }

    /// <summary>As an orchestrator stops it; it is started again by itself.</summary>
    public void Terminate(string name) => End(name, SiloProcess.Terminate);

    /// <summary>Stops it where it stands: the others see it fall silent, and it does not know.</summary>
    /// <returns>Until the others have given it up.</returns>
    public Task Freeze(string name)
    {
        Task gone;
        lock (_gate)
        {
            gone = (_givenUp[name] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        End(name, id => SiloProcess.Signal(id, "STOP"));
        return Patience.WithinAsync(gone, _process.Tail);
    }

    /// <summary>Goes on where it stood. If it was given up meanwhile it ends as soon as it knows, and is started again.</summary>
    public Task ThawAsync(string name)
    {
        lock (_gate)
        {
            SiloProcess.Signal(_processes[name], "CONT");
        }

        return RunningAsync(name);
    }

    /// <summary>Until the silo, ended before or not, serves.</summary>
    public Task RunningAsync(string name)
    {
        lock (_gate)
        {
            return Patience.WithinAsync(_running[name].Task, _process.Tail);
        }
    }

    /// <summary>Stops them all in peace, and what a peaceful stop leaves is removed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync();
        await _process.DisposeAsync();
    }

    private void End(string name, Action<int> end)
    {
        int id;
        lock (_gate)
        {
            id = _processes[name];
            _running[name] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        try
        {
            end(id);
        }
        catch (ArgumentException)
        {
            // Gone already: it was killed before it could say that it runs again.
        }
    }

    private void Listen(string line)
    {
        lock (_gate)
        {
            if (Started().Match(line) is { Success: true } started)
            {
                _processes[started.Groups[1].Value] = int.Parse(started.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
            }
            else if (Runs().Match(line) is { Success: true } runs)
            {
                _running[runs.Groups[1].Value].TrySetResult();
            }
            else if (line.Contains("Cluster at", StringComparison.Ordinal))
            {
                foreach (var (name, gone) in _givenUp)
                {
                    if (!line.Contains($"{name} Active", StringComparison.Ordinal))
                    {
                        gone.TrySetResult();
                    }
                }
            }
        }
    }

    [GeneratedRegex(@"^\[(silo-\d+|api)\] is process (\d+)")]
    private static partial Regex Started();

    [GeneratedRegex(@"^\[(silo-\d+|api)\] ActorTrading runs")]
    private static partial Regex Runs();
}
