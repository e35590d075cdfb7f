using ActorTrading.Domain;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace ActorTrading.Postgres;

/// <summary>Which orders; what is null does not narrow the list.</summary>
/// <param name="Unfinished">True for submitted, resting and partly filled ones only.</param>
public sealed record OrderFilter(Guid? AccountId = null, string? Symbol = null, OrderStatus? Status = null, bool Unfinished = false,
    DateTimeOffset? From = null, DateTimeOffset? To = null);

public interface IOrderQueries
{
    /// <summary>The user's orders, newest first.</summary>
    Task<Page<Owned<Order>>> ListAsync(Guid userId, OrderFilter filter, PageRequest page, CancellationToken cancellation = default);

    /// <summary>Null where there is none or it is another user's.</summary>
    Task<Owned<Order>?> FindAsync(Guid userId, Guid orderId, CancellationToken cancellation = default);

    /// <summary>By the id that the client gave it, for the system's own work.</summary>
    Task<Order?> ByClientOrderIdAsync(Guid accountId, string clientOrderId, CancellationToken cancellation = default);

    /// <summary>The position that a filled order opened, also where it is closed by now; in netting mode the one that it went into, while that is there. Null where neither is.</summary>
    Task<Guid?> PositionOfAsync(Guid accountId, Order order, CancellationToken cancellation = default);
}

public sealed class OrderQueries(PostgresDatabase database) : IOrderQueries
{
    internal const string OwnAccounts = "account_id = ANY (ARRAY(SELECT a.id FROM accounts a WHERE a.user_id = @user))";

    private const string Columns = """
        account_id, id, client_order_id, symbol, side, type, status, volume, filled_volume, price, stop_limit_price, stop_loss, take_profit, trailing_points,
        deviation_points, fill_policy, time_in_force, expires_at, comment, closes_position_id, close_by_position_id, reason,
        copy_link_id, copy_leader_account_id, copy_leader_seq, copy_leader_position_id, copy_leader_order_id,
        retcode, reject_message, average_price, broker_ticket, stop_touched, created_at, updated_at
        """;

    public Task<Page<Owned<Order>>> ListAsync(Guid userId, OrderFilter filter, PageRequest page, CancellationToken cancellation = default)
    {
        var after = PageKey.Of(page);
        var sql = $"""
            SELECT {Columns} FROM orders WHERE {(filter.AccountId is null ? OwnAccounts : "account_id = @account")}
            {(filter.Symbol is null ? "" : "AND symbol = @symbol")} {(filter.Status is null ? "" : "AND status = @status")}
            {(filter.Unfinished ? "AND status IN ('submitted', 'placed', 'partiallyFilled')" : "")}
            {(filter.From is null ? "" : "AND created_at >= @from")} {(filter.To is null ? "" : "AND created_at < @to")}
            AND (created_at, id) < (@at, @id) ORDER BY created_at DESC, id DESC LIMIT @limit
            """;
        return database.AsUserAsync(userId, async connection => PageKey.Cut(await connection.ListAsync(sql, Read, cancellation,
            RowReading.Parameter("user", userId), RowReading.Optional("account", filter.AccountId, NpgsqlDbType.Uuid),
            RowReading.Optional("symbol", filter.Symbol, NpgsqlDbType.Text),
            RowReading.Optional("status", filter.Status is { } status ? StoredEnum<OrderStatus>.Name(status) : null, NpgsqlDbType.Text),
            RowReading.Optional("from", filter.From?.UtcDateTime, NpgsqlDbType.TimestampTz), RowReading.Optional("to", filter.To?.UtcDateTime, NpgsqlDbType.TimestampTz),
            RowReading.Parameter("at", after.At.UtcDateTime), RowReading.Parameter("id", after.Id), RowReading.Parameter("limit", page.Limit + 1)),
            page, order => new PageKey(order.Row.CreatedAt, order.Row.Id)), cancellation);
    }

