using ActorTrading.Mt5.ZeroMq;

namespace ActorTrading.Mt5.Client;

/// <summary>
/// The sockets of one connection to a terminal, from connecting until anything is lost. A lost connection ends the session
/// and its sockets with it, so that nothing queued for the old connection is ever delivered to the next.
/// </summary>
internal sealed class TerminalSession : IDisposable
{
    private const int WakeIndex = 0;
    private readonly List<Line> _lines = [];
    private readonly ZmqPoller _poller;

    private sealed class Line(string name, int port, ZmqSocket socket, ZmqMonitor monitor)
    {
        public string Name => name;
        public int Port => port;
        public ZmqSocket Socket => socket;
        public ZmqMonitor Monitor => monitor;
        public bool IsUp { get; set; }
        public string Trouble { get; set; } = "";
    }

    public TerminalSession(ZmqContext context, Mt5TerminalOptions options, ZmqWakeUp wake)
    {
        try
        {
            // The receiving sockets first: an answer pushed while nobody is connected is lost.
            if (options.Dialect == TerminalDialect.A)
            {
                Reply = Add(context, options, "answer", ZmqSocketType.Pull, options.ReplyPort, options.MaxAnswerBytes, 1000);
                Stream = Add(context, options, "tick", ZmqSocketType.Pull, options.StreamPort, options.MaxStreamFrameBytes, options.StreamHighWaterMark);
                Event = Add(context, options, "event", ZmqSocketType.Pull, options.EventPort, options.MaxStreamFrameBytes, 10_000);
            }
            Request = Add(context, options, "request", ZmqSocketType.Req, options.RequestPort, options.MaxAnswerBytes, 10);
            _poller = new ZmqPoller([wake.Receiver, .. _lines.Select(l => l.Socket), .. _lines.Select(l => l.Monitor.Events)]);
        }
        catch
        {
            CloseLines();
            throw;
        }
    }

    public ZmqSocket Request { get; }
    public ZmqSocket? Reply { get; }
    public ZmqSocket? Stream { get; }
    public ZmqSocket? Event { get; }

    public bool AllUp => _lines.TrueForAll(l => l.IsUp);

    /// <summary>Why not all is up: of the first line that is not, so that the reason does not change with every retry of another.</summary>
    public string Trouble => _lines.Find(l => !l.IsUp)?.Trouble ?? "";

    public void Wait() => _poller.Wait(-1);

    public bool IsWoken => _poller.CanReceive(WakeIndex);

    public bool CanReceive(ZmqSocket socket) => _poller.CanReceive(1 + _lines.FindIndex(l => l.Socket == socket));

    /// <summary>Reads what the monitors tell.</summary>
    /// <returns>Which line was lost, or null.</returns>
    public string? Watch()
    {
        string? lost = null;
        for (var i = 0; i < _lines.Count; i++)
        {
            if (!_poller.CanReceive(1 + _lines.Count + i))
                continue;
            var line = _lines[i];
            for (var e = line.Monitor.TryRead(); e != ZmqSocketEvents.None; e = line.Monitor.TryRead())
            {
                var where = $"{line.Name} port {line.Port}";
                switch (e)
                {
                    case ZmqSocketEvents.HandshakeSucceeded:
                        line.IsUp = true;
                        break;
                    case ZmqSocketEvents.Disconnected:
                        line.IsUp = false;
                        lost ??= $"the {where} was disconnected";
                        break;
                    case ZmqSocketEvents.HandshakeAuthenticationError or ZmqSocketEvents.HandshakeFailed:
                        line.Trouble = $"the {where} refuses our key or security";
                        break;
                    case ZmqSocketEvents.HandshakeProtocolError:
                        line.Trouble = $"the {where} does not speak ZeroMQ, or not with this security";
                        break;
                    case ZmqSocketEvents.ConnectRetried:
                        line.Trouble = $"nothing answers at the {where}; a terminal under Wine that ended uncleanly needs up to 65 s to free its ports";
                        break;
                }
            }
        }
        return lost;
    }

    public void Dispose()
    {
        _poller.Dispose();
        CloseLines();
    }

    private void CloseLines()
    {
        foreach (var line in _lines)
        {
            line.Monitor.Dispose();
            line.Socket.Dispose();
        }
        _lines.Clear();
    }

    private ZmqSocket Add(ZmqContext context, Mt5TerminalOptions options, string name, ZmqSocketType type, int port, long maxBytes, int highWaterMark)
    {
        var socket = context.CreateSocket(type);
        ZmqMonitor? monitor = null;
        try
        {
            socket.MaxMessageBytes = maxBytes;
            socket.ReceiveHighWaterMark = highWaterMark;
            socket.SendHighWaterMark = highWaterMark;
            socket.TcpKeepAlive(idleSeconds: 15);
            if (options.HeartbeatLifetime > TimeSpan.Zero)
                socket.Heartbeat(options.HeartbeatLifetime);
            socket.ReconnectInterval((int)options.FirstBackoff.TotalMilliseconds, (int)options.MaxBackoff.TotalMilliseconds);
            if (type == ZmqSocketType.Req)
            {
                socket.OnlyToCompletedConnections = true;
                socket.RelaxAndCorrelate();
            }
            if (options.CurveServerKey is { } serverKey)
                socket.UseCurveClient(options.CurveKeys ?? ZmqCurveKeys.Generate(), serverKey);
            monitor = new ZmqMonitor(context, socket);
            _lines.Add(new Line(name, port, socket, monitor));
        }
        catch
        {
            monitor?.Dispose();
            socket.Dispose();
            throw;
        }
        if (options.Bind)
            socket.Bind(options.Endpoint(port));
        else
            socket.Connect(options.Endpoint(port));
        return socket;
    }
}
