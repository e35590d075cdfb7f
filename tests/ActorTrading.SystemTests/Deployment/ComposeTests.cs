using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ActorTrading.Silo;
using Npgsql;

namespace ActorTrading.SystemTests.Deployment;

/// <summary>The compose file, the proxy in front and Prometheus, as far as they can be judged without containers.</summary>
public sealed partial class ComposeTests
{
    private static readonly JsonNode Compose = Yaml.Read(DeployFiles.In("docker", "docker-compose.yml")).Single();

    private static readonly IReadOnlyDictionary<string, JsonNode> Services = Compose["services"].Members().ToDictionary(service => service.Key, service => service.Value!);

    /// <summary>Those that run the program.</summary>
    private static IEnumerable<KeyValuePair<string, JsonNode>> Processes => Services.Where(service => service.Value["image"].Text() == "actortrading");

    [Fact]
    public void Every_process_is_started_in_a_role_with_settings_that_it_reads()
    {
        Processes.Select(process => process.Key).ShouldBe(["silo-1", "silo-2", "api-1", "api-2"], ignoreOrder: true);
        foreach (var (name, process) in Processes)
        {
            var (options, _) = RunOptions.Parse(["--data", "/data", "--no-demo", .. process["command"].Items().Select(DeployFiles.Text)]);
            options.ShouldNotBeNull().Role.ShouldBe(name.Split('-')[0]);
            process["environment"].Members().ShouldAllBe(setting => DeployFiles.IsRead(setting.Key));
            DeployFiles.Paths.ShouldContain(new Uri(process["healthcheck"]!["test"].Items().Last().Text()).AbsolutePath);
            int.Parse(process["stop_grace_period"].Text().TrimEnd('s')).ShouldBeGreaterThanOrEqualTo(45);
        }
    }

    [Fact]
    public void What_services_depend_on_and_use_is_declared()
    {
        foreach (var (_, service) in Services)
        {
            var needed = service["depends_on"] is JsonArray list ? list.Items().Select(DeployFiles.Text) : service["depends_on"].Members().Select(on => on.Key);
            needed.ShouldAllBe(on => Services.ContainsKey(on));
            (service["depends_on"] as JsonObject).Members().Where(on => on.Value!["condition"].Text() == "service_healthy")
                .ShouldAllBe(on => Services[on.Key]["healthcheck"] != null);
            service["networks"].Members().ShouldAllBe(network => Compose["networks"]!.AsObject().ContainsKey(network.Key));
            service["volumes"].Items().Select(volume => volume.GetValue<string>().Split(':')[0]).Where(volume => !volume.StartsWith('.'))
                .ShouldAllBe(volume => Compose["volumes"]!.AsObject().ContainsKey(volume));
        }
    }

    [Fact]
    public void Addresses_are_in_the_network_each_once_and_a_silo_tells_the_others_its_own()
    {
        var network = IPNetwork.Parse(Compose["networks"]!["inside"]!["ipam"]!["config"]![0]!["subnet"].Text());
        var addresses = Services.Where(service => Address(service.Value) is not null).ToDictionary(service => service.Key, service => Address(service.Value)!);
        addresses.Values.ShouldBeUnique();
        addresses.Values.ShouldAllBe(address => network.Contains(IPAddress.Parse(address)));
        foreach (var (name, silo) in Processes.Where(process => process.Key.StartsWith("silo", StringComparison.Ordinal)))
        {
            silo["environment"]!["POD_IP"].Text().ShouldBe(addresses[name]);
            silo["environment"]!["ORLEANS_SILO_NAME"].Text().ShouldBe(name);
        }
    }

    /// <summary>Else the limits that count by address would count all clients as one: the proxy.</summary>
    [Fact]
    public void The_processes_believe_the_proxy_whose_request_it_is()
    {
        var proxy = Address(Services["nginx"]).ShouldNotBeNull();
        Processes.ShouldAllBe(process => process.Value["environment"]!["Proxy__Known__0"]!.GetValue<string>() == proxy);
    }

    [Fact]
    public void The_database_takes_the_connections_of_all_processes()
    {
        const int besidesThePool = 8, forPeople = 20;
        var taken = int.Parse(MaxConnections().Match(string.Join(' ', Services["postgres"]["command"].Items().Select(DeployFiles.Text))).Groups[1].Value);
        Processes.Sum(process => new NpgsqlConnectionStringBuilder(process.Value["environment"]!["ConnectionStrings__Postgres"].Text()).MaxPoolSize + besidesThePool)
            .ShouldBeLessThanOrEqualTo(taken - forPeople);
    }

    [Fact]
    public void What_is_to_be_filled_in_is_what_is_asked_for()
    {
        var asked = Asked().Matches(File.ReadAllText(DeployFiles.In("docker", "docker-compose.yml"))).Select(m => m.Groups[1].Value).Distinct();
        var offered = File.ReadAllLines(DeployFiles.In("docker", ".env.example")).Where(line => line.Contains('=') && !line.StartsWith('#')).Select(line => line.Split('=')[0]);
        offered.ShouldBe(asked, ignoreOrder: true);
    }

