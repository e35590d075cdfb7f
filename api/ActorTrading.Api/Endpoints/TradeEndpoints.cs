using ActorTrading.Api.Conventions;
using ActorTrading.Api.Trading;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ActorTrading.Api.Endpoints;

/// <summary><c>/trades</c>: round trips, open and closed.</summary>
internal static class TradeEndpoints
{
    public static void MapTrades(this IEndpointRouteBuilder api)
    {
        var trades = api.MapGroup("/trades").WithTags("trades").RequireAuthorization();
        trades.MapGet("", async (HttpContext context, ITradeQueries store, IMarketView market, CancellationToken cancel) =>
            ListOf.From(await store.ListAsync(context.UserId(), Filter(context), context.Page(), cancel), t => TradeView.Of(t, market)));
        trades.MapGet("/{id}", async (string id, HttpContext context, ITradeQueries store, IMarketView market, CancellationToken cancel) =>
        {
            var tradeId = Requests.PathId(id, "trade");
            return TradeView.Of(await store.FindAsync(context.UserId(), tradeId, cancel) ?? throw ApiException.NotFound("trade", tradeId), market);
        });
    }

    public static TradeFilter Filter(HttpContext context) => new(context.QueryId("accountId"), context.Query("symbol"), context.QueryTime("from"), context.QueryTime("to"),
        context.QueryFlag("closed"));
}
