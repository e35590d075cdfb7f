using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ActorTrading.Mt5.ZeroMq;

/// <summary>
/// One libzmq socket. Like libzmq's own it belongs to one thread at a time. It never blocks: sending and receiving say
/// whether they could, and <see cref="ZmqPoller"/> waits.
/// </summary>
public sealed unsafe class ZmqSocket : IDisposable
{
    private const int DontWait = 1;
    private readonly ZmqContext _context;
    private nint _handle;

    internal ZmqSocket(ZmqContext context, nint handle, ZmqSocketType type)
    {
        _context = context;
        _handle = handle;
        Type = type;
        Set(ZmqOption.Linger, 0);
    }

    public ZmqSocketType Type { get; }

    internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(ZmqSocket));

    /// <summary>Milliseconds for which a closed socket still tries to deliver; 0 (the default here) drops at once.</summary>
    public int LingerMs { set => Set(ZmqOption.Linger, value); }

    /// <summary>Messages queued for a peer before sending would block; 0 for no limit, which is refused: every queue has one.</summary>
    public int SendHighWaterMark { set => Set(ZmqOption.SendHighWaterMark, AtLeastOne(value)); }

    /// <summary>Messages queued from a peer before the peer is held back.</summary>
    public int ReceiveHighWaterMark { set => Set(ZmqOption.ReceiveHighWaterMark, AtLeastOne(value)); }

    /// <summary>Largest frame accepted, bytes; a peer that sends a larger one is disconnected by libzmq.</summary>
    public long MaxMessageBytes { set => Set64(ZmqOption.MaxMessageSize, value); }

    /// <summary>Queue only for connections that are up, so that nothing said while away is delivered later.</summary>
    public bool OnlyToCompletedConnections { set => Set(ZmqOption.Immediate, value ? 1 : 0); }

    /// <summary>
    /// For a REQ socket: a new request may follow an unanswered one, and a reply to an older request is dropped by its id.
    /// A REP peer returns the id untouched, so this is safe with any libzmq server.
    /// </summary>
    public void RelaxAndCorrelate()
    {
        Set(ZmqOption.ReqRelaxed, 1);
        Set(ZmqOption.ReqCorrelate, 1);
    }

    /// <summary>libzmq's own reconnecting: first wait and longest wait, milliseconds. -1 turns it off.</summary>
    public void ReconnectInterval(int firstMs, int maxMs)
    {
        Set(ZmqOption.ReconnectIntervalMs, firstMs);
        Set(ZmqOption.ReconnectIntervalMaxMs, maxMs);
    }

    /// <summary>Notices a peer that vanished without a word: after <paramref name="idleSeconds"/> of silence, 3 probes 5 s apart.</summary>
    public void TcpKeepAlive(int idleSeconds)
    {
        Set(ZmqOption.TcpKeepAlive, 1);
        Set(ZmqOption.TcpKeepAliveIdleSeconds, idleSeconds);
        Set(ZmqOption.TcpKeepAliveIntervalSeconds, 5);
        Set(ZmqOption.TcpKeepAliveCount, 3);
    }

    /// <summary>
    /// Signs of life both ways, from libzmq's own thread. A peer that has heard nothing for <paramref name="lifetime"/> (to 0.1 s, at most
    /// 6,553 s) lets this connection go; one that does not answer in that time is let go by this side. The peer needs libzmq 4.2.
    /// </summary>
    public void Heartbeat(TimeSpan lifetime)
    {
        var milliseconds = (int)lifetime.TotalMilliseconds;
        Set(ZmqOption.HeartbeatInterval, Math.Max(1, milliseconds / 4));
        Set(ZmqOption.HeartbeatTimeToLive, milliseconds);
        Set(ZmqOption.HeartbeatTimeout, milliseconds);
    }

    /// <summary>Encrypts towards a server whose public key is known (CurveZMQ). Keys are 40 Z85 characters.</summary>
    public void UseCurveClient(ZmqCurveKeys own, string serverPublicKey)
    {
        SetText(ZmqOption.CurveServerKey, serverPublicKey);
        SetText(ZmqOption.CurvePublicKey, own.PublicKey);
        SetText(ZmqOption.CurveSecretKey, own.SecretKey);
    }

    /// <summary>Accepts only clients that encrypt to this key pair (CurveZMQ).</summary>
    public void UseCurveServer(ZmqCurveKeys own)
    {
        Set(ZmqOption.CurveServer, 1);
        SetText(ZmqOption.CurveSecretKey, own.SecretKey);
    }

    /// <exception cref="ZmqException">The address is in use, or not one.</exception>
    public void Bind(string endpoint)
    {
        if (LibZmq.zmq_bind(Handle, endpoint) != 0)
            throw ZmqException.Last($"Binding a {Type} socket to {endpoint}");
    }

    public void Connect(string endpoint)
    {
        if (LibZmq.zmq_connect(Handle, endpoint) != 0)
            throw ZmqException.Last($"Connecting a {Type} socket to {endpoint}");
    }

    /// <summary>The address last bound, with the port that the system chose for port <c>*</c>.</summary>
    public string LastEndpoint
    {
        get
        {
            Span<byte> text = stackalloc byte[256];
            nuint length = (nuint)text.Length;
            fixed (byte* p = text)
                if (LibZmq.zmq_getsockopt(Handle, ZmqOption.LastEndpoint, p, &length) != 0)
                    throw ZmqException.Last("Reading a socket's address");
            return Encoding.UTF8.GetString(text[..((int)length - 1)]);
        }
    }

    /// <returns>False where it would block: no peer, or the queue is full. For REQ also when a reply is due first.</returns>
    /// <exception cref="ZmqException">Any other failure.</exception>
    public bool TrySend(ReadOnlySpan<byte> frame)
    {
        fixed (byte* p = frame)
        {
            while (true)
            {
                if (LibZmq.zmq_send(Handle, p, (nuint)frame.Length, DontWait) >= 0)
                    return true;
                var error = LibZmq.LastError();
                if (error == LibZmq.Eagain || error == LibZmq.Efsm)
                    return false;
                if (error != LibZmq.Eintr)
                    throw new ZmqException($"Sending on a {Type} socket", error);
            }
        }
    }

    /// <summary>
    /// Takes one frame into <paramref name="frame"/>, whose memory libzmq owns until the frame is disposed or reused:
    /// receiving copies and allocates nothing.
    /// </summary>
    /// <returns>False where nothing waits. For REQ also when no request is out.</returns>
    public bool TryReceive([NotNullWhen(true)] ref ZmqFrame frame)
    {
        while (true)
        {
            if (frame.Receive(Handle, DontWait) >= 0)
                return true;
            var error = LibZmq.LastError();
            if (error == LibZmq.Eagain || error == LibZmq.Efsm)
                return false;
            if (error != LibZmq.Eintr)
                throw new ZmqException($"Receiving on a {Type} socket", error);
        }
    }

    public void Dispose()
    {
        if (_handle == 0)
            return;
        LibZmq.zmq_close(_handle);
        _handle = 0;
        _context.SocketClosed();
    }

    private static int AtLeastOne(int value) =>
        value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A queue's limit must be at least 1.");

    private void Set(int option, int value)
    {
        if (LibZmq.zmq_setsockopt(Handle, option, &value, sizeof(int)) != 0)
            throw ZmqException.Last($"Setting option {option} of a {Type} socket to {value}");
    }

    private void Set64(int option, long value)
    {
        if (LibZmq.zmq_setsockopt(Handle, option, &value, sizeof(long)) != 0)
            throw ZmqException.Last($"Setting option {option} of a {Type} socket to {value}");
    }

    private void SetText(int option, string value)
    {
        // With its final zero: that is how libzmq tells a Z85 key from a binary one.
        var bytes = new byte[Encoding.ASCII.GetByteCount(value) + 1];
        Encoding.ASCII.GetBytes(value, bytes);
        fixed (byte* p = bytes)
            if (LibZmq.zmq_setsockopt(Handle, option, p, (nuint)bytes.Length) != 0)
                throw ZmqException.Last($"Setting option {option} of a {Type} socket");
    }
}
