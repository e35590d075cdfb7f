namespace ActorTrading.Mt5.Client;

/// <summary>Requests waiting for their turn, bounded; trades go before questions. Any thread adds, the terminal's takes.</summary>
internal sealed class RequestQueue(int limit)
{
    private readonly Lock _gate = new();
    private readonly Queue<PendingRequest> _trades = new();
    private readonly Queue<PendingRequest> _questions = new();
    private string? _closed;

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

    /// <summary>The next one that nobody has given up.</summary>
    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PendingRequest? request)
    {
        lock (_gate)
        {
            while (_trades.TryDequeue(out request) || _questions.TryDequeue(out request))
                if (request.TryClaim())
                    return true;
            return false;
        }
    }

    public void RefuseAll(RefusalKind kind, string reason)
    {
        while (TryTake(out var request))
            request.Refuse(kind, reason);
    }

    public void Close(string reason)
    {
        lock (_gate)
            _closed = reason;
        RefuseAll(RefusalKind.Stopped, reason);
    }
}
