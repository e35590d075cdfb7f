using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using ActorTrading.Mt5.Simulation;

namespace ActorTrading.Silo;

/// <summary>
/// Several silos and an API process on this machine, for trying a cluster: this process has the database and the simulated terminals,
/// starts the others, shows what they say, and starts one again that has ended, from another build if it has been given one meanwhile. They end with
/// it, whatever ends it.
/// </summary>
internal static class LocalCluster
{
    private static readonly TimeSpan RestartAfter = TimeSpan.FromSeconds(1);

    /// <summary>Longer than a silo takes to drain.</summary>
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(45);

    public static async Task<int> RunAsync(RunOptions options, string connectionString, SimulatedTerminals? terminals, CancellationToken stop)
    {
        var shared = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = connectionString,
            ["Cluster__StopsWithInput"] = "true",
            ["Market__Simulated"] = "false",
            ["Market__AlwaysOpen"] = terminals is null ? "false" : "true",

            // Its own for each run: silos of a run that was killed are nobody's neighbours.
            ["ORLEANS_CLUSTER_ID"] = Environment.GetEnvironmentVariable("ORLEANS_CLUSTER_ID") ?? $"local-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):n}",
        };
        var siloPort = FreePorts.Block(11111, options.Cluster);
        var gatewayPort = FreePorts.Block(30000, options.Cluster);
        var httpPort = FreePorts.Block(options.Port + 1, options.Cluster);
        var members = Enumerable.Range(0, options.Cluster).Select(i => KeepAsync($"silo-{i + 1}", ["--role", "silo", "--port", Text(httpPort + i)], new(shared)
        {
            ["ORLEANS_SILO_NAME"] = $"silo-{i + 1}",
            ["ORLEANS_SILO_PORT"] = Text(siloPort + i),
            ["ORLEANS_GATEWAY_PORT"] = Text(gatewayPort + i),
        })).ToList();
        if (terminals is not null)
        {
            shared["Demo__LeaderPort"] = Text(terminals.Addresses.LeaderPort);
            shared["Demo__FollowerPort"] = Text(terminals.Addresses.FollowerPort);
        }

        members.Add(KeepAsync("api", ["--role", "api", "--port", Text(options.Port), .. options.Demo ? (string[])[] : ["--no-demo"]], shared));
        Console.WriteLine($"{options.Cluster} silos and an API process: screen http://127.0.0.1:{options.Port}/, data {options.DataFolder}. Ctrl-C stops them all.");
        await Task.WhenAll(members);
        Console.WriteLine("Stopped.");
        return 0;

        async Task KeepAsync(string name, string[] arguments, Dictionary<string, string> environment)
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await RunOnceAsync(name, [.. arguments, "--data", options.DataFolder], environment, options.Releases, stop);
                }
                catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException)
                {
                    Console.WriteLine($"[{name}] cannot be started: {e.Message}");
                }

                await Task.Delay(RestartAfter, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static async Task RunOnceAsync(string name, string[] arguments, Dictionary<string, string> environment, string? releases, CancellationToken stop)
    {
        var (command, folder) = MemberProgram(name, releases);
        var start = new ProcessStartInfo(command[0], [.. command[1..], .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => Say(e.Data);
        process.ErrorDataReceived += (_, e) => Say(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Say($"is process {process.Id}{(folder is null ? "" : $" from {folder}")}");

        // Closing the input asks it to end its work and stop. One that cannot hear is not waited for.
        using var asked = stop.Register(process.StandardInput.Close);
        await process.WaitForExitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await process.WaitForExitAsync(CancellationToken.None).WaitAsync(EndWithin, TimeProvider.System, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!process.HasExited)
        {
            Say("does not end and is killed");
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        Say($"has ended with {process.ExitCode}");

        void Say(string? line)
        {
            if (line is { Length: > 0 })
            {
                Console.WriteLine($"[{name}] {line}");
            }
        }
    }

    /// <summary>This program, or the build that the member's link in the folder of releases leads to at the moment.</summary>
    private static (string[] Command, string? Folder) MemberProgram(string name, string? releases)
    {
        var program = Environment.ProcessPath!;
        var byDotnet = Path.GetFileNameWithoutExtension(program) == "dotnet";
        var own = byDotnet ? typeof(LocalCluster).Assembly.Location : program;
        var link = new DirectoryInfo(Path.Combine(releases ?? "", name));

        // Where it leads now: a link that is changed meanwhile must not mix two builds in one process.
        var folder = releases is not null && link.Exists ? (link.ResolveLinkTarget(returnFinalTarget: true) ?? link).FullName : null;
        var started = folder is null ? own : Path.Combine(folder, Path.GetFileName(own));
        return (byDotnet ? [program, started] : [started], folder);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
