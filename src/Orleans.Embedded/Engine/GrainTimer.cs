using Orleans.Runtime;

namespace Orleans.Embedded.Engine;

/// <summary>A grain's timer: each tick takes its turn like a request; the next is timed from the end of the last.</summary>
internal sealed class GrainTimer<TState> : IGrainTimer
{
    private readonly Activation _activation;
    private readonly TState _state;
    private readonly Func<TState, CancellationToken, Task> _callback;
    private readonly bool _keepAlive;
    private readonly GrainMethod _method;
    private readonly CancellationTokenSource _stopped;
    private readonly CancellationToken _token;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private TimeSpan _period;
    private bool _ticking;
    private bool _disposed;
    private TimeSpan? _dueAfterTick;

    internal GrainTimer(Activation activation, TState state, Func<TState, CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        Check(options.DueTime, nameof(options.DueTime));
        Check(options.Period, nameof(options.Period));
        _activation = activation;
        _state = state;
        _callback = callback;
        _keepAlive = options.KeepAlive;
        _period = options.Period;
        _method = new GrainMethod(callback, "timer", options.Interleave);
        _stopped = CancellationTokenSource.CreateLinkedTokenSource(activation.Ending);
        _token = _stopped.Token;
        // The timer must not carry the context of the request that happened to register it.
        using (ExecutionContext.SuppressFlow())
            _timer = activation.Host.Time.CreateTimer(static self => ((GrainTimer<TState>)self!).Due(), this, options.DueTime, Timeout.InfiniteTimeSpan);
        _token.UnsafeRegister(static self => ((ITimer)self!).Dispose(), _timer);
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, nameof(dueTime));
        Check(period, nameof(period));
        lock (_gate)
        {
            if (_stopped.IsCancellationRequested)
                return;
            _period = period;
            // During a tick the new time begins with its end: what came due before then would find a tick under way, and be lost.
            if (_ticking)
                _dueAfterTick = dueTime;
            else
                _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        try
        {
            _stopped.Cancel();
        }
        catch (AggregateException exception)
        {
            _activation.Host.Log.CallbackFailed(_activation, exception);
        }

        // Or the activation would hold it until its own end.
        _stopped.Dispose();
    }

    private void Due()
    {
        lock (_gate)
        {
            if (_ticking || _stopped.IsCancellationRequested)
                return;
            _ticking = true;
        }

        _activation.TryEnqueue(new Tick(this));
    }

    private void Ended()
    {
        if (_keepAlive)
            _activation.Touch();
        lock (_gate)
        {
            _ticking = false;
            var pause = _dueAfterTick ?? _period;
            _dueAfterTick = null;
            if (!_stopped.IsCancellationRequested && pause != Timeout.InfiniteTimeSpan)
                _timer.Change(pause, Timeout.InfiniteTimeSpan);
        }
    }

    private static void Check(TimeSpan span, string name)
    {
        if (span != Timeout.InfiniteTimeSpan && (span < TimeSpan.Zero || span.TotalMilliseconds > uint.MaxValue - 1))
            throw new ArgumentOutOfRangeException(name, span, "Expected zero, a positive span of at most 49 days, or Timeout.InfiniteTimeSpan.");
    }

    private sealed class Tick : VoidTaskCall
    {
        private readonly GrainTimer<TState> _timer;

        internal Tick(GrainTimer<TState> timer)
        {
            _timer = timer;
            Method = timer._method;
            IsOneWay = true;
            IsTick = true;
        }

        protected override async Task Invoke(object target)
        {
            if (_timer._stopped.IsCancellationRequested)
                return;
            try
            {
                await _timer._callback(_timer._state, _timer._token);
            }
            catch (Exception exception)
            {
                _timer._activation.Host.Log.TimerFailed(_timer._activation, exception);
            }
            finally
            {
                _timer.Ended();
            }
        }

        public override string ToString() => $"timer of {_timer._activation}";
    }
}
