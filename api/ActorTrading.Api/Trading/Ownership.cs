using ActorTrading.Api.Conventions;
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

    public async Task<Owned<Position>> PositionAsync(Guid userId, Guid positionId, CancellationToken cancel) =>
        await positions.FindAsync(userId, positionId, cancel) ?? throw ApiException.NotFound("position", positionId);
}
