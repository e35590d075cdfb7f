using System.Diagnostics;
using ActorTrading.Contracts;

namespace ActorTrading.Benchmarks;

/// <summary>Orders through the account grains: decided, durable with their fill and projections, answered.</summary>
public sealed class OrdersBench : IBench
{
    public string Name => "orders";

    public string What => "durable orders/s and latency through the account grains by number of concurrent accounts; orders=30000 each";

    public async Task<BenchReport> RunAsync(BenchSettings settings)
    {
        var orders = settings.Count("orders", 30_000);
        await using var bed = await GrainBed.StartAsync();
        await CaseAsync(bed, 200, orders / 2);
        var cases = new List<Measurement>();
        foreach (var accounts in (int[])[1, 10, 100, 1_000])
        {
            cases.Add(await CaseAsync(bed, accounts, accounts == 1 ? Math.Min(orders, 3_000) : orders));
        }

        return new BenchReport(Name, cases);
    }

    private static async Task<Measurement> CaseAsync(GrainBed bed, int count, int orders)
    {
        var accounts = await bed.AccountsAsync(count);
        var each = Math.Max(1, orders / count);
        var recorders = accounts.Select(_ => new LatencyRecorder(each)).ToArray();
        GC.Collect();
        var bytes = GC.GetTotalAllocatedBytes();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(accounts.Select((account, i) => Task.Run(() => TradeAsync(account, each, recorders[i]))));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        bytes = GC.GetTotalAllocatedBytes() - bytes;
        return new Measurement($"{count} accounts", each * count / seconds, LatencyRecorder.Summarise(recorders), (double)bytes / (each * count));
    }

    /// <summary>Opens and closes in turn, so that an account stays as small as a trader's is.</summary>
    private static async Task TradeAsync(IAccountGrain account, int orders, LatencyRecorder recorder)
    {
        Guid? open = null;
        for (var i = 0; i < orders; i++)
        {
            TradeResult result;
            var sent = Stopwatch.GetTimestamp();
            if (open is { } position)
            {
                var id = Guid.CreateVersion7();
                result = await account.ClosePositionAsync(new Domain.ClosePosition(id, Domain.ClientOrderIds.ForOrder(id), position, null));
                open = null;
            }
            else
            {
                result = await account.PlaceAsync(GrainBed.Buy(0.10m));
                open = result.PositionId;
            }

            recorder.Record(Stopwatch.GetTimestamp() - sent);
            if (!result.Accepted)
            {
                throw new InvalidOperationException($"An order was refused: {result.Message}");
            }
        }
    }
}
