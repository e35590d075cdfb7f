using System.ComponentModel.DataAnnotations;
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

/// <summary><c>/orders</c>: placing, changing and cancelling.</summary>
internal static class OrderEndpoints
{
    public static void MapOrders(this IEndpointRouteBuilder api)
    {
        var orders = api.MapGroup("/orders").WithTags("orders").RequireAuthorization();
        orders.MapPost("", PlaceAsync).RequireAuthorization(AuthScopes.Trade).WithMetadata(new IdempotentAttribute()).Produces<OrderView>(201);
        orders.MapGet("", async (HttpContext context, IOrderQueries store, IMarketView market, CancellationToken cancel) =>
        {
            var filter = new OrderFilter(context.QueryId("accountId"), context.Query("symbol"), context.QueryEnum<OrderStatus>("status"),
                context.QueryFlag("open") == true, context.QueryTime("from"), context.QueryTime("to"));
            return ListOf.From(await store.ListAsync(context.UserId(), filter, context.Page(), cancel), o => OrderView.Of(o, market));
        });
        orders.MapGet("/{id}", async (string id, HttpContext context, Ownership own, IMarketView market, CancellationToken cancel) =>
            OrderView.Of(await own.OrderAsync(context.UserId(), Id(id), cancel), market));
        orders.MapPut("/{id}", ModifyAsync).RequireAuthorization(AuthScopes.Trade).Produces<OrderView>();
        orders.MapDelete("/{id}", CancelAsync).RequireAuthorization(AuthScopes.Trade).Produces<OrderView>();
    }

    private static async Task<IResult> PlaceAsync(PlaceOrderRequest request, HttpContext context, Ownership own, IMarketView market, GrainCalls grains, TimeProvider clock, CancellationToken cancel)
    {
        var id = Idempotency.IdFor(context, clock, "order");
        var command = request.ToCommand(id, market, clock.GetUtcNow());
        var account = await own.OpenAccountAsync(context.UserId(), request.AccountId!.Value, cancel);
        if (Idempotency.HasKey(context) && await own.EarlierOrderAsync(account.UserId, id, cancel) is { } earlier && earlier.AccountId != account.Id)
            throw Idempotency.Reused(context, $"an order in account {earlier.AccountId}");
        var order = ClientOrderIds.WhyNot(command.ClientOrderId, id) is null
            ? await PlaceAsync(account.Id, command)
            // A name of the form that we give ours is that of an order there has been, or of none.
            : await own.FindOrderOfAsync(account.Id, command.ClientOrderId, market, cancel)
                ?? throw ApiException.BadField("clientOrderId", $"{ClientOrderIds.MaxLength} characters that begin with N, S or C are names of orders that were given none; choose another.");

        // Another request under a name that is taken must not look as if it had been placed.
        if (order.Symbol != command.Symbol || order.Side != command.Side || order.Volume != command.Volume)
            throw order.Id == id ? Idempotency.Reused(context, $"order {id}") : new ApiException(409, "CLIENT_ORDER_ID_REUSED", $"Account {account.Id} has had '{command.ClientOrderId}' already, for another order: {order.Id}.");
        context.Response.Headers.Location = $"/api/v1/orders/{order.Id}";
        return Results.Json(order, statusCode: 201);

        async Task<OrderView> PlaceAsync(Guid accountId, PlaceOrder wanted)
        {
            try
            {
                var result = (await grains.Grain<IAccountGrain>(accountId).AskAsync(g => g.PlaceAsync(wanted), cancel)).OrThrow();
                if (result.Order is { } made)
                    return await own.ShowAsync(accountId, made, result.PositionId, market, cancel);
            }
            catch (ConflictException e) when (e.Conflict == LedgerConflict.ClientOrderId)
            {
                // So old that the account has forgotten it, but not the database.
            }

            return await own.OrderOfAsync(accountId, wanted.ClientOrderId, market, cancel);
        }
    }

    private static async Task<OrderView> ModifyAsync(string id, ModifyOrderRequest request, HttpContext context, Ownership own, IMarketView market, GrainCalls grains, TimeProvider clock, CancellationToken cancel)
    {
        var check = new Checks();
        request.Check(check, clock.GetUtcNow());
        check.Throw();
        var owned = await own.OrderAsync(context.UserId(), Id(id), cancel);
        var order = owned.Row;
        if (order.IsFinal)
            throw new ApiException(409, "ORDER_FINAL", $"Order {order.Id} is {EnumNames<OrderStatus>.NameOf(order.Status)}: it cannot be changed any more.");
        // A value that is left out stays; null takes it away.
        var command = new ModifyOrder(order.Id, request.Price.Or(order.Price), request.StopLimitPrice.Or(order.StopLimitPrice), request.StopLoss.Or(order.StopLoss),
            request.TakeProfit.Or(order.TakeProfit), request.TrailingPoints.Or(order.TrailingPoints),
            request.ExpiresAt.IsGiven ? TimeOf(request.ExpiresAt.Value) : order.TimeInForce, request.ExpiresAt.Or(order.ExpiresAt))
        {
            Keeps = request.Price.Kept(KeptValues.Price) | request.StopLimitPrice.Kept(KeptValues.StopLimitPrice) | request.StopLoss.Kept(KeptValues.StopLoss)
                | request.TakeProfit.Kept(KeptValues.TakeProfit) | request.TrailingPoints.Kept(KeptValues.TrailingPoints) | request.ExpiresAt.Kept(KeptValues.Expiry),
        };
        var result = (await grains.Grain<IAccountGrain>(owned.AccountId).AskAsync(g => g.ModifyOrderAsync(command), cancel)).OrThrow();
        return OrderView.Of(owned.AccountId, result.Order ?? order, null, market);
    }

