using System.Collections.Immutable;
using System.Text.Json;
using ActorTrading.Domain;
using ActorTrading.Mt5.Client;
using ActorTrading.Mt5.Wire;
using ActorTrading.Mt5.ZeroMq;

namespace ActorTrading.Mt5;

/// <summary>
/// The only client of one MetaTrader 5 terminal that runs the MQL5-JSON-API EA. One thread of its own holds the sockets;
/// every method may be called from anywhere. It connects, and connects again, for ever; requests go out one at a time and
/// only while <see cref="TerminalConnectionState.Online"/>: nothing is kept to be sent after a reconnect.
/// </summary>
/// <remarks>
/// Questions throw <see cref="TimeoutException"/> (no answer), <see cref="TerminalUnavailableException"/> (no connection, or
/// lost), <see cref="TerminalErrorException"/> (answered with an error), <see cref="TerminalProtocolException"/> (answered
/// with nonsense) or <see cref="OperationCanceledException"/>.
/// </remarks>
public sealed class Mt5TerminalClient : IAsyncDisposable
{
    private readonly Mt5TerminalOptions _options;
    private readonly ZmqContext _context;
    private readonly bool _ownsContext;
    private readonly TerminalLoop _loop;
    private readonly Lock _gate = new();
    private TaskCompletionSource _online = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _started;
    private bool _disposed;

    /// <param name="context">Shared among terminals, or null for one of its own.</param>
    /// <exception cref="ZmqLibraryMissingException">libzmq is not installed; the message says how to install it.</exception>
    public Mt5TerminalClient(Mt5TerminalOptions options, ITerminalEvents events, TimeProvider? time = null, ZmqContext? context = null)
    {
        _options = options;
        _ownsContext = context is null;
        _context = context ?? new ZmqContext();
        _loop = new TerminalLoop(options, _context, events, time ?? TimeProvider.System) { StateChanged = OnStateChanged };
    }

    public TerminalConnectionState State => _loop.State;

