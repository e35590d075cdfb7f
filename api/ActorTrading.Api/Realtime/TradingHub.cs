using ActorTrading.Api.Conventions;
using ActorTrading.Api.Limits;
using ActorTrading.Api.Realtime.Sessions;
using Microsoft.AspNetCore.SignalR;

namespace ActorTrading.Api.Realtime;

/// <summary>The SignalR hub at <c>/hubs/trading</c>: what a client may call. What it is sent is in docs/api.md.</summary>
public sealed class TradingHub(HubSessions sessions, Subscriptions subscriptions, LiveCalls calls) : Hub
{
    /// <param name="maxPerSecond">Most quotes a second and symbol, 1 to 1000; 0 for every quote, in order; default 10.</param>
    public Task SubscribeSymbols(string[] symbols, int? maxPerSecond) =>
        AskAsync(session => subscriptions.SubscribeSymbols(session, symbols, maxPerSecond));

    public Task UnsubscribeSymbols(string[] symbols) => AskAsync(session => subscriptions.UnsubscribeSymbols(session, symbols));

    /// <param name="afterSeq">The last ledger sequence seen: everything after it comes first. Default: only what is new.</param>
    public Task SubscribeAccount(string accountId, long? afterSeq) =>
        AskAsync(session => subscriptions.SubscribeAccountAsync(session, accountId, afterSeq, Context.ConnectionAborted));

    public Task UnsubscribeAccount(string accountId) => AskAsync(session => subscriptions.UnsubscribeAccount(session, accountId));

    /// <summary><c>BacktestProgress</c> of the user's backtest: where it stands at once, then as it goes on.</summary>
    public Task SubscribeBacktest(string id) =>
        AskAsync(session => subscriptions.SubscribeBacktestAsync(session, id, Context.ConnectionAborted));

    private async Task AskAsync(Func<LiveSession, Task> call)
    {
        try
        {
            var session = sessions.Of(Context.ConnectionId);
            await calls.TakeTurnAsync(session.UserId, Context.ConnectionAborted);
            await call(session);
        }
        catch (Exception e) when (FailureMap.Translate(e) is { } known)
        {
            throw new HubException($"{known.Code}: {known.Message}");
        }
    }

    private Task AskAsync(Action<LiveSession> call) => AskAsync(session =>
    {
        call(session);
        return Task.CompletedTask;
    });
}
