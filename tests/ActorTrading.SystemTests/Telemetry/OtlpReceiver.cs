using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ActorTrading.SystemTests.Telemetry;

/// <summary>A collector on this machine that keeps what it is sent: OTLP over HTTP, or over gRPC.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    public const string Metrics = "metrics", Traces = "traces";

    /// <summary>A gRPC frame's flag and length.</summary>
    private const int GrpcHeader = 5;

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Signal, byte[] Request)> _received = new();
    private volatile TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OtlpReceiver(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    public static async Task<OtlpReceiver> StartAsync(bool grpc)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(k => k.ConfigureEndpointDefaults(e => e.Protocols = grpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        var receiver = new OtlpReceiver(builder.Build());
        receiver._app.MapPost("/v1/metrics", context => receiver.TakeAsync(Metrics, context));
        receiver._app.MapPost("/v1/traces", context => receiver.TakeAsync(Traces, context));
        receiver._app.MapPost("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", context => receiver.TakeFrameAsync(Metrics, context));
        receiver._app.MapPost("/opentelemetry.proto.collector.trace.v1.TraceService/Export", context => receiver.TakeFrameAsync(Traces, context));
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>What has come of a signal so far, one message a request.</summary>
    public IReadOnlyList<byte[]> Of(string signal) => [.. _received.Where(r => r.Signal == signal).Select(r => r.Request)];

    /// <exception cref="TimeoutException">It did not come.</exception>
    public async Task UntilAsync(Func<bool> isEnough, Func<string> seen)
    {
        var patience = new Patience(() => $"{Of(Metrics).Count} requests of metrics, {Of(Traces).Count} of traces.\n{seen()}");
        while (true)
        {
            var more = _more.Task;
            if (isEnough())
            {
                return;
            }

            patience.Check("what the collector waits for");
            await Task.WhenAny(more, Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System));
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(string signal, HttpContext context)
    {
        Keep(signal, await ReadAsync(context));
        context.Response.ContentType = "application/x-protobuf";
    }

    private async Task TakeFrameAsync(string signal, HttpContext context)
    {
        Keep(signal, (await ReadAsync(context))[GrpcHeader..]);
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(new byte[GrpcHeader]);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private void Keep(string signal, byte[] request)
    {
        _received.Enqueue((signal, request));
        Interlocked.Exchange(ref _more, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        return body.ToArray();
    }
}
