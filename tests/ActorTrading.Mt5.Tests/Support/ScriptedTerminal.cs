using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using ActorTrading.Mt5.ZeroMq;

namespace ActorTrading.Mt5.Tests;

/// <summary>
/// A terminal's wire end that does exactly what a test says, frame by frame, over real sockets: failures repeat exactly.
/// </summary>
internal sealed class ScriptedTerminal : IAsyncDisposable
{
    public const string BalanceAnswer = """{"balance":10000.00000,"equity":10000.00000,"margin":0.00000,"margin_free":10000.00000}""";
    public const string Done = """{"error":false,"lastError":"0","description":"ERR_SUCCESS","function":"ScriptConfiguration"}""";

    private readonly ZmqContext _context = new();
    private readonly ZmqWakeUp _wake;
    private readonly ConcurrentQueue<Action> _commands = new();
    private readonly Channel<JsonElement> _requests = Channel.CreateUnbounded<JsonElement>();
    private readonly TaskCompletionSource _ended = new();
    private readonly ZmqSocket _rep, _answer, _stream, _event;
    private readonly ZmqCurveKeys? _keys;
    private readonly ZmqMonitor _answerLine;
    private readonly Recording<bool> _gone = new();
    private volatile bool _stop;

    public ScriptedTerminal(Mt5TerminalOptions? at = null, ZmqCurveKeys? keys = null)
    {
        _keys = keys;
        _wake = new ZmqWakeUp(_context);
        (_rep, var request) = Bind(ZmqSocketType.Rep, at?.RequestPort);
        (_answer, var reply) = Bind(ZmqSocketType.Push, at?.ReplyPort);
        (_stream, var stream) = Bind(ZmqSocketType.Push, at?.StreamPort);
        (_event, var events) = Bind(ZmqSocketType.Push, at?.EventPort);
        _answerLine = new ZmqMonitor(_context, _answer);
        Options = new Mt5TerminalOptions
        {
            RequestPort = request,
            ReplyPort = reply,
            StreamPort = stream,
            EventPort = events,
            QuietPeriod = TimeSpan.Zero,
            HeartbeatLifetime = TimeSpan.Zero, // libzmq's goes by the real clock
            IdleProbeInterval = TimeSpan.FromHours(1), // unlike every other wait, so that a test cannot take it for another
        };
        new Thread(Run) { IsBackground = true, Name = "scripted terminal" }.Start();
    }

    /// <summary>Where it listens, with silence after connecting switched off: a script says nothing by itself.</summary>
    public Mt5TerminalOptions Options { get; }

    public async Task<JsonElement> Next() => await _requests.Reader.ReadAsync().AsTask().OrHang();

    /// <summary>Waits for the next request, which must be of this action, and says OK.</summary>
    public async Task<JsonElement> Expect(string action)
    {
        var request = await Next();
        request.GetProperty("action").GetString().ShouldBe(action);
        Ok();
        return request;
    }

    public async Task Expect(string action, params string[] answers)
    {
        await Expect(action);
        foreach (var answer in answers)
            Answer(answer);
    }

    /// <summary>What every client does on connecting.</summary>
    public async Task Welcome(params string[] subscriptions)
    {
        await Expect("BALANCE", BalanceAnswer);
        await Expect("RESET", Done);
        foreach (var symbol in subscriptions)
        {
            var request = await Expect("CONFIG");
            request.GetProperty("symbol").GetString().ShouldBe(symbol);
            Answer(Done);
        }
    }

    /// <summary>Waits until the end of a client's connection has been noticed here: an answer pushed before would go into the old one.</summary>
    public Task Gone() => _gone.Next();

    public bool HasRequest => _requests.Reader.TryPeek(out _);

    public void Ok() => Do(() => _rep.TrySend("OK"u8));
    public void Reply(string text) => Do(() => _rep.TrySend(Encoding.Latin1.GetBytes(text)));
    public void Answer(string text) => Send(_answer, text);
    public void Stream(string text) => Send(_stream, text);
    public void Event(string text) => Send(_event, text);
    public void StreamBytes(byte[] bytes) => Do(() => _stream.TrySend(bytes));
    public void AnswerBytes(byte[] bytes) => Do(() => _answer.TrySend(bytes));

    private void Send(ZmqSocket socket, string text) => Do(() => socket.TrySend(Encoding.Latin1.GetBytes(text)));

    private void Do(Action action)
    {
        _commands.Enqueue(action);
        _wake.Signal();
    }

    private (ZmqSocket, int) Bind(ZmqSocketType type, int? port)
    {
        var socket = _context.CreateSocket(type);
        if (_keys is not null)
            socket.UseCurveServer(_keys);
        socket.Bind($"tcp://127.0.0.1:{port?.ToString() ?? "*"}");
        return (socket, new Uri(socket.LastEndpoint).Port);
    }

    private void Run()
    {
        using (var poller = new ZmqPoller(_wake.Receiver, _rep, _answerLine.Events))
        {
            var frame = default(ZmqFrame);
            while (!_stop)
            {
                poller.Wait(-1);
                if (poller.CanReceive(0))
                    _wake.Reset();
                while (_commands.TryDequeue(out var command))
                    command();
                for (var e = _answerLine.TryRead(); e != ZmqSocketEvents.None; e = _answerLine.TryRead())
                    if (e == ZmqSocketEvents.Disconnected)
                        _gone.Add(true);
                while (!_stop && _rep.TryReceive(ref frame))
                    _requests.Writer.TryWrite(JsonDocument.Parse(frame.Bytes.ToArray()).RootElement);
            }
            frame.Dispose();
        }
        _answerLine.Dispose();
        foreach (var socket in (ZmqSocket[])[_rep, _answer, _stream, _event])
            socket.Dispose();
        _wake.Dispose();
        _context.Dispose();
        _ended.SetResult();
    }

    public async ValueTask DisposeAsync()
    {
        _stop = true;
        _wake.Signal();
        await _ended.Task.OrHang();
    }
}
