using ActorTrading.Api.Auth;
using ActorTrading.Api.Conventions;
using ActorTrading.Api.Trading;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace ActorTrading.Api.Endpoints;

/// <summary><c>/positions</c>: looking, protecting, closing.</summary>
internal static class PositionEndpoints
{
    public static void MapPositions(this IEndpointRouteBuilder api)
    {
        var positions = api.MapGroup("/positions").WithTags("positions").RequireAuthorization();
        positions.MapGet("", ListAsync);
        positions.MapPut("/{id}", ModifyAsync).RequireAuthorization(AuthScopes.Trade).Produces<PositionView>();
        positions.MapPost("/{id}/close", CloseAsync).RequireAuthorization(AuthScopes.Trade).WithMetadata(new IdempotentAttribute()).Produces<OrderView>();
        positions.MapPost("/close-all", CloseAllAsync).RequireAuthorization(AuthScopes.Trade).WithMetadata(new IdempotentAttribute());
    }

    private static async Task<ListOf<PositionView>> ListAsync(HttpContext context, IPositionQueries positions, IAccountStore accounts, IMarketView market, CancellationToken cancel)
    {
        var page = await positions.ListAsync(context.UserId(), context.QueryId("accountId"), context.Query("symbol"), context.Page(), cancel);
        var currencies = new Dictionary<Guid, string?>();
        foreach (var account in page.Items.Select(p => p.AccountId).Distinct())
            currencies[account] = (await accounts.FindAsync(context.UserId(), account, cancel))?.Currency;
        return ListOf.From(page, p => PositionView.Of(p, currencies[p.AccountId], market));
    }

    private static async Task<PositionView> ModifyAsync(string id, ModifyPositionRequest request, HttpContext context, Ownership own, IMarketView market, GrainCalls grains, CancellationToken cancel)
    {
        var check = new Checks();
        check.OptionalPositive(request.StopLoss.Value, "stopLoss");
        check.OptionalPositive(request.TakeProfit.Value, "takeProfit");
        check.OptionalCount(request.TrailingPoints.Value, "trailingPoints", 1, 1_000_000);
        check.Throw();
        var owned = await own.PositionAsync(context.UserId(), Id(id), cancel);
        var position = owned.Row;
        var command = new ModifyPosition(position.Id, request.StopLoss.Or(position.StopLoss), request.TakeProfit.Or(position.TakeProfit), request.TrailingPoints.Or(position.TrailingPoints))
        {
            Keeps = request.StopLoss.Kept(KeptValues.StopLoss) | request.TakeProfit.Kept(KeptValues.TakeProfit) | request.TrailingPoints.Kept(KeptValues.TrailingPoints),
        };
        (await grains.Grain<IAccountGrain>(owned.AccountId).AskAsync(g => g.ModifyPositionAsync(command), cancel)).OrThrow();
        var account = await own.AccountAsync(context.UserId(), owned.AccountId, cancel);
        var changed = position with { StopLoss = command.StopLoss, TakeProfit = command.TakeProfit, TrailingPoints = command.TrailingPoints };
        return PositionView.Of(owned with { Row = changed }, account.Currency, market);
    }

    private static async Task<OrderView> CloseAsync(string id, ClosePositionRequest? request, HttpContext context, Ownership own, IMarketView market, GrainCalls grains, TimeProvider clock, CancellationToken cancel)
    {
        var check = new Checks();
        check.OptionalPositive(request?.Volume, "volume");
        check.OptionalCount(request?.DeviationPoints, "deviationPoints", 0, 1_000_000);
        check.Throw();
        var orderId = Idempotency.IdFor(context, clock, "close");
        // The first try of this request may have closed it and died before it could answer.
        var earlier = Idempotency.HasKey(context) ? await own.EarlierOrderAsync(context.UserId(), orderId, cancel) : null;
        if (earlier is { } made && made.Row.ClosesPositionId != Id(id))
            throw Idempotency.Reused(context, $"order {orderId}");
        if (earlier is { Row.Status: OrderStatus.Filled } done)
            return OrderView.Of(done, market);
        if (await own.FindPositionAsync(context.UserId(), Id(id), cancel) is not { } owned)
            return earlier is { } unfinished ? OrderView.Of(unfinished, market) : throw ApiException.NotFound("position", Id(id));
        var result = (await CloseOneAsync(grains, owned, orderId, request?.Volume, request?.DeviationPoints, cancel)).OrThrow();
        return await own.OrderOfAsync(context.UserId(), owned.AccountId, orderId, result, market, cancel);
    }

    /// <summary>Closes whatever matches, one after the other; what could not be closed is listed with its reason.</summary>
    private static async Task<CloseAllAnswer> CloseAllAsync(CloseAllRequest? request, HttpContext context, IPositionQueries positions, Ownership own, IMarketView market, GrainCalls grains, TimeProvider clock, CancellationToken cancel)
    {
        if (request?.Symbol is not null && !Checks.IsSymbol(request.Symbol))
            throw ApiException.BadField("symbol", "must be a symbol such as EURUSD.");
        var seed = Idempotency.IdFor(context, clock, "close-all");
        List<OrderView> closed = [];
        List<CloseFailure> failed = [];
        string? cursor = null;
        do
        {
            var page = await positions.ListAsync(context.UserId(), request?.AccountId, request?.Symbol, new(PageRequest.LimitMax, cursor), cancel);
            foreach (var owned in page.Items)
            {
                var orderId = DeterministicId.Create(seed, owned.Row.Id.ToString());
                var result = await CloseOneAsync(grains, owned, orderId, null, null, cancel);
                if (result.Accepted)
                    closed.Add(await own.OrderOfAsync(context.UserId(), owned.AccountId, orderId, result, market, cancel));
                else
                    failed.Add(new(owned.Row.Id, owned.AccountId, result.Code ?? RefusalCodes.Of(result.Retcode), result.Message));
            }
            cursor = page.Next;
        }
        while (cursor is not null);
        return new(closed, failed);
    }

    private static Task<TradeResult> CloseOneAsync(GrainCalls grains, Owned<Position> owned, Guid orderId, decimal? volume, int? deviation, CancellationToken cancel) =>
        grains.Grain<IAccountGrain>(owned.AccountId).AskAsync(g => g.ClosePositionAsync(
            new(orderId, ClientOrderIds.ForOrder(orderId), owned.Row.Id, volume) { DeviationPoints = deviation }), cancel);

    private static Guid Id(string text) => Requests.PathId(text, "position");
}

internal sealed record ModifyPositionRequest(Given<decimal?> StopLoss, Given<decimal?> TakeProfit, Given<int?> TrailingPoints);

/// <param name="Volume">Lots; all of it where left out.</param>
internal sealed record ClosePositionRequest(decimal? Volume, int? DeviationPoints);

internal sealed record CloseAllRequest(Guid? AccountId, string? Symbol);

internal sealed record CloseAllAnswer(IReadOnlyList<OrderView> Closed, IReadOnlyList<CloseFailure> Failed);

internal sealed record CloseFailure(Guid PositionId, Guid AccountId, string Code, string Detail);
