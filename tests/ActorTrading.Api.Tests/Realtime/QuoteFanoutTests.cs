using ActorTrading.Api.Realtime;
using ActorTrading.Api.Realtime.Quotes;
using ActorTrading.Api.Tests.Support;
using ActorTrading.Domain;
using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Api.Tests.Realtime;

public class QuoteFanoutTests
{
    private readonly ManualClock _clock = new();
    private readonly QuoteFanout _fanout;

    public QuoteFanoutTests() => _fanout = new(new FanoutOptions { LogCapacity = 64 }, _clock, new RealtimeMetrics());

    /// <summary>Publishes a quote whose bid is its number.</summary>
    private void Publish(string symbol, int number) =>
        _fanout.Publish(_fanout.Log.Symbol(symbol), new(symbol, number, number + 0.5m, _clock.GetUtcNow()), 5);

    /// <summary>A client that is stalled with C:3 under way, whose first quotes, A:1 and B:2, wait for it.</summary>
    private TestSink StalledBeforeFirst(int perSecond)
    {
        Publish("A", 1);
        Publish("B", 2);
        _fanout.Pass();
        var sink = new TestSink { IsStalled = true };
        var client = _fanout.Connect(sink);
        client.Subscribe(["C"], 10);
        Publish("C", 3);
        _fanout.Pass();
        client.Subscribe(["A", "B"], perSecond);
        return sink;
    }

    private static string Text(QuoteFrame frame) => string.Join(' ', frame.Lines.Select(l => $"{l.Symbol.Name}:{l.Quote.Bid:0}"));

    [Fact]
    public void Every_quote_arrives_in_order_and_several_share_a_frame()
    {
        var sink = new TestSink();
        _fanout.Connect(sink).Subscribe(["A", "B"], 0);
        Publish("A", 1);
        Publish("C", 2);
        Publish("B", 3);
        Publish("A", 4);
        _fanout.Pass();
        Publish("A", 5);
        _fanout.Pass();
        sink.Frames.Select(Text).ShouldBe(["A:1 B:3 A:4", "A:5"]);
    }

    [Fact]
    public void Clients_with_the_same_wish_get_the_same_bytes()
    {
        var sinks = Enumerable.Range(0, 3).Select(_ => new TestSink()).ToArray();
        foreach (var sink in sinks)
            _fanout.Connect(sink).Subscribe(["B", "A"], 0);
        Publish("A", 1);
        _fanout.Pass();
        sinks[1].Frames.Single().ShouldBeSameAs(sinks[0].Frames.Single());
        sinks[2].Frames.Single().ShouldBeSameAs(sinks[0].Frames.Single());
    }

    [Fact]
    public void The_last_quote_comes_at_once_on_subscribing_whatever_the_rate()
    {
        Publish("A", 1);
        Publish("A", 2);
        _fanout.Pass();
        TestSink every = new(), ten = new();
        _fanout.Connect(every).Subscribe(["A", "Unquoted"], 0);
        _fanout.Connect(ten).Subscribe(["A", "Unquoted"], 10);
        _fanout.Pass();
        every.Frames.Select(Text).ShouldBe(["A:2"]);
        ten.Frames.Select(Text).ShouldBe(["A:2"]);
        Publish("A", 3);
        _fanout.Pass();
        every.Frames.Select(Text).ShouldBe(["A:2", "A:3"]);
        ten.Frames.Select(Text).ShouldBe(["A:2", "A:3"]);
    }

    [Theory]
    [InlineData(10, "A:2")]
    [InlineData(0, "A:1 A:2")]
    public void The_first_frame_holds_a_symbol_twice_only_for_who_wants_every_quote(int perSecond, string first)
    {
        Publish("A", 1);
        _fanout.Pass();
        var sink = new TestSink();
        _fanout.Connect(sink).Subscribe(["A"], perSecond);
        Publish("A", 2);
        _fanout.Pass();
        _clock.Advance(TimeSpan.FromSeconds(1));
        _fanout.Pass();
        sink.Frames.Select(Text).ShouldBe([first]);
    }

