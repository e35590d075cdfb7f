using System.Collections.Concurrent;
using System.Diagnostics;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;
using ActorTrading.Testing;
using Dapper;
using Orleans;

namespace ActorTrading.Grains.Tests.Telemetry;

/// <summary>One trace leads from a leader's order to the fill of each follower.</summary>
[Collection(nameof(Server))]
public sealed class TraceTests(Server server)
{
    [Fact]
    public async Task The_trace_of_a_leaders_fill_reaches_each_followers_fill_and_each_is_measured()
    {
        await using var terminal = new SimulatedTerminal(new SimulatedTerminalOptions
        {
            Login = 7, Instruments = [InstrumentCatalog.Get("EURUSD") with { Schedule = TradingSchedule.Always }], PortBase = TestPorts.Next(),
        }, new NoQuotes());
        terminal.Start();
        await terminal.PushQuote(new Quote("EURUSD", 1.10000m, 1.10002m, DateTimeOffset.UtcNow));
        await using var host = await TradingHost.StartAsync(server);
        var user = await host.UserAsync();
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var leader = await host.PaperAccountAsync(user);
        var onPaper = await host.PaperAccountAsync(user);
        var atTerminal = await AtTerminalAsync(host, user, terminal);
        await host.PublishAsync(leader.GetPrimaryKey(), user);
        foreach (var follower in new[] { onPaper, atTerminal })
        {
            await host.LinkAsync(user, new LinkSettings
            {
                LeaderAccountId = leader.GetPrimaryKey(), FollowerAccountId = follower.GetPrimaryKey(), Sizing = new SizingSettings { Mode = SizingMode.FixedVolume, Value = 0.30m },
            });
        }

        using var measured = new Measurements(instrument => instrument.Meter.Name == TradingMetrics.MeterName);
        using var spans = new Spans();
        using (var cause = new Activity("test").Start())
        {
            spans.Of(cause.TraceId);
            var opened = await leader.PlaceAsync(TradingHost.Buy("EURUSD", 1.00m));
            opened.Accepted.ShouldBeTrue(opened.Message);
        }

        // A step ends after those within it, so a path is whole when it leads back to the order.
        await spans.UntilAsync(all => all.Count(s => s.OperationName == "fill" && spans.Path(s) is [.., "order"]) >= 3);
        var fills = spans.All.Where(s => s.OperationName == "fill").ToList();
        fills.Count.ShouldBe(3);
        var leaders = fills.Single(f => spans.Path(f) is ["order", ..]);
        fills.Remove(leaders);
        // An instruction that comes while the terminal's books are being compared is sent again afterwards.
        var paths = fills.Select(f => spans.Path(f).Except(["commit", "terminal.resend"]).ToArray()).OrderBy(p => p.Length).ToList();
        paths[0].ShouldBe(["copy.decide", "copy.link", "copy.offer", "fill", "order"]);
        paths[1].ShouldBe(["terminal.order", "copy.decide", "copy.link", "copy.offer", "fill", "order"]);

        // Other tests' followers count too.
        measured.Of("actortrading.copy.duration{account.kind=paper}").ShouldNotBeEmpty();
        measured.Of("actortrading.copy.duration{account.kind=mt5}").ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_leader_that_comes_up_anew_and_reads_its_ledger_goes_on_with_the_trace()
    {
        var host = await TradingHost.StartAsync(server);
        var user = await host.UserAsync();
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var leader = await host.PaperAccountAsync(user);
        var follower = await host.PaperAccountAsync(user);
        await host.PublishAsync(leader.GetPrimaryKey(), user);
        await host.LinkAsync(user, new LinkSettings
        {
            LeaderAccountId = leader.GetPrimaryKey(), FollowerAccountId = follower.GetPrimaryKey(), Sizing = new SizingSettings { Mode = SizingMode.FixedVolume, Value = 0.30m },
            Timing = new TimingSettings { SignalDelay = new SignalDelay(3_600m) },
        });
        using var spans = new Spans();
        using (var cause = new Activity("test").Start())
        {
            spans.Of(cause.TraceId);
            (await leader.PlaceAsync(TradingHost.Buy("EURUSD", 1.00m))).Accepted.ShouldBeTrue();
        }

        await spans.UntilAsync(all => all.Any(s => s.OperationName == "copy.offer"));
        spans.All.Count(s => s.OperationName == "fill").ShouldBe(1);
        await using var next = await host.RestartAsync(between: database => database.UseAsync(c => c.ExecuteAsync("UPDATE copy_links SET settings = settings #- '{timing,signalDelay}'")));
        await next.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        await next.Grains.GetGrain<ILeaderGrain>(leader.GetPrimaryKey()).WakeAsync();
        await spans.UntilAsync(all => all.Any(s => s.OperationName == "fill" && spans.Path(s) is ["copy.decide", "copy.link", "copy.offer", "fill", "order"]));
    }

    [Fact]
    public void Without_a_listener_a_step_costs_nothing()
    {
        if (TradeTrace.IsOn)
        {
            return;
        }

        Steps(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Steps(1_000);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        static void Steps(int count)
        {
            for (var i = 0; i < count; i++)
            {
                using var one = TradeTrace.Start("order");
                using var two = TradeTrace.Start("copy.offer", default);
                using var three = TradeTrace.Commit([], default);
                _ = TradeTrace.Current;
            }
        }
    }

    private static async Task<IAccountGrain> AtTerminalAsync(TradingHost host, Guid user, SimulatedTerminal terminal)
    {
        var id = TradingHost.NewId();
        await host.AccountRowAsync(id, user, "mt5", PositionMode.Hedging, terminal.ClientOptions.RequestPort);
        var account = host.Grains.GetGrain<IAccountGrain>(id);
        await account.OpenAsync(new OpenAccount(user, "T", AccountKind.Mt5, PositionMode.Hedging, "USD", 100, 0m, null, DateTimeOffset.UtcNow));
        await host.Grains.GetGrain<ITerminalGrain>(id).WakeAsync();
        using var often = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var since = TimeProvider.System.GetTimestamp();
        while (!(await account.GetStateAsync()).IsReconciled)
        {
            TimeProvider.System.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromMinutes(1), "the account was never compared with its terminal");
            await often.WaitForNextTickAsync();
        }

        return account;
    }

    /// <summary>The steps of one trace that have ended.</summary>
    private sealed class Spans : IDisposable
    {
        private readonly ConcurrentDictionary<ActivitySpanId, Activity> _ended = new();
        private readonly ActivityListener _listener;
        private ActivityTraceId _trace;
        private volatile TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Spans()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name is TradeTrace.SourceName or "Microsoft.Orleans.Application",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = span =>
                {
                    if (span.TraceId == _trace)
                    {
                        _ended[span.SpanId] = span;
                        Interlocked.Exchange(ref _more, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
                    }
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public IReadOnlyCollection<Activity> All => [.. _ended.Values];

        public void Of(ActivityTraceId trace) => _trace = trace;

        public async Task UntilAsync(Func<IReadOnlyCollection<Activity>, bool> isEnough)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            while (true)
            {
                var more = _more.Task;
                if (isEnough(All))
                {
                    return;
                }

                try
                {
                    await more.WaitAsync(patience.Token);
                }
                catch (OperationCanceledException)
                {
                    throw new TimeoutException($"The trace has only: {string.Join(", ", All.Select(s => s.OperationName))}");
                }
            }
        }

        /// <summary>The trading steps that a span lies in, the nearest first, without the calls between them.</summary>
        public string[] Path(Activity span)
        {
            var path = new List<string>();
            for (var id = span.ParentSpanId; _ended.TryGetValue(id, out var parent); id = parent.ParentSpanId)
            {
                if (parent.Source.Name == TradeTrace.SourceName)
                {
                    path.Add(parent.OperationName);
                }
            }

            return [.. path];
        }

        public void Dispose() => _listener.Dispose();
    }
}
