using Orleans.Runtime;

namespace Orleans.Embedded.Engine;

/// <summary>Calls in order of arrival, linked through the calls themselves.</summary>
internal struct CallQueue
{
    private Call? _last;

    internal Call? First { get; private set; }

    internal int Count { get; private set; }

    /// <summary>How many of the calls could run although another one is running.</summary>
    internal int Interleavable { get; private set; }

    internal static bool IsInterleavable(Call call) =>
        call.Method.AlwaysInterleave || call.Method.ReadOnly || (call.Context is { } context && context.ContainsKey(RequestContext.ReentrancyKey));

    internal void Add(Call call)
    {
        call.Next = null;
        if (_last is null)
            First = call;
        else
            _last.Next = call;
        _last = call;
        Count++;
        if (IsInterleavable(call))
            Interleavable++;
    }

    internal void Remove(Call call, Call? previous)
    {
        if (previous is null)
            First = call.Next;
        else
            previous.Next = call.Next;
        if (ReferenceEquals(_last, call))
            _last = previous;
        call.Next = null;
        Count--;
        if (IsInterleavable(call))
            Interleavable--;
    }

    internal List<Call> TakeAll()
    {
        var all = new List<Call>(Count);
        for (var call = First; call is not null;)
        {
            var next = call.Next;
            call.Next = null;
            all.Add(call);
            call = next;
        }

        this = default;
        return all;
    }
}
