using Orleans.Runtime;

namespace Orleans.Embedded.Engine;

/// <summary>
/// A queue of requests and continuations with one consumer at a time: whatever runs here runs alone. Used by
/// activations and by observers.
/// </summary>
internal abstract class Mailbox : IThreadPoolWorkItem
{
    /// <summary>Turns run in one go before other mailboxes get the thread.</summary>
    private const int BatchTurns = 32;

    internal static readonly ExecutionContext DefaultContext = EmptyContext();
    private static readonly Action<object?> DrainAction = static self => ((Mailbox)self!).Drain();

    /// <summary>Replies of the batch that has just ended on this thread.</summary>
    [ThreadStatic]
    private static Call? _batchReplies;

    private readonly TurnScheduler _scheduler;
    private Queue<Task>? _tasks;
    private CallQueue _waiting;
    private Call? _finishedFirst;
    private Call? _finishedLast;
    private List<Call>? _suspended;
    private Call? _blocking;

    /// <summary>The call whose first part is running now, in no list yet: only here can a sweep find one that blocks its thread.</summary>
    private Call? _executing;

    private int _running;
    private bool _scheduled;

    protected Mailbox(GrainHost host)
    {
        Host = host;
        _scheduler = new TurnScheduler(this);
    }

    internal GrainHost Host { get; }

    internal TurnScheduler Scheduler => _scheduler;

    /// <summary>Guards everything that threads other than the one in the turn may touch.</summary>
    protected Lock Gate { get; } = new();

    /// <summary>Requests may start. While false they only queue. Guarded by <see cref="Gate"/>.</summary>
    protected bool Open { get; set; }

    /// <summary>Nothing more is taken in. Guarded by <see cref="Gate"/>.</summary>
    protected bool Closed { get; set; }

    /// <summary>Nothing runs here any more, not even what had begun. Guarded by <see cref="Gate"/>.</summary>
    protected bool Halted { get; set; }

    protected bool IsBusy => _running > 0;

    /// <summary>The object whose methods are called.</summary>
    internal abstract object? Instance { get; }

    /// <summary>Every request of this mailbox may interleave.</summary>
    protected virtual bool IsReentrant => false;

    /// <summary>Says for one request whether it may interleave, beyond what its method says.</summary>
    protected virtual bool MayInterleave(Call call) => false;

    protected virtual bool HasInterleavePredicate => false;

    internal virtual bool InReentrantSection(Guid id) => false;

    /// <summary>Requests and continuations that have not ended.</summary>
    internal int Outstanding => _running + _waiting.Count;

    /// <summary>Takes a call in; false when this mailbox is closed and the call must go elsewhere.</summary>
    internal bool TryEnqueue(Call call)
    {
        bool schedule;
        lock (Gate)
        {
            if (Closed)
                return false;
            // Of ticks there is one for each timer at most, and a timer whose tick is refused would stand still for ever.
            if (_waiting.Count >= Host.Settings.MaxQueuedRequests && !call.IsTick)
            {
                schedule = false;
                goto Overloaded;
            }

            call.Target = this;
            _waiting.Add(call);
            schedule = Open && !_scheduled && (_blocking is null || CanOvertake(call));
            if (schedule)
                _scheduled = true;
            Accepted(call);
        }

        if (schedule)
            Host.Dispatcher.Schedule(this);
        return true;

    Overloaded:
        call.TryFail(new LimitExceededException("MaxQueuedRequests", Host.Settings.MaxQueuedRequests, Host.Settings.MaxQueuedRequests,
            $"{this} has that many requests waiting; {call.Method} was not queued. Try again later."));
        return true;
    }

    /// <summary>Called within <see cref="Gate"/> when a call was taken in.</summary>
    protected virtual void Accepted(Call call) { }

