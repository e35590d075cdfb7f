using System.Diagnostics.Metrics;
using System.Reflection;

namespace ActorTrading.Silo;

/// <summary>
/// Which process this is: its role, its grain host and its version, as labels of a figure that is always 1, to be joined with what else the
/// process tells. What it takes of the machine (processor, memory, collections, threads) is the runtime's own meter.
/// </summary>
internal sealed class ProcessMetrics : IDisposable
{
    private readonly Meter _meter = new(PrometheusMetrics.OwnMeters + "Process");

    public ProcessMetrics(string role, TimeProvider clock)
    {
        var started = clock.GetUtcNow();
        KeyValuePair<string, object?>[] labels =
        [
            new("role", role), new("grain_host", GrainHost.Name),
            new("version", typeof(ProcessMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown"),
        ];
        _meter.CreateObservableGauge("actortrading.process.info", () => new Measurement<int>(1, labels), description: "This process's role, grain host and version");
        _meter.CreateObservableGauge("actortrading.process.start_time", () => started.ToUnixTimeMilliseconds() / 1000.0, "s", "When the process started, seconds since 1970 UTC");
    }

    public void Dispose() => _meter.Dispose();
}
