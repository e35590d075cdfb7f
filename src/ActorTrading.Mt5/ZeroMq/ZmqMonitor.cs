using System.Buffers.Binary;

namespace ActorTrading.Mt5.ZeroMq;

/// <summary>What libzmq tells of a socket's connections.</summary>
[Flags]
public enum ZmqSocketEvents
{
    None = 0,
    Connected = 0x1,
    ConnectRetried = 0x4,
    Accepted = 0x20,
    Closed = 0x80,
    Disconnected = 0x200,
    MonitorStopped = 0x400,
    HandshakeFailed = 0x800,
    HandshakeSucceeded = 0x1000,
    HandshakeProtocolError = 0x2000,
    HandshakeAuthenticationError = 0x4000,
}

/// <summary>Tells when a socket's peer comes and goes. Read it on the socket's own thread; dispose it before the socket.</summary>
public sealed class ZmqMonitor : IDisposable
{
    private const ZmqSocketEvents Watched = ZmqSocketEvents.HandshakeSucceeded | ZmqSocketEvents.Disconnected |
        ZmqSocketEvents.HandshakeFailed | ZmqSocketEvents.HandshakeProtocolError | ZmqSocketEvents.HandshakeAuthenticationError |
        ZmqSocketEvents.ConnectRetried;

    private readonly ZmqSocket _watched;

    public ZmqMonitor(ZmqContext context, ZmqSocket watched)
    {
        _watched = watched;
        var name = context.NextInprocName("monitor");
        if (LibZmq.zmq_socket_monitor(watched.Handle, name, (int)Watched) != 0)
            throw ZmqException.Last($"Watching a {watched.Type} socket");
        Events = context.CreateSocket(ZmqSocketType.Pair);
        Events.Connect(name);
    }

    /// <summary>The socket to poll for events.</summary>
    public ZmqSocket Events { get; }

    /// <returns>The next event, or <see cref="ZmqSocketEvents.None"/> when there is none.</returns>
    public ZmqSocketEvents TryRead()
    {
        var frame = default(ZmqFrame);
        try
        {
            if (!Events.TryReceive(ref frame))
                return ZmqSocketEvents.None;
            var kind = frame.Bytes.Length >= 2 ? (ZmqSocketEvents)BinaryPrimitives.ReadUInt16LittleEndian(frame.Bytes) : ZmqSocketEvents.None;
            while (frame.HasMore && Events.TryReceive(ref frame)) { } // the peer's address
            return kind;
        }
        finally
        {
            frame.Dispose();
        }
    }

    public void Dispose()
    {
        _ = LibZmq.zmq_socket_monitor(_watched.Handle, null, 0);
        Events.Dispose();
    }
}
