using ActorTrading.Contracts;
using Microsoft.Extensions.Hosting;

namespace ActorTrading.Grains;

/// <summary>Starts the market's picture of a process that hosts no grains.</summary>
public sealed class MarketStarter(ProcessMarket market) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => market.StartAsync().WaitAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