    /// <summary>A stalled client's first quotes wait for it, while the market goes on.</summary>
    [Fact]
    public void First_quotes_that_are_overtaken_before_they_are_sent_do_not_go_out()
    {
        var sink = StalledBeforeFirst(10);
        Publish("A", 4);
        _fanout.Pass();
        sink.Release();
        _fanout.Pass();
        sink.Frames.Select(Text).ShouldBe(["C:3", "B:2 A:4"]);
    }

    [Fact]
    public void Who_falls_out_of_the_log_before_the_first_frame_gets_each_symbol_once()
    {
        var sink = StalledBeforeFirst(0);
        for (var i = 4; i <= 200; i++)
            Publish("A", i);
        _fanout.Pass();
        sink.Release();
        _fanout.Pass();
        sink.Frames[^1].HasGap.ShouldBeTrue();
        Text(sink.Frames[^1]).ShouldBe("B:2 A:200");
    }

    /// <summary>The market's last quote may be asked for a moment before the batch that brought it has been handed on.</summary>
    [Fact]
    public void The_quote_a_first_subscriber_asked_for_is_not_delivered_a_second_time_when_it_comes_by_itself()
    {
        var a = _fanout.Log.Symbol("A");
        Quote Number(int n) => new("A", n, n + 0.5m, _clock.GetUtcNow().AddMilliseconds(n));
        _fanout.Log.AppendFirst(a, Number(2), 5).ShouldBeTrue();
        var sink = new TestSink();
        _fanout.Connect(sink).Subscribe(["A"], 0);
        _fanout.Pass();
        _fanout.PublishAll(a, [Number(1), Number(2), Number(3)], 5);
        _fanout.Publish(a, Number(3), 5);
        _fanout.Pass();
        sink.Frames.Select(Text).ShouldBe(["A:2", "A:3 A:3"]);
    }

    /// <summary>Time goes back where another feed takes over, and feeds say the same twice: only the quote that was asked for is known already, and once.</summary>
    [Theory]
    [InlineData(new[] { 5, 6 }, "A:10 A:5 A:6 A:10 A:10")]
    [InlineData(new[] { 10 }, "A:10 A:10 A:10")]
    public void Quotes_that_come_by_themselves_are_passed_over_by_nothing_but_the_quote_that_was_asked_for(int[] batch, string seen)
    {
        var a = _fanout.Log.Symbol("A");
        Quote Number(int n) => new("A", n, n + 0.5m, _clock.GetUtcNow().AddMilliseconds(n));
        _fanout.Log.AppendFirst(a, Number(10), 5).ShouldBeTrue();
        var sink = new TestSink();
        _fanout.Connect(sink).Subscribe(["A"], 0);
        _fanout.PublishAll(a, [.. batch.Select(Number)], 5);
        _fanout.Publish(a, Number(10), 5);
        _fanout.Publish(a, Number(10), 5);
        _fanout.Pass();
        sink.Frames.Select(Text).ShouldBe([seen]);
    }

    [Fact]
    public void A_conflated_client_gets_the_newest_at_most_so_often_and_never_loses_the_last()
    {
        var sink = new TestSink();
        _fanout.Connect(sink).Subscribe(["A"], 10);
        var number = 0;
        var times = new List<(double At, string Text)>();
        for (var ms = 0; ms < 1000; ms += 5)
        {
            Publish("A", ++number);
            _fanout.Pass();
            times.AddRange(sink.Take().Select(f => ((double)ms, Text(f))));
            _clock.Advance(TimeSpan.FromMilliseconds(5));
        }
        times.Count.ShouldBeInRange(9, 11);
        times.Zip(times.Skip(1)).ShouldAllBe(p => p.Second.At - p.First.At >= 100);
        _clock.Advance(TimeSpan.FromMilliseconds(200));
        _fanout.Pass();
        var last = sink.Take().Select(Text).LastOrDefault() ?? times[^1].Text;
        last.ShouldBe($"A:{number}");
    }

