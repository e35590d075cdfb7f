using System.Runtime.CompilerServices;

namespace Orleans.Embedded.Engine;

/// <summary>A call of a method that returns <see cref="Task{TResult}"/>. The reply's task is made by a builder, which needs no object of its own.</summary>
internal abstract class TaskCall<T> : Call
{
    private AsyncTaskMethodBuilder<T> _reply;
    private Task<T>? _work;

    internal Task<T> Reply => _reply.Task;

    protected abstract Task<T> Invoke(object target);

    internal override bool Begin(object target)
    {
        try
        {
            _work = Invoke(target) ?? throw NullTask(this);
        }
        catch (Exception exception)
        {
            _work = Task.FromException<T>(exception);
        }

        if (_work.IsCompleted)
            return true;
        // The awaiter captures this turn's scheduler, so the end of the work is a turn of the same mailbox.
        _work.GetAwaiter().UnsafeOnCompleted(WorkEnded);
        return false;
    }

    internal override async ValueTask<object?> InvokeBoxed(object target) => await (Invoke(target) ?? throw NullTask(this));

    internal override void SetBoxed(object? result) => _work = Task.FromResult(result is null ? default! : (T)result);

    internal override Exception? Failure => _work?.Exception?.InnerException;

    internal override void SetFailure(Exception exception) => _work = Task.FromException<T>(exception);

    internal override void Publish()
    {
        var work = _work!;
        if (IsOneWay || !TryClaim())
        {
            if (work.IsFaulted)
                Unobserved(work.Exception.InnerException!);
            return;
        }

        if (work.IsCompletedSuccessfully)
            _reply.SetResult(work.Result);
        else
            _reply.SetException(FailureOf(work));
    }

    internal override bool TryFail(Exception exception)
    {
        if (!TryClaim())
            return false;
        // It may never come to the end where this happens otherwise.
        Cancellation?.Ended();
        if (IsOneWay)
            Unobserved(exception);
        else
            _reply.SetException(exception);
        return true;
    }

    internal override bool TryAnswer(object? result)
    {
        // Before it is claimed: who claims a call must answer it.
        var answer = result is null ? default! : (T)result;
        if (!TryClaim())
            return false;
        if (!IsOneWay)
            _reply.SetResult(answer);
        return true;
    }

    internal override async Task<object?> SendCopy(GrainProxy proxy)
    {
        var copy = (TaskCall<T>)MemberwiseClone();
        copy._reply = default;
        copy.BeginAnew(proxy.Shared.Host);
        if (IsOneWay)
        {
            proxy.Deliver(copy);
            return null;
        }

        var reply = copy.Reply;
        proxy.Deliver(copy);
        return await reply;
    }

    internal static Exception FailureOf(Task work) => work.IsFaulted ? work.Exception.InnerException! : new TaskCanceledException(work);

    internal static InvalidOperationException NullTask(Call call) => new($"{call} returned null instead of a task.");
}

/// <summary>A call of a method that returns <see cref="ValueTask{TResult}"/>.</summary>
internal abstract class ValueTaskCall<T> : TaskCall<T>
{
    protected abstract ValueTask<T> InvokeValue(object target);

    protected sealed override Task<T> Invoke(object target) => InvokeValue(target).AsTask();
}

/// <summary>What methods without a result give.</summary>
internal readonly struct Nothing;

/// <summary>A call of a method that returns <see cref="Task"/>.</summary>
internal abstract class VoidTaskCall : Call
{
    private AsyncTaskMethodBuilder _reply;
    private Task? _work;

    internal Task Reply => _reply.Task;

    protected abstract Task Invoke(object target);

    internal override bool Begin(object target)
    {
        try
        {
            _work = Invoke(target) ?? throw TaskCall<Nothing>.NullTask(this);
        }
        catch (Exception exception)
        {
            _work = Task.FromException(exception);
        }

        if (_work.IsCompleted)
            return true;
        _work.GetAwaiter().UnsafeOnCompleted(WorkEnded);
        return false;
    }

    internal override async ValueTask<object?> InvokeBoxed(object target)
    {
        await (Invoke(target) ?? throw TaskCall<Nothing>.NullTask(this));
        return null;
    }

    internal override void SetBoxed(object? result) => _work = Task.CompletedTask;

    internal override Exception? Failure => _work?.Exception?.InnerException;

    internal override void SetFailure(Exception exception) => _work = Task.FromException(exception);

    internal override void Publish()
    {
        var work = _work!;
        if (IsOneWay || !TryClaim())
        {
            if (work.IsFaulted)
                Unobserved(work.Exception.InnerException!);
            return;
        }

        if (work.IsCompletedSuccessfully)
            _reply.SetResult();
        else
            _reply.SetException(TaskCall<Nothing>.FailureOf(work));
    }

    internal override bool TryFail(Exception exception)
    {
        if (!TryClaim())
            return false;
        // It may never come to the end where this happens otherwise.
        Cancellation?.Ended();
        if (IsOneWay)
            Unobserved(exception);
        else
            _reply.SetException(exception);
        return true;
    }

    internal override bool TryAnswer(object? result)
    {
        if (!TryClaim())
            return false;
        if (!IsOneWay)
            _reply.SetResult();
        return true;
    }

    internal override async Task<object?> SendCopy(GrainProxy proxy)
    {
        var copy = (VoidTaskCall)MemberwiseClone();
        copy._reply = default;
        copy.BeginAnew(proxy.Shared.Host);
        if (IsOneWay)
        {
            proxy.Deliver(copy);
            return null;
        }

        var reply = copy.Reply;
        proxy.Deliver(copy);
        await reply;
        return null;
    }
}

/// <summary>A call of a method that returns <see cref="ValueTask"/>.</summary>
internal abstract class VoidValueTaskCall : VoidTaskCall
{
    protected abstract ValueTask InvokeValue(object target);

    protected sealed override Task Invoke(object target) => InvokeValue(target).AsTask();
}

/// <summary>A call of an observer's method that returns nothing: the caller never waits.</summary>
internal abstract class OneWayCall : VoidTaskCall
{
    protected abstract void InvokeVoid(object target);

    protected sealed override Task Invoke(object target)
    {
        InvokeVoid(target);
        return Task.CompletedTask;
    }
}
