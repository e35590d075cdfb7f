namespace Orleans.Embedded.Simulation;

/// <summary>
/// A clock that stands still until it is advanced. Timers fire on the advancing thread, in the order in which they are
/// due and, at the same instant, in the order in which they were set; while one fires, the clock shows its due time.
/// </summary>
public sealed class SimulatedTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly SortedSet<SimulatedTimer> _timers = new(SimulatedTimer.ByDueTime);
    private readonly DateTimeOffset _start;
    private TimeSpan _elapsed;
    private long _lastOrder;
    private bool _advancing;

    /// <summary>A clock that starts at 2026-01-01 00:00 UTC.</summary>
    public SimulatedTimeProvider() : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)) { }

    /// <summary>A clock that starts at the given time.</summary>
    public SimulatedTimeProvider(DateTimeOffset start) => _start = start.ToUniversalTime();

    /// <summary>Ticks of 100 ns.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>UTC, so that tests do not depend on where they run.</summary>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            lock (_gate)
                return _elapsed;
        }
    }

    /// <summary>How many timers are set.</summary>
    public int ActiveTimers
    {
        get
        {
            lock (_gate)
                return _timers.Count;
        }
    }

    /// <summary>Time until the next timer fires; null when none is set.</summary>
    public TimeSpan? UntilNextTimer
    {
        get
        {
            lock (_gate)
                return _timers.Min is { } next ? next.Due - _elapsed : null;
        }
    }

    public override DateTimeOffset GetUtcNow() => _start + Elapsed;

    public override long GetTimestamp() => Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new SimulatedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock by <paramref name="span"/>, firing what becomes due on the way. Zero fires what is due now.</summary>
    public void Advance(TimeSpan span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.Zero);
        TimeSpan target;
        var context = SynchronizationContext.Current;
        lock (_gate)
        {
            if (_advancing)
                throw new InvalidOperationException("The clock is being advanced already. A timer's callback must not advance it.");
            _advancing = true;
            target = _elapsed + span;
        }

        try
        {
            // Like the framework's timers, callbacks see no synchronisation context.
            SynchronizationContext.SetSynchronizationContext(null);
            while (TakeDue(target) is { } timer)
                timer.Fire();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
            lock (_gate)
                _advancing = false;
        }
    }

    /// <summary>Moves the clock to <paramref name="time"/>, which must not be in the past.</summary>
    public void AdvanceTo(DateTimeOffset time) => Advance(time - GetUtcNow());

    private SimulatedTimer? TakeDue(TimeSpan target)
    {
        lock (_gate)
        {
            if (_timers.Min is not { } next || next.Due > target)
            {
                _elapsed = target;
                return null;
            }

            _timers.Remove(next);
            if (next.Due > _elapsed)
                _elapsed = next.Due;
            if (next.Period > TimeSpan.Zero)
                Arm(next, next.Due + next.Period);
            return next;
        }
    }

    private void Arm(SimulatedTimer timer, TimeSpan due)
    {
        timer.Due = due;
        timer.Order = ++_lastOrder;
        _timers.Add(timer);
    }

    private sealed class SimulatedTimer(SimulatedTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        internal static readonly IComparer<SimulatedTimer> ByDueTime = Comparer<SimulatedTimer>.Create(
            (a, b) => a.Due != b.Due ? a.Due.CompareTo(b.Due) : a.Order.CompareTo(b.Order));

        // Like the framework's timers, the callback runs in the context of whoever made the timer.
        private readonly ExecutionContext? _context = ExecutionContext.Capture();
        private bool _disposed;

        internal TimeSpan Due { get; set; }

        internal TimeSpan Period { get; private set; }

        internal long Order { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Check(dueTime, nameof(dueTime));
            Check(period, nameof(period));
            lock (clock._gate)
            {
                if (_disposed)
                    return false;
                clock._timers.Remove(this);
                Period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                    clock.Arm(this, clock._elapsed + dueTime);
                return true;
            }
        }

        internal void Fire()
        {
            if (_context is null)
                callback(state);
            else
                ExecutionContext.Run(_context, static timer =>
                {
                    var self = (SimulatedTimer)timer!;
                    self.Call();
                }, this);
        }

        private void Call() => callback(state);

        public void Dispose()
        {
            lock (clock._gate)
            {
                _disposed = true;
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private static void Check(TimeSpan span, string name)
        {
            if (span != Timeout.InfiniteTimeSpan && (span < TimeSpan.Zero || span.TotalMilliseconds > uint.MaxValue - 1))
                throw new ArgumentOutOfRangeException(name, span, "Expected zero, a positive span of at most 49 days, or Timeout.InfiniteTimeSpan.");
        }
    }
}
