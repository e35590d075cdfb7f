using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Metadata;

namespace ActorTrading.Silo;

/// <summary>
/// Whether every silo serves each contract in the version that this process calls it in. A new API process beside an old silo is not ready: what only
/// new silos understand may come to an old one first, which hands calls on. Whatever watches over the roll keeps the old process meanwhile.
/// </summary>
internal sealed class ContractsHealthCheck(IClusterManifestProvider manifests) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var own = manifests.LocalGrainManifest;
        var silos = manifests.Current.AllGrainManifests.Where(manifest => !ReferenceEquals(manifest, own) && !manifest.Grains.IsEmpty).ToList();
        var behind = own.Interfaces.Where(contract => VersionOf(contract.Value) is var version && version > 0
            && !(silos.Count > 0 && silos.All(silo => silo.Interfaces.TryGetValue(contract.Key, out var served) && VersionOf(served) >= version))).Select(contract => contract.Key.ToString()).Order().ToList();
        return Task.FromResult(behind.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"Not every silo serves {string.Join(", ", behind)} in the version of this process: upgrade the silos first."));
    }

    private static int VersionOf(GrainInterfaceProperties contract) =>
        contract.Properties.TryGetValue(WellKnownGrainInterfaceProperties.Version, out var version) && int.TryParse(version, out var number) ? number : 0;
}
