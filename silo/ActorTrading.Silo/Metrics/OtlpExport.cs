using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ActorTrading.Silo;

/// <summary>The same meters, and the traces, pushed to an OpenTelemetry collector, where <c>Telemetry:Otlp:Endpoint</c> names one.</summary>
internal sealed class OtlpExport : IDisposable
{
    private readonly MeterProvider _meters;
    private readonly TracerProvider _traces;

    private OtlpExport(Uri endpoint, string role)
    {
        var resource = ResourceBuilder.CreateDefault().AddService("actortrading", serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}")
            .AddAttributes([new("actortrading.role", role)]);
        void Export(OtlpExporterOptions options) => options.Endpoint = endpoint;
        _meters = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(PrometheusMetrics.Meters).AddOtlpExporter(Export).Build();
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource("ActorTrading", "Microsoft.Orleans.Application", "Npgsql")
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(0.1))).AddOtlpExporter(Export).Build();
    }

    /// <returns>Null where no collector is configured.</returns>
    /// <exception cref="StartupException">The endpoint is no URL.</exception>
    public static OtlpExport? Start(IConfiguration configuration, string role) =>
        configuration["Telemetry:Otlp:Endpoint"] is not { Length: > 0 } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint.Scheme is ("http" or "https") ? new OtlpExport(endpoint, role)
        : throw new StartupException($"Telemetry:Otlp:Endpoint is '{text}': it must be a URL like http://collector:4317.");

    public void Dispose()
    {
        _meters.Dispose();
        _traces.Dispose();
    }
}
