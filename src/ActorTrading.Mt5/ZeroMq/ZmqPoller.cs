using System.Runtime.InteropServices;

namespace ActorTrading.Mt5.ZeroMq;

/// <summary>Waits for any of several sockets. Built once for a set of sockets, so that a wait allocates nothing.</summary>
public sealed unsafe class ZmqPoller : IDisposable
{
    private const short PollIn = 1;
    private const short PollOut = 2;

    // zmq_pollitem_t: socket pointer, file descriptor (an int; a pointer on Windows), events, revents.
    private static readonly int EventsOffset = OperatingSystem.IsWindows() ? 2 * sizeof(nint) : sizeof(nint) + sizeof(int);
    private static readonly int ItemSize = OperatingSystem.IsWindows() ? 3 * sizeof(nint) : sizeof(nint) + sizeof(int) + 2 * sizeof(short);

    private readonly int _count;
    private byte* _items;

    /// <param name="sockets">Polled for reading; their places are the indexes used below.</param>
    public ZmqPoller(params ReadOnlySpan<ZmqSocket> sockets)
    {
        _count = sockets.Length;
        _items = (byte*)NativeMemory.AllocZeroed((nuint)(_count * ItemSize));
        for (var i = 0; i < _count; i++)
        {
            *(nint*)(_items + i * ItemSize) = sockets[i].Handle;
            WatchSending(i, false);
        }
    }

    /// <summary>Also (or no longer) wakes when the socket can send.</summary>
    public void WatchSending(int index, bool watch) =>
        *(short*)(_items + index * ItemSize + EventsOffset) = watch ? (short)(PollIn | PollOut) : PollIn;

    /// <summary>Waits until a socket is ready.</summary>
    /// <param name="timeoutMs">Longest wait, milliseconds; -1 for no limit.</param>
    /// <returns>Whether any socket is ready.</returns>
    public bool Wait(int timeoutMs)
    {
        ObjectDisposedException.ThrowIf(_items is null, this);
        while (true)
        {
            var ready = LibZmq.zmq_poll(_items, _count, new CLong(timeoutMs));
            if (ready >= 0)
                return ready > 0;
            var error = LibZmq.LastError();
            if (error != LibZmq.Eintr)
                throw new ZmqException("Waiting for sockets", error);
        }
    }

    public bool CanReceive(int index) => (*(short*)(_items + index * ItemSize + EventsOffset + sizeof(short)) & PollIn) != 0;

    public bool CanSend(int index) => (*(short*)(_items + index * ItemSize + EventsOffset + sizeof(short)) & PollOut) != 0;

    public void Dispose()
    {
        NativeMemory.Free(_items);
        _items = null;
    }
}
