using System.Diagnostics.Metrics;
using ActorTrading.Api.Realtime;
using ActorTrading.Api.Realtime.Quotes;
using ActorTrading.Api.Tests.Support;
using ActorTrading.Testing;

namespace ActorTrading.Api.Tests.Realtime;

/// <summary>How long quotes take to clients, and what becomes of those that do not get there.</summary>
public sealed class RealtimeMetricsTests : IDisposable
{
    private const string Duration = "actortrading.quote_to_client.duration";

    private readonly ManualClock _clock = new();
    private readonly RealtimeMetrics _metrics = new();
    private readonly QuoteFanout _fanout;
    private readonly Measurements _measured;

    public RealtimeMetricsTests()
    {
        _fanout = new(new FanoutOptions { LogCapacity = 16 }, _clock, _metrics);
        _measured = new(instrument => ReferenceEquals(instrument.Meter, _metrics.Meter));
    }

    public void Dispose()
    {
        _measured.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public void A_frame_is_as_late_as_the_quote_in_it_that_waited_longest()
    {
        _fanout.Connect(new Sink()).Subscribe(["A", "B"], 0);
        Publish("A");
        _clock.Advance(TimeSpan.FromMilliseconds(30));
        Publish("B");
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        _fanout.Pass();
        _measured.Of($"{Duration}{{rate=every}}").ShouldBe([0.04]);
    }

    [Fact]
    public void A_write_that_takes_its_time_counts()
    {
        var sink = new Sink { IsSlow = true };
        _fanout.Connect(sink).Subscribe(["A"], 0);
        Publish("A");
        _fanout.Pass();
        _measured.Of($"{Duration}{{rate=every}}").ShouldBeEmpty();
        _clock.Advance(TimeSpan.FromSeconds(2));
        sink.Release();
        _measured.Of($"{Duration}{{rate=every}}").ShouldBe([2.0]);
    }

    [Fact]
    public void The_last_quote_that_a_new_client_gets_is_old_and_does_not_count()
    {
        Publish("A");
        _fanout.Pass();
        _clock.Advance(TimeSpan.FromHours(40));
        var sink = new Sink();
        _fanout.Connect(sink).Subscribe(["A"], 0);
        _fanout.Connect(sink).Subscribe(["A"], 10);
        _fanout.Pass();
        sink.Frames.ShouldBe(2);
        _measured.Of($"{Duration}{{rate=every}}").ShouldBeEmpty();
        _measured.Of($"{Duration}{{rate=conflated}}").ShouldBeEmpty();
    }

    [Fact]
    public void Quotes_that_a_newer_one_replaced_are_counted_for_each_client()
    {
        _fanout.Connect(new Sink()).Subscribe(["A"], 1);
        _fanout.Connect(new Sink()).Subscribe(["A"], 1);
        for (var i = 0; i < 5; i++)
            Publish("A");
        _fanout.Pass();
        _measured.Of("actortrading.hub.quotes.conflated").ShouldBe([8.0]);
        _measured.Of("actortrading.hub.quotes.sent").ShouldBe([2.0]);
        _measured.Of($"{Duration}{{rate=conflated}}").ShouldBe([0.0, 0.0]);
    }

    [Fact]
    public void A_client_that_falls_out_of_the_log_is_a_gap()
    {
        var sink = new Sink { IsSlow = true };
        _fanout.Connect(sink).Subscribe(["A"], 0);
        Publish("A");
        _fanout.Pass();
        for (var i = 0; i < 20; i++)
            Publish("A");
        _fanout.Pass();
        _measured.Look();
        _measured.Of("actortrading.hub.clients.busy").ShouldBe([1.0]);
        sink.Release();
        _fanout.Pass();
        _measured.Of("actortrading.hub.quotes.gaps").ShouldBe([1.0]);
    }

    [Fact]
    public void Telling_that_a_frame_was_written_allocates_nothing()
    {
        // The collecting listener would; an idle one does not.
        _measured.Dispose();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (ReferenceEquals(instrument.Meter, _metrics.Meter))
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        listener.Start();
        Publish("A");
        var frame = new QuoteFrame([_fanout.Log.At(1)!], 1);
        _metrics.Written(frame, _clock.GetUtcNow());
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
            _metrics.Written(frame, _clock.GetUtcNow());
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private void Publish(string symbol) =>
        _fanout.Publish(_fanout.Log.Symbol(symbol), new(symbol, 1, 1.5m, _clock.GetUtcNow()), 5, _clock.GetUtcNow().UtcTicks);

    private sealed class Sink : IQuoteSink
    {
        private TaskCompletionSource? _outstanding;

        public bool IsSlow { get; init; }

        public int Frames { get; private set; }

        public ValueTask WriteAsync(QuoteFrame frame)
        {
            Frames++;
            if (!IsSlow)
                return ValueTask.CompletedTask;
            _outstanding = new TaskCompletionSource();
            return new(_outstanding.Task);
        }

        public void Release()
        {
            // Without a context, what waits for the write goes on before this returns.
            var context = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(null);
            _outstanding?.TrySetResult();
            SynchronizationContext.SetSynchronizationContext(context);
        }

        public void Abort(Exception cause) => throw cause;
    }
}
