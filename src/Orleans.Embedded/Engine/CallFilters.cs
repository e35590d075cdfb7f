using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Embedded.Engine;

/// <summary>Runs calls through the filters, when there are any.</summary>
internal sealed class CallFilters(IIncomingGrainCallFilter[] incoming, IOutgoingGrainCallFilter[] outgoing)
{
    internal bool HasIncoming => incoming.Length > 0;

    internal bool HasOutgoing => outgoing.Length > 0;

    /// <summary>Begins a call through the filters in the grain's turn; true when it has already completed.</summary>
    internal bool RunIncoming(Activation activation, Call call)
    {
        var context = new IncomingContext(incoming, activation, call);
        return new FilteredCall(call, context.Invoke()).Begin(context);
    }

    internal void RunOutgoing(GrainProxy proxy, Call call)
    {
        var context = new OutgoingContext(outgoing, proxy, call);
        _ = SendAsync(context, call);

        static async Task SendAsync(OutgoingContext context, Call call)
        {
            try
            {
                await context.Invoke();
                context.Answer();
            }
            catch (Exception exception)
            {
                call.TryFail(exception);
            }
        }
    }

    /// <summary>Waits for the filters in the turn of the call it stands for.</summary>
    private sealed class FilteredCall(Call call, Task filters)
    {
        internal bool Begin(IncomingContext context)
        {
            if (filters.IsCompleted)
            {
                Finish(context);
                return true;
            }

            filters.GetAwaiter().UnsafeOnCompleted(() =>
            {
                Finish(context);
                call.Target!.WorkEnded(call);
            });
            return false;
        }

        /// <summary>What is thrown here would end the turn without ending the call, and the grain would wait for it for ever.</summary>
        private void SetResult(object? result)
        {
            try
            {
                call.SetBoxed(result);
            }
            catch (InvalidCastException exception)
            {
                call.SetFailure(exception);
            }
        }

        private void Finish(IncomingContext context)
        {
            if (!filters.IsCompletedSuccessfully)
                call.SetFailure(TaskCall<Nothing>.FailureOf(filters));
            else if (context.Silence is { } silence)
                call.SetFailure(silence);
            else
                SetResult(context.Result);
        }
    }

    private abstract class Context(Call call)
    {
        private object? _result;
        private bool _answered;

        protected Call Call => call;

        public IInvokable Request => call;

        public GrainId? SourceId => (call.Source as Activation)?.GrainId;

        public GrainId TargetId => call.Reference!.GrainId;

        public GrainInterfaceType InterfaceType => call.Reference!.InterfaceType;

        public string InterfaceName => call.GetInterfaceName();

        public string MethodName => call.Method.Name;

        public MethodInfo InterfaceMethod => call.Method.Info;

        public object? Result
        {
            get => _result;
            set => (_result, _answered) = (value, true);
        }

        /// <summary>Why what the filters left is no answer; null when it is one.</summary>
        internal InvalidOperationException? Silence => _answered
            ? null
            : new($"A filter of {call} neither went on nor set a result. Call Invoke, or set Result.");
    }

    private sealed class IncomingContext(IIncomingGrainCallFilter[] filters, Activation activation, Call call)
        : Context(call), IIncomingGrainCallContext
    {
        private int _next;

        public object Grain => activation.GrainInstance!;

        public IGrainContext TargetContext => activation;

        public MethodInfo ImplementationMethod
        {
            get
            {
                var map = Grain.GetType().GetInterfaceMap(Call.Method.Info.DeclaringType!);
                return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, Call.Method.Info)];
            }
        }

        public async Task Invoke()
        {
            var position = _next++;
            try
            {
                if (position < filters.Length)
                    await filters[position].Invoke(this);
                else if (position == filters.Length && Grain is IIncomingGrainCallFilter own)
                    await own.Invoke(this);
                else
                    Result = await Call.InvokeBoxed(Grain);
            }
            finally
            {
                // A filter may go on once more, and then to the same ones again.
                _next--;
            }
        }
    }

    private sealed class OutgoingContext(IOutgoingGrainCallFilter[] filters, GrainProxy proxy, Call call)
        : Context(call), IOutgoingGrainCallContext
    {
        private int _next;
        public object Grain => proxy;

        public IGrainContext? SourceContext => Call.Source as Activation;

        public async Task Invoke()
        {
            var position = _next++;
            try
            {
                if (position < filters.Length)
                {
                    await filters[position].Invoke(this);
                    return;
                }

                // The filters may have changed the request context, so the call takes what it is now.
                Call.Context = RequestContext.Export();
                Result = await Call.SendCopy(proxy);
            }
            finally
            {
                _next--;
            }
        }

        /// <summary>Gives the caller what the filters left; a filter that did not go on answers in the grain's place.</summary>
        internal void Answer()
        {
            if (Silence is { } silence)
                Call.TryFail(silence);
            else
                Call.TryAnswer(Result);
        }
    }
}
