using System.Diagnostics;
using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Embedded.Engine;

/// <summary>
/// One request: the method, its arguments and the reply, in one object. It is queued in the callee's mailbox, begun
/// there in a turn, and its reply is published after that turn, so that no caller's code runs within it.
/// </summary>
internal abstract class Call : IInvokable, IThreadPoolWorkItem
{
    private int _claimed;

    internal GrainMethod Method = null!;
    internal Mailbox? Target;

    /// <summary>The mailbox in whose turn the call was made; null for code outside of grains.</summary>
    internal Mailbox? Source;

    internal GrainReference? Reference;

    /// <summary>The caller's request context, shared and never changed.</summary>
    internal Dictionary<string, object>? Context;

    /// <summary>Links calls in a mailbox's queue or in its list of finished ones.</summary>
    internal Call? Next;

    /// <summary>The call in whose course this one was made; known only while call cycles are being detected.</summary>
    internal Call? Parent;

    internal CallCancellation? Cancellation;

    /// <summary>What the caller was doing, then the part of its trace that this call is; null where nobody traces.</summary>
    internal Activity? Trace;

    /// <summary>The host's sweep number at submission; see <see cref="TimeoutSweeper"/>.</summary>
    internal int Stamp;

    /// <summary>Position among the mailbox's running calls.</summary>
    internal int RunningIndex;

    internal bool IsOneWay;

    /// <summary>A timer's tick: it does not count as activity, and ends with its activation instead of moving to the next.</summary>
    internal bool IsTick;

    /// <summary>How many activations it has waited for that ended before they were active.</summary>
    internal byte Moves;

    /// <summary>The caller has its answer already, so a call that still waits need not run.</summary>
    internal bool IsAnswered => Volatile.Read(ref _claimed) != 0;

    internal Guid ReentrancyId => Context is { } context && context.TryGetValue(RequestContext.ReentrancyKey, out var id) ? (Guid)id : Guid.Empty;

    /// <summary>Calls the method. True when it has already completed; otherwise <see cref="Mailbox.WorkEnded"/> is told later.</summary>
    internal abstract bool Begin(object target);

    /// <summary>Calls the method of <paramref name="target"/> outside of the normal path, for filters; the result is boxed.</summary>
    internal abstract ValueTask<object?> InvokeBoxed(object target);

    /// <summary>Takes what filters made of the call instead of what <see cref="Begin"/> would have brought.</summary>
    internal abstract void SetBoxed(object? result);

    /// <summary>What the call failed with before or instead of the method.</summary>
    internal abstract void SetFailure(Exception exception);

    /// <summary>What the work failed with; null where it did not, or has not ended.</summary>
    internal abstract Exception? Failure { get; }

    /// <summary>Gives the outcome of the work to the caller, unless the caller was answered already.</summary>
    internal abstract void Publish();

    void IThreadPoolWorkItem.Execute() => PublishChain();

    /// <summary>
    /// Publishes this reply and those linked to it. Callers' code may run within, so the rest is handed on first: a
    /// caller that takes its time keeps no other waiting.
    /// </summary>
    internal void PublishChain()
    {
        var rest = Next;
        Next = null;
        if (rest is not null)
            Target!.Host.Dispatcher.Publish(rest);
        Cancellation?.Ended();
        Publish();
    }

    /// <summary>Answers the caller with an exception; false when the caller was answered already.</summary>
    internal abstract bool TryFail(Exception exception);

    /// <summary>Answers the caller with a boxed result; false when the caller was answered already.</summary>
    internal abstract bool TryAnswer(object? result);

    /// <summary>Sends a copy of this call and waits for its result, so that filters can handle it before the caller does.</summary>
    internal abstract Task<object?> SendCopy(GrainProxy proxy);

    /// <summary>The same call made again by nobody: carried out, answered to no one.</summary>
    internal Call Detached()
    {
        var copy = (Call)MemberwiseClone();
        copy.ResetAnswer();
        copy.IsOneWay = true;
        return copy;
    }

    protected void ResetAnswer() => _claimed = 0;

    /// <summary>Makes a copy a call of its own, which has its own time and can be cancelled like any other.</summary>
    protected void BeginAnew(GrainHost host)
    {
        ResetAnswer();
        Stamp = host.Sweeper.Now;
        if (Method.CancellationIndex >= 0)
            CallCancellation.Attach(this, Method.CancellationIndex)?.ThrowIfCancellationRequested();
    }

    protected bool TryClaim() => Interlocked.Exchange(ref _claimed, 1) == 0;

    protected void WorkEnded() => Target!.WorkEnded(this);

    /// <summary>The exception of work whose caller does not wait for it.</summary>
    protected void Unobserved(Exception exception) => (Target?.Host ?? Reference?.Shared.Host)?.Log.OneWayFailed(this, exception);

    public override string ToString() => Reference is null ? Method.ToString() : $"{Method} of {Reference.GrainId}";

    public virtual int GetArgumentCount() => Method.Info.GetParameters().Length;

    public virtual object? GetArgument(int index) => throw new ArgumentOutOfRangeException(nameof(index), index, $"{Method} has no such argument.");

    public virtual void SetArgument(int index, object value) => throw new ArgumentOutOfRangeException(nameof(index), index, $"{Method} has no such argument.");

    public MethodInfo GetMethod() => Method.Info;

    public string GetMethodName() => Method.Name;

    public string GetInterfaceName() => Method.Contract.FullName!;

    public Type GetInterfaceType() => Method.Contract;
}
