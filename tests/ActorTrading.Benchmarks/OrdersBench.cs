using System.Diagnostics;
using ActorTrading.Contracts;

namespace ActorTrading.Benchmarks;

/// <summary>Orders through the account grains: decided, durable with their fill and projections, answered.</summary>
public sealed class OrdersBench : IBench
{
    public string Name => "orders";

    public string What => "durable orders/s and latency through the account grains by number of concurrent accounts; orders=30000 each, five times as many for 1,000, and PostgreSQL alone with as many rows; then offered=15000 orders/s to 1,000 accounts, offers=60000 of them, latency from when an order was due";

    public async Task<BenchReport> RunAsync(BenchSettings settings)
    {
        var orders = settings.Count("orders", 30_000);
        await using var bed = await GrainBed.StartAsync();

        // The compiler's tiers are gone through first: what is measured is a process that has been up for a minute.
        await CaseAsync(bed, 200, orders);
        await CaseAsync(bed, 1_000, orders * 2);
        var cases = new List<Measurement>();
        foreach (var accounts in (int[])[1, 10, 100, 1_000])
        {
            cases.Add(await CaseAsync(bed, accounts, accounts switch { 1 => Math.Min(orders, 3_000), 1_000 => orders * 5, _ => orders }));
        }

        // A thousand that ask again at once come to about this many a commit, in two lanes.
        var alone = await BareCommits.MeasureAsync(bed.ConnectionString, orders * 5, 500);
        cases[^1] = cases[^1] with { More = new Dictionary<string, double> { ["ratio_to_postgres_alone"] = cases[^1].PerSecond / alone.PerSecond } };
        cases.Add(alone);
        cases.Add(await OfferedAsync(bed, 1_000, settings.Count("offered", 15_000), settings.Count("offers", orders * 2)));
        return new BenchReport(Name, cases);
    }

    /// <summary>
    /// Orders come when they come, whether or not the ones before are answered: what a trader waits. With every account asking again at
    /// once, as in the cases above, the mean latency is their number divided by the throughput and says nothing else.
    /// </summary>
    private static async Task<Measurement> OfferedAsync(GrainBed bed, int count, int perSecond, int orders)
    {
        var accounts = await bed.AccountsAsync(count);
        var each = Math.Max(1, orders / count);
        var recorders = accounts.Select(_ => new LatencyRecorder(each)).ToArray();
        GC.Collect();
        var bytes = GC.GetTotalAllocatedBytes();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(accounts.Select((account, i) => Task.Run(() => TradeAsync(account, each, recorders[i],
            n => started + (long)((n * (double)count + i) / perSecond * Stopwatch.Frequency)))));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        bytes = GC.GetTotalAllocatedBytes() - bytes;
        return new Measurement($"{count} accounts, {perSecond}/s offered", each * count / seconds, LatencyRecorder.Summarise(recorders), (double)bytes / (each * count));
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
    /// <param name="due">When the nth order is to be sent, as a timestamp; null for as soon as the one before is answered.</param>
    private static async Task TradeAsync(IAccountGrain account, int orders, LatencyRecorder recorder, Func<int, long>? due = null)
    {
        Guid? open = null;
        for (var i = 0; i < orders; i++)
        {
            TradeResult result;
            var sent = Stopwatch.GetTimestamp();
            if (due is not null)
            {
                if (due(i) > sent)
                {
                    await Task.Delay(TimeSpan.FromSeconds((due(i) - sent) / (double)Stopwatch.Frequency));
                }

                sent = due(i);
            }

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
