using System.Diagnostics;
using System.Globalization;
using System.Security.Claims;
using ActorTrading.Api.Limits;
using ActorTrading.Api.Realtime;
using ActorTrading.Api.Realtime.Quotes;
using ActorTrading.Api.Realtime.Sessions;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Benchmarks;

/// <summary>What a fan-out run measured. Latencies in milliseconds from publishing to the client's having read the oldest quote of a frame.</summary>
public sealed record FanoutResult(string Name, int Clients, int Symbols, int OfferedPerSecond, double PublishedPerSecond, double DeliveredPerSecond,
    double QuotesPerFrame, double P50Ms, double P99Ms, double MaxMs, double CpuUsPerFrame, double AllocatedBytesPerFrame)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Name,-34} {Clients,5} clients x {Symbols} symbols  offered {OfferedPerSecond,6}/s  delivered {DeliveredPerSecond,10:0}/s  {QuotesPerFrame,6:0.0} quotes/frame  p50 {P50Ms,7:0.00} ms  p99 {P99Ms,7:0.00} ms  max {MaxMs,7:0.00} ms  {CpuUsPerFrame:0.0} us CPU and {AllocatedBytesPerFrame:0} B a frame");
}

/// <summary>Quotes to many WebSocket clients over loopback, server and clients in this one process, beside a hub as one writes it first.</summary>
public sealed class FanoutBench : IBench
{
    public string Name => "fanout";

    public string What => "quotes to WebSocket clients: delivered/s and tick-to-client latency (clients=1000 symbols=10 every=2600 seconds=5)";

    public async Task<BenchReport> RunAsync(BenchSettings settings)
    {
        var (clients, symbols) = (settings.Count("clients", 1000), settings.Count("symbols", 10));
        var measured = TimeSpan.FromSeconds(settings.Count("seconds", 5));
        var every = settings.Count("every", 2600);
        // The first connections of a process pay for compiling everything; a server that has run for a minute does not.
        await RunAsync("warm-up", clients, symbols, 100, 0, TimeSpan.FromSeconds(2));
        FanoutResult[] results =
        [
            await RunAsync("100 quotes/s, every quote", clients, symbols, 100, 0, measured),
            await RunAsync("100 quotes/s, a stalled client in 10", clients, symbols, 100, 0, measured, clients / 10),
            await RunAsync($"{every} quotes/s, every quote", clients, symbols, every, 0, measured),
            await RunAsync($"{every} quotes/s, a stalled client in 10", clients, symbols, every, 0, measured, clients / 10),
            await RunAsync($"{every} quotes/s, 10/s and symbol", clients, symbols, every, 10, measured),
            await RunBareAsync("bare hub, 100 quotes/s", clients, symbols, 100, measured),
            await RunBareAsync($"bare hub, {every} quotes/s", clients, symbols, every, measured),
        ];
        return new BenchReport(Name, [.. results.Select(r => new Measurement(r.Name, r.DeliveredPerSecond,
            new Latency(r.P50Ms * 1e3, r.P99Ms * 1e3, r.MaxMs * 1e3), r.AllocatedBytesPerFrame, new Dictionary<string, double>
            {
                ["published_per_second"] = r.PublishedPerSecond,
                ["quotes_per_frame"] = r.QuotesPerFrame,
                ["cpu_us_per_frame"] = r.CpuUsPerFrame,
            }))]);
    }

    /// <param name="perSecond">Quotes published a second over all symbols.</param>
    /// <param name="maxPerSecond">What the clients ask for; 0 for every quote.</param>
    /// <param name="stalled">Clients besides that subscribe and then never read.</param>
    public static async Task<FanoutResult> RunAsync(string name, int clients, int symbols, int perSecond, int maxPerSecond, TimeSpan measured, int stalled = 0)
    {
        var names = Enumerable.Range(0, symbols).Select(i => $"SYM{i:00}").ToArray();
        await using var app = BuildApp(names);
        await app.StartAsync();
        var fanout = app.Services.GetRequiredService<QuoteFanout>();
        fanout.Start();
        var slots = names.Select(fanout.Log.Symbol).ToArray();
        var port = new Uri(app.Urls.First()).Port;
        var subscribe = $$"""{"type":1,"target":"SubscribeSymbols","arguments":[[{{string.Join(',', names.Select(n => $"\"{n}\""))}}],{{maxPerSecond}}]}""" + '\u001e';
        var start = new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
        return await DriveAsync(name, "/hubs/trading", port, subscribe, clients, stalled, symbols, perSecond, measured,
            n => fanout.Publish(slots[n % symbols], new(names[n % symbols], n, n + 1, start), 0));
    }

