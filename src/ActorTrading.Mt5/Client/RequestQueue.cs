using System.Diagnostics.CodeAnalysis;

namespace ActorTrading.Mt5.Client;

/// <summary>Requests waiting for their turn, bounded; trades go before questions. Any thread adds, the terminal's takes.</summary>
internal sealed class RequestQueue(int limit)
{
    private readonly Lock _gate = new();
    private readonly Queue<PendingRequest> _trades = new();
    private readonly Queue<PendingRequest> _questions = new();
    private string? _closed;

    public int Count
    {
        get
        {
            lock (_gate)
                return _trades.Count + _questions.Count;
        }
    }

    /// <returns>Null, or why it was not taken.</returns>
    public (RefusalKind Kind, string Reason)? TryAdd(PendingRequest request)
    {
        lock (_gate)
        {
            if (_closed is not null)
                return (RefusalKind.Stopped, _closed);
            if (_trades.Count + _questions.Count >= limit)
                return (RefusalKind.QueueFull, $"{limit} requests are waiting already");
            (request.IsTrade ? _trades : _questions).Enqueue(request);
            return null;
        }
    }

    /// <summary>The next trade that nobody has given up.</summary>
    public bool TryTakeTrade([NotNullWhen(true)] out PendingRequest? request) => TryTake(_trades, out request);

    /// <summary>The next question that nobody has given up.</summary>
    public bool TryTakeQuestion([NotNullWhen(true)] out PendingRequest? request) => TryTake(_questions, out request);

    private bool TryTake(Queue<PendingRequest> queue, [NotNullWhen(true)] out PendingRequest? request)
    {
        lock (_gate)
        {
            while (queue.TryDequeue(out request))
                if (request.TryClaim())
                    return true;
            return false;
        }
    }

    public void RefuseAll(RefusalKind kind, string reason)
    {
        while (TryTakeTrade(out var request) || TryTakeQuestion(out request))
            request.Refuse(kind, reason);
    }

    public void Close(string reason)
    {
        lock (_gate)
            _closed = reason;
        RefuseAll(RefusalKind.Stopped, reason);
    }
}
