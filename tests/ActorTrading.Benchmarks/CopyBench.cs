using System.Diagnostics;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using Orleans;

namespace ActorTrading.Benchmarks;

/// <summary>One leader's fill to N followers: from the leader's durable answer until the last mirrored order is durable and acknowledged.</summary>
public sealed class CopyBench : IBench
{
    /// <summary>The compiler's tiers are gone through first: at half a minute it still takes a seventh of the processor.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromMinutes(1);

    public string Name => "copy";

    public string What => "one leader fill to N followers until the last mirrored order is durable and acknowledged, N = 1, 100, many=10000; rounds=1000 for N = 1; half as many again to warm up, and until the process has been up for a minute";

    public async Task<BenchReport> RunAsync(BenchSettings settings)
    {
        var many = settings.Count("many", 10_000);
        var rounds = settings.Count("rounds", 1_000);
        var up = Stopwatch.StartNew();
        var cases = new List<Measurement>();
        foreach (var (followers, times) in ((int, int)[])[(1, rounds), (100, Math.Max(4, rounds / 10)), (many, Math.Max(4, rounds / 100))])
        {
            cases.Add(await CaseAsync(followers, times, up));
        }

        return new BenchReport(Name, cases);
    }

    private static async Task<Measurement> CaseAsync(int count, int rounds, Stopwatch up)
    {
        await using var bed = await GrainBed.StartAsync();
        var leader = (await bed.AccountsAsync(1))[0];
        var followers = await bed.AccountsAsync(count);
        await bed.LinkAsync(leader, followers, new SizingSettings { Mode = SizingMode.Balance });
        var copying = bed.Grains.GetGrain<ILeaderGrain>(leader.GetPrimaryKey());
        var recorder = new LatencyRecorder(rounds);

        var warmUp = Math.Max(2, rounds / 2);
        long bytes = 0;
        for (var round = 0; round < warmUp + rounds; round++)
        {
            if (round == warmUp && up.Elapsed < WarmUp) warmUp++;
            var before = GC.GetTotalAllocatedBytes();
            await bed.QuoteAsync();
            var opened = await leader.PlaceAsync(GrainBed.Buy(0.10m));
            var durable = Stopwatch.GetTimestamp();
            await copying.WaitDecidedAsync(opened.Seq);
            var elapsed = Stopwatch.GetTimestamp() - durable;
            if (round >= warmUp)
            {
                recorder.Record(elapsed);
                bytes += GC.GetTotalAllocatedBytes() - before;
            }

            var id = Guid.CreateVersion7();
            var closed = await leader.ClosePositionAsync(new ClosePosition(id, ClientOrderIds.ForOrder(id), opened.PositionId!.Value, null));
            await copying.WaitDecidedAsync(closed.Seq);
        }

        var (apart, decided) = (0, 0);
        foreach (var follower in followers)
        {
            var state = await follower.GetStateAsync();
            decided += state.CopyCursors.Count;
            apart += state.Positions.IsEmpty && state.CopyCursors.Count == 1 ? 0 : 1;
        }

        if (apart > 0)
        {
            throw new InvalidOperationException($"{apart} of {count} followers did not follow; {decided} have decided anything.");
        }

        var latency = LatencyRecorder.Summarise([recorder]);
        return new Measurement($"{count} followers", count / (latency.P50Us / 1e6), latency, (double)bytes / rounds / count,
            new Dictionary<string, double> { ["p50_ms"] = latency.P50Us / 1000, ["p99_ms"] = latency.P99Us / 1000, ["max_ms"] = latency.MaxUs / 1000 });
    }
}
