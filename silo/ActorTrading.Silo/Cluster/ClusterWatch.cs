using ActorTrading.Grains;
using Orleans.Runtime;

namespace ActorTrading.Silo;

/// <summary>When a silo comes or goes, what must not wait for a call is woken at once.</summary>
internal sealed class ClusterWatch(IClusterMembershipService membership, WakeSignal wake, ILogger<ClusterWatch> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(stoppingToken))
        {
            log.LogInformation("Cluster at {Version}: {Silos}", snapshot.Version,
                string.Join(", ", snapshot.Members.Values.Where(m => m.Status != SiloStatus.Dead).Select(m => $"{m.Name} {m.Status}")));
            wake.Set();
        }
    }
}
