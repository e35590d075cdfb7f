using System.Diagnostics;

namespace Orleans.Embedded.Engine;

/// <summary>
/// Carries a trace from a call's sender to its receiver, under the name of Orleans's own source. A call that nobody traces starts
/// no trace, and without a listener nothing is looked at.
/// </summary>
internal static class CallTrace
{
    internal static readonly ActivitySource Source = new("Microsoft.Orleans.Application");

    /// <summary>What the caller is doing; null where nobody listens.</summary>
    internal static Activity? Caller => Source.HasListeners() ? Activity.Current : null;

    /// <summary>Begins the receiver's part, which becomes current in the turn.</summary>
    internal static Activity? Begin(Call call)
    {
        var span = Source.StartActivity($"{call.Method.Contract.Name}/{call.Method.Name}", ActivityKind.Server, call.Trace!.Context);
        return span?.SetTag("rpc.system", "orleans").SetTag("rpc.service", call.Method.Contract.FullName).SetTag("rpc.method", call.Method.Name);
    }

    internal static void End(Activity span, Exception? failure)
    {
        if (failure is not null)
            span.SetStatus(ActivityStatusCode.Error, failure.Message);
        span.Dispose();
    }
}
