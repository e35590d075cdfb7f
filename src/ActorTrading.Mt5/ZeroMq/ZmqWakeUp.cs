namespace ActorTrading.Mt5.ZeroMq;

/// <summary>
/// Lets any thread wake the one thread that polls. Signals that come before the poller has looked count as one.
/// </summary>
public sealed class ZmqWakeUp : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ZmqSocket _sender;
    private int _signalled;
    private bool _disposed;

    public ZmqWakeUp(ZmqContext context)
    {
        var name = context.NextInprocName("wake");
        Receiver = context.CreateSocket(ZmqSocketType.Pair);
        Receiver.Bind(name);
        _sender = context.CreateSocket(ZmqSocketType.Pair);
        _sender.Connect(name);
    }

    /// <summary>The socket to poll; only the polling thread touches it.</summary>
    public ZmqSocket Receiver { get; }

    /// <summary>Safe from any thread, also after disposal (then without effect).</summary>
    public void Signal()
    {
        if (Interlocked.Exchange(ref _signalled, 1) == 1)
            return;
        lock (_gate)
            if (!_disposed)
                _sender.TrySend("\0"u8);
    }

    /// <summary>Forgets the signals received. Call it before looking at what they announce, so that none is missed.</summary>
    public void Reset()
    {
        var frame = default(ZmqFrame);
        while (Receiver.TryReceive(ref frame)) { }
        frame.Dispose();
        // After draining: a signal in between is not sent, but what it announces is already there to be looked at.
        Interlocked.Exchange(ref _signalled, 0);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            _sender.Dispose();
        }
        Receiver.Dispose();
    }
}
