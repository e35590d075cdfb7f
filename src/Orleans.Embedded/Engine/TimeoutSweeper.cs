using Orleans.Runtime;

namespace Orleans.Embedded.Engine;

/// <summary>
/// Answers calls that have waited too long. Calls carry the number of the sweep in which they were made, so a call
/// needs no timer of its own; a timeout comes at most two sweeps late and never early.
/// </summary>
internal sealed class TimeoutSweeper
{
    private readonly GrainHost _host;
    private readonly ITimer _timer;
    private readonly TimeSpan _period;
    private readonly List<Call> _found = [];
    private int _now;

    internal TimeoutSweeper(GrainHost host)
    {
        _host = host;
        var shortest = host.Settings.ResponseTimeout;
        foreach (var method in host.Registry.Contracts.SelectMany(GrainMethod.Of))
        {
            if (new GrainMethod(method.DeclaringType!, method).Timeout is { } timeout && timeout < shortest)
                shortest = timeout;
        }

        _period = TimeSpan.FromMilliseconds(Math.Clamp(shortest.TotalMilliseconds / 8, 25, 1000));
        _timer = host.Time.CreateTimer(static self => ((TimeoutSweeper)self!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(_period, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The number of the current sweep.</summary>
    internal int Now => _now;

    internal void Stop() => _timer.Dispose();

    /// <summary>
    /// Set anew after each sweep: on a busy machine the ticks of a timer with a period overlap, or come in a bunch, and calls
    /// would time out early.
    /// </summary>
    private void Tick()
    {
        try
        {
            Sweep();
        }
        finally
        {
            _timer.Change(_period, Timeout.InfiniteTimeSpan);
        }
    }

    private void Sweep()
    {
        _now++;
        _found.Clear();
        foreach (var mailbox in _host.Mailboxes)
        {
            mailbox.PublishFinished();
            mailbox.CollectUnanswered(_found);
        }

        foreach (var call in _found)
        {
            var timeout = call.Method.Timeout ?? _host.Settings.ResponseTimeout;
            if (call.IsOneWay || _now - call.Stamp <= Math.Ceiling(timeout / _period))
                continue;
            _host.Dispatcher.Post(() =>
            {
                if (call.TryFail(new TimeoutException(
                    $"No response from {call.Reference?.GrainId} to {call.Method} within {timeout}. The call may still complete; its outcome is unknown.")))
                    _host.Log.TimedOut(call, timeout);
            });
        }
    }
}