    public Task<Owned<Order>?> FindAsync(Guid userId, Guid orderId, CancellationToken cancellation = default) => database.AsUserAsync(userId, async connection =>
        (await connection.ListAsync($"SELECT {Columns} FROM orders WHERE {OwnAccounts} AND id = @id", Read, cancellation,
            RowReading.Parameter("user", userId), RowReading.Parameter("id", orderId))).SingleOrDefault(), cancellation);

    // A position has the id of the order that opened it.
    public Task<Guid?> PositionOfAsync(Guid accountId, Order order, CancellationToken cancellation = default) => database.UseAsync(connection =>
        connection.QuerySingleOrDefaultAsync<Guid?>("""
            SELECT coalesce(
                (SELECT id FROM positions WHERE account_id = @accountId AND id = @id),
                (SELECT id FROM trades WHERE account_id = @accountId AND id = @id),
                (SELECT p.id FROM positions p JOIN accounts a ON a.id = p.account_id WHERE p.account_id = @accountId AND p.symbol = @symbol AND a.mode = 'netting' LIMIT 1))
            """.With(new { accountId, id = order.Id, symbol = order.Symbol }, cancellation)), cancellation);

    public Task<Order?> ByClientOrderIdAsync(Guid accountId, string clientOrderId, CancellationToken cancellation = default)
    {
        // The index has those that clients gave, and is found by its own condition; the others name the order itself.
        var named = ClientOrderIds.TryGetOrderId(clientOrderId, out var orderId);
        var which = named ? "id = @id" : "(length(client_order_id) < 27 OR left(client_order_id, 1) NOT IN ('N', 'S', 'C'))";
        return database.UseAsync(async connection =>
            (await connection.ListAsync($"SELECT {Columns} FROM orders WHERE account_id = @account AND client_order_id = @client AND {which}", Read, cancellation,
                RowReading.Parameter("account", accountId), RowReading.Parameter("client", clientOrderId),
                RowReading.Optional("id", named ? orderId : null, NpgsqlDbType.Uuid))).SingleOrDefault()?.Row, cancellation);
    }

    private static Owned<Order> Read(NpgsqlDataReader row) => new(row.Id("account_id"), new Order
    {
        Id = row.Id("id"),
        ClientOrderId = row.Text("client_order_id"),
        Symbol = row.Text("symbol"),
        Side = row.Enum<Side>("side"),
        Type = row.Enum<OrderType>("type"),
        Status = row.Enum<OrderStatus>("status"),
        Volume = row.Number("volume"),
        FilledVolume = row.Number("filled_volume"),
        Price = row.ValueOrNull<decimal>("price"),
        StopLimitPrice = row.ValueOrNull<decimal>("stop_limit_price"),
        StopLoss = row.ValueOrNull<decimal>("stop_loss"),
        TakeProfit = row.ValueOrNull<decimal>("take_profit"),
        TrailingPoints = row.ValueOrNull<int>("trailing_points"),
        DeviationPoints = row.ValueOrNull<int>("deviation_points"),
        FillPolicy = row.Enum<FillPolicy>("fill_policy"),
        TimeInForce = row.Enum<TimeInForce>("time_in_force"),
        ExpiresAt = row.ValueOrNull<DateTimeOffset>("expires_at"),
        Comment = row.TextOrNull("comment"),
        ClosesPositionId = row.ValueOrNull<Guid>("closes_position_id"),
        CloseByPositionId = row.ValueOrNull<Guid>("close_by_position_id"),
        Reason = row.Enum<DealReason>("reason"),
        Copy = row.Copy(),
        Retcode = (Retcode?)row.ValueOrNull<int>("retcode"),
        RejectMessage = row.TextOrNull("reject_message"),
        AveragePrice = row.ValueOrNull<decimal>("average_price"),
        BrokerTicket = row.ValueOrNull<long>("broker_ticket"),
        StopTouched = row.GetBoolean(row.GetOrdinal("stop_touched")),
        CreatedAt = row.Time("created_at"),
        UpdatedAt = row.Time("updated_at"),
    });
}
