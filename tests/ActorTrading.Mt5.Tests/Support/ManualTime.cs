namespace ActorTrading.Mt5.Tests;

/// <summary>A clock that a test moves. Timers fire on the thread that advances.</summary>
internal sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(Func<TimeSpan, bool> Wanted, TaskCompletionSource Seen)> _waits = [];
    private DateTimeOffset _now = start;

    public static readonly DateTimeOffset Default = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    public ManualTime() : this(Default) { }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        lock (_gate)
            _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Completes once a timer is set whose wait, from now, is as wanted: so that advancing comes after arming.</summary>
    public Task Armed(Func<TimeSpan, bool> wanted)
    {
        lock (_gate)
        {
            if (_timers.Exists(t => t.Due is { } due && wanted(due - _now)))
                return Task.CompletedTask;
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add((wanted, seen));
            return seen.Task.WaitAsync(TestLimits.Hang);
        }
    }

    /// <summary>Waits until something waits for about <paramref name="span"/>, then lets it pass.</summary>
    public async Task Pass(TimeSpan span)
    {
        await Armed(due => due >= span * 0.9 && due <= span * 1.1 + TimeSpan.FromMilliseconds(2));
        Advance(span + TimeSpan.FromMilliseconds(5));
    }

    public void Advance(TimeSpan span)
    {
        List<ManualTimer> fired;
        lock (_gate)
        {
            _now += span;
            fired = [.. _timers.Where(t => t.Due <= _now)];
            foreach (var timer in fired)
                timer.Due = timer.Period > TimeSpan.Zero ? _now + timer.Period : null;
        }
        foreach (var timer in fired)
            timer.Fire();
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset? Due { get; set; }
        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            List<TaskCompletionSource> seen = [];
            lock (time._gate)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time._now + dueTime;
                Period = period;
                if (Due is not null)
                {
                    seen.AddRange(time._waits.Where(w => w.Wanted(dueTime)).Select(w => w.Seen));
                    time._waits.RemoveAll(w => w.Wanted(dueTime));
                }
            }
            seen.ForEach(s => s.TrySetResult());
            return true;
        }

        public void Dispose()
        {
            lock (time._gate)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
