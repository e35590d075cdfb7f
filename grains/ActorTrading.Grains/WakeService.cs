using ActorTrading.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace ActorTrading.Grains;

/// <summary>
/// Brings up what must not wait for a call: the process's view of the market, terminals, leaders, which catch up with what their followers
/// have not decided yet, and accounts that a silo may have taken with it before their levels were armed. At the start and whenever a silo has
/// come or gone, then again after 1, 2, 4, … seconds, because a call to a grain that is on the move may be lost, and now and then; waking one
/// that is awake changes nothing.
/// </summary>
public sealed class WakeService(IGrainFactory grains, ProcessMarket market, IAccountDirectory accounts, WakeSignal signal, TimeProvider clock, ILogger<WakeService> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);

    private readonly MovedAccounts _moved = new(accounts, id => grains.GetGrain<IAccountGrain>(id).GetStatusAsync(), clock);
    private readonly TaskCompletionSource _awake = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when everything was woken for the first time.</summary>
    public Task Awake => _awake.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await market.StartAsync();
        var wait = LookAgainAfter;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var leaders = await WakeAsync(stoppingToken);
                if (_awake.TrySetResult())
                {
                    log.LogInformation("Awake: {Leaders} leaders", leaders);
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(e, "Not everything could be woken; trying again");
                wait = LookAgainAfter;
            }

            var asked = false;
            try
            {
                asked = await signal.WaitAsync(wait, clock, stoppingToken);
            }
            catch (OperationCanceledException)
            {
            }

            if (asked)
            {
                _moved.Look();
                wait = LookAgainAfter;
            }
            else
            {
                wait = wait * 2 < LookEvery ? wait * 2 : LookEvery;
            }
        }
    }

    private async Task<int> WakeAsync(CancellationToken cancellation)
    {
        var moved = _moved.CallAsync(cancellation);
        try
        {
            foreach (var account in await accounts.AtTerminalsAsync(cancellation))
            {
                await grains.GetGrain<ITerminalGrain>(account).WakeAsync();
            }

            var leaders = await accounts.LeadersAsync(cancellation);
            foreach (var leader in leaders)
            {
                await grains.GetGrain<ILeaderGrain>(leader).WakeAsync();
            }

            return leaders.Count;
        }
        finally
        {
            await moved;
        }
    }
}
