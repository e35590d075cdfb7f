using ActorTrading.Api.Conventions;
using ActorTrading.Api.Realtime.Quotes;
using ActorTrading.Api.Realtime.Sessions;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Orleans;

namespace ActorTrading.Api.Realtime;

/// <summary>Checks what clients ask for, whichever way they are connected.</summary>
public sealed class Subscriptions(IMarketView market, QuoteFanout fanout, FanoutOptions options, IBacktestStore backtests, IGrainFactory grains)
{
    public void SubscribeSymbols(LiveSession session, string[]? symbols, int? maxPerSecond)
    {
        var names = Names(symbols);
        if (names.FirstOrDefault(n => market.FindInstrument(n) is null) is { } unknown)
            throw ApiException.BadField("symbols", $"there is no symbol '{unknown}'.");
        if (maxPerSecond is < 0 or > QuoteFanout.PerSecondMax)
            throw ApiException.BadField("maxPerSecond", $"must be 0 to {QuoteFanout.PerSecondMax}, was {maxPerSecond}.");
        foreach (var name in names)
        {
            // Nothing has come since the fan-out began, but the market may remember one from before.
            if (fanout.Log.Symbol(name) is { Latest: null } symbol && market.LastQuote(name) is { } quote)
                fanout.Log.AppendFirst(symbol, quote, market.FindInstrument(name)!.Digits);
        }
        session.SubscribeSymbols(names, maxPerSecond ?? options.DefaultPerSecond);
    }

    public void UnsubscribeSymbols(LiveSession session, string[]? symbols) =>
        session.UnsubscribeSymbols([.. Names(symbols).Where(n => market.FindInstrument(n) is not null)]);

    public Task SubscribeAccountAsync(LiveSession session, string? accountId, long? afterSeq, CancellationToken cancel) =>
        session.SubscribeAccountAsync(Account(accountId), afterSeq, cancel);

    public void UnsubscribeAccount(LiveSession session, string? accountId) => session.UnsubscribeAccount(Account(accountId));

    public async Task SubscribeBacktestAsync(LiveSession session, string? id, CancellationToken cancel)
    {
        if (!Guid.TryParse(id, out var backtest))
            throw ApiException.BadField("id", "must be a UUID.");
        if (await backtests.FindAsync(session.UserId, backtest, cancel) is null)
            throw ApiException.NotFound("backtest", backtest);
        session.SubscribeBacktest(backtest);
        // The grain says where it stands, so that this comes in order with what it says next.
        await grains.GetGrain<IBacktestGrain>(backtest).AnnounceAsync();
    }

    private static string[] Names(string[]? symbols)
    {
        if (symbols is null or { Length: 0 or > LiveSession.SymbolsMax })
            throw ApiException.BadField("symbols", $"name 1 to {LiveSession.SymbolsMax} symbols.");
        if (Array.Find(symbols, s => s is null || !Checks.IsSymbol(s)) is { } bad)
            throw ApiException.BadField("symbols", $"'{(bad.Length > 40 ? bad[..40] + "…" : bad)}' is no symbol's name.");
        if (Array.IndexOf(symbols, null) >= 0)
            throw ApiException.BadField("symbols", "null is no symbol's name.");
        return [.. symbols.Distinct(StringComparer.Ordinal)];
    }

    private static Guid Account(string? id) =>
        Guid.TryParse(id, out var account) ? account : throw ApiException.BadField("accountId", "must be a UUID.");
}