    [Fact]
    public void After_a_pause_a_conflated_quote_does_not_wait()
    {
        var sink = new TestSink();
        _fanout.Connect(sink).Subscribe(["A"], 1);
        Publish("A", 1);
        _fanout.Pass();
        sink.Frames.Count.ShouldBe(1);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Publish("A", 2);
        _fanout.Pass();
        sink.Frames.Count.ShouldBe(2);
    }

    [Fact]
    public void A_stalled_client_has_one_write_outstanding_and_goes_on_where_it_was()
    {
        TestSink stalled = new() { IsStalled = true }, free = new();
        _fanout.Connect(stalled).Subscribe(["A"], 0);
        _fanout.Connect(free).Subscribe(["A"], 0);
        for (var i = 1; i <= 10; i++)
        {
            Publish("A", i);
            _fanout.Pass();
        }
        stalled.Frames.Count.ShouldBe(1);
        free.Frames.Count.ShouldBe(10);
        stalled.Release();
        _fanout.Pass();
        stalled.Frames.Select(Text).ShouldBe(["A:1", "A:2 A:3 A:4 A:5 A:6 A:7 A:8 A:9 A:10"]);
    }

    [Fact]
    public void Who_falls_out_of_the_log_gets_the_newest_of_each_symbol_and_is_told()
    {
        var stalled = new TestSink { IsStalled = true };
        _fanout.Connect(stalled).Subscribe(["A", "B", "C"], 0);
        Publish("C", 0);
        _fanout.Pass();
        Publish("B", 1);
        for (var i = 2; i <= 200; i++)
            Publish("A", i);
        _fanout.Pass();
        stalled.Release();
        _fanout.Pass();
        var frame = stalled.Frames[^1];
        frame.HasGap.ShouldBeTrue();
        Text(frame).ShouldBe("B:1 A:200");
        Publish("A", 201);
        _fanout.Pass();
        stalled.Frames[^1].HasGap.ShouldBeFalse();
        Text(stalled.Frames[^1]).ShouldBe("A:201");
    }

    [Fact]
    public void A_stalled_conflated_client_gets_only_the_newest_when_it_wakes()
    {
        var stalled = new TestSink { IsStalled = true };
        _fanout.Connect(stalled).Subscribe(["A", "B"], 10);
        for (var i = 1; i <= 100; i++)
        {
            Publish(i % 2 == 0 ? "A" : "B", i);
            _fanout.Pass();
            _clock.Advance(TimeSpan.FromMilliseconds(250));
        }
        stalled.Frames.Count.ShouldBe(1);
        stalled.Release();
        _fanout.Pass();
        Text(stalled.Frames[^1]).ShouldBe("B:99 A:100", StringCompareShould.IgnoreCase);
    }

    [Fact]
    public void Changing_rate_or_leaving_keeps_each_symbol_in_one_stream()
    {
        var sink = new TestSink();
        var client = _fanout.Connect(sink);
        client.Subscribe(["A", "B"], 10);
        client.Subscribe(["A"], 0);
        Publish("A", 1);
        Publish("A", 2);
        Publish("B", 3);
        _fanout.Pass();
        _fanout.Pass();
        sink.Take().SelectMany(f => f.Lines).Select(l => (int)l.Quote.Bid).Order().ShouldBe([1, 2, 3]);
        client.Unsubscribe(["A"]);
        Publish("A", 4);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Publish("B", 5);
        _fanout.Pass();
        sink.Take().Select(Text).ShouldBe(["B:5"]);
        client.Dispose();
        Publish("B", 6);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _fanout.Pass();
        sink.Frames.ShouldBeEmpty();
    }

