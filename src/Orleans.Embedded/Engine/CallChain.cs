using System.Text;

namespace Orleans.Embedded.Engine;

/// <summary>Follows who calls whom, so that a cycle of calls fails at once instead of after the response timeout.</summary>
internal static class CallChain
{
    private static readonly AsyncLocal<Call?> CurrentCall = new();

    /// <summary>The call in whose course this code runs.</summary>
    internal static Call? Current
    {
        get => CurrentCall.Value;
        set => CurrentCall.Value = value;
    }

    /// <summary>
    /// The cycle that <paramref name="call"/> would close by waiting in <paramref name="target"/> behind a call that itself
    /// waits for it, as text; null when there is none.
    /// </summary>
    internal static string? CycleOf(Call call, Mailbox target)
    {
        if (call.IsOneWay || call.Method.AlwaysInterleave || target.Blocking is not { } blocking)
            return null;
        if (call.Method.ReadOnly && blocking.Method.ReadOnly)
            return null;
        if (call.ReentrancyId is var id && id != Guid.Empty && target.InReentrantSection(id))
            return null;
        var path = new StringBuilder(call.ToString());
        for (var caller = call.Parent; caller is not null; caller = caller.Parent)
        {
            path.Insert(0, $"{caller} -> ");
            if (ReferenceEquals(caller, blocking))
                return path.ToString();
            // Nobody waits for a one-way call, so nothing beyond it can be part of a deadlock.
            if (caller.IsOneWay)
                return null;
        }

        return null;
    }
}
