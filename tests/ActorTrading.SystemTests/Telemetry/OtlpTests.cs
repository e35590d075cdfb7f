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
        await collector.UntilAsync(() => TradeTraces.Of(Spans()).Any(trace => trace.Followers.Count >= 3), () => $"{TradeTraces.Describe(Spans())}\n{silo.Tail()}");

        HashSet<string> Names() => [.. collector.Of(OtlpReceiver.Metrics).SelectMany(OtlpMessages.MetricNames)];

        List<ReceivedSpan> Spans() => [.. collector.Of(OtlpReceiver.Traces).SelectMany(OtlpMessages.Spans)];
    }
}
