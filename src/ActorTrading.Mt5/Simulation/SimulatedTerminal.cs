using System.Collections.Concurrent;
using ActorTrading.Domain;
using ActorTrading.Mt5.Client;
using ActorTrading.Mt5.ZeroMq;

namespace ActorTrading.Mt5.Simulation;

/// <summary>
/// A terminal with the EA, its broker and its market, over real sockets. One thread does everything, as in the EA: a request
/// keeps the next one waiting.
/// </summary>
public sealed class SimulatedTerminal : IAsyncDisposable
{
    /// <summary>Quotes made in one go before requests are looked at.</summary>
    private const int MaxQuoteBatch = 64;

    /// <summary>Time without ports after a disconnection that is not defect 12's.</summary>
    private static readonly TimeSpan ShortAbsence = TimeSpan.FromMilliseconds(50);

    private readonly SimulatedTerminalOptions _options;
    private readonly IQuoteSource _source;
    private readonly TimeProvider _time;
    private readonly ZmqContext _context = new();
    private readonly ZmqWakeUp _wake;
    private readonly MonotonicClock _clock;
    private readonly DeadlineTimer _timer;
    private readonly SimulatedBroker _broker;
    private readonly MarketBoard _board;
    private readonly Dictionary<string, BarHistory> _history;
    private readonly StreamBook _streams = new();
    private readonly EaRequestHandler _handler;
    private readonly Random _dice;
    private readonly ConcurrentQueue<Action> _commands = new();
    private readonly Queue<byte[]> _unsent = new();
    private readonly int[] _ports = new int[4];
    private readonly QuotePlayer _player;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SimulatedTerminalSockets? _sockets;
    private readonly Action<Quote> _sendTick;
    private readonly Action<TerminalBar> _sendBar;

    /// <summary>A trade on its way to the broker's server, and an answer on its way back: until neither is, no request is taken.</summary>
    private byte[]? _held;
    private EaRequestHandler.Outcome? _pending;
    private bool _cutOff;
    private bool _loseAnswer;
    private long _busyUntil = MonotonicClock.Never;
    private long _downUntil = MonotonicClock.Never;
    private long _answered;
    private bool _started;
    private volatile bool _stop;
    private long _quotes, _framesSent, _framesDropped, _requests, _trades, _disconnections, _journalFailures;

    /// <param name="source">The market; disposed with the terminal.</param>
    /// <exception cref="ZmqLibraryMissingException">libzmq is not installed.</exception>
    /// <exception cref="InvalidDataException">The state file is damaged.</exception>
    public SimulatedTerminal(SimulatedTerminalOptions options, IQuoteSource source, TimeProvider? time = null)
    {
        _options = options;
        _source = source;
        _time = time ?? TimeProvider.System;
        if (source.Symbols.FirstOrDefault(s => options.Instruments.All(i => i.Symbol != s)) is { } unknown)
            throw new ArgumentException($"The market quotes {unknown}, which is not among the terminal's instruments.", nameof(source));
        _wake = new ZmqWakeUp(_context);
        _clock = new MonotonicClock(_time);
        _timer = new DeadlineTimer(_time, _clock, _wake);
        _player = new QuotePlayer(source, _time, _clock);
        _dice = new Random(options.Seed);
        _board = new MarketBoard(options.Instruments);
        _history = options.Instruments.ToDictionary(i => i.Symbol, i => new BarHistory(i, options.MaxBarsPerSymbol, options.MaxTicksPerSymbol));
        _broker = new SimulatedBroker(options, _board, options.StampNow ? _time.GetUtcNow() : source.StartsAt ?? _time.GetUtcNow());
        _handler = new EaRequestHandler(options, _broker, _streams, _history, _dice);
        _sendTick = q => Stream(_handler.Frames.Tick(q));
        _sendBar = b => Stream(_handler.Frames.ClosedBar(b));
        for (var i = 0; i < _ports.Length; i++)
            _ports[i] = options.PortBase == 0 ? 0 : options.PortBase + i;
    }