    [Fact]
    public void The_proxy_and_the_scrapes_go_to_processes_that_are_there()
    {
        var behind = Behind().Matches(File.ReadAllText(DeployFiles.In("nginx", "nginx.conf"))).Select(m => m.Groups[1].Value).ToList();
        behind.ShouldBe(["api-1:8080", "api-2:8080"]);
        var prometheus = Yaml.Read(DeployFiles.In("prometheus", "prometheus.yml")).Single();
        var scraped = prometheus["scrape_configs"].Items().SelectMany(job => job["static_configs"].Items()).SelectMany(targets => targets["targets"].Items()).Select(DeployFiles.Text);
        scraped.ShouldBe(Processes.Select(process => $"{process.Key}:8080"), ignoreOrder: true);
        prometheus["rule_files"].Items().ShouldAllBe(file => File.Exists(DeployFiles.In("prometheus", file.GetValue<string>())));
    }

    [Theory]
    [InlineData("/metrics", true)]
    [InlineData("/metrics/", true)]
    [InlineData("/Metrics", true)]
    [InlineData("/api/v1/market/symbols", false)]
    public void What_is_for_those_inside_the_proxy_keeps_back_however_it_is_spelt(string path, bool kept)
    {
        var location = KeptBack().Match(File.ReadAllText(DeployFiles.In("nginx", "nginx.conf"))).Groups;
        (location[1].Value switch
        {
            "=" => path == location[2].Value,
            "~*" => Regex.IsMatch(path, location[2].Value, RegexOptions.IgnoreCase),
            var other => throw new InvalidOperationException($"nginx's 'location {other}' is not known here."),
        }).ShouldBe(kept);
    }

    [Fact]
    public void Every_alert_has_a_name_of_its_own_a_severity_and_says_what_is_wrong()
    {
        var alerts = Yaml.Read(DeployFiles.In("prometheus", "alerts.yml")).Single()["groups"].Items().SelectMany(group => group["rules"].Items()).ToList();
        alerts.Select(alert => alert["alert"].Text()).ShouldBeUnique();
        foreach (var alert in alerts)
        {
            alert["expr"].Text().ShouldNotBeEmpty();
            new[] { "page", "warn", "info" }.ShouldContain(alert["labels"]!["severity"].Text());
            alert["annotations"]!["summary"].Text().ShouldNotBeEmpty();
        }
    }

    [Fact]
    public void Every_dashboard_is_JSON_with_an_id_of_its_own_and_panels_that_ask_for_something()
    {
        var boards = Directory.GetFiles(DeployFiles.In("grafana"), "*.json").Select(file => JsonNode.Parse(File.ReadAllText(file))!).ToList();
        boards.Select(board => board["uid"].Text()).ShouldBeUnique();
        foreach (var panel in boards.SelectMany(board => board["panels"].Items()).Where(panel => panel["type"].Text() is not ("row" or "text")))
        {
            panel["targets"].Items().Select(target => target["expr"].Text()).ShouldNotBeEmpty(panel["title"].Text());
        }
    }

    /// <summary>The image's own arguments, port and settings are the program's.</summary>
    [Fact]
    public void The_image_starts_the_program_with_arguments_that_it_takes()
    {
        var lines = File.ReadAllLines(DeployFiles.In("docker", "Dockerfile"));
        var entry = JsonNode.Parse(lines.Single(line => line.StartsWith("ENTRYPOINT ", StringComparison.Ordinal))["ENTRYPOINT ".Length..]).Items().Select(DeployFiles.Text).ToArray();
        entry[..2].ShouldBe(["dotnet", $"{typeof(RunOptions).Assembly.GetName().Name}.dll"]);
        RunOptions.Parse(entry[2..]).Options.ShouldNotBeNull();
        lines.Single(line => line.StartsWith("ENV ", StringComparison.Ordinal)).Split(' ')[1..].ShouldAllBe(setting => DeployFiles.IsRead(setting.Split('=', 2)[0]));
        lines.ShouldContain(line => line.StartsWith("USER ", StringComparison.Ordinal));
        Directory.Exists(Path.Combine(DeployFiles.Root, Published().Match(string.Join('\n', lines)).Groups[1].Value)).ShouldBeTrue();
    }

    private static string? Address(JsonNode service) => service["networks"]?["inside"]?["ipv4_address"]?.GetValue<string>();

    [GeneratedRegex(@"\$\{(\w+):\?\}")]
    private static partial Regex Asked();

    [GeneratedRegex(@"max_connections=(\d+)")]
    private static partial Regex MaxConnections();

    [GeneratedRegex(@"^\s*server (\S+:\d+)", RegexOptions.Multiline)]
    private static partial Regex Behind();

    [GeneratedRegex(@"location (\S+) (\S+) \{ return 404; \}")]
    private static partial Regex KeptBack();

    [GeneratedRegex(@"dotnet publish (\S+)")]
    private static partial Regex Published();
}
