using ActorTrading.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace ActorTrading.Grains;

/// <summary>
/// After a start, brings up what must not wait for a call: the process's view of the market, terminals, and leaders, which catch up
/// with what their followers have not decided yet.
/// </summary>
public sealed class WakeService(IGrainFactory grains, ProcessMarket market, IAccountDirectory accounts, ILogger<WakeService> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await market.StartAsync();
        foreach (var account in await accounts.AtTerminalsAsync(stoppingToken))
        {
            await grains.GetGrain<ITerminalGrain>(account).WakeAsync();
        }

        var leaders = await accounts.LeadersAsync(stoppingToken);
        foreach (var leader in leaders)
        {
            await grains.GetGrain<ILeaderGrain>(leader).WakeAsync();
        }

        log.LogInformation("Awake: {Leaders} leaders", leaders.Count);
    }
}
