using System.Diagnostics;
using ActorTrading.Grains;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ActorTrading.Silo;

/// <summary>
/// The same meters, and the traces, pushed to an OpenTelemetry collector, where OpenTelemetry's own setting <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>
/// names one. Its other settings (<c>OTEL_EXPORTER_OTLP_PROTOCOL</c>, <c>…_HEADERS</c>, <c>OTEL_METRIC_EXPORT_INTERVAL</c>, <c>OTEL_TRACES_SAMPLER</c>, …) mean what they
/// mean there.
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Of what begins a trace, this share is traced unless <c>OTEL_TRACES_SAMPLER_ARG</c> says otherwise; all that follows from what is traced is traced.</summary>
    private const double TracedShare = 0.1;

    private static readonly string[] Protocols = ["grpc", "http/protobuf"];

    private readonly MeterProvider _meters;
    private readonly TracerProvider _traces;

    private OtlpExport(IConfiguration configuration, string role)
    {
        void Resource(ResourceBuilder resource) => resource
            .AddService("actortrading", serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}")
            .AddAttributes([new("actortrading.role", role)])
            .AddEnvironmentVariableDetector();

        // The process's settings are the exporter's: from the environment or from appsettings.json.
        _meters = Sdk.CreateMeterProviderBuilder().ConfigureServices(s => s.AddSingleton(configuration)).ConfigureResource(Resource)
            .AddMeter([.. PrometheusMetrics.Meters, PrometheusMetrics.OwnMeters + "*"]).AddOtlpExporter().Build();
        var traces = Sdk.CreateTracerProviderBuilder().ConfigureServices(s => s.AddSingleton(configuration)).ConfigureResource(Resource)
            .AddSource(TradeTrace.SourceName, "Microsoft.Orleans.Application", "Microsoft.AspNetCore", "Npgsql");
        if (configuration["OTEL_TRACES_SAMPLER"] is not { Length: > 0 })
        {
            // A step within something that is not traced is asked about too: it may be a call of the system's own that a trade begins in. Where it is
            // a request that was passed over, its trace's number gives the same answer again.
            var begins = new WhatBeginsSampler(new TraceIdRatioBasedSampler(Share(configuration)));
            traces.SetSampler(new ParentBasedSampler(begins, remoteParentNotSampled: begins, localParentNotSampled: begins));
        }

        _traces = traces.AddOtlpExporter().Build();
    }

    public static bool IsConfigured(IConfiguration configuration) =>
        configuration[Endpoint] is { Length: > 0 } && !string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase);

    /// <returns>Null where no collector is configured.</returns>
    /// <exception cref="StartupException">A setting is not what it must be.</exception>
    public static OtlpExport? Start(IConfiguration configuration, string role)
    {
        if (!IsConfigured(configuration))
        {
            return null;
        }

        if (!Uri.TryCreate(configuration[Endpoint], UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
        {
            throw new StartupException($"{Endpoint} is '{configuration[Endpoint]}': it must be a URL like http://collector:4317.");
        }

        if (configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] is { Length: > 0 } protocol && !Protocols.Contains(protocol, StringComparer.Ordinal))
        {
            throw new StartupException($"OTEL_EXPORTER_OTLP_PROTOCOL is '{protocol}': it must be {string.Join(" or ", Protocols)}.");
        }

        _ = Share(configuration);
        return new OtlpExport(configuration, role);
    }

    private static double Share(IConfiguration configuration) =>
        configuration["OTEL_TRACES_SAMPLER_ARG"] is not { Length: > 0 } text || configuration["OTEL_TRACES_SAMPLER"] is { Length: > 0 } ? TracedShare
        : double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1 ? share
        : throw new StartupException($"OTEL_TRACES_SAMPLER_ARG is '{text}': it must be a share from 0 to 1.");

    /// <summary>Sends what is left, within a few seconds.</summary>
    public void Dispose()
    {
        _meters.Dispose();
        _traces.Dispose();
    }

    /// <summary>
    /// A trace begins with a request from outside or with something done here, not with a call between grains or a statement of ours that no trace
    /// led to: those are the system's own pulse, thousands a second.
    /// </summary>
    private sealed class WhatBeginsSampler(Sampler inner) : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters parameters) =>
            parameters.Kind == ActivityKind.Internal || (parameters.ParentContext == default && parameters.Name == "Microsoft.AspNetCore.Hosting.HttpRequestIn")
                ? inner.ShouldSample(parameters)
                : new SamplingResult(SamplingDecision.Drop);
    }
}
