using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorTrading.Benchmarks;

/// <summary>Latencies in microseconds.</summary>
public sealed record Latency(double P50Us, double P99Us, double MaxUs);

/// <summary>One measured case.</summary>
/// <param name="Name">Which case, for example "concurrency 100".</param>
/// <param name="PerSecond">Operations per second.</param>
/// <param name="Latency">Per operation; null where there is no such thing.</param>
/// <param name="BytesPerOperation">Allocated on the managed heap, by all threads; null when it was not measured.</param>
/// <param name="More">Further numbers by name, with the unit last in the name.</param>
public sealed record Measurement(
    string Name, double PerSecond, Latency? Latency = null, double? BytesPerOperation = null, IReadOnlyDictionary<string, double>? More = null);

/// <summary>What one run of a benchmark found.</summary>
public sealed record BenchReport(string Bench, IReadOnlyList<Measurement> Measurements)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Who ran the grains, in the benchmarks that call any.</summary>
    public string GrainHost { get; } = GrainHosting.Name;

    public int Cores { get; } = Environment.ProcessorCount;

    public string Runtime { get; } = RuntimeInformation.FrameworkDescription;

    public bool ServerGc { get; } = System.Runtime.GCSettings.IsServerGC;

    /// <summary>One JSON object on one line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public string ToText()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Bench} on {Cores} cores, {Runtime}, grain host {GrainHost}");
        foreach (var m in Measurements)
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"  {m.Name,-32} {m.PerSecond,12:N0}/s");
            if (m.Latency is { } latency)
                text.Append(CultureInfo.InvariantCulture, $"   p50 {latency.P50Us:N1} us  p99 {latency.P99Us:N1} us  max {latency.MaxUs:N0} us");
            if (m.BytesPerOperation is { } bytes)
                text.Append(CultureInfo.InvariantCulture, $"   {bytes:N0} B/op");
            foreach (var (name, value) in m.More ?? new Dictionary<string, double>())
                text.Append(CultureInfo.InvariantCulture, $"   {name} {value:N2}");
        }

        return text.ToString();
    }
}
