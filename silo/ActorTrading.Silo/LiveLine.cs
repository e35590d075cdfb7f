using System.Globalization;
using ActorTrading.Api.Realtime.Sessions;
using ActorTrading.Grains;

namespace ActorTrading.Silo;

/// <summary>The line that an operator watches: in place on a terminal, once a minute in a file.</summary>
internal sealed class LiveLine(TradingMetrics metrics, IServiceProvider services, TimeProvider clock) : BackgroundService
{
    /// <summary>A silo that serves no clients has none.</summary>
    private readonly SessionRegistry? _clients = services.GetService<SessionRegistry>();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interactive = !Console.IsOutputRedirected;
        using var timer = new PeriodicTimer(interactive ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(60), clock);
        var (quotes, at) = (metrics.Live.QuotesTotal, clock.GetTimestamp());
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var (now, total) = (clock.GetTimestamp(), metrics.Live.QuotesTotal);
            var rate = (total - quotes) / Math.Max(clock.GetElapsedTime(at, now).TotalSeconds, 0.001);
            (quotes, at) = (total, now);
            var line = Line(rate);
            Console.Write(interactive ? $"\r{line}   " : line + Environment.NewLine);
        }
    }

    private string Line(double quotesPerSecond)
    {
        var latency = metrics.Live.CopyLatency() is { } l
            ? string.Create(CultureInfo.InvariantCulture, $"copy latency p50 {l.P50:0.0} ms, p99 {l.P99:0.0} ms")
            : "no copies yet";
        return string.Create(CultureInfo.InvariantCulture,
            $"quotes {quotesPerSecond:0}/s | clients {_clients?.Count ?? 0} | alerts fired {metrics.Live.AlertsTotal} | mirrored {metrics.Live.CopiesTotal} | {latency}");
    }
}