    /// <summary>How a client reaches it; valid once started.</summary>
    public Mt5TerminalOptions ClientOptions => new()
    {
        Host = _options.Host, RequestPort = _ports[0], ReplyPort = _ports[1], StreamPort = _ports[2], EventPort = _ports[3],
    };

    /// <summary>Completes when the source has no more quotes and all have been sent; faults where the source is damaged.</summary>
    public Task MarketEnded => _player.Ended;

    /// <summary>Completes when the terminal has stopped; faults where it had to.</summary>
    public Task Ended => _ended.Task;

    public SimulatedTerminalStatistics Statistics => new(Volatile.Read(ref _quotes), Volatile.Read(ref _framesSent), Volatile.Read(ref _framesDropped),
        Volatile.Read(ref _requests), Volatile.Read(ref _trades), Volatile.Read(ref _disconnections), Volatile.Read(ref _journalFailures));

    /// <exception cref="ZmqException">A port is in use.</exception>
    public void Start()
    {
        if (_started)
            throw new InvalidOperationException("The simulated terminal has been started before.");
        _sockets = new SimulatedTerminalSockets(_context, _wake, _options.Host, _ports, lingerMs: 1000);
        _started = true;
        _wake.Signal(); // the market begins though nobody asks for anything
        new Thread(Run) { IsBackground = true, Name = $"simulated terminal {_ports[0]}" }.Start();
    }

    /// <summary>A quote from outside the source, now.</summary>
    public Task PushQuote(Quote quote) => OnThread(() =>
    {
        OnQuote(quote);
        return true;
    });

    /// <summary>The terminal tells its client that it has lost its own server.</summary>
    public Task LoseBroker() => OnThread(() =>
    {
        Stream("{\"status\":\"DISCONNECTED\"}"u8);
        return true;
    });

    /// <summary>Closes all ports, and opens them after a moment, or with defect 12 after a minute.</summary>
    public Task Disconnect() => OnThread(() =>
    {
        GoDown();
        return true;
    });

    /// <summary>A trade by hand at this terminal: done as any other, told to nobody.</summary>
    public Task<AuditRecord> TradeByHand(TradeRequest request) => OnThread(() =>
    {
        var before = _broker.LastAudit;
        _handler.Handle(Wire.RequestWriter.Trade(request), MarketTime());
        return _broker.LastAudit is { } audit && audit != before
            ? audit
            : throw new ArgumentException($"The terminal cannot send {request.Action} of '{request.Symbol}'.", nameof(request));
    });

    /// <summary>The broker refuses the next trades with this retcode.</summary>
    public Task RefuseNext(Retcode retcode, int count = 1) => OnThread(() =>
    {
        _handler.RefuseNext(retcode, count);
        return true;
    });

    /// <summary>The answer to the next trade is lost on its way; its event is not.</summary>
    public Task LoseNextAnswer() => OnThread(() => _loseAnswer = true);

    /// <summary>Every trade request that the broker has received, oldest first.</summary>
    public Task<IReadOnlyList<AuditRecord>> GetAuditAsync() => OnThread<IReadOnlyList<AuditRecord>>(() => [.. _broker.Audit]);

    /// <summary>The account as its broker has it.</summary>
    public Task<AccountState> GetAccountAsync() => OnThread(() => _broker.State);

