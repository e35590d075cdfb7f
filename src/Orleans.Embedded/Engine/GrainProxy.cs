using Orleans.Runtime;

namespace Orleans.Embedded.Engine;

/// <summary>Base of the emitted proxies: turns an interface method's arguments into a call and sends it.</summary>
internal abstract class GrainProxy(ReferenceShared shared, GrainId grainId) : GrainReference(shared, grainId)
{
    /// <summary>Where the last call went; asked first, because activations live longer than calls.</summary>
    private Mailbox? _lastTarget;

    internal Task<T> Send<T>(TaskCall<T> call, int method)
    {
        var canceled = Prepare(call, method);
        if (canceled is { } token)
            return Task.FromCanceled<T>(token);
        if (call.IsOneWay)
        {
            Submit(call);
            return DefaultResult<T>.Task;
        }

        var reply = call.Reply;
        Submit(call);
        return reply;
    }

    internal Task Send(VoidTaskCall call, int method)
    {
        var canceled = Prepare(call, method);
        if (canceled is { } token)
            return Task.FromCanceled(token);
        if (call.IsOneWay)
        {
            Submit(call);
            return Task.CompletedTask;
        }

        var reply = call.Reply;
        Submit(call);
        return reply;
    }

    internal ValueTask<T> SendValue<T>(TaskCall<T> call, int method) => new(Send(call, method));

    internal ValueTask SendValue(VoidTaskCall call, int method) => new(Send(call, method));

    internal void SendOneWay(VoidTaskCall call, int method)
    {
        Prepare(call, method);
        Submit(call);
    }

    internal IAsyncEnumerable<T> SendEnumerable<T>(EnumerableRequest<T> request, int method)
    {
        request.Method = Shared.Methods[method];
        request.Proxy = this;
        return request;
    }

    /// <summary>The cancelled token if the call is cancelled already.</summary>
    internal CancellationToken? Prepare(Call call, int method) => Prepare(call, Shared.Methods[method]);

    internal CancellationToken? Prepare(Call call, GrainMethod descriptor)
    {
        var host = Shared.Host;
        call.Method = descriptor;
        call.Reference = this;
        call.IsOneWay = descriptor.OneWay;
        call.Source = Turn.Mailbox;
        call.Context = RequestContext.Export();
        call.Stamp = host.Sweeper.Now;
        call.Trace = CallTrace.Caller;
        if (host.Settings.DetectCallCycles)
            call.Parent = CallChain.Current;
        if (descriptor.CancellationIndex < 0)
            return null;
        // Behind filters it is not this call that arrives, but what they send.
        return host.Filters.HasOutgoing
            ? CallCancellation.Canceled(call, descriptor.CancellationIndex)
            : CallCancellation.Attach(call, descriptor.CancellationIndex);
    }

    internal void Submit(Call call)
    {
        var host = Shared.Host;
        if (host.Filters.HasOutgoing)
        {
            host.Filters.RunOutgoing(this, call);
            return;
        }

        Deliver(call);
    }

    internal void Deliver(Call call)
    {
        var target = _lastTarget;
        if (target is not null && !Shared.Host.InterceptsCalls && target.TryEnqueue(call))
            return;
        _lastTarget = Shared.Host.Deliver(GrainId, call);
    }

    private static class DefaultResult<T>
    {
        internal static readonly Task<T> Task = System.Threading.Tasks.Task.FromResult<T>(default!);
    }
}
