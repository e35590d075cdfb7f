using System.CommandLine;
using System.Globalization;
using ActorTrading.Domain;

namespace ActorTrading.Silo;

/// <summary>What the process was asked to do.</summary>
/// <param name="Port">TCP port of the API and the page, 1 to 65535.</param>
/// <param name="DataFolder">Private PostgreSQL, simulated terminals' books and keys.</param>
/// <param name="Demo">Demo users, a leader who trades and followers who copy.</param>
/// <param name="Replay">A file of recorded ticks to play instead of the generated market.</param>
/// <param name="Symbol">What the replay quotes; null where its file's name says so.</param>
/// <param name="Speed">Of the replay: 1 is the recorded pace, infinity as fast as it goes.</param>
/// <param name="Rate">Quotes per second and symbol of the generated market.</param>
/// <param name="Seed">Of the generated market.</param>
/// <param name="Role"><c>silo</c> hosts grains, <c>api</c> serves clients and asks silos, <c>all</c> does both.</param>
/// <param name="Cluster">So many silos and an API process on this machine, started and watched by this one; 0 for none.</param>
/// <param name="Releases">With <paramref name="Cluster"/>: a folder in which <c>silo-1</c>, …, <c>api</c> may be links to builds; null for none.</param>
public sealed record RunOptions(int Port, string DataFolder, bool Demo, FileInfo? Replay, string? Symbol, double Speed, double Rate, int Seed, string Role, int Cluster, string? Releases)
{
    /// <summary>Reads the arguments; answers an exit code instead where there is nothing to run.</summary>
    public static (RunOptions? Options, int ExitCode) Parse(string[] args)
    {
        var port = new Option<int>("--port") { Description = "TCP port of the API and the page", DefaultValueFactory = _ => 8080 };
        port.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 1 or > 65535) { r.AddError($"--port {r.GetValueOrDefault<int>()}: a port is between 1 and 65535"); } });
        var data = new Option<DirectoryInfo>("--data") { Description = "Folder of the private PostgreSQL, the simulated terminals' books and the keys", DefaultValueFactory = _ => new DirectoryInfo("data") };
        var noDemo = new Option<bool>("--no-demo") { Description = "No demo users, no demo trades" };
        var replay = new Option<FileInfo?>("--replay") { Description = "A .csv or .zip of recorded ticks (ms_since_midnight,bid,ask) to play as the market" };
        replay.Validators.Add(r => { if (r.GetValueOrDefault<FileInfo?>() is { Exists: false } file) { r.AddError($"--replay: there is no file {file.FullName}"); } });
        var symbol = new Option<string?>("--symbol") { Description = "What the replay quotes, where its file's name does not say so" };
        symbol.Validators.Add(r => { if (r.GetValueOrDefault<string?>() is { } name && InstrumentCatalog.Find(name) is null) { r.AddError($"--symbol {name}: not in the instrument catalogue"); } });
        var speed = new Option<string>("--speed") { Description = "Pace of the replay: 1, 10, … or max", DefaultValueFactory = _ => "1" };
        speed.Validators.Add(r => { if (SpeedOf(r.GetValueOrDefault<string>()) is null) { r.AddError($"--speed {r.GetValueOrDefault<string>()}: a number above 0, or max"); } });
        var rate = new Option<double>("--rate") { Description = "Quotes per second and symbol of the generated market", DefaultValueFactory = _ => 5 };
        rate.Validators.Add(r => { if (r.GetValueOrDefault<double>() is not (> 0 and <= 10_000)) { r.AddError("--rate: above 0, at most 10000"); } });
        var seed = new Option<int>("--seed") { Description = "Seed of the generated market", DefaultValueFactory = _ => 1 };
        var role = new Option<string>("--role") { Description = "all, silo or api", DefaultValueFactory = _ => "all" };
        role.AcceptOnlyFromAmong("all", "silo", "api");

        var cluster = new Option<int>("--cluster") { Description = "That many silos and an API process on this machine (needs the Orleans grain host)" };
        cluster.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 1 or > 16) { r.AddError($"--cluster {r.GetValueOrDefault<int>()}: from 1 to 16 silos"); } });
        var releases = new Option<DirectoryInfo?>("--releases") { Description = "With --cluster: a folder of links silo-1, …, api to builds of this program; a member is started from its own, and from this program where it has none" };
        releases.Validators.Add(r => { if (r.GetValueOrDefault<DirectoryInfo?>() is { Exists: false } folder) { r.AddError($"--releases: there is no folder {folder.FullName}"); } });

        var command = new RootCommand("ActorTrading: quotes in over ZeroMQ, orders durable in PostgreSQL, mirrored to followers, everything out over SignalR.")
        {
            port, data, noDemo, replay, symbol, speed, rate, seed, role, cluster, releases,
        };
        RunOptions? options = null;
        command.SetAction(result => options = new RunOptions(
            result.GetValue(port), result.GetValue(data)!.FullName, !result.GetValue(noDemo), result.GetValue(replay), result.GetValue(symbol),
            SpeedOf(result.GetValue(speed))!.Value, result.GetValue(rate), result.GetValue(seed), result.GetValue(role)!, result.GetValue(cluster), result.GetValue(releases)?.FullName));
        try
        {
            var exitCode = command.Parse(args).Invoke();
            return (options, exitCode);
        }
        catch (InvalidOperationException e) when (options is null)
        {
            // A check above asked for a value where what was given is none, such as --port x.
            Console.Error.WriteLine($"error: {e.Message}");
            return (null, 1);
        }
    }

    private static double? SpeedOf(string? text) =>
        text == "max" ? double.PositiveInfinity
        : double.TryParse(text?.TrimEnd('x'), NumberStyles.Float, CultureInfo.InvariantCulture, out var factor) && factor > 0 ? factor
        : null;
}
