using System.Text.RegularExpressions;

namespace ActorTrading.SystemTests.Telemetry;

/// <summary>What the dashboards, the alert rules and the guide name is what the real program shows at <c>/metrics</c>.</summary>
[Collection(nameof(Server))]
public sealed partial class DeployedNamesTests(Server server)
{
    [Fact]
    public async Task Every_name_in_the_dashboards_the_rules_and_the_guide_is_exported_and_no_label_names_an_account()
    {
        await using var silo = new SiloProcess(await server.Postgres.CreateDatabaseAsync());
        await silo.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{silo.Port}"), Timeout = Patience.Max };

        // The demo's leader trades by itself: after the first mirrored fill everything has been measured once.
        string text;
        var patience = new Patience(silo.Tail);
        using var often = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        do
        {
            patience.Check("a mirrored fill in /metrics");
            await often.WaitForNextTickAsync();
            text = await http.GetStringAsync("/metrics");
        }
        while (!text.Contains("actortrading_copy_duration_seconds_count", StringComparison.Ordinal));

        var exported = Families().Matches(text).SelectMany(m => m.Groups["type"].Value == "histogram"
            ? new[] { "_bucket", "_count", "_sum" }.Select(part => m.Groups["name"].Value + part) : [m.Groups["name"].Value]).ToHashSet(StringComparer.Ordinal);
        var root = Root();
        var files = Directory.GetFiles(Path.Combine(root, "deploy", "grafana"), "*.json").Append(Path.Combine(root, "deploy", "prometheus", "alerts.yml"));
        var asked = files.SelectMany(file => Asked().Matches(File.ReadAllText(file)).Select(m => m.Value)).ToHashSet(StringComparer.Ordinal);
        asked.ShouldNotBeEmpty();
        asked.Except(exported).ShouldBeEmpty();

        // The guide names each of our own, and no other.
        var own = Families().Matches(text).Select(m => m.Groups["name"].Value).Where(n => n.StartsWith("actortrading_", StringComparison.Ordinal));
        var guide = Listed().Matches(File.ReadAllText(Path.Combine(root, "docs", "operations.md"))).Select(m => m.Groups["name"].Value);
        guide.ShouldBe(own, ignoreOrder: true);

        Ids().Matches(text).Select(m => m.Value).ShouldBeEmpty();
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ActorTrading.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The solution's folder is not above the tests.");
        }

        return folder.FullName;
    }

    [GeneratedRegex("^# TYPE (?<name>[a-z0-9_]+) (?<type>[a-z]+)$", RegexOptions.Multiline)]
    private static partial Regex Families();

    [GeneratedRegex("\\b(?:actortrading|dotnet|orleans|http_server|kestrel)_[a-z_]+")]
    private static partial Regex Asked();

    [GeneratedRegex("^\\| `(?<name>actortrading_[a-z_]+)", RegexOptions.Multiline)]
    private static partial Regex Listed();

    [GeneratedRegex("\\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\\b", RegexOptions.IgnoreCase)]
    private static partial Regex Ids();
}
