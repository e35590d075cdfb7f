using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Embedded.Engine;
using Orleans.Runtime;

namespace Orleans.Embedded.Tests;

/// <summary>Callers are answered, whatever the grain does.</summary>
public class TimeoutTests
{
    private static readonly TimeSpan Patience = ScriptedHost.Patience;

    [Fact]
    public async Task A_call_that_blocks_its_thread_times_out_too()
    {
        await using var host = await ScriptedHost.StartAsync();
        var entered = new TaskCompletionSource();
        using var gate = new ManualResetEventSlim();
        host.Script.Call = (_, _) =>
        {
            entered.SetResult();
            gate.Wait();
            return Task.CompletedTask;
        };
        var call = host.Grain().Run();
        await entered.Task.WaitAsync(Patience);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        try
        {
            (await Should.ThrowAsync<TimeoutException>(call.WaitAsync(Patience))).Message.ShouldStartWith("No response from scripted/a");
        }
        finally
        {
            gate.Set();
        }
    }

    [Fact]
    public async Task A_call_that_has_ended_is_answered_though_the_next_one_blocks_its_thread()
    {
        await using var host = await ScriptedHost.StartAsync();
        var (entered, blocked, calls) = (new TaskCompletionSource(), new TaskCompletionSource(), 0);
        using var first = new ManualResetEventSlim();
        using var second = new ManualResetEventSlim();
        host.Script.Call = (_, _) =>
        {
            var number = ++calls;
            (number == 1 ? entered : blocked).SetResult();
            (number == 1 ? first : second).Wait();
            return Task.CompletedTask;
        };
        var ended = host.Grain().Run();
        await entered.Task.WaitAsync(Patience);
        var blocking = host.Grain().Run();
        first.Set();
        await blocked.Task.WaitAsync(Patience);
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        try
        {
            await ended.WaitAsync(Patience);
        }
        finally
        {
            second.Set();
        }

        await blocking.WaitAsync(Patience);
    }

    [Fact]
    public async Task Callers_of_a_grain_that_outlasts_the_stop_are_answered()
    {
        await using var host = await ScriptedHost.StartAsync();
        var entered = new TaskCompletionSource();
        host.Script.Call = (_, _) =>
        {
            entered.SetResult();
            return new TaskCompletionSource().Task;
        };
        var (running, waiting) = (host.Grain().Run(), host.Grain().Run());
        await entered.Task.WaitAsync(Patience);
        using var impatience = new CancellationTokenSource();
        var stopping = host.Services.GetServices<IHostedService>().Single().StopAsync(impatience.Token);
        await impatience.CancelAsync();
        await stopping.WaitAsync(Patience);
        (await Should.ThrowAsync<SiloUnavailableException>(running.WaitAsync(Patience))).Message.ShouldContain("IScriptedGrain.Run of scripted/a");
        await Should.ThrowAsync<SiloUnavailableException>(waiting.WaitAsync(Patience));
    }

    /// <summary>Asks once more when there is no answer.</summary>
    private sealed class AskingAgain(Script script) : IOutgoingGrainCallFilter
    {
        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            try
            {
                await context.Invoke();
            }
            catch (TimeoutException)
            {
                var again = context.Invoke();
                await script.Call(null!, default);
                await again;
            }
        }
    }

    [Fact]
    public async Task A_filter_that_asks_again_has_the_whole_time_again()
    {
        await using var host = await ScriptedHost.StartAsync(services: services => services.AddOutgoingGrainCallFilter<AskingAgain>());
        var (entered, asked, gate) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        host.Script.Call = (grain, _) =>
        {
            (grain is null ? asked : entered).TrySetResult();
            return grain is null ? Task.CompletedTask : gate.Task;
        };
        var call = host.Grain().Run();
        await entered.Task.WaitAsync(Patience);
        host.Clock.Advance(TimeSpan.FromSeconds(33));
        await asked.Task.WaitAsync(Patience);
        host.Clock.Advance(TimeSpan.FromSeconds(20));
        // What the sweep has found is answered outside of it; a call that is made now comes after that.
        gate.SetResult();
        await call.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_sweep_that_takes_long_is_not_overtaken_by_the_next_one()
    {
        var clock = new Impatient();
        var dispatcher = new Slow(clock);
        await using var host = await TestHost.StartAsync(services: services => services.AddSingleton<TimeProvider>(clock).AddSingleton<Dispatcher>(dispatcher));
        var calls = Enumerable.Range(0, 5).Select(_ => host.Client.GetGrain<IPatientGrain>("a").Wait()).ToList();
        for (var sweep = 0; sweep < 40; sweep++)
            clock.Fire();
        foreach (var call in calls)
            (await Should.ThrowAsync<TimeoutException>(call.WaitAsync(Patience))).Message.ShouldStartWith("No response");
        dispatcher.Overtaking = false;
        await host.Services.GetServices<IHostedService>().Single().StopAsync(new CancellationToken(true));
    }

    /// <summary>Everything that is armed fires, and what has a period stays armed, as the framework's timers do.</summary>
    private sealed class Impatient : TimeProvider
    {
        private readonly Lock _gate = new();
        private readonly List<Timer> _timers = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(() => callback(state));
            timer.Change(dueTime, period);
            lock (_gate)
                _timers.Add(timer);
            return timer;
        }

        /// <summary>Only sweeps are short: nothing else that the host has set may fire.</summary>
        internal void Fire()
        {
            Timer[] due;
            lock (_gate)
                due = [.. _timers.Where(timer => timer.DueTime > TimeSpan.Zero && timer.DueTime <= TimeSpan.FromSeconds(1))];
            foreach (var timer in due)
                timer.Fire();
        }

        private sealed class Timer(Action callback) : ITimer
        {
            private TimeSpan _period;

            internal TimeSpan DueTime { get; private set; }

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                (DueTime, _period) = (dueTime, period);
                return true;
            }

            internal void Fire()
            {
                DueTime = _period;
                callback();
            }

            public void Dispose() => DueTime = Timeout.InfiniteTimeSpan;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }

    /// <summary>Takes its time over what a sweep hands on, so that the clock goes on meanwhile.</summary>
    private sealed class Slow(Impatient clock) : Dispatcher
    {
        private readonly PoolDispatcher _pool = new();

        internal bool Overtaking { get; set; } = true;

        internal override void Schedule(Mailbox mailbox) => _pool.Schedule(mailbox);

        internal override void ScheduleFairly(Mailbox mailbox) => _pool.ScheduleFairly(mailbox);

        internal override void Publish(Call replies) => _pool.Publish(replies);

        internal override void Post(Action work)
        {
            _pool.Post(work);
            if (!Overtaking)
                return;
            Overtaking = false;
            clock.Fire();
            Overtaking = true;
        }
    }
}
