using System.Collections.Concurrent;
using System.Text.Json;
using ActorTrading.Mt5.Wire;
using ActorTrading.Mt5.ZeroMq;

namespace ActorTrading.Mt5.Client;

/// <summary>The one thread that owns a terminal's sockets, from start to stop.</summary>
internal sealed class TerminalLoop
{
    /// <summary>Frames read from one socket before the others are looked at again.</summary>
    private const int MaxBatch = 256;

    private readonly Mt5TerminalOptions _options;
    private readonly ZmqContext _context;
    private readonly ZmqWakeUp _wake;
    private readonly MonotonicClock _clock;
    private readonly DeadlineTimer _timer;
    private readonly GuardedEvents _events;
    private readonly RequestQueue _queue;
    private readonly RequestPipeline _pipeline;
    private readonly StreamFrameReader _stream;
    private readonly AnswerReader _answers;
    private readonly QuotePoll _quotePoll;
    private readonly ConcurrentQueue<Action> _commands = new();
    private readonly Queue<PendingRequest> _setup = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stop;
    private bool _brokerLost;
    private bool _wasOnline;
    private long _idleProbeAt = MonotonicClock.Never;
    private long _onlineSince;
    private string _reason = "";
    private volatile TerminalConnectionState _state;

    public TerminalLoop(Mt5TerminalOptions options, ZmqContext context, ITerminalEvents events, TimeProvider time)
    {
        _options = options;
        _context = context;
        _clock = new MonotonicClock(time);
        _wake = new ZmqWakeUp(context);
        _timer = new DeadlineTimer(time, _clock, _wake);
        _events = new GuardedEvents(events);
        _queue = new RequestQueue(options.MaxQueuedRequests);
        // Two clocks, because each belongs to one thread: requests are read where they are answered, here.
        var serverClock = new ServerClock(options.ServerTimeZone);
        _answers = new AnswerReader(options.AnsiEncoding, serverClock);
        _stream = new StreamFrameReader(new SymbolTable(options.AnsiEncoding), serverClock);
        _pipeline = new RequestPipeline(_clock, options, _answers, _events);
        Subscriptions = new SubscriptionBook(options);
        _quotePoll = new QuotePoll(options, _clock, time, _answers, _events);
    }

    /// <summary>For the terminal's own thread only.</summary>
    public SubscriptionBook Subscriptions { get; }
    public AnswerReader Answers => _answers;
    public TerminalConnectionState State => _state;
    public Task Ended => _ended.Task;

    /// <summary>Requests that wait for their turn.</summary>
    public int Waiting => _queue.Count;

    /// <summary>Called on the terminal's thread after every change of <see cref="State"/>.</summary>
    public Action<TerminalConnectionState>? StateChanged { get; set; }

    public void Start(string name) => new Thread(Run) { IsBackground = true, Name = name }.Start();

    public void Stop()
    {
        _stop = true;
        _wake.Signal();
    }

    public void Submit(PendingRequest request)
    {
        request.QueuedAt = _clock.Now;
        if (_queue.TryAdd(request) is { } refusal)
        {
            if (request.TryClaim())
                request.Refuse(refusal.Kind, refusal.Reason);
            return;
        }
        _wake.Signal();
    }

    /// <summary>Runs something on the terminal's thread.</summary>
    public void Post(Action command)
    {
        _commands.Enqueue(command);
        _wake.Signal();
    }

    /// <summary>Asks before anything of the queue; for the terminal's thread.</summary>
    public void Ask(PendingRequest request) => _setup.Enqueue(request);

    private void Run()
    {
        var backoff = _options.FirstBackoff;
        TerminalMetrics.Add(this);
        try
        {
            while (!_stop)
            {
                var reason = RunSession();
                if (_stop)
                    break;
                if (_onlineSince != 0 && _clock.Since(_onlineSince) >= _options.MaxBackoff)
                    backoff = _options.FirstBackoff;
                _onlineSince = 0;
                Change(TerminalConnectionState.Connecting, reason);
                WaitBeforeRetry(backoff);
                backoff = backoff * 2 > _options.MaxBackoff ? _options.MaxBackoff : backoff * 2;
            }
        }
        finally
        {
            TerminalMetrics.Remove(this);
            _queue.Close("the terminal's client is stopped");
            _timer.Dispose();
            _wake.Dispose();
            Change(TerminalConnectionState.Stopped, "stopped");
            _ended.TrySetResult();
        }
    }

