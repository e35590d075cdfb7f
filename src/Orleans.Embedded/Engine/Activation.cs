using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans.Embedded.Engine;

/// <summary>One activation of a grain: its object, its life from creation to the end, and its mailbox.</summary>
internal sealed class Activation : Mailbox, IGrainContext
{
    /// <summary>Activations that a call waits for in vain before it fails: a grain that always leaves while it is activated would take it round for ever.</summary>
    private const int MaxMoves = 3;

    private readonly TaskCompletionSource _deactivated = new();
    private readonly CancellationTokenSource _ending = new();
    private GrainLifecycle? _lifecycle;
    private ReentrancySections? _reentrancy;
    private Dictionary<Guid, Streams.ISubscriber>? _subscribers;
    private IServiceScope? _scope;
    private object? _instance;
    private GrainReference? _reference;
    private DeactivationReason _reason;
    private Phase _phase = Phase.Created;
    private int _idleSince;
    private long _keepUntil;
    private bool _counted;
    private bool _wasActive;

    internal Activation(GrainHost host, GrainClass grainClass, GrainId grainId) : base(host)
    {
        Class = grainClass;
        GrainId = grainId;
        _idleSince = host.Collector.Now;
    }

    private enum Phase
    {
        Created,
        Activating,
        Active,
        Ending,
        Deactivating,
        Ended,
    }

    internal GrainClass Class { get; }

    public GrainId GrainId { get; }

    public object? GrainInstance => _instance;

    internal override object? Instance => _instance;

    public IServiceProvider ActivationServices => (_scope ??= Host.Services.CreateScope()).ServiceProvider;

    public IGrainLifecycle ObservableLifecycle => Lifecycle;

    public Task Deactivated => _deactivated.Task;

    public GrainReference GrainReference => _reference ??= Host.Factory.CreateUntyped(GrainId);

    /// <summary>What this activation has attached to its stream subscriptions; touched in its turns only.</summary>
    internal Dictionary<Guid, Streams.ISubscriber> Subscribers => _subscribers ??= [];

    /// <summary>Cancelled when this activation starts to end.</summary>
    internal CancellationToken Ending => _ending.Token;

    internal bool HasEnded => _phase >= Phase.Ending;

    internal ReentrancySections Reentrancy => _reentrancy ??= new ReentrancySections();

    protected override bool IsReentrant => Class.IsReentrant;

    protected override bool HasInterleavePredicate => Class.MayInterleave is not null;

    private GrainLifecycle Lifecycle => _lifecycle ??= new GrainLifecycle();

    internal static Activation Of(IGrainBase grain)
    {
        ArgumentNullException.ThrowIfNull(grain);
        return grain.GrainContext as Activation
            ?? throw new InvalidOperationException($"{grain.GetType().Name} was not created by a grain host, so it has no activation. Get it through IGrainFactory.");
    }

    protected override bool MayInterleave(Call call)
    {
        try
        {
            return Class.MayInterleave!(_instance!, call);
        }
        catch (Exception exception)
        {
            Host.Log.TurnFailed(this, exception);
            return false;
        }
    }

    internal override bool InReentrantSection(Guid id) => _reentrancy?.Contains(id) ?? false;

    protected override void Accepted(Call call)
    {
        if (_phase == Phase.Created)
            BeginActivating(call);
    }

    // By itself, or what its work remembers would be made for every call.
    private void BeginActivating(Call call)
    {
        _phase = Phase.Activating;
        Host.Metrics.Began(Class);
        _counted = true;
        var context = call.Context;
        _ = Run(() =>
        {
            RequestContext.Import(context);
            return ActivateAsync();
        });
    }

    protected override bool Start(Call call) => !call.IsTick && (Host.Filters.HasIncoming || Class.FiltersItsCalls)
        ? Host.Filters.RunIncoming(this, call)
        : base.Start(call);

