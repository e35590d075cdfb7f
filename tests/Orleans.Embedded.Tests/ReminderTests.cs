using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Embedded.Simulation;
using Orleans.Embedded.Storage;
using Orleans.Runtime;

namespace Orleans.Embedded.Tests;

/// <summary>Reminders tick once, and the newest counts.</summary>
public class ReminderTests
{
    private static readonly TimeSpan Patience = ScriptedHost.Patience;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_reminder_whose_timer_is_a_little_early_ticks_once()
    {
        var (clock, log) = (new Early(), new TickLog());
        await using var host = await TestHost.StartAsync(services: services => services.AddSingleton<TimeProvider>(clock).AddSingleton(log));
        await host.Client.GetGrain<IDurableGrain>("a").Remind(Minute, Minute);
        for (var tick = 0; tick < 3; tick++)
        {
            // No further than to the tick, which is before its time.
            clock.Advance(tick == 0 ? Minute - Early.Ahead : Minute);
            (await log.Ticked.WaitAsync(Patience)).ShouldBeTrue();
            (await clock.Rearmed.WaitAsync(Patience)).ShouldBeTrue();
        }

        clock.Pauses.ShouldAllBe(pause => pause > Minute / 2);
    }

    /// <summary>The framework's timers count in milliseconds of another clock, so they may be ahead of this one by some.</summary>
    private sealed class Early : TimeProvider
    {
        internal static readonly TimeSpan Ahead = TimeSpan.FromMilliseconds(2);

        private readonly SimulatedTimeProvider _clock = new();

        internal SemaphoreSlim Rearmed { get; } = new(0);

        /// <summary>What a reminder's timer was set to again, after its ticks.</summary>
        internal ConcurrentQueue<TimeSpan> Pauses { get; } = new();

        internal void Advance(TimeSpan span) => _clock.Advance(span);

        public override DateTimeOffset GetUtcNow() => _clock.GetUtcNow();

        public override long GetTimestamp() => _clock.GetTimestamp();

        public override long TimestampFrequency => _clock.TimestampFrequency;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Timer(
            this, _clock.CreateTimer(callback, state, Sooner(dueTime), period), state?.GetType().Name == "Armed");

        private static TimeSpan Sooner(TimeSpan due) => due == Timeout.InfiniteTimeSpan ? due : due > Ahead ? due - Ahead : TimeSpan.Zero;

        private sealed class Timer(Early owner, ITimer timer, bool isReminder) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                var changed = timer.Change(Sooner(dueTime), period);
                if (isReminder)
                {
                    owner.Pauses.Enqueue(dueTime);
                    owner.Rearmed.Release();
                }

                return changed;
            }

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_reminder_that_is_set_while_the_host_reads_them_is_not_undone()
    {
        await using var host = await TestHost.StartAsync(
            options => options.UseReminders(services => new Overtaken(services)),
            services => services.AddSingleton<TimeProvider>(new SimulatedTimeProvider()).AddSingleton(new TickLog()));
        var grain = host.Client.GetGrain<IDurableGrain>("a");
        await grain.Forget();
        (await grain.Reminders()).ShouldBeEmpty();
    }

    /// <summary>While its reminders are on their way to the host, a grain sets one of them anew.</summary>
    private sealed class Overtaken(IServiceProvider services) : IReminderStore
    {
        private readonly MemoryReminderStore _store = new();

        public async Task PrepareAsync(CancellationToken cancellationToken) => await _store.UpsertAsync(
            new StoredReminder(GrainId.Create("durable", "a"), "wake", DateTimeOffset.UnixEpoch, Minute, Guid.CreateVersion7()), cancellationToken);

        public async Task<IReadOnlyList<StoredReminder>> ReadAllAsync(CancellationToken cancellationToken)
        {
            var all = await _store.ReadAllAsync(cancellationToken);
            await services.GetRequiredService<IGrainFactory>().GetGrain<IDurableGrain>("a").Remind(Minute, Minute);
            return all;
        }

        public Task UpsertAsync(StoredReminder reminder, CancellationToken cancellationToken) => _store.UpsertAsync(reminder, cancellationToken);

        public Task<bool> RemoveAsync(StoredReminder reminder, CancellationToken cancellationToken) => _store.RemoveAsync(reminder, cancellationToken);
    }
}
