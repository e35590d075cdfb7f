namespace Orleans.Embedded.Engine;

/// <summary>
/// A call's cancellation token. When the caller cancels, the caller's task is cancelled at once; the callee sees its own
/// token cancelled, in a turn of its own, and may go on as long as it likes.
/// </summary>
internal sealed class CallCancellation
{
    private readonly CancellationTokenSource _callee = new();
    private readonly CancellationToken _caller;
    private readonly Call _call;
    private CancellationTokenRegistration _registration;

    private CallCancellation(Call call, CancellationToken caller) => (_call, _caller) = (call, caller);

    /// <summary>The call's token when it is cancelled already.</summary>
    internal static CancellationToken? Canceled(Call call, int index) =>
        (CancellationToken)call.GetArgument(index)! is { IsCancellationRequested: true } token ? token : null;

    /// <summary>Replaces the token among the call's arguments. Returns the token when it is cancelled already.</summary>
    internal static CancellationToken? Attach(Call call, int index)
    {
        var token = (CancellationToken)call.GetArgument(index)!;
        if (!token.CanBeCanceled)
            return null;
        if (token.IsCancellationRequested)
            return token;
        var cancellation = new CallCancellation(call, token);
        call.SetArgument(index, cancellation._callee.Token);
        call.Cancellation = cancellation;
        cancellation._registration = token.UnsafeRegister(static self => ((CallCancellation)self!).Cancel(), cancellation);
        return null;
    }

    /// <summary>The call is over: long-lived tokens must not keep it. Does not wait for a cancellation under way.</summary>
    internal void Ended() => _registration.Unregister();

    private void Cancel()
    {
        _call.TryFail(new OperationCanceledException(_caller));
        if (_call.Target is { } target)
            _ = target.Run(() =>
            {
                try
                {
                    _callee.Cancel();
                }
                catch (AggregateException exception)
                {
                    target.Host.Log.CallbackFailed(target, exception);
                }

                return Task.CompletedTask;
            });
        else
            _callee.Cancel();
    }
}
