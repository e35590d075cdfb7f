using System.Diagnostics;
using System.Globalization;
using ActorTrading.Mt5.Simulation;

namespace ActorTrading.Silo;

/// <summary>
/// Several silos and an API process on this machine, for trying a cluster: this process has the database and the simulated terminals,
/// starts the others, shows what they say, and starts one again that has ended. They end with it, whatever ends it.
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
                await RunOnceAsync(name, [.. arguments, "--data", options.DataFolder], environment, stop);
                await Task.Delay(RestartAfter, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static async Task RunOnceAsync(string name, string[] arguments, Dictionary<string, string> environment, CancellationToken stop)
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(LocalCluster).Assembly.Location);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

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
        Say($"is process {process.Id}");

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

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
