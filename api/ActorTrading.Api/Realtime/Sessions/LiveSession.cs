using System.Threading.Channels;
using ActorTrading.Api.Auth.Tokens;
using ActorTrading.Api.Conventions;
using ActorTrading.Api.Realtime.Quotes;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Api.Realtime.Sessions;

/// <summary>
/// One connected client: its quotes, and its user's events in order. Events wait in a bounded queue. Where that overflows, or a
/// sequence is missing, an account's updates are read again from its ledger, so a client never misses one and never gets one twice.
/// </summary>
public sealed class LiveSession : IAsyncDisposable
{
    public const int QueuedEventsMax = 1024;
    public const int AccountsMax = 500;
    public const int SymbolsMax = 1000;
    public const int BacktestsMax = 500;
    private const int CatchUpPage = 500;

    private static readonly UserEvent EventsSkipped = new("SystemStatus", null, null, """{"kind":"eventsSkipped"}""");

    private readonly ISessionSink _sink;
    private readonly IAccountFeed _feed;
    private readonly RealtimeMetrics _metrics;
    private readonly ILogger _log;
    private readonly Channel<Work> _queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(QueuedEventsMax) { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, AccountCursor> _accounts = [];

    // With the version of what was last sent of each.
    private readonly Dictionary<Guid, long> _backtests = [];
    private readonly HashSet<string> _symbols = new(StringComparer.Ordinal);
    private readonly Task _pump;
    private int _overflowed;

    public LiveSession(Caller caller, ISessionSink sink, QuoteFanout quotes, IAccountFeed feed, RealtimeMetrics metrics, ILogger log)
    {
        (Caller, _sink, _feed, _metrics, _log) = (caller, sink, feed, metrics, log);
        Quotes = quotes.Connect(sink);
        _pump = PumpAsync();
    }

    /// <summary>Who opened it, and with what.</summary>
    public Caller Caller { get; }

    public Guid UserId => Caller.UserId;

    /// <summary>Events that wait to be sent.</summary>
    public int Waiting => _queue.Reader.Count;

    private QuoteClient Quotes { get; }

    /// <param name="perSecond">Most quotes a second and symbol; 0 for every one.</param>
    /// <exception cref="ApiException">More symbols than a connection may have.</exception>
    public void SubscribeSymbols(IReadOnlyCollection<string> symbols, int perSecond)
    {
        lock (_gate)
        {
            if (_symbols.Union(symbols).Count() > SymbolsMax)
                throw ApiException.BadField("symbols", $"a connection may subscribe to {SymbolsMax} symbols.");
            _symbols.UnionWith(symbols);
            Quotes.Subscribe(symbols, perSecond);
        }
    }

    public void UnsubscribeSymbols(IReadOnlyCollection<string> symbols)
    {
        lock (_gate)
        {
            _symbols.ExceptWith(symbols);
            Quotes.Unsubscribe(symbols);
        }
    }

    /// <param name="afterSeq">The last sequence that the client has seen: it gets the rest first. Null for only what comes from now on.</param>
    public async Task SubscribeAccountAsync(Guid accountId, long? afterSeq, CancellationToken cancel)
    {
        if (afterSeq < 0)
            throw ApiException.BadField("afterSeq", $"must be 0 or more, was {afterSeq}.");
        var head = await _feed.FindHeadAsync(UserId, accountId, cancel) ?? throw ApiException.NotFound("account", accountId);
        lock (_gate)
        {
            if (!_accounts.ContainsKey(accountId) && _accounts.Count >= AccountsMax)
                throw ApiException.BadField("accountId", $"a connection may follow {AccountsMax} accounts.");
            _accounts[accountId] = new(Math.Min(afterSeq ?? head, head));
        }
        Enqueue(new(null, accountId));
    }

    /// <summary>The accounts followed here, and whether something has happened in each since this was last asked.</summary>
    internal IReadOnlyList<FollowedAccount> TakeFollowed()
    {
        lock (_gate)
            return [.. _accounts.Select(a => new FollowedAccount(UserId, a.Key, a.Value.TakeStatusDue()))];
    }

    /// <summary>Something may have happened at an account: if it is followed here, whoever takes the followed next hears so.</summary>
    public void LookAt(Guid accountId) => CursorOf(accountId)?.MakeStatusDue();

    /// <summary>An account's ledger has come so far: if that was not sent here, a hint has been lost and the ledger is read.</summary>
    public void Expect(Guid accountId, long seq)
    {
        if (CursorOf(accountId) is { } cursor && cursor.Seq < seq)
            Enqueue(new(null, accountId));
    }

    /// <summary>Sends the client away.</summary>
    public void End(string reason) => _sink.End(reason);

    public void UnsubscribeAccount(Guid accountId)
    {
        lock (_gate)
            _accounts.Remove(accountId);
    }

    public void SubscribeBacktest(Guid backtestId)
    {
        lock (_gate)
        {
            if (!_backtests.ContainsKey(backtestId) && _backtests.Count >= BacktestsMax)
                throw ApiException.BadField("id", $"a connection may watch {BacktestsMax} backtests.");
            _backtests.TryAdd(backtestId, long.MinValue);
        }
    }

    /// <summary>Takes an event; never waits.</summary>
    public void Post(UserEvent message)
    {
        if (message.AccountId is { } account)
        {
            lock (_gate)
            {
                if (!_accounts.ContainsKey(account) && !_backtests.ContainsKey(account))
                    return;
            }
        }
        Enqueue(new(message, null));
    }

    private void Enqueue(Work work)
    {
        if (_queue.Writer.TryWrite(work))
            return;
        Volatile.Write(ref _overflowed, 1);
        _metrics.Dropped();
    }

    private async Task PumpAsync()
    {
        try
        {
            await foreach (var work in _queue.Reader.ReadAllAsync(_stop.Token))
            {
                if (work.CatchUp is { } account)
                    await CatchUpAsync(account);
                else
                    await SendAsync(work.Message!);
                if (_queue.Reader.Count == 0 && Interlocked.Exchange(ref _overflowed, 0) == 1)
                    await RecoverAsync();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            _sink.Abort(e);
        }
    }

    private async Task SendAsync(UserEvent message)
    {
        if (message is not { AccountId: { } account, Seq: { } seq })
        {
            if (!IsOvertaken(message))
                await _sink.WriteAsync(message);
            return;
        }
        if (CursorOf(account) is not { } cursor || seq <= cursor.Seq)
            return;
        if (seq > cursor.Seq + 1)
        {
            await CatchUpAsync(account);
            return;
        }
        cursor.Advance(seq);
        await _sink.WriteAsync(message);
    }

    /// <summary>Whether a later state of the same has been sent already.</summary>
    private bool IsOvertaken(UserEvent message)
    {
        if (message is not { AccountId: { } id, Version: { } version })
            return false;
        lock (_gate)
        {
            if (!_backtests.TryGetValue(id, out var sent))
                return false;
            _backtests[id] = Math.Max(sent, version);
            return version < sent;
        }
    }

    /// <summary>Sends what the ledger has after the account's cursor. A store that is away is asked again when the account next says how far it is.</summary>
    private async Task CatchUpAsync(Guid account)
    {
        while (CursorOf(account) is { } cursor)
        {
            IReadOnlyList<UserEvent> page;
            try
            {
                page = await _feed.ReadAsync(UserId, account, cursor.Seq, CatchUpPage, _stop.Token);
            }
            catch (Exception e) when (FailureMap.Translate(e) is not null)
            {
                _log.LogWarning(e, "Catching up on account {AccountId} after {Seq} must wait", account, cursor.Seq);
                return;
            }
            foreach (var message in page)
            {
                if (message.Seq is not { } seq || seq <= cursor.Seq)
                    continue;
                cursor.Advance(seq);
                await _sink.WriteAsync(message);
            }
            if (page.Count < CatchUpPage)
                return;
        }
    }

    /// <summary>After an overflow: the ledgers say what was dropped of them; the rest is in the notifications, and the client is told to look.</summary>
    private async Task RecoverAsync()
    {
        Guid[] accounts;
        lock (_gate)
            accounts = [.. _accounts.Keys];
        foreach (var account in accounts)
            await CatchUpAsync(account);
        await _sink.WriteAsync(EventsSkipped);
    }

    private AccountCursor? CursorOf(Guid account)
    {
        lock (_gate)
            return _accounts.GetValueOrDefault(account);
    }

    public async ValueTask DisposeAsync()
    {
        Quotes.Dispose();
        await _stop.CancelAsync();
        _queue.Writer.TryComplete();
        await _pump;
        _stop.Dispose();
    }

    /// <summary>An event to send, or an account to catch up on.</summary>
    private readonly record struct Work(UserEvent? Message, Guid? CatchUp);

    /// <summary>Its sequence is moved by the pump only; a new subscription is a new cursor.</summary>
    private sealed class AccountCursor(long seq)
    {
        private int _statusDue = 1;

        public long Seq { get; private set; } = seq;

        public void Advance(long to)
        {
            Seq = to;
            MakeStatusDue();
        }

        public void MakeStatusDue() => Volatile.Write(ref _statusDue, 1);

        public bool TakeStatusDue() => Interlocked.Exchange(ref _statusDue, 0) == 1;
    }
}

/// <param name="IsDue">It was only now followed, its ledger has gone on, or its connection has changed.</param>
internal readonly record struct FollowedAccount(Guid UserId, Guid AccountId, bool IsDue);
