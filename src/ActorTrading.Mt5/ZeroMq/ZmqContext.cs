namespace ActorTrading.Mt5.ZeroMq;

/// <summary>
/// libzmq's context: its I/O thread and its inproc names. Dispose the sockets first; disposing the context with a socket
/// still open would wait for it, so it is refused instead.
/// </summary>
public sealed class ZmqContext : IDisposable
{
    private const int OptionMaxSockets = 2;
    private readonly Lock _gate = new();
    private nint _handle;
    private int _openSockets;
    private long _inprocNames;

    /// <param name="maxSockets">Limit of sockets open at once, monitors and wake-ups included.</param>
    /// <exception cref="ZmqLibraryMissingException">libzmq is not installed.</exception>
    public ZmqContext(int maxSockets = 256)
    {
        EnsureLibrary();
        _handle = LibZmq.zmq_ctx_new();
        if (_handle == 0)
            throw ZmqException.Last("Creating a ZeroMQ context");
        if (LibZmq.zmq_ctx_set(_handle, OptionMaxSockets, maxSockets) != 0)
            throw ZmqException.Last($"Limiting a ZeroMQ context to {maxSockets} sockets");
    }

    /// <summary>Loads libzmq now, so that a missing library is told at start and not at the first quote.</summary>
    /// <returns>The library's version.</returns>
    /// <exception cref="ZmqLibraryMissingException">libzmq is not installed.</exception>
    public static Version EnsureLibrary()
    {
        LibZmq.zmq_version(out var major, out var minor, out var patch);
        if (major < 4)
            throw new NotSupportedException($"libzmq {major}.{minor}.{patch} is too old: 4.2 or newer is needed.");
        return new Version(major, minor, patch);
    }

    /// <summary>Whether the installed libzmq can encrypt (CURVE).</summary>
    public static bool SupportsCurve => LibZmq.zmq_has("curve") == 1;

    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public ZmqSocket CreateSocket(ZmqSocketType type)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_handle == 0, this);
            var socket = LibZmq.zmq_socket(_handle, (int)type);
            if (socket == 0)
                throw ZmqException.Last($"Creating a ZeroMQ {type} socket");
            _openSockets++;
            return new ZmqSocket(this, socket, type);
        }
    }

    /// <summary>An inproc address nobody else in this context uses.</summary>
    internal string NextInprocName(string purpose) => $"inproc://{purpose}-{Interlocked.Increment(ref _inprocNames)}";

    internal void SocketClosed()
    {
        lock (_gate)
            _openSockets--;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_handle == 0)
                return;
            if (_openSockets > 0)
                throw new InvalidOperationException($"{_openSockets} ZeroMQ socket(s) are still open: dispose them before their context.");
            // Retried on a signal only: with no socket open there is nothing else to wait for.
            while (LibZmq.zmq_ctx_term(_handle) != 0 && LibZmq.LastError() == LibZmq.Eintr) { }
            _handle = 0;
        }
    }
}
