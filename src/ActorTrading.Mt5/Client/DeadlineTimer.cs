using ActorTrading.Mt5.ZeroMq;

namespace ActorTrading.Mt5.Client;

/// <summary>
/// Wakes the polling thread at the next deadline. The poll itself waits without limit, so that a test's clock decides
/// when time passes.
/// </summary>
internal sealed class DeadlineTimer(TimeProvider time, MonotonicClock clock, ZmqWakeUp wake) : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);
    private static readonly TimeSpan Drift = TimeSpan.FromMilliseconds(20);
    private readonly ITimer _timer = time.CreateTimer(static state => ((ZmqWakeUp)state!).Signal(), wake, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    private long _armed = MonotonicClock.Never;

    public void Arm(long deadline)
    {
        if (deadline == _armed)
            return;
        _armed = deadline;
        if (deadline == MonotonicClock.Never)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }
        long before;
        do
        {
            before = clock.Now;
            // A timer may fire up to a millisecond early; rounding up spares a second wake-up.
            var wait = clock.Until(deadline) + TimeSpan.FromMilliseconds(1);
            _timer.Change(wait < TimeSpan.Zero ? TimeSpan.Zero : wait > Longest ? Longest : wait, Timeout.InfiniteTimeSpan);
        }
        while (clock.Since(before) > Drift); // time was moved meanwhile, so the wait was reckoned from the wrong moment
    }

    /// <summary>Call after waking: a timer that has fired must be set again.</summary>
    public void Fired() => _armed = MonotonicClock.Never;

    public void Dispose() => _timer.Dispose();
}