    [Fact]
    public void Prices_carry_the_symbols_digits_and_times_are_UTC()
    {
        var sink = new TestSink();
        _fanout.Connect(sink).Subscribe(["EURUSD"], 0);
        _fanout.Publish(_fanout.Log.Symbol("EURUSD"), new("EURUSD", 1.395m, 1.3951m, new(2014, 5, 8, 14, 0, 0, 120, TimeSpan.FromHours(2))), 5);
        _fanout.Pass();
        System.Text.Encoding.UTF8.GetString(sink.Frames[0].Lines[0].EventJson.Span)
            .ShouldBe("""{"event":"market_data","symbol":"EURUSD","bid":1.39500,"ask":1.39510,"time":"2014-05-08T12:00:00.120Z"}""");
    }

    [Fact]
    public void A_failed_write_gives_the_connection_up_and_nothing_more_is_sent()
    {
        var sink = new TestSink { Failure = new IOException("gone") };
        _fanout.Connect(sink).Subscribe(["A"], 0);
        Publish("A", 1);
        _fanout.Pass();
        Publish("A", 2);
        _fanout.Pass();
        sink.Frames.Count.ShouldBe(1);
        sink.AbortedFor.ShouldBe(sink.Failure);
    }

    /// <summary>Whatever the order of quotes, passes, stalls and subscriptions: an every-quote client never sees a quote twice, out of order, or misses one unmarked.</summary>
    [Fact]
    public void An_every_quote_stream_has_no_gap_and_no_double_whatever_happens()
    {
        var steps = Gen.Choose(0, 99).ArrayOf(300);
        Prop.ForAll(steps.ToArbitrary(), script =>
        {
            var fanout = new QuoteFanout(new FanoutOptions { LogCapacity = 32 }, new ManualClock(), new RealtimeMetrics());
            var sink = new TestSink();
            var client = fanout.Connect(sink);
            client.Subscribe(["A"], 0);
            var published = 0;
            foreach (var step in script)
            {
                if (step < 60)
                    fanout.Publish(fanout.Log.Symbol(step % 3 == 0 ? "B" : "A"), new("A", step % 3 == 0 ? 1 : ++published, 9999, default), 0);
                else if (step < 80)
                    fanout.Pass();
                else if (step < 88)
                    sink.IsStalled = true;
                else if (step < 96)
                    sink.Release();
                else
                    client.Subscribe(["A", "C" + step], 0);
            }
            for (var i = 0; i < 3; i++)
            {
                sink.Release();
                fanout.Pass();
            }
            var last = 0;
            foreach (var frame in sink.Frames)
            {
                var numbers = frame.Lines.Where(l => l.Symbol.Name == "A").Select(l => (int)l.Quote.Bid).ToArray();
                foreach (var number in numbers)
                {
                    if (frame.HasGap ? number <= last : number != last + 1)
                        return false;
                    last = number;
                }
            }
            return last == published;
        }).QuickCheckThrowOnFailure();
    }

    private sealed class TestSink : IQuoteSink
    {
        private TaskCompletionSource? _outstanding;

        public List<QuoteFrame> Frames { get; } = [];

        public bool IsStalled { get; set; }

        public Exception? Failure { get; init; }

        public Exception? AbortedFor { get; private set; }

        public ValueTask WriteAsync(QuoteFrame frame)
        {
            (_outstanding is null || _outstanding.Task.IsCompleted).ShouldBeTrue("two writes at a time");
            Frames.Add(frame);
            if (Failure is not null)
                return ValueTask.FromException(Failure);
            if (!IsStalled)
                return ValueTask.CompletedTask;
            _outstanding = new();
            return new(_outstanding.Task);
        }

        public void Release()
        {
            IsStalled = false;
            // Without a context, what waits for the write goes on before this returns.
            var context = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(null);
            _outstanding?.TrySetResult();
            SynchronizationContext.SetSynchronizationContext(context);
        }

        public List<QuoteFrame> Take()
        {
            List<QuoteFrame> taken = [.. Frames];
            Frames.Clear();
            return taken;
        }

        public void Abort(Exception cause) => AbortedFor = cause;
    }
}
