using ActorTrading.Api.Conventions;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;

namespace ActorTrading.Api.Trading;

/// <summary>Finds what a request names, or answers 404 as for something that is not there.</summary>
public sealed class Ownership(IAccountStore accounts, IOrderQueries orders, IPositionQueries positions)
{
    public async Task<StoredAccount> AccountAsync(Guid userId, Guid accountId, CancellationToken cancel) =>
        await accounts.FindAsync(userId, accountId, cancel) ?? throw ApiException.NotFound("account", accountId);

    /// <exception cref="ApiException">404; 422 <c>ACCOUNT_CLOSED</c>.</exception>
    public async Task<StoredAccount> OpenAccountAsync(Guid userId, Guid accountId, CancellationToken cancel)
    {
        var account = await AccountAsync(userId, accountId, cancel);
        return account.Status == "active" ? account : throw new ApiException(422, "ACCOUNT_CLOSED", $"Account {accountId} is closed.");
    }

    public async Task<Owned<Order>> OrderAsync(Guid userId, Guid orderId, CancellationToken cancel) =>
        await orders.FindAsync(userId, orderId, cancel) ?? throw ApiException.NotFound("order", orderId);

    /// <summary>
    /// The order of an accepted command. A command repeated after a crash is answered by the account without the order once that is
    /// final and forgotten there: then the projection has it.
    /// </summary>
    public async Task<OrderView> OrderOfAsync(Guid userId, Guid accountId, Guid orderId, TradeResult result, IMarketView market, CancellationToken cancel) =>
        result.Order is { } order
            ? await ShowAsync(accountId, order, result.PositionId, market, cancel)
            : await ShowAsync(accountId, (await OrderAsync(userId, orderId, cancel)).Row, null, market, cancel);

    /// <summary>An order that is answered as done before tells its position like the first answer did.</summary>
    public async Task<OrderView> ShowAsync(Guid accountId, Order order, Guid? positionId, IMarketView market, CancellationToken cancel) => OrderView.Of(accountId, order,
        positionId ?? (order is { FilledVolume: > 0m, ClosesPositionId: null } ? await orders.PositionOfAsync(accountId, order, cancel) : null), market);

    /// <summary>The order that the client gave this name in an account of its own: what repeating the name is answered with, however old the order is.</summary>
    public async Task<OrderView> OrderOfAsync(Guid accountId, string clientOrderId, IMarketView market, CancellationToken cancel) =>
        await FindOrderOfAsync(accountId, clientOrderId, market, cancel)
            ?? throw new ApiException(409, "CLIENT_ORDER_ID_REUSED", $"Account {accountId} has had '{clientOrderId}' already, and not as an order that can be shown.");

    public async Task<OrderView?> FindOrderOfAsync(Guid accountId, string clientOrderId, IMarketView market, CancellationToken cancel) =>
        await orders.ByClientOrderIdAsync(accountId, clientOrderId, cancel) is { } order ? await ShowAsync(accountId, order, null, market, cancel) : null;

    /// <summary>The order of this id where an earlier try of the same request made it; null on the first try.</summary>
    public Task<Owned<Order>?> EarlierOrderAsync(Guid userId, Guid orderId, CancellationToken cancel) => orders.FindAsync(userId, orderId, cancel);

    public async Task<Owned<Position>> PositionAsync(Guid userId, Guid positionId, CancellationToken cancel) =>
        await FindPositionAsync(userId, positionId, cancel) ?? throw ApiException.NotFound("position", positionId);

    public Task<Owned<Position>?> FindPositionAsync(Guid userId, Guid positionId, CancellationToken cancel) => positions.FindAsync(userId, positionId, cancel);
}