    private async Task ActivateAsync()
    {
        using var limit = Host.Deadline(Host.Settings.ActivationTimeout);
        try
        {
            _instance = Class.Create(this);
            (_instance as ILifecycleParticipant<IGrainLifecycle>)?.Participate(Lifecycle);
            if (_lifecycle is not null)
                await _lifecycle.StartAsync(GrainLifecycleStage.First, GrainLifecycleStage.Activate, limit.Token).WaitAsync(limit.Token);
            if (_instance is IGrainBase grain)
                await grain.OnActivateAsync(limit.Token).WaitAsync(limit.Token);
            if (_lifecycle is not null)
                await _lifecycle.StartAsync(GrainLifecycleStage.Activate + 1, GrainLifecycleStage.Last, limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception exception)
        {
            // Nobody has cancelled the callers' calls, so they must not look as if.
            if (exception is OperationCanceledException && limit.IsCancellationRequested)
                exception = new TimeoutException($"Activating {GrainId} took longer than {Host.Settings.ActivationTimeout}.", exception);
            Host.Log.ActivationFailed(this, exception);
            await EndAsync(new DeactivationReason(DeactivationReasonCode.ActivationFailed, exception, $"Activating {GrainId} failed."), exception);
            return;
        }

        bool schedule;
        bool end;
        lock (Gate)
        {
            end = _phase == Phase.Ending;
            if (!end)
            {
                _phase = Phase.Active;
                _wasActive = true;
            }

            Open = !end;
            _idleSince = Host.Collector.Now;
            schedule = Wake();
        }

        if (end)
            await FinishAsync();
        else if (schedule)
            Host.Dispatcher.Schedule(this);
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (Gate)
        {
            if (_phase >= Phase.Ending)
                return;
            var activating = _phase == Phase.Activating;
            var created = _phase == Phase.Created;
            _phase = Phase.Ending;
            _reason = deactivationReason;
            Open = false;
            // While activating, the end waits for OnActivateAsync; while busy, for the last running request.
            if (!created && (activating || IsBusy))
                return;
        }

        _ = Run(FinishAsync);
    }

    /// <summary>Deactivates when idle for long enough. The age is counted in the collector's sweeps; the first may have come at once, so it does not count.</summary>
    internal bool DeactivateIfIdle(int now, int ageSweeps)
    {
        lock (Gate)
        {
            if (_phase != Phase.Active || Outstanding > 0 || now - _idleSince <= ageSweeps || Host.Time.GetTimestamp() < _keepUntil)
                return false;
        }

        Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "The activation was idle for longer than its age limit."));
        return true;
    }

    internal void DelayDeactivation(TimeSpan span) => _keepUntil = span <= TimeSpan.Zero
        ? 0
        : Host.Time.GetTimestamp() + (long)Math.Min(span.TotalSeconds * Host.Time.TimestampFrequency, long.MaxValue / 2);

    internal void Touch() => _idleSince = Host.Collector.Now;

    protected override void Ended(Call call)
    {
        if (!call.IsTick)
            _idleSince = Host.Collector.Now;
        if (_phase == Phase.Ending && !IsBusy)
            _ = Run(FinishAsync);
    }

    private async Task FinishAsync()
    {
        lock (Gate)
        {
            if (_phase != Phase.Ending || IsBusy)
                return;
            _phase = Phase.Deactivating;
        }

        using var limit = Host.Deadline(Host.Settings.DeactivationTimeout);
        CancelEnding();
        try
        {
            if (_instance is IGrainBase grain)
                await grain.OnDeactivateAsync(_reason, limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception exception)
        {
            Host.Log.DeactivationFailed(this, exception);
        }

        try
        {
            if (_lifecycle is not null)
                await _lifecycle.StopAsync(limit.Token, failure => Host.Log.DeactivationFailed(this, failure)).WaitAsync(limit.Token);
        }
        catch (Exception exception)
        {
            Host.Log.DeactivationFailed(this, exception);
        }

        await EndAsync(_reason, _reason.Exception);
    }

    /// <summary>Leaves the directory. Waiting calls fail with <paramref name="failure"/>, or move to the next activation.</summary>
    private async Task EndAsync(DeactivationReason reason, Exception? failure)
    {
        List<Call> waiting;
        lock (Gate)
        {
            _phase = Phase.Ended;
            _reason = reason;
            Open = false;
            Closed = true;
            waiting = TakeWaiting();
            Discount();
        }

        Host.Directory.Remove(this);
        // Before anything that can take long: while they are here no timeout finds them, and newer calls would overtake them.
        foreach (var call in waiting)
        {
            if (call.IsTick)
                continue;
            if (failure is null && !_wasActive && ++call.Moves == MaxMoves)
                call.TryFail(new OrleansMessageRejectionException(
                    $"{GrainId} was deactivated {MaxMoves} times while it was being activated, so {call.Method} was not carried out. {reason.Description}"));
            else
                Host.Redirect(call, failure);
        }

        try
        {
            CancelEnding();
            await GrainClass.DisposeAsync(_instance);
        }
        catch (Exception exception)
        {
            Host.Log.DeactivationFailed(this, exception);
        }

        try
        {
            if (_scope is IAsyncDisposable scope)
                await scope.DisposeAsync();
            else
                _scope?.Dispose();
        }
        catch (Exception exception)
        {
            Host.Log.DeactivationFailed(this, exception);
        }

        // Outside of the turn, so that whoever waits for it does not run in it.
        Host.Dispatcher.Post(() => _deactivated.TrySetResult());
    }

    /// <summary>Ends at once, as in a crash: nothing of this activation runs any more, and its callers learn that it is gone.</summary>
    internal void Kill()
    {
        var unanswered = new List<Call>();
        CollectUnanswered(unanswered);
        lock (Gate)
        {
            if (_phase == Phase.Ended)
                return;
            _phase = Phase.Ended;
            Open = false;
            Closed = true;
            Halted = true;
            TakeWaiting();
            Discount();
        }

        Host.Directory.Remove(this);
        CancelEnding();
        foreach (var call in unanswered)
            call.TryFail(new SiloUnavailableException($"{GrainId} died while {call.Method} was waiting or running; its outcome is unknown."));
        Host.Dispatcher.Post(() => _deactivated.TrySetResult());
    }

    private void Discount()
    {
        if (_counted)
            Host.Metrics.Ended(Class);
        _counted = false;
    }

    /// <summary>In the turn, so that what is registered on the token also runs alone.</summary>
    private void CancelEnding()
    {
        try
        {
            if (!_ending.IsCancellationRequested)
                _ending.Cancel();
        }
        catch (AggregateException exception)
        {
            // The grain's own work at its end must not suffer from what fails in a callback.
            Host.Log.CallbackFailed(this, exception);
        }
    }

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    public override string ToString() => GrainId.ToString();
}
