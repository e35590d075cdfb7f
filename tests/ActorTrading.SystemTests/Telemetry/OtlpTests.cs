namespace ActorTrading.SystemTests.Telemetry;

/// <summary>The real program, told of a collector by OpenTelemetry's own settings, sends its metrics and its traces there.</summary>
[Collection(nameof(Server))]
public sealed class OtlpTests(Server server)
{
    [Theory]
    [InlineData("http/protobuf", "OTEL_TRACES_SAMPLER", "always_on")]
    [InlineData("grpc", "OTEL_TRACES_SAMPLER_ARG", "1")]
    public async Task Metrics_and_the_trace_from_a_leaders_order_to_each_follower_arrive(string protocol, string sampling, string value)
    {
        await using var collector = await OtlpReceiver.StartAsync(grpc: protocol == "grpc");
        await using var silo = new SiloProcess(await server.Postgres.CreateDatabaseAsync(), new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            [sampling] = value,
        });
        await silo.StartAsync();

        // The demo's leader, at a terminal, has three followers: one at a terminal, two on paper.
        string[] wanted =
        [
            "actortrading.order.duration", "actortrading.copy.duration", "actortrading.ledger.commit.duration", "actortrading.ledger.waiting",
            "actortrading.terminal.reconnects", "actortrading.hub.clients", "actortrading.process.info", "dotnet.process.cpu.time", "orleans-catalog-activations",
        ];
        await collector.UntilAsync(() => wanted.Except(Names()).Any() is false, () => $"Missing: {string.Join(", ", wanted.Except(Names()))}\n{silo.Tail()}");
        await collector.UntilAsync(() => Followed(Spans()).Any(followers => followers >= 3), () => $"{Describe(Spans())}\n{silo.Tail()}");

        HashSet<string> Names() => [.. collector.Of(OtlpReceiver.Metrics).SelectMany(OtlpMessages.MetricNames)];

        List<ReceivedSpan> Spans() => [.. collector.Of(OtlpReceiver.Traces).SelectMany(OtlpMessages.Spans)];
    }

    /// <summary>For each trace with an order: how many decisions of followers that the order led to came to a fill.</summary>
    private static IEnumerable<int> Followed(List<ReceivedSpan> spans)
    {
        foreach (var trace in spans.GroupBy(s => s.Trace).Where(t => t.Any(s => s.Name == "order")))
        {
            var byId = trace.DistinctBy(s => s.Id).ToDictionary(s => s.Id);
            yield return byId.Values.Where(s => s.Name == "fill").Select(DecisionOf).OfType<string>().Distinct().Count();

            string? DecisionOf(ReceivedSpan fill)
            {
                string? decision = null;
                for (var span = fill; span.Name != "order"; span = byId[span.Parent])
                {
                    decision ??= span.Name == "copy.decide" ? span.Id : null;
                    if (!byId.ContainsKey(span.Parent))
                    {
                        return null;
                    }
                }

                return decision;
            }
        }
    }

    private static string Describe(List<ReceivedSpan> spans) =>
        string.Join('\n', spans.GroupBy(s => s.Trace).Where(t => t.Any(s => s.Name == "order")).Select(t => $"{t.Key}: {string.Join(", ", t.CountBy(s => s.Name))}"));
}