    private static async Task<OrderView> CancelAsync(string id, HttpContext context, Ownership own, IMarketView market, GrainCalls grains, CancellationToken cancel)
    {
        var owned = await own.OrderAsync(context.UserId(), Id(id), cancel);
        if (owned.Row.Status == OrderStatus.Cancelled)
            return OrderView.Of(owned, market);
        if (owned.Row.IsFinal)
            throw new ApiException(409, "ORDER_FINAL", $"Order {owned.Row.Id} is {EnumNames<OrderStatus>.NameOf(owned.Row.Status)}: it cannot be cancelled any more.");
        var result = await grains.Grain<IAccountGrain>(owned.AccountId).AskAsync(g => g.CancelOrderAsync(new(owned.Row.Id)), cancel);
        // Asked twice, the first answer lost: refused because it is done.
        if (!result.Accepted && await own.OrderAsync(context.UserId(), owned.Row.Id, cancel) is { Row.Status: OrderStatus.Cancelled } done)
            return OrderView.Of(done, market);
        result.OrThrow();
        return OrderView.Of(owned.AccountId, result.Order ?? owned.Row with { Status = OrderStatus.Cancelled }, null, market);
    }

    internal static TimeInForce TimeOf(DateTimeOffset? expiresAt) => expiresAt is null ? TimeInForce.GoodTillCancelled : TimeInForce.Specified;

    private static Guid Id(string text) => Requests.PathId(text, "order");
}

/// <summary>The body of <c>POST /orders</c>. Volume in lots, prices in the quote currency, distances in points.</summary>
internal sealed record PlaceOrderRequest([Required] Guid? AccountId, [Required] string? Symbol, [Required] Side? Side, [Required] OrderType? Type, [Required] decimal? Volume,
    decimal? Price, decimal? StopLimitPrice, decimal? StopLoss, decimal? TakeProfit, int? TrailingPoints, int? DeviationPoints, FillPolicy? FillPolicy, DateTimeOffset? ExpiresAt,
    string? ClientOrderId, string? Comment)
{
    public PlaceOrder ToCommand(Guid id, IMarketView market, DateTimeOffset now)
    {
        var check = new Checks();
        check.Required(AccountId, "accountId");
        var symbol = check.Symbol(Symbol, "symbol");
        var side = check.Required(Side, "side");
        var type = check.Required(Type, "type");
        var volume = check.Positive(Volume, "volume");
        foreach (var (value, field) in new[] { (Price, "price"), (StopLimitPrice, "stopLimitPrice"), (StopLoss, "stopLoss"), (TakeProfit, "takeProfit") })
            check.OptionalPositive(value, field);
        check.OptionalCount(TrailingPoints, "trailingPoints", 1, 1_000_000);
        check.OptionalCount(DeviationPoints, "deviationPoints", 0, 1_000_000);
        check.That(ClientOrderId is null || ClientOrderIds.IsValid(ClientOrderId), "clientOrderId", $"must be 1 to {ClientOrderIds.MaxLength} visible ASCII characters.");
        check.OptionalText(Comment, "comment", 100);
        check.That(!(ExpiresAt <= now), "expiresAt", "must lie ahead.");
        if (Type == OrderType.Market)
        {
            check.That(Price is null, "price", "a market order has none.");
            check.That(ExpiresAt is null, "expiresAt", "a market order has none.");
        }
        else if (Type is not null)
            check.That(Price is not null, "price", "is required for a pending order.");
        if (Type is not null)
            check.That((StopLimitPrice is not null) == (Type == OrderType.StopLimit), "stopLimitPrice", "is for stopLimit orders, which need it.");
        check.Throw();
        if (market.FindInstrument(symbol) is null)
            throw new ApiException(422, "UNKNOWN_SYMBOL", $"There is no symbol '{symbol}'.");
        return new PlaceOrder
        {
            OrderId = id,
            ClientOrderId = ClientOrderId ?? ClientOrderIds.ForOrder(id),
            Symbol = symbol,
            Side = side,
            Type = type,
            Volume = volume,
            Price = Price,
            StopLimitPrice = StopLimitPrice,
            StopLoss = StopLoss,
            TakeProfit = TakeProfit,
            TrailingPoints = TrailingPoints,
            DeviationPoints = DeviationPoints,
            FillPolicy = FillPolicy ?? (type == OrderType.Market ? Domain.FillPolicy.FillOrKill : Domain.FillPolicy.Return),
            TimeInForce = OrderEndpoints.TimeOf(ExpiresAt),
            ExpiresAt = ExpiresAt,
            Comment = Comment,
        };
    }
}

internal sealed record ModifyOrderRequest(Given<decimal?> Price, Given<decimal?> StopLimitPrice, Given<decimal?> StopLoss, Given<decimal?> TakeProfit,
    Given<int?> TrailingPoints, Given<DateTimeOffset?> ExpiresAt)
{
    public void Check(Checks check, DateTimeOffset now)
    {
        foreach (var (value, field) in new[] { (Price, "price"), (StopLimitPrice, "stopLimitPrice"), (StopLoss, "stopLoss"), (TakeProfit, "takeProfit") })
            check.OptionalPositive(value.Value, field);
        check.That(!(Price is { IsGiven: true, Value: null }), "price", "a pending order has one.");
        check.OptionalCount(TrailingPoints.Value, "trailingPoints", 1, 1_000_000);
        check.That(!(ExpiresAt.Value <= now), "expiresAt", "must lie ahead.");
    }
}