    public async ValueTask DisposeAsync()
    {
        if (_stop)
            return;
        _stop = true;
        if (_started)
        {
            _wake.Signal();
            await _ended.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        _timer.Dispose();
        _wake.Dispose();
        _context.Dispose();
        _broker.Dispose();
        _source.Dispose();
    }

    private async Task<T> OnThread<T>(Func<T> work)
    {
        ObjectDisposedException.ThrowIf(_stop, this);
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _commands.Enqueue(() =>
        {
            try { done.TrySetResult(work()); }
            catch (Exception e) { done.TrySetException(e); }
        });
        _wake.Signal();
        await Task.WhenAny(done.Task, _ended.Task).ConfigureAwait(false);
        return done.Task.IsCompleted ? await done.Task.ConfigureAwait(false) : throw new ObjectDisposedException(nameof(SimulatedTerminal));
    }

    private void Run()
    {
        try
        {
            using var onlyWake = new ZmqPoller(_wake.Receiver);
            while (!_stop)
            {
                (_sockets?.Poller ?? onlyWake).Wait(CanGoOn() ? 0 : -1);
                _wake.Reset();
                _timer.Fired();
                while (_commands.TryDequeue(out var command))
                    command();
                ComeUp();
                SendUnsent();
                Answer();
                Receive();
                Market();
                _timer.Arm(Math.Min(Math.Min(_busyUntil, _downUntil), _unsent.Count == 0 ? _player.NextAt : MonotonicClock.Never));
            }
        }
        catch (Exception e)
        {
            _ended.TrySetException(e);
        }
        finally
        {
            _sockets?.Dispose();
            _player.Abandon();
            _ended.TrySetResult();
        }
    }

    /// <summary>There is a quote due at once.</summary>
    private bool CanGoOn() => _unsent.Count == 0 && _player.IsDue;

    private void Receive()
    {
        if (_sockets is not { } sockets || _pending is not null || _held is not null)
            return;
        var frame = default(ZmqFrame);
        try
        {
            if (!sockets.Request.TryReceive(ref frame))
                return;
            Interlocked.Increment(ref _requests);
            // Acknowledged before it is dealt with, whatever it is.
            sockets.Request.TrySend(!_options.Has(TerminalDefects.OkForMalformed) && !EaRequestHandler.IsJson(frame.Bytes) ? "ERR"u8 : "OK"u8);
            if (EaRequestHandler.IsTrade(frame.Bytes) && _options.Latency > TimeSpan.Zero)
            {
                _held = frame.Bytes.ToArray();
                _busyUntil = _clock.After(_options.Latency);
                return;
            }
            Handle(frame.Bytes);
        }
        finally
        {
            frame.Dispose();
        }
        Answer();
    }

    private void Handle(ReadOnlySpan<byte> frame)
    {
        var outcome = _handler.Handle(frame, MarketTime());
        if (outcome.IsTrade)
            Interlocked.Increment(ref _trades);
        _pending = outcome;
        _cutOff = outcome.IsTrade && _dice.NextDouble() < _options.DisconnectRate;
        var late = _options.Has(TerminalDefects.LateAnswers) && ++_answered % _options.LateAnswerEvery == 0;
        _busyUntil = late ? _clock.After(_options.LateAnswerDelay) : 0;
    }

    private void Answer()
    {
        if (_held is { } held && _clock.Now >= _busyUntil)
        {
            _held = null;
            Handle(held);
        }
        if (_pending is not { } outcome || _clock.Now < _busyUntil)
            return;
        _pending = null;
        _busyUntil = MonotonicClock.Never;
        if (_cutOff)
        {
            GoDown();
            return;
        }
        if (_sockets is not { } sockets || outcome.IsTrade && _dice.NextDouble() < _options.SilenceRate)
            return;
        // Not waited for: with no peer, or a full queue, an answer is lost as the EA's is.
        if (!(outcome.IsTrade && _loseAnswer))
            foreach (var answer in outcome.Answers)
                sockets.Answer.TrySend(answer);
        _loseAnswer &= !outcome.IsTrade;
        if (outcome.Event is { } e)
            sockets.Event.TrySend(e);
    }

    private void GoDown()
    {
        if (_sockets is null)
            return;
        Interlocked.Increment(ref _disconnections);
        _downUntil = _clock.After(_options.Has(TerminalDefects.SlowPorts) ? _options.PortRecovery : ShortAbsence);
        _sockets.Request.LingerMs = _sockets.Answer.LingerMs = _sockets.Stream.LingerMs = _sockets.Event.LingerMs = 0;
        _sockets.Dispose();
        _sockets = null;
        _pending = null;
        _held = null;
        _unsent.Clear();
        _busyUntil = MonotonicClock.Never;
    }

    private void ComeUp()
    {
        if (_sockets is not null || _clock.Now < _downUntil)
            return;
        _streams.Clear(); // the EA starts anew
        try
        {
            _sockets = new SimulatedTerminalSockets(_context, _wake, _options.Host, _ports, lingerMs: 1000);
            _downUntil = MonotonicClock.Never;
        }
        catch (ZmqException)
        {
            _downUntil = _clock.After(ShortAbsence); // the ports are not free yet
        }
    }

    private void Market()
    {
        if (!_player.IsStarted)
        {
            if (_options.WaitForSubscriber && _streams.IsEmpty)
                return;
            _player.Start();
        }
        for (var i = 0; i < MaxQuoteBatch && _unsent.Count == 0 && _player.TryTake(out var quote); i++)
            OnQuote(_options.StampNow ? quote with { Time = Milliseconds(_time.GetUtcNow()) } : quote);
        if (_unsent.Count == 0)
            _player.Finish();
    }

    private void OnQuote(in Quote quote)
    {
        Interlocked.Increment(ref _quotes);
        var first = _board.LastQuote(quote.Symbol) is null;
        _board.Update(quote);
        _history[quote.Symbol].Add(quote);
        IReadOnlyList<LedgerEntry> entries = [];
        try
        {
            entries = _broker.OnQuote(quote, MarketTime(quote.Time), first);
        }
        catch (IOException)
        {
            // The journal's disk refuses: nothing happened at the broker, and the next quote tries again.
            Interlocked.Increment(ref _journalFailures);
        }
        if (!_options.Has(TerminalDefects.SilentServerDeals))
            Announce(entries);
        var drops = _options.Has(TerminalDefects.DropsWhenFull);
        _streams.Feed(quote, _board.FindInstrument(quote.Symbol)!.Point, swallowFirst: drops,
            _sendTick, _sendBar);
    }

    /// <summary>Without defect 9: what the server did by itself.</summary>
    private void Announce(IReadOnlyList<LedgerEntry> entries)
    {
        foreach (var entry in entries)
            if (entry.Event is DealExecuted { Deal: var d })
                _sockets?.Event.TrySend(_handler.Frames.TradeEvent(new TradeEventFrame("TRADE_ACTION_DEAL", d.Symbol, EaAnswers.OrderTypeName(d.Side, OrderType.Market),
                    d.Volume, d.Price, 0, 0, "ORDER_FILLING_FOK", "", _broker.Tickets.Of(d.PositionId), Retcode.Done, _broker.Tickets.Of(d.Id),
                    _broker.Tickets.Of(d.OrderId), d.Volume, d.Price, 0)));
    }

    private void Stream(ReadOnlySpan<byte> frame)
    {
        if (_unsent.Count == 0 && _sockets?.Stream.TrySend(frame) == true)
        {
            Interlocked.Increment(ref _framesSent);
        }
        else if (_options.Has(TerminalDefects.DropsWhenFull))
        {
            Interlocked.Increment(ref _framesDropped);
        }
        else
        {
            _unsent.Enqueue(frame.ToArray());
            _sockets?.Poller.WatchSending(SimulatedTerminalSockets.StreamIndex, true);
        }
    }

    private void SendUnsent()
    {
        if (_sockets is not { } sockets)
            return;
        while (_unsent.TryPeek(out var frame) && sockets.Stream.TrySend(frame))
        {
            _unsent.Dequeue();
            Interlocked.Increment(ref _framesSent);
        }
        sockets.Poller.WatchSending(SimulatedTerminalSockets.StreamIndex, _unsent.Count > 0);
    }

    private DateTimeOffset? _marketTime;

    /// <summary>The time at the broker: the market's own where it replays the past, else the clock's.</summary>
    private DateTimeOffset MarketTime(DateTimeOffset? quoteTime = null)
    {
        if (quoteTime is { } time)
            _marketTime = time;
        return _options.StampNow || _marketTime is null ? _time.GetUtcNow() : _marketTime.Value;
    }

    private static DateTimeOffset Milliseconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
