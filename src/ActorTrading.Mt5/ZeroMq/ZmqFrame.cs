namespace ActorTrading.Mt5.ZeroMq;

/// <summary>A received frame in libzmq's memory. Reuse one for many receptions; dispose it at the end.</summary>
public unsafe ref struct ZmqFrame
{
    private ZmqMessage _message;
    private bool _initialised;

    /// <summary>The frame's bytes, valid until the next reception into this frame.</summary>
    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            if (!_initialised)
                return default;
            // libzmq keeps short frames inside the message itself, so the span is good only while this struct stays put:
            // a ref struct on the stack does.
            fixed (ZmqMessage* m = &_message)
                return new ReadOnlySpan<byte>(LibZmq.zmq_msg_data(m), (int)LibZmq.zmq_msg_size(m));
        }
    }

    /// <summary>Whether another part of the same message follows.</summary>
    public bool HasMore
    {
        get
        {
            fixed (ZmqMessage* m = &_message)
                return _initialised && LibZmq.zmq_msg_more(m) != 0;
        }
    }

    internal int Receive(nint socket, int flags)
    {
        fixed (ZmqMessage* m = &_message)
        {
            if (!_initialised)
            {
                LibZmq.zmq_msg_init(m);
                _initialised = true;
            }
            return LibZmq.zmq_msg_recv(m, socket, flags);
        }
    }

    public void Dispose()
    {
        if (!_initialised)
            return;
        fixed (ZmqMessage* m = &_message)
            LibZmq.zmq_msg_close(m);
        _initialised = false;
    }
}