    /// <summary>Queues a continuation or other task of this mailbox.</summary>
    internal void Post(Task task)
    {
        bool schedule;
        lock (Gate)
        {
            if (Halted)
                return;
            (_tasks ??= new Queue<Task>()).Enqueue(task);
            schedule = !_scheduled;
            _scheduled = true;
        }

        if (schedule)
            Host.Dispatcher.Schedule(this);
    }

    /// <summary>Runs <paramref name="work"/> in turns of this mailbox, ahead of requests.</summary>
    internal Task Run(Func<Task> work)
    {
        // The execution context of whoever happens to cause the work is none of its business.
        var suppressed = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        try
        {
            return Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler).Unwrap();
        }
        finally
        {
            suppressed?.Undo();
        }
    }

    internal Task[] QueuedTasks()
    {
        lock (Gate)
            return _tasks?.ToArray() ?? [];
    }

    void IThreadPoolWorkItem.Execute() => RunBatch();

    /// <summary>Runs turns until there is nothing to do or the batch is full, then publishes the replies.</summary>
    internal void RunBatch()
    {
        Turn.Mailbox = this;
        // A task of our scheduler, so that the code in the turns finds it as TaskScheduler.Current.
        var batch = new Task(DrainAction, this);
        batch.RunSynchronously(_scheduler);
        Turn.Mailbox = null;
        if (batch.IsFaulted)
            Host.Log.TurnFailed(this, batch.Exception);

        var replies = _batchReplies;
        _batchReplies = null;
        replies?.PublishChain();
    }

    private void Drain()
    {
        Call? ended = null;
        for (var turns = 0; ; turns++)
        {
            Task? task = null;
            Call? call = null;
            var again = false;
            lock (Gate)
            {
                if (ended is not null)
                {
                    _executing = null;
                    End(ended);
                    ended = null;
                }

                if (Halted)
                    _tasks?.Clear();
                if (_tasks is { Count: > 0 } || (Open && HasRunnable()))
                {
                    again = turns >= BatchTurns;
                    // Continuations go first, but the last turn is a request's: work that gives way for ever must not keep requests out.
                    if (turns == BatchTurns - 1 && Open)
                        call = TakeRunnable();
                    if (!again && call is null && !(_tasks?.TryDequeue(out task) ?? false))
                        call = TakeRunnable();
                }

                if (task is null && call is null)
                {
                    _scheduled = again;
                    _batchReplies = _finishedFirst;
                    _finishedFirst = _finishedLast = null;
                }
            }

            if (task is not null)
            {
                _scheduler.Run(task);
            }
            else if (call is not null)
            {
                if (BeginCall(call))
                    ended = call;
            }
            else
            {
                if (again)
                    Host.Dispatcher.ScheduleFairly(this);
                return;
            }
        }
    }

    private bool BeginCall(Call call)
    {
        if (call.Context is not null)
            RequestContext.Import(call.Context);
        if (Host.Settings.DetectCallCycles)
            CallChain.Current = call;
        if (call.Trace is not null)
            call.Trace = CallTrace.Begin(call);
        var completed = Start(call);
        if (completed && call.Trace is { } span)
            CallTrace.End(span, call.Failure);
        // A method that is not async may have left something in the execution context; the next turn must not see it.
        if (!ReferenceEquals(ExecutionContext.Capture(), DefaultContext))
            ExecutionContext.Restore(DefaultContext);
        if (!completed)
        {
            lock (Gate)
            {
                _suspended ??= [];
                call.RunningIndex = _suspended.Count;
                _suspended.Add(call);
                _executing = null;
            }
        }

        return completed;
    }

    /// <summary>Begins a call in this turn; true when it has already completed.</summary>
    protected virtual bool Start(Call call) => call.Begin(Instance!);

    /// <summary>A call that had been suspended has completed; runs in a turn.</summary>
    internal void WorkEnded(Call call)
    {
        if (call.Trace is { } span)
            CallTrace.End(span, call.Failure);
        lock (Gate)
        {
            var last = _suspended![^1];
            _suspended[call.RunningIndex] = last;
            last.RunningIndex = call.RunningIndex;
            _suspended.RemoveAt(_suspended.Count - 1);
            End(call);
        }
    }

    private void End(Call call)
    {
        _running--;
        if (ReferenceEquals(_blocking, call))
            _blocking = null;
        if (_finishedLast is null)
            _finishedFirst = call;
        else
            _finishedLast.Next = call;
        _finishedLast = call;
        Ended(call);
    }

    /// <summary>Called within <see cref="Gate"/> when a request has ended.</summary>
    protected virtual void Ended(Call call) { }

    private bool HasRunnable() => _waiting.First is { } first && (_blocking is null || MayRun(first) || MayOvertake());

    /// <summary>Whether a call that waits behind another may be able to run now.</summary>
    private bool MayOvertake()
    {
        if (!HasInterleavePredicate && !IsReentrant && _waiting.Interleavable == 0)
            return false;
        for (var call = _waiting.First; call is not null; call = call.Next)
        {
            if (MayRun(call))
                return true;
        }

        return false;
    }

    private bool CanOvertake(Call call) =>
        IsReentrant || HasInterleavePredicate || CallQueue.IsInterleavable(call);

    private bool MayRun(Call call)
    {
        if (_blocking is not { } blocking || IsReentrant || call.IsAnswered || call.Method.AlwaysInterleave)
            return true;
        if (call.Method.ReadOnly && blocking.Method.ReadOnly)
            return true;
        var id = call.ReentrancyId;
        if (id != Guid.Empty && InReentrantSection(id))
            return true;
        return HasInterleavePredicate && (MayInterleave(call) || MayInterleave(blocking));
    }

    private Call? TakeRunnable()
    {
        Call? previous = null;
        for (var call = _waiting.First; call is not null;)
        {
            var next = call.Next;
            if (MayRun(call))
            {
                _waiting.Remove(call, previous);
                if (call.IsAnswered)
                {
                    call.Cancellation?.Ended();
                    call = next;
                    continue;
                }

                _running++;
                _executing = call;
                if (_blocking is null && !IsReentrant && !call.Method.AlwaysInterleave && !(HasInterleavePredicate && MayInterleave(call)))
                    _blocking = call;
                return call;
            }

            previous = call;
            call = next;
        }

        return null;
    }

    /// <summary>The call that keeps others waiting; null when none does.</summary>
    internal Call? Blocking => _blocking;

    /// <summary>Starts turns if something waits for <see cref="Open"/>. Called within <see cref="Gate"/>; true when the caller must schedule.</summary>
    protected bool Wake()
    {
        if (_scheduled || (_tasks is not { Count: > 0 } && !(Open && HasRunnable())))
            return false;
        _scheduled = true;
        return true;
    }

    /// <summary>Takes all waiting calls out. Called within <see cref="Gate"/>.</summary>
    protected List<Call> TakeWaiting() => _waiting.TakeAll();

    /// <summary>The calls that have neither completed nor been answered.</summary>
    internal void CollectUnanswered(List<Call> into)
    {
        if (Outstanding == 0)
            return;
        lock (Gate)
        {
            if (_executing is { IsAnswered: false })
                into.Add(_executing);
            for (var call = _waiting.First; call is not null; call = call.Next)
            {
                if (!call.IsAnswered)
                    into.Add(call);
            }

            foreach (var call in _suspended ?? [])
            {
                if (!call.IsAnswered)
                    into.Add(call);
            }
        }
    }

    /// <summary>Hands over replies that wait for the end of a batch in which a turn takes long.</summary>
    internal void PublishFinished()
    {
        if (_finishedFirst is null)
            return;
        Call? replies;
        lock (Gate)
        {
            replies = _finishedFirst;
            _finishedFirst = _finishedLast = null;
        }

        if (replies is not null)
            Host.Dispatcher.Publish(replies);
    }

    private static ExecutionContext EmptyContext()
    {
        ExecutionContext? context = null;
        var thread = new Thread(() => context = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return context!;
    }
}