    /// <summary>The same clients on a hub as one writes it first: each quote is sent by itself to everybody.</summary>
    public static async Task<FanoutResult> RunBareAsync(string name, int clients, int symbols, int perSecond, TimeSpan measured)
    {
        await using var app = BuildApp([]);
        await app.StartAsync();
        var hub = app.Services.GetRequiredService<IHubContext<BareHub>>();
        var port = new Uri(app.Urls.First()).Port;
        var start = new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
        var sending = new SemaphoreSlim(64);
        return await DriveAsync(name, "/hubs/bare", port, null, clients, 0, symbols, perSecond, measured, n =>
        {
            sending.Wait();
            _ = SendAsync(n);
        });

        async Task SendAsync(int n)
        {
            try
            {
                await hub.Clients.All.SendAsync("MarketData", new[] { new { symbol = $"SYM{n % symbols:00}", bid = n, ask = n + 1, time = start } });
            }
            finally
            {
                sending.Release();
            }
        }
    }

    private static async Task<FanoutResult> DriveAsync(string name, string path, int port, string? subscribe, int clients, int stalled, int symbols,
        int perSecond, TimeSpan measured, Action<int> publish)
    {
        var sentAt = new long[1 << 20];
        var all = new List<FanoutClient>();
        for (var i = 0; i < clients + stalled; i++)
            all.Add(await FanoutClient.ConnectAsync(port, path, subscribe, sentAt));
        var readers = all.Take(clients).ToArray();
        var reading = readers.Select(c => Task.Run(c.ReadAsync)).ToArray();
        var stop = false;
        var number = 0;
        var publisher = new Thread(() =>
        {
            var begun = Stopwatch.GetTimestamp();
            while (!Volatile.Read(ref stop))
            {
                var due = (int)(Stopwatch.GetElapsedTime(begun).TotalSeconds * perSecond);
                while (number < due)
                {
                    sentAt[number & (sentAt.Length - 1)] = Stopwatch.GetTimestamp();
                    publish(number++);
                }
                Thread.Sleep(1);
            }
        });
        publisher.Start();
        await Task.Delay(TimeSpan.FromSeconds(2));
        foreach (var client in readers)
            client.StartMeasuring();
        var (publishedBefore, allocated, cpu, watch) = (Volatile.Read(ref number), GC.GetTotalAllocatedBytes(), Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        await Task.Delay(measured);
        var seconds = watch.Elapsed.TotalSeconds;
        var (published, delivered, frames) = (Volatile.Read(ref number) - publishedBefore, readers.Sum(c => c.Quotes), readers.Sum(c => c.Frames));
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        cpu = Environment.CpuUsage.TotalTime - cpu;
        var histogram = new LatencyHistogram();
        foreach (var client in readers)
            histogram.Add(client.Latencies);
        Volatile.Write(ref stop, true);
        publisher.Join();
        all.ForEach(c => c.Dispose());
        await Task.WhenAll(reading);
        return new(name, clients, symbols, perSecond, published / seconds, delivered / seconds, (double)delivered / Math.Max(1, frames),
            histogram.PercentileMs(0.5), histogram.PercentileMs(0.99), histogram.MaxMs, cpu.TotalMicroseconds / Math.Max(1, frames), (double)allocated / Math.Max(1, frames));
    }

    private static WebApplication BuildApp(string[] symbols)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IMarketView>(new MarketBoard(symbols.Select(s => new Instrument { Symbol = s, BaseCurrency = "EUR", QuoteCurrency = "USD", Digits = 0 })));
        services.AddSingleton<IAccountFeed, NoAccounts>();
        services.AddSingleton<IUserEventSource, NoAccounts>();
        // The hub can also watch backtests; nobody does here, so neither is ever asked.
        services.AddSingleton<IBacktestStore>(new BacktestStore(new PostgresDatabase(new PostgresOptions { ConnectionString = "Host=127.0.0.1;Database=none;Username=none" })));
        builder.AddGrains(typeof(ActorTrading.Contracts.IAccountGrain).Assembly);
        // All clients are one user here.
        services.AddSingleton(new LimitOptions { ConnectionsPerUser = 0, Requests = new() });
        services.AddTradingRealtime(new FanoutOptions());
        var app = builder.Build();
        app.Use((context, next) =>
        {
            context.User = new(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, Guid.Empty.ToString())], "bench"));
            return next(context);
        });
        app.MapHub<BareHub>("/hubs/bare");
        app.MapTradingRealtime();
        return app;
    }

    public sealed class BareHub : Hub;

    private sealed class NoAccounts : IAccountFeed, IUserEventSource
    {
        public Task<long?> FindHeadAsync(Guid userId, Guid accountId, CancellationToken cancel) => Task.FromResult<long?>(null);

        public Task<IReadOnlyList<UserEvent>> ReadAsync(Guid userId, Guid accountId, long afterSeq, int limit, CancellationToken cancel) =>
            Task.FromResult<IReadOnlyList<UserEvent>>([]);

        public Task WatchAsync(Guid userId) => Task.CompletedTask;

        public Task UnwatchAsync(Guid userId) => Task.CompletedTask;
    }
}
