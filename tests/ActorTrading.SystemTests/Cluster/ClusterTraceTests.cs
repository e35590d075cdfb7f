using ActorTrading.SystemTests.Telemetry;

namespace ActorTrading.SystemTests;

/// <summary>A trade is one trace, on however many silos its grains live.</summary>
[Collection(nameof(Server))]
public sealed class ClusterTraceTests(Server server)
{
    /// <summary>So many that they do not all live where their leader does.</summary>
    private const int Followers = 6;

    /// <summary>So many that not each of them has its account and its offers on one silo.</summary>
    private const int Leaders = 3;

    [Fact]
    public async Task One_trace_leads_from_the_leaders_fill_to_each_followers_on_other_silos_also_when_the_leader_has_moved()
    {
        await using var collector = await OtlpReceiver.StartAsync(grpc: false);
        await using var cluster = new TestCluster(await server.Postgres.CreateDatabaseAsync(), 3, null, "--no-demo")
        {
            Settings =
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf", ["OTEL_BSP_SCHEDULE_DELAY"] = "200", ["OTEL_TRACES_SAMPLER_ARG"] = "1",
            },
        };
        await cluster.StartAsync();
        await cluster.Api.RegisterAsync("trader");
        var followers = new List<Guid>();
        for (var i = 0; i < Followers; i++)
        {
            followers.Add(await AccountAsync(cluster.Api, $"follower {i}"));
        }

        var leaders = new List<Guid>();
        for (var i = 0; i < Leaders; i++)
        {
            var leader = await AccountAsync(cluster.Api, $"leader {i}");
            leaders.Add(leader);
            await cluster.Api.PutAsync($"/api/v1/copy-trading/leaders/{leader}", new { published = true });
            foreach (var follower in followers)
            {
                await cluster.Api.PostAsync("/api/v1/copy-trading/links", new { leaderAccountId = leader, followerAccountId = follower, sizing = new { mode = "fixedVolume", value = 0.10m } });
            }
        }

        await cluster.Api.QuotedAsync("EURUSD");
        var seen = new HashSet<string>();
        var first = await AcrossAsync();

        // Whoever led is gone: another reads where it stopped.
        var gone = first.Offers[0].Process;
        Kill(gone);
        (await AcrossAsync()).Offers.ShouldAllBe(offer => offer.Process != gone);

        // From the fill to the offers and from there to a follower, each over to another silo. Grains come up where there is room: one leader after the
        // other is tried, and while those that must live apart are together with each, a silo on which they are is killed.
        async Task<TradeTrace> AcrossAsync()
        {
            const int triesMax = 5 * Leaders;
            for (var tries = 1; ; tries++)
            {
                await OrderAsync(cluster.Api, leaders[tries % Leaders]);
                var trace = await WholeAsync();
                var offering = trace.Offers[0].Process;
                if (trace.Fill!.Process != offering && trace.Followers.Any(decision => decision.Process != offering))
                {
                    return trace;
                }

                tries.ShouldBeLessThan(triesMax, TradeTraces.Describe(Spans()));
                if (tries % Leaders == 0)
                {
                    Kill(offering);
                }
            }
        }

        async Task<TradeTrace> WholeAsync()
        {
            IEnumerable<TradeTrace> Whole() => TradeTraces.Of(Spans()).Where(trace => trace.Fill is { } fill && trace.Followers.Count == Followers && !seen.Contains(fill.Trace));
            await collector.UntilAsync(() => Whole().Any(), () => $"{TradeTraces.Describe(Spans())}\n{cluster.Api.Tail()}");
            var trace = Whole().First();
            seen.Add(trace.Fill!.Trace);
            return trace;
        }

        void Kill(string process) => cluster.Kill(cluster.NameOf(int.Parse(process.Split('-')[^1])));

        List<ReceivedSpan> Spans() => [.. collector.Of(OtlpReceiver.Traces).SelectMany(OtlpMessages.Spans)];
    }

    private static async Task<Guid> AccountAsync(ApiClient api, string name) =>
        Guid.Parse((string)(await api.PostAsync("/api/v1/accounts", new { kind = "paper", name, deposit = 100_000 }))["id"]!);

    private static async Task OrderAsync(ApiClient api, Guid account) =>
        ((string?)(await api.PersistAsync(HttpMethod.Post, "/api/v1/orders", new { accountId = account, symbol = "EURUSD", side = "buy", type = "market", volume = 0.10m },
            () => Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System)))?["status"]).ShouldBe("filled");
}