    public void Start()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_started)
                return;
            _started = true;
        }
        _loop.Start($"mt5 {_options.Host}:{_options.RequestPort}");
    }

    /// <summary>Completes when requests are taken; at once while they are.</summary>
    public Task WaitUntilOnlineAsync(CancellationToken cancellation = default)
    {
        lock (_gate)
            return _online.Task.WaitAsync(cancellation);
    }

    public Task<TerminalAccount> GetAccountAsync(CancellationToken cancellation = default) =>
        Ask("ACCOUNT", RequestWriter.Plain("ACCOUNT"), AnswerShape.Account, _options.RequestTimeout, _loop.Answers.Account, cancellation);

    public Task<TerminalBalance> GetBalanceAsync(CancellationToken cancellation = default) =>
        Ask("BALANCE", RequestWriter.Plain("BALANCE"), AnswerShape.Balance, _options.RequestTimeout, _loop.Answers.Balance, cancellation);

    /// <summary>The rows as the terminal sends them, copies included (see <see cref="TerminalSnapshot"/>).</summary>
    public Task<IReadOnlyList<TerminalPosition>> GetPositionsAsync(CancellationToken cancellation = default) =>
        Ask("POSITIONS", RequestWriter.Plain("POSITIONS"), AnswerShape.Positions, _options.RequestTimeout, _loop.Answers.Positions, cancellation);

    public Task<IReadOnlyList<TerminalOrder>> GetOrdersAsync(CancellationToken cancellation = default) =>
        Ask("ORDERS", RequestWriter.Plain("ORDERS"), AnswerShape.Orders, _options.RequestTimeout, _loop.Answers.Orders, cancellation);

    /// <summary>The account's whole history: the protocol has no filter.</summary>
    public Task<IReadOnlyList<TerminalDeal>> GetDealsAsync(CancellationToken cancellation = default) =>
        Ask("HISTORY TRADES", RequestWriter.Deals(), AnswerShape.Deals, _options.HistoryTimeout, _loop.Answers.Deals, cancellation, static () => []);

    /// <summary>Bars that open in [from, to], the last perhaps still forming.</summary>
    public Task<IReadOnlyList<TerminalBar>> GetBarsAsync(string symbol, TerminalTimeframe timeframe, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation = default)
    {
        if (timeframe == TerminalTimeframe.Tick)
            throw new ArgumentException("Ticks are no bars: use GetTicksAsync.", nameof(timeframe));
        return Ask($"HISTORY {symbol} {timeframe}", History(symbol, timeframe, from, to), AnswerShape.History, _options.HistoryTimeout,
            root => _loop.Answers.Bars(root, symbol, timeframe), cancellation);
    }

    /// <summary>Ticks in [from, to], in order.</summary>
    public Task<IReadOnlyList<Quote>> GetTicksAsync(string symbol, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation = default) =>
        Ask($"HISTORY {symbol} TICK", History(symbol, TerminalTimeframe.Tick, from, to), AnswerShape.History, _options.HistoryTimeout,
            root => _loop.Answers.Ticks(root, symbol), cancellation);

    /// <summary>
    /// Adds symbols to the tick stream. They stay subscribed over reconnects. While offline they are asked for on connecting,
    /// and the task completes at once; online it completes when the terminal has taken them all.
    /// </summary>
    /// <exception cref="TerminalErrorException">The terminal refuses a symbol.</exception>
    public Task SubscribeQuotesAsync(IEnumerable<string> symbols, CancellationToken cancellation = default) =>
        SubscribeAsync(symbols, TerminalTimeframe.Tick, cancellation);

    /// <summary>Adds closed bars to the stream; as <see cref="SubscribeQuotesAsync"/>.</summary>
    public Task SubscribeBarsAsync(IEnumerable<string> symbols, TerminalTimeframe timeframe, CancellationToken cancellation = default) =>
        SubscribeAsync(symbols, timeframe, cancellation);

    /// <summary>Drops symbols from the stream. The protocol can only drop all, so the rest is asked for again.</summary>
    public Task UnsubscribeAsync(IEnumerable<string> symbols, TerminalTimeframe timeframe = TerminalTimeframe.Tick, CancellationToken cancellation = default)
    {
        var dropped = Subscriptions(symbols, timeframe);
        return OnLoop(() =>
        {
            foreach (var subscription in dropped)
                _loop.Subscriptions.Remove(subscription);
            return _loop.State == TerminalConnectionState.Online ? AskAll(_loop.Subscriptions.FromScratch()) : Task.CompletedTask;
        }, cancellation);
    }

    /// <summary>
    /// Sends a trade. Never throws for what the terminal does: see <see cref="TradeOutcome"/>. Cancelling gives up a request
    /// that has not been sent; once sent, its outcome is waited for, at most <see cref="Mt5TerminalOptions.TradeTimeout"/>.
    /// </summary>
    public async Task<TradeOutcome> TradeAsync(TradeRequest request, CancellationToken cancellation = default)
    {
        if (request.Problem() is { } problem)
            return new TradeOutcome.Refused(RefusalKind.Invalid, problem);
        if (State != TerminalConnectionState.Online)
            return Offline();
        var pending = new PendingTrade(request, _options.TradeTimeout, _loop.Answers);
        await using var registration = cancellation.UnsafeRegister(static state =>
        {
            var trade = (PendingTrade)state!;
            if (trade.TryClaim())
                trade.Refuse(RefusalKind.Cancelled, "cancelled before it was sent");
        }, pending).ConfigureAwait(false);
        _loop.Submit(pending);
        var outcome = await pending.Outcome.ConfigureAwait(false);
        TerminalMetrics.Traded(outcome);
        return outcome;
    }

    private TradeOutcome.Refused Offline()
    {
        var refused = new TradeOutcome.Refused(RefusalKind.NotConnected, $"the terminal is {State}");
        TerminalMetrics.Traded(refused);
        return refused;
    }

    /// <summary>
    /// The account, positions, orders and deals, asked for one after the other: what happens in between can show in some and
    /// not in others, so decide on two equal snapshots in a row (<see cref="SettledSnapshot"/>).
    /// </summary>
    public async Task<TerminalSnapshot> GetSnapshotAsync(CancellationToken cancellation = default)
    {
        // Asked for at once, answered in this order without a gap.
        var account = GetAccountAsync(cancellation);
        var positions = GetPositionsAsync(cancellation);
        var orders = GetOrdersAsync(cancellation);
        var deals = GetDealsAsync(cancellation);
        await Task.WhenAll(account, positions, orders, deals).ConfigureAwait(false);
        return TerminalSnapshot.Create(await account.ConfigureAwait(false), await positions.ConfigureAwait(false),
            await orders.ConfigureAwait(false), await deals.ConfigureAwait(false));
    }

    public async ValueTask DisposeAsync()
    {
        bool wait;
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            wait = _started;
            if (!_started)
                _started = true;
        }
        if (!wait)
            _loop.Start("mt5 closing"); // it owns the wake-up sockets: stopping is its own work
        _loop.Stop();
        await _loop.Ended.ConfigureAwait(false);
        if (_ownsContext)
            _context.Dispose();
    }

    private byte[] History(string symbol, TerminalTimeframe timeframe, DateTimeOffset from, DateTimeOffset to)
    {
        if (Subscriptions([symbol], timeframe).IsEmpty || to < from)
            throw new ArgumentException($"The span from {from:u} to {to:u} ends before it begins.", nameof(to));
        var clock = new ServerClock(_options.ServerTimeZone);
        return RequestWriter.History(symbol, timeframe, clock.ToServerSeconds(from), clock.ToServerSeconds(to));
    }

    private Task SubscribeAsync(IEnumerable<string> symbols, TerminalTimeframe timeframe, CancellationToken cancellation)
    {
        var added = Subscriptions(symbols, timeframe);
        return OnLoop(() =>
        {
            foreach (var subscription in added)
                if (!_loop.Subscriptions.Add(subscription))
                    throw new InvalidOperationException($"A terminal takes {SubscriptionBook.Max} subscriptions at most.");
            return _loop.State == TerminalConnectionState.Online ? AskAll(_loop.Subscriptions.Missing()) : Task.CompletedTask;
        }, cancellation);
    }

    private static ImmutableArray<Subscription> Subscriptions(IEnumerable<string> symbols, TerminalTimeframe timeframe)
    {
        var list = symbols.Distinct().Select(s => new Subscription(s, timeframe)).ToImmutableArray();
        foreach (var s in list)
            if (s.Symbol is not { Length: > 0 and <= TradeRequest.MaxSymbolLength } || !TradeRequest.IsPrintableAscii(s.Symbol))
                throw new ArgumentException($"Symbol '{s.Symbol}' must be 1 to {TradeRequest.MaxSymbolLength} printable ASCII characters.", nameof(symbols));
        return list;
    }

    private Task AskAll(IEnumerable<PendingQuestion<bool>> questions)
    {
        var answers = new List<Task>();
        foreach (var question in questions)
        {
            _loop.Ask(question);
            answers.Add(question.Result);
        }
        return Task.WhenAll(answers);
    }

    private async Task OnLoop(Func<Task> work, CancellationToken cancellation)
    {
        Task answers;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_started)
            {
                _ = work(); // no thread of its own yet: this one may
                return;
            }
            var done = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
            _loop.Post(() =>
            {
                try { done.TrySetResult(work()); }
                catch (InvalidOperationException e) { done.TrySetException(e); }
            });
            answers = done.Task.Unwrap();
        }
        await Task.WhenAny(answers, _loop.Ended).WaitAsync(cancellation).ConfigureAwait(false);
        if (!answers.IsCompleted)
            throw new TerminalUnavailableException("The terminal's client is stopped.");
        await answers.ConfigureAwait(false);
    }

    private async Task<T> Ask<T>(string name, byte[] payload, AnswerShape expected, TimeSpan timeout, Func<JsonElement, T> read,
        CancellationToken cancellation, Func<T>? empty = null)
    {
        cancellation.ThrowIfCancellationRequested();
        if (State != TerminalConnectionState.Online)
            throw new TerminalUnavailableException($"{name}: the terminal is {State}.");
        var question = new PendingQuestion<T>(name, payload, expected, timeout, read, empty);
        // A cancelled question that is still waiting never goes out; one that is out is answered to nobody.
        await using var registration = cancellation.UnsafeRegister(static (state, token) =>
        {
            var pending = (PendingQuestion<T>)state!;
            pending.TryClaim();
            pending.Cancel(token);
        }, question).ConfigureAwait(false);
        _loop.Submit(question);
        return await question.Result.ConfigureAwait(false);
    }

    private void OnStateChanged(TerminalConnectionState state)
    {
        lock (_gate)
        {
            if (state == TerminalConnectionState.Online)
                _online.TrySetResult();
            else if (_online.Task.IsCompleted)
                _online = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
