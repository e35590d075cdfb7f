using ActorTrading.Mt5.ZeroMq;

namespace ActorTrading.Mt5.Simulation;

/// <summary>The four sockets that the EA binds, with its send limit of 1,000 and linger of 1 s.</summary>
internal sealed class SimulatedTerminalSockets : IDisposable
{
    public const int WakeIndex = 0;
    public const int RequestIndex = 1;
    public const int StreamIndex = 2;
    private const int SendHighWaterMark = 1000;

    /// <param name="ports">Four ports; 0 lets the system choose, and is replaced by its choice.</param>
    /// <exception cref="ZmqException">A port is in use.</exception>
    public SimulatedTerminalSockets(ZmqContext context, ZmqWakeUp wake, string host, int[] ports, int lingerMs)
    {
        var opened = new List<ZmqSocket>();
        try
        {
            Request = Open(ZmqSocketType.Rep, 0);
            Answer = Open(ZmqSocketType.Push, 1);
            Stream = Open(ZmqSocketType.Push, 2);
            Event = Open(ZmqSocketType.Push, 3);
            Poller = new ZmqPoller(wake.Receiver, Request, Stream);
        }
        catch
        {
            opened.ForEach(s => s.Dispose());
            throw;
        }

        ZmqSocket Open(ZmqSocketType type, int index)
        {
            var socket = context.CreateSocket(type);
            opened.Add(socket);
            socket.SendHighWaterMark = SendHighWaterMark;
            socket.MaxMessageBytes = 1024 * 1024;
            socket.LingerMs = lingerMs;
            socket.Bind($"tcp://{host}:{(ports[index] == 0 ? "*" : ports[index])}");
            ports[index] = new Uri(socket.LastEndpoint).Port;
            return socket;
        }
    }

    public ZmqSocket Request { get; }
    public ZmqSocket Answer { get; }
    public ZmqSocket Stream { get; }
    public ZmqSocket Event { get; }
    public ZmqPoller Poller { get; }

    public void Dispose()
    {
        Poller.Dispose();
        Request.Dispose();
        Answer.Dispose();
        Stream.Dispose();
        Event.Dispose();
    }
}
