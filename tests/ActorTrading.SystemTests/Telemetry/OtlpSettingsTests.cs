using ActorTrading.Silo;
using Microsoft.Extensions.Configuration;

namespace ActorTrading.SystemTests.Telemetry;

/// <summary>Nothing is pushed unless a collector is named, and a setting that cannot be meant is answered before anything starts.</summary>
public sealed class OtlpSettingsTests
{
    [Theory]
    [InlineData()]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317", "OTEL_SDK_DISABLED", "true")]
    public void Without_a_collector_there_is_no_export(params string[] settings) => OtlpExport.Start(Of(settings), "all").ShouldBeNull();

    [Theory]
    [InlineData("collector:4317", "OTEL_EXPORTER_OTLP_ENDPOINT is 'collector:4317': it must be a URL like http://collector:4317.")]
    [InlineData("http://127.0.0.1:4317", "OTEL_EXPORTER_OTLP_PROTOCOL is 'http/json': it must be grpc or http/protobuf.", "OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]
    [InlineData("http://127.0.0.1:4317", "OTEL_TRACES_SAMPLER_ARG is '10%': it must be a share from 0 to 1.", "OTEL_TRACES_SAMPLER_ARG", "10%")]
    public void What_cannot_be_meant_is_named(string endpoint, string answer, params string[] settings) =>
        Should.Throw<StartupException>(() => OtlpExport.Start(Of([.. settings, "OTEL_EXPORTER_OTLP_ENDPOINT", endpoint]), "all")).Message.ShouldBe(answer);

    private static IConfiguration Of(string[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Chunk(2).Select(s => KeyValuePair.Create(s[0], (string?)s[1]))).Build();
}
