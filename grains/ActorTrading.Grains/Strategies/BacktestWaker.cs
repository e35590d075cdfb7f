using ActorTrading.Contracts;
using ActorTrading.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace ActorTrading.Grains;

/// <summary>Goes on with unfinished backtests: after a start, and once a minute with those whose process or database went away under them.</summary>
public sealed class BacktestWaker(IGrainFactory grains, IBacktestStore store, BacktestPool pool, TimeProvider clock, ILogger<BacktestWaker> log) : BackgroundService
{
    private const int LookedAtMax = 10_000;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        pool.Stop();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        do
        {
            try
            {
                foreach (var row in await store.UnfinishedAsync(LookedAtMax, stoppingToken))
                {
                    await grains.GetGrain<IBacktestGrain>(row.Id).WakeAsync();
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(e, "Unfinished backtests could not be looked for; trying again");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
