using ActorTrading.Contracts;
using ActorTrading.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace ActorTrading.Grains;

/// <summary>Wakes the runs that go on: after a start, and once a minute those whose process went away under them.</summary>
public sealed class StrategyRunWaker(IGrainFactory grains, IStrategyRunStore store, TimeProvider clock, ILogger<StrategyRunWaker> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    /// <summary>Runs woken at a time.</summary>
    private const int AtOnce = 16;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        do
        {
            try
            {
                // A run is woken when its step is done, and a silo that has just gone is waited for: others are not to wait for that.
                await Parallel.ForEachAsync(await store.RunningAsync(stoppingToken), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken },
                    async (run, cancellation) => await WakeAsync(run.Id, cancellation));
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(e, "Runs could not be woken; trying again");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One that cannot be woken keeps none of the others asleep.</summary>
    private async Task WakeAsync(Guid run, CancellationToken stoppingToken)
    {
        try
        {
            await grains.GetGrain<IStrategyRunGrain>(run).WakeAsync();
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            log.LogWarning(e, "Run {Id} could not be woken; trying again", run);
        }
    }
}
