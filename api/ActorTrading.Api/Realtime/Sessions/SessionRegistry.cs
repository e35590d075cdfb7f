using System.Collections.Immutable;
using ActorTrading.Api.Auth;
using ActorTrading.Api.Auth.Tokens;
using ActorTrading.Api.Conventions;
using ActorTrading.Api.Limits;
using ActorTrading.Api.Realtime.Quotes;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Api.Realtime.Sessions;

/// <summary>Everybody who is connected to this process, by user. A user's events are asked for once, however many tabs are open.</summary>
public sealed class SessionRegistry : IAsyncDisposable
{
    /// <summary>A user's grain drops an observer that has not renewed for two minutes.</summary>
    public static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(30);

    /// <summary>How often what the connections were opened with is looked at again.</summary>
    public static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(10);

    private readonly Admission _admission;
    private readonly QuoteFanout _quotes;
    private readonly IAccountFeed _feed;
    private readonly IUserEventSource _events;
    private readonly LimitOptions _limits;
    private readonly RealtimeMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<SessionRegistry> _log;
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, ImmutableArray<LiveSession>> _byUser = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _working = Task.CompletedTask;
    private int _count;

    public SessionRegistry(Admission admission, QuoteFanout quotes, IAccountFeed feed, IUserEventSource events, LimitOptions limits, RealtimeMetrics metrics, TimeProvider clock, ILogger<SessionRegistry> log)
    {
        (_admission, _quotes, _feed, _events, _limits, _metrics, _clock, _log) = (admission, quotes, feed, events, limits, metrics, clock, log);
        metrics.Observe("actortrading.hub.clients", "{client}", "Clients connected", () => Count);
        metrics.Observe("actortrading.hub.events.waiting", "{event}", "Events in the buffers of all clients", () => Sessions().Sum(s => s.Waiting));
        metrics.Observe("actortrading.hub.events.waiting.max", "{event}", "Events in the fullest buffer", () => Sessions().Select(s => s.Waiting).DefaultIfEmpty().Max());
    }

    /// <summary>Connections now.</summary>
    public int Count => Volatile.Read(ref _count);

    public void Start() => _working = Task.WhenAll(EveryAsync(RenewEvery, RenewAsync), EveryAsync(CheckEvery, CheckAsync));

    /// <summary>Whether the user has as many connections here as are allowed.</summary>
    public bool IsFull(Guid userId)
    {
        lock (_gate)
            return _limits.ConnectionsPerUser > 0 && _byUser.TryGetValue(userId, out var sessions) && sessions.Length >= _limits.ConnectionsPerUser;
    }

    /// <exception cref="ApiException">429: one too many of this user.</exception>
    public async Task<LiveSession> OpenAsync(Caller caller, ISessionSink sink)
    {
        var userId = caller.UserId;
        var session = new LiveSession(caller, sink, _quotes, _feed, _metrics, _log);
        bool isFirst;
        lock (_gate)
        {
            if (IsFull(userId))
                throw ConnectionLimit.TooMany();
            isFirst = !_byUser.TryGetValue(userId, out var others);
            _byUser[userId] = isFirst ? [session] : others.Add(session);
        }
        Interlocked.Increment(ref _count);
        if (isFirst)
            await WatchAsync(userId);
        return session;
    }

    public async Task CloseAsync(LiveSession session)
    {
        bool wasLast;
        lock (_gate)
        {
            if (!_byUser.TryGetValue(session.UserId, out var sessions) || !sessions.Contains(session))
                return;
            sessions = sessions.Remove(session);
            wasLast = sessions.IsEmpty;
            if (wasLast)
                _byUser.Remove(session.UserId);
            else
                _byUser[session.UserId] = sessions;
        }
        Interlocked.Decrement(ref _count);
        await session.DisposeAsync();
        if (wasLast)
            await UnwatchAsync(session.UserId);
    }

    /// <summary>Hands an event to the user's connections here. Never waits for one of them.</summary>
    public void Dispatch(Guid userId, UserEvent message)
    {
        foreach (var session in SessionsOf(userId))
            session.Post(message);
    }

    /// <summary>Something has happened at one of the user's accounts: those who follow it are told how it stands now.</summary>
    public void LookAt(Guid userId, Guid accountId)
    {
        foreach (var session in SessionsOf(userId))
            session.LookAt(accountId);
    }

    /// <summary>Each account that somebody follows here, once.</summary>
    internal IReadOnlyList<FollowedAccount> TakeFollowed() =>
        [.. Sessions().SelectMany(session => session.TakeFollowed()).GroupBy(f => f.AccountId).Select(same => same.First() with { IsDue = same.Any(f => f.IsDue) })];

    private ImmutableArray<LiveSession> SessionsOf(Guid userId)
    {
        lock (_gate)
            return _byUser.GetValueOrDefault(userId, []);
    }

    private LiveSession[] Sessions()
    {
        lock (_gate)
            return [.. _byUser.Values.SelectMany(sessions => sessions)];
    }

    /// <summary>An account's ledger has come so far: those who follow it and have not heard of it read it.</summary>
    internal void Expect(Guid userId, Guid accountId, long seq)
    {
        foreach (var session in SessionsOf(userId))
            session.Expect(accountId, seq);
    }

    private async Task EveryAsync(TimeSpan period, Func<Task> work)
    {
        using var timer = new PeriodicTimer(period, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                await work();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task RenewAsync()
    {
        Guid[] users;
        lock (_gate)
            users = [.. _byUser.Keys];
        foreach (var user in users)
            await WatchAsync(user);
    }

    /// <summary>Ends the connections whose token or key does not hold any more; done by itself every <see cref="CheckEvery"/>.</summary>
    public async Task CheckAsync()
    {
        foreach (var same in Sessions().GroupBy(s => (s.UserId, s.Caller.SecurityVersion, s.Caller.ApiKey, s.Caller.ExpiresAt)))
        {
            try
            {
                if (await _admission.HoldsAsync(same.First().Caller, _stop.Token))
                    continue;
            }
            catch (Exception e) when (!_stop.IsCancellationRequested)
            {
                // Whoever was let in stays in while nobody can say otherwise.
                _log.LogWarning(e, "What user {UserId} came in with cannot be looked at just now", same.Key.UserId);
                continue;
            }

            foreach (var session in same)
                session.End("the token or key does not hold any more");
        }
    }

    private async Task WatchAsync(Guid userId)
    {
        try
        {
            await _events.WatchAsync(userId);
        }
        catch (Exception e)
        {
            // The next renewal tries again; what is missed meanwhile is caught up on by sequence.
            _log.LogWarning(e, "Watching user {UserId} failed", userId);
        }
    }

    private async Task UnwatchAsync(Guid userId)
    {
        try
        {
            await _events.UnwatchAsync(userId);
            bool isBack;
            lock (_gate)
                isBack = _byUser.ContainsKey(userId);
            if (isBack)
                await _events.WatchAsync(userId);
        }
        catch (Exception e)
        {
            _log.LogDebug(e, "User {UserId} is not watched any more, but could not be told so", userId);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _working;
        _stop.Dispose();
    }
}