    /// <returns>Why the session ended.</returns>
    private string RunSession()
    {
        string reason;
        try
        {
            using var session = new TerminalSession(_context, _options, _wake);
            Change(TerminalConnectionState.Connecting, $"connecting to {_options.Host}:{_options.RequestPort}");
            _pipeline.Reset();
            reason = Serve(session);
        }
        catch (ZmqException e)
        {
            reason = e.Message;
        }
        catch (Exception e)
        {
            // A defect of ours must not end the only thread that can reach the terminal: begin anew, and say so.
            reason = $"{e.GetType().Name}: {e.Message}";
            _events.Fault(ProtocolFaultKind.HandlerFailed, "session", reason, default);
        }
        _pipeline.Abort(_stop ? UnknownCause.Stopped : UnknownCause.ConnectionLost, reason);
        foreach (var request in _setup)
            request.Refuse(RefusalKind.NotConnected, reason);
        _setup.Clear();
        _queue.RefuseAll(_stop ? RefusalKind.Stopped : RefusalKind.NotConnected, reason);
        return reason;
    }

    private string Serve(TerminalSession session)
    {
        while (!_stop)
        {
            session.Wait();
            if (session.IsWoken)
            {
                _wake.Reset();
                _timer.Fired();
            }
            var lost = session.Watch();
            if (lost is not null && _state != TerminalConnectionState.Connecting)
                return lost;
            Receive(session);
            while (_commands.TryDequeue(out var command))
                command();
            _pipeline.CheckDeadlines();
            if ((_pipeline.Failure ?? Advance(session)) is { } failure)
                return failure;
            _timer.Arm(Math.Min(_pipeline.NextDeadline, IdleDeadline()));
        }
        return "the terminal's client is stopped";
    }

    private void Receive(TerminalSession session)
    {
        var frame = default(ZmqFrame);
        try
        {
            // The acknowledgement before the answer, as they were sent.
            if (session.CanReceive(session.Request))
                while (session.Request.TryReceive(ref frame))
                    _pipeline.OnReply(frame.Bytes);
            if (session.Reply is { } reply && session.CanReceive(reply))
                for (var i = 0; i < MaxBatch && reply.TryReceive(ref frame); i++)
                    _pipeline.OnAnswer(frame.Bytes);
            if (session.Event is { } events && session.CanReceive(events))
                for (var i = 0; i < MaxBatch && events.TryReceive(ref frame); i++)
                    OnEvent(frame.Bytes);
            if (session.Stream is { } stream && session.CanReceive(stream))
                for (var i = 0; i < MaxBatch && stream.TryReceive(ref frame); i++)
                    OnStream(frame.Bytes);
        }
        finally
        {
            frame.Dispose();
        }
    }

    private void OnStream(ReadOnlySpan<byte> bytes)
    {
        var item = _stream.Read(bytes);
        switch (item.Kind)
        {
            case StreamFrameKind.Quote:
                BrokerIsBack();
                _events.Quote(item.Quote);
                break;
            case StreamFrameKind.Bar:
                BrokerIsBack();
                _events.Bar(item.Bar);
                break;
            case StreamFrameKind.Disconnected:
                _brokerLost = true;
                _events.BrokerLink(false);
                break;
            case StreamFrameKind.Fault:
                _events.Fault(item.FaultKind, "stream", item.Fault, bytes);
                break;
        }
    }

    private void BrokerIsBack()
    {
        if (!_brokerLost)
            return;
        _brokerLost = false;
        _events.BrokerLink(true);
    }

