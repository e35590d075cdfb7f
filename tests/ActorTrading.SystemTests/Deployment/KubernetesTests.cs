using System.Text.Json.Nodes;
using ActorTrading.Silo;

namespace ActorTrading.SystemTests.Deployment;

/// <summary>The Kubernetes manifests, as far as they can be judged without a cluster: what each names is there, and the program knows it.</summary>
public sealed class KubernetesTests
{
    private const string Namespace = "actortrading";

    private static readonly IReadOnlyList<JsonNode> Objects = [.. Directory.GetFiles(DeployFiles.In("kubernetes"), "*.yaml").Order(StringComparer.Ordinal).SelectMany(Yaml.Read)];

    private static readonly IReadOnlyList<JsonNode> Workloads = [.. OfKind("Deployment")];

    public static TheoryData<string> Deployments => [.. Workloads.Select(Name)];

    [Fact]
    public void Every_object_has_a_kind_and_a_name_of_its_own_in_the_one_namespace()
    {
        foreach (var item in Objects)
        {
            item["apiVersion"].Text().ShouldNotBeEmpty();
            if (item["kind"].Text() is not "Namespace")
            {
                item["metadata"]!["namespace"].Text().ShouldBe(Namespace, Name(item));
            }
        }

        Objects.Select(item => $"{item["kind"].Text()} {Name(item)}").ShouldBeUnique();
        Named("Namespace", Namespace);
        Workloads.Select(Name).ShouldBe(["api", "silo"], ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Deployments))]
    public void A_deployment_selects_its_own_pods_and_starts_the_program_in_a_role(string name)
    {
        var (deployment, container) = (Named("Deployment", name), Container(name));
        Selects(deployment["spec"]!["selector"]!["matchLabels"], deployment).ShouldBeTrue();
        var (options, _) = RunOptions.Parse(["--data", "/data", "--no-demo", .. container["args"].Items().Select(DeployFiles.Text)]);
        options.ShouldNotBeNull().Role.ShouldBe(name);
        Pod(deployment)["spec"]!["topologySpreadConstraints"].Items().ShouldAllBe(spread => Selects(spread["labelSelector"]!["matchLabels"], deployment));
        Named("ServiceAccount", Pod(deployment)["spec"]!["serviceAccountName"].Text());
        container["volumeMounts"].Items().Select(mount => mount["name"].Text())
            .ShouldBe(Pod(deployment)["spec"]!["volumes"].Items().Select(NameIn), ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Deployments))]
    public void Probes_and_scrapes_ask_for_what_the_program_serves_where_it_listens(string name)
    {
        var container = Container(name);
        foreach (var probe in new[] { "startupProbe", "readinessProbe", "livenessProbe" })
        {
            DeployFiles.Paths.ShouldContain(container[probe]!["httpGet"]!["path"].Text(), probe);
            Port(container, container[probe]!["httpGet"]!["port"].Text()).ShouldBe("8080", probe);
        }

        container["readinessProbe"]!["httpGet"]!["path"].Text().ShouldBe("/health/ready");
        container["livenessProbe"]!["httpGet"]!["path"].Text().ShouldBe("/health/live", "A database that is away is no reason to kill the process.");
        var notes = Pod(Named("Deployment", name))["metadata"]!["annotations"];
        DeployFiles.Paths.ShouldContain(notes!["prometheus.io/path"].Text());
        container["ports"].Items().Select(port => port["containerPort"].Text()).ShouldContain(notes["prometheus.io/port"].Text());
    }

    /// <summary>The program drains for up to 30 seconds.</summary>
    [Theory]
    [MemberData(nameof(Deployments))]
    public void A_pod_may_drain_and_the_next_goes_only_when_another_has_come(string name)
    {
        var deployment = Named("Deployment", name);
        int.Parse(Pod(deployment)["spec"]!["terminationGracePeriodSeconds"].Text()).ShouldBeGreaterThanOrEqualTo(45);
        deployment["spec"]!["strategy"]!["rollingUpdate"]!["maxUnavailable"].Text().ShouldBe("0");
    }

    [Fact]
    public void Every_setting_is_one_that_the_program_reads()
    {
        foreach (var source in OfKind("ConfigMap").Select(map => map["data"]).Concat(OfKind("Secret").Select(secret => secret["stringData"])))
        {
            source.Members().ShouldAllBe(setting => DeployFiles.IsRead(setting.Key));
        }

        foreach (var container in Workloads.Select(deployment => Container(Name(deployment))))
        {
            container["env"].Items().ShouldAllBe(variable => DeployFiles.IsRead(variable["name"]!.GetValue<string>()));
            container["envFrom"].Items().SelectMany(from => from.Members()).ShouldAllBe(from =>
                Objects.Any(item => $"{item["kind"].Text()}Ref".Equals(from.Key, StringComparison.OrdinalIgnoreCase) && Name(item) == from.Value!["name"].Text()));
        }
    }

    [Fact]
    public void Budgets_and_autoscalers_name_deployments_that_are_there()
    {
        foreach (var budget in OfKind("PodDisruptionBudget"))
        {
            Workloads.Count(deployment => Selects(budget["spec"]!["selector"]!["matchLabels"], deployment)).ShouldBe(1, Name(budget));
        }

        OfKind("PodDisruptionBudget").Select(Name).ShouldBe(Workloads.Select(Name), ignoreOrder: true);
        foreach (var scaler in OfKind("HorizontalPodAutoscaler"))
        {
            var deployment = Named(scaler["spec"]!["scaleTargetRef"]!["kind"].Text(), scaler["spec"]!["scaleTargetRef"]!["name"].Text());
            var (least, most) = (int.Parse(scaler["spec"]!["minReplicas"].Text()), int.Parse(scaler["spec"]!["maxReplicas"].Text()));
            int.Parse(deployment["spec"]!["replicas"].Text()).ShouldBeInRange(least, most);
            Container(Name(deployment))["resources"]!["requests"]!["cpu"].ShouldNotBeNull("The share of the processor is of what was asked for.");
        }
    }

    [Fact]
    public void What_leads_to_pods_leads_to_ports_that_they_have()
    {
        foreach (var service in OfKind("Service"))
        {
            var deployment = Workloads.Single(candidate => Selects(service["spec"]!["selector"], candidate));
            service["spec"]!["ports"].Items().ShouldAllBe(port => Port(Container(Name(deployment)), port["targetPort"]!.GetValue<string>()) == "8080");
        }

        foreach (var backend in OfKind("Ingress").SelectMany(ingress => ingress["spec"]!["rules"].Items()).SelectMany(rule => rule["http"]!["paths"].Items()).Select(path => path["backend"]!["service"]!))
        {
            Named("Service", NameIn(backend))["spec"]!["ports"].Items().Select(NameIn).ShouldContain(NameIn(backend["port"]!));
        }

        foreach (var policy in OfKind("NetworkPolicy"))
        {
            var deployment = Workloads.Single(candidate => Selects(policy["spec"]!["podSelector"]!["matchLabels"], candidate));
            policy["spec"]!["ingress"].Items().SelectMany(rule => rule["ports"].Items()).Select(port => port["port"].Text())
                .ShouldBe(Container(Name(deployment))["ports"].Items().Select(port => port["containerPort"].Text()), ignoreOrder: true);
            policy["spec"]!["ingress"].Items().SelectMany(rule => rule["from"].Items())
                .ShouldAllBe(from => Workloads.All(candidate => Selects(from["podSelector"]!["matchLabels"], candidate)));
        }
    }

    [Fact]
    public void Whoever_is_bound_to_a_role_is_bound_to_one_that_is_there()
    {
        foreach (var binding in OfKind("RoleBinding"))
        {
            Named(binding["roleRef"]!["kind"].Text(), binding["roleRef"]!["name"].Text());
        }
    }

    private static IEnumerable<JsonNode> OfKind(string kind) => Objects.Where(item => item["kind"].Text() == kind);

    private static JsonNode Named(string kind, string name) =>
        OfKind(kind).SingleOrDefault(item => Name(item) == name) ?? throw new InvalidOperationException($"There is no {kind} '{name}'.");

    private static string Name(JsonNode item) => item["metadata"]!["name"].Text();

    private static string NameIn(JsonNode item) => item["name"].Text();

    private static JsonNode Pod(JsonNode deployment) => deployment["spec"]!["template"]!;

    private static JsonNode Container(string deployment) => Pod(Named("Deployment", deployment))["spec"]!["containers"].Items().Single();

    private static string Port(JsonNode container, string name) => container["ports"].Items().Single(port => port["name"].Text() == name)["containerPort"].Text();

    private static bool Selects(JsonNode? labels, JsonNode deployment) =>
        labels.Members().Any() && labels.Members().All(label => Pod(deployment)["metadata"]!["labels"]![label.Key]?.GetValue<string>() == label.Value.Text());
}
