using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace ActorTrading.Benchmarks;

/// <summary>A grain that does next to nothing, so that what is measured is the call.</summary>
public interface IEchoGrain : IGrainWithIntegerKey
{
    Task<long> Next(long step);
}

public sealed class EchoGrain : Grain, IEchoGrain
{
    private long _value;

    public Task<long> Next(long step) => Task.FromResult(_value += step);
}

/// <summary>Grain calls: callers that each await one call after the other, each with a grain of its own or all with one.</summary>
public sealed class GrainsBench : IBench
{
    public string Name => "grains";

    public string What => "grain calls/s and bytes per call; calls=2000000 is the number of calls of each case";

    public async Task<BenchReport> RunAsync(BenchSettings settings)
    {
        var calls = settings.Count("calls", 2_000_000);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.AddGrains(typeof(EchoGrain).Assembly);
        using var host = builder.Build();
        await host.StartAsync();
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        await MeasureAsync(factory, "warm-up", callers: 4, grains: 4, calls / 4);
        var report = new BenchReport(Name,
        [
            await MeasureAsync(factory, "concurrency 1", callers: 1, grains: 1, calls),
            await MeasureAsync(factory, "concurrency 100", callers: 100, grains: 100, calls),
            await MeasureAsync(factory, "concurrency 100, one grain", callers: 100, grains: 1, calls),
        ]);
        await host.StopAsync();
        return report;
    }

    private static async Task<Measurement> MeasureAsync(IGrainFactory factory, string name, int callers, int grains, int calls)
    {
        var each = calls / callers;
        var recorders = Enumerable.Range(0, callers).Select(_ => new LatencyRecorder(Math.Min(each, 100_000))).ToArray();
        var references = Enumerable.Range(0, grains).Select(i => factory.GetGrain<IEchoGrain>(i)).ToArray();
        foreach (var reference in references)
            await reference.Next(1);
        GC.Collect();
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(i => Task.Run(() => CallAsync(references[i % grains], each, recorders[i]))));
        var elapsed = Stopwatch.GetElapsedTime(start);
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        var made = (double)each * callers;
        return new Measurement(name, made / elapsed.TotalSeconds, LatencyRecorder.Summarise(recorders), bytes / made);
    }

    private static async Task CallAsync(IEchoGrain grain, int calls, LatencyRecorder recorder)
    {
        for (var i = 0; i < calls; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await grain.Next(1);
            recorder.Record(Stopwatch.GetTimestamp() - start);
        }
    }
}
