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

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        do
        {
            try
            {
                foreach (var run in await store.RunningAsync(stoppingToken))
                {
                    await WakeAsync(run.Id, stoppingToken);
                }
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
