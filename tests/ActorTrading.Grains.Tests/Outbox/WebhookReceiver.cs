using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Grains.Tests.Outbox;

/// <summary>A real HTTP server on loopback that keeps what it is sent and answers as the test says.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SemaphoreSlim _arrived = new(0);

    private WebhookReceiver(WebApplication app) => _app = app;

    public ConcurrentQueue<ReceivedCall> Calls { get; } = [];

    /// <summary>The answer to each call; 200 unless set.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = _ => Task.CompletedTask;

    public string Url => _app.Urls.First();

    public int Port => new Uri(Url).Port;

    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new WebhookReceiver(builder.Build());
        receiver._app.Run(receiver.ReceiveAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    public async Task ArrivedAsync() =>
        (await _arrived.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBeTrue($"no call came within 20 s; {Calls.Count} had come before");

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _arrived.Dispose();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        Calls.Enqueue(new ReceivedCall(context.Request.Path, await reader.ReadToEndAsync(), context.Request.ContentType,
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        _arrived.Release();
        await Answer(context);
    }
}

internal sealed record ReceivedCall(string Path, string Body, string? ContentType, IReadOnlyDictionary<string, string> Headers);