    private void OnEvent(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var json = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = AnswerReader.JsonOptions.MaxDepth });
            using var document = JsonDocument.ParseValue(ref json);
            _events.TradeExecuted(_answers.TradeEvent(document.RootElement));
        }
        catch (Exception e) when (e is JsonException or TerminalProtocolException or InvalidOperationException or FormatException or OverflowException)
        {
            _events.Fault(ProtocolFaultKind.Malformed, "event", e.Message, bytes);
        }
    }

    /// <summary>Moves on as far as possible without waiting.</summary>
    /// <returns>Why the session must end, or null.</returns>
    private string? Advance(TerminalSession session)
    {
        if (_state == TerminalConnectionState.Connecting)
        {
            if (!session.AllUp)
            {
                if (session.Trouble.Length > 0)
                    Change(TerminalConnectionState.Connecting, session.Trouble);
                _queue.RefuseAll(RefusalKind.NotConnected, _reason);
                return null;
            }
            Change(TerminalConnectionState.Preparing, "connected");
            foreach (var request in Subscriptions.FromScratch())
                _setup.Enqueue(request);
        }
        if (Subscriptions.IsUncertain)
            return "it is unknown which subscriptions the terminal has";
        if (_state == TerminalConnectionState.Preparing)
            _queue.RefuseAll(RefusalKind.NotConnected, "the connection is being prepared");
        while (_pipeline.IsIdle && _pipeline.Failure is null && Next() is { } request)
            Send(session, request);
        return _pipeline.Failure;
    }

    /// <summary>What goes out now, the pipeline being free: what brings it in step, then trades, then all else.</summary>
    private PendingRequest? Next()
    {
        if (!_pipeline.InStep)
            return _pipeline.NextProbe();
        if (_state == TerminalConnectionState.Preparing)
        {
            if (_setup.TryDequeue(out var setup))
                return setup;
            _onlineSince = _clock.Now;
            _idleProbeAt = _clock.After(_options.IdleProbeInterval);
            _quotePoll.Begin();
            Change(TerminalConnectionState.Online, "online");
        }
        while (_queue.TryTakeTrade(out var trade))
        {
            if (_clock.Since(trade.QueuedAt) <= _options.MaxTradeQueueTime)
                return trade;
            trade.Refuse(RefusalKind.WaitedTooLong, $"not sent within {_options.MaxTradeQueueTime.TotalSeconds:0.###} s");
        }
        if (_setup.TryDequeue(out var own) || _queue.TryTakeQuestion(out own))
            return own;
        foreach (var question in _quotePoll.Due(Subscriptions.QuoteSymbols))
            _setup.Enqueue(question);
        if (_setup.TryDequeue(out var poll))
            return poll;
        return _clock.Now >= _idleProbeAt
            ? new PendingQuestion<bool>("idle probe", RequestWriter.Plain("BALANCE"), AnswerShape.Balance, _options.RequestTimeout, _ => true)
            : null;
    }

    private void Send(TerminalSession session, PendingRequest request)
    {
        _idleProbeAt = _clock.After(_options.IdleProbeInterval);
        _pipeline.Started(request, session.Request.TrySend(request.Payload));
    }

    private long IdleDeadline() =>
        _state == TerminalConnectionState.Online && _pipeline.IsIdle ? Math.Min(_idleProbeAt, _quotePoll.NextAt) : MonotonicClock.Never;

    private void WaitBeforeRetry(TimeSpan backoff)
    {
        using var poller = new ZmqPoller(_wake.Receiver);
        var until = _clock.After(backoff);
        while (!_stop && _clock.Now < until)
        {
            _timer.Arm(until);
            poller.Wait(-1);
            _wake.Reset();
            _timer.Fired();
            while (_commands.TryDequeue(out var command))
                command();
            _queue.RefuseAll(RefusalKind.NotConnected, _reason);
        }
    }

    private void Change(TerminalConnectionState state, string reason)
    {
        if (state == _state && reason == _reason)
            return;
        if (state == TerminalConnectionState.Online)
        {
            TerminalMetrics.CameOnline(again: _wasOnline);
            _wasOnline = true;
        }
        else if (_state == TerminalConnectionState.Online && state != TerminalConnectionState.Stopped)
        {
            TerminalMetrics.WentOffline();
        }
        _state = state;
        _reason = reason;
        _events.ConnectionChanged(state, reason);
        StateChanged?.Invoke(state);
    }
}
