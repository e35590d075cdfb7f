using ActorTrading.Domain;
using Npgsql;
using NpgsqlTypes;

namespace ActorTrading.Postgres;

/// <summary>Which round trips; what is null does not narrow the list. Times are those of opening: from inclusive, to exclusive.</summary>
/// <param name="Closed">True for closed ones only, false for open ones only.</param>
public sealed record TradeFilter(Guid? AccountId = null, string? Symbol = null, DateTimeOffset? From = null, DateTimeOffset? To = null, bool? Closed = null);

public interface ITradeQueries
{
    /// <summary>The user's round trips, newest first.</summary>
    Task<Page<Owned<Trade>>> ListAsync(Guid userId, TradeFilter filter, PageRequest page, CancellationToken cancellation = default);

    /// <summary>Null where there is none or it is another user's.</summary>
    Task<Owned<Trade>?> FindAsync(Guid userId, Guid tradeId, CancellationToken cancellation = default);
}

public sealed class TradeQueries(PostgresDatabase database) : ITradeQueries
{
    private const string Columns = """
        account_id, id, symbol, side, volume, closed_volume, open_price, close_price, opened_at, closed_at, profit, commission, swap, initial_stop_loss, close_reason,
        copy_link_id, copy_leader_account_id, copy_leader_seq, copy_leader_position_id, copy_leader_order_id, comment
        """;

    /// <summary>Trades that have had one deal only, which have no row of their own: their positions tell them.</summary>
    private const string JustOpened = """
        (SELECT p.account_id, p.id, p.symbol, p.side, p.volume, 0::numeric AS closed_volume, p.open_price, NULL::numeric AS close_price, p.opened_at,
            NULL::timestamptz AS closed_at, 0::numeric AS profit, p.commission, 0::numeric AS swap, p.initial_stop_loss, NULL::text AS close_reason,
            p.copy_link_id, p.copy_leader_account_id, p.copy_leader_seq, p.copy_leader_position_id, p.copy_leader_order_id, p.comment
        FROM positions p WHERE NOT EXISTS (SELECT FROM trades t WHERE t.account_id = p.account_id AND t.id = p.id)) AS just_opened
        """;

    public Task<Page<Owned<Trade>>> ListAsync(Guid userId, TradeFilter filter, PageRequest page, CancellationToken cancellation = default)
    {
        var after = PageKey.Of(page);
        // One page of each, in the order of their index, and one page of both together.
        string Newest(string from) => $"""
            (SELECT {Columns} FROM {from} WHERE {(filter.AccountId is null ? OrderQueries.OwnAccounts : "account_id = @account")}
            {(filter.Symbol is null ? "" : "AND symbol = @symbol")}
            {(filter.Closed is { } closed ? $"AND closed_at IS {(closed ? "NOT " : "")}NULL" : "")}
            {(filter.From is null ? "" : "AND opened_at >= @from")} {(filter.To is null ? "" : "AND opened_at < @to")}
            AND (opened_at, id) < (@at, @id) ORDER BY opened_at DESC, id DESC LIMIT @limit)
            """;
        var sql = filter.Closed is true ? Newest("trades") : $"{Newest("trades")} UNION ALL {Newest(JustOpened)} ORDER BY opened_at DESC, id DESC LIMIT @limit";
        return database.AsUserAsync(userId, async connection => PageKey.Cut(await connection.ListAsync(sql, Read, cancellation,
            RowReading.Parameter("user", userId), RowReading.Optional("account", filter.AccountId, NpgsqlDbType.Uuid),
            RowReading.Optional("symbol", filter.Symbol, NpgsqlDbType.Text),
            RowReading.Optional("from", filter.From?.UtcDateTime, NpgsqlDbType.TimestampTz), RowReading.Optional("to", filter.To?.UtcDateTime, NpgsqlDbType.TimestampTz),
            RowReading.Parameter("at", after.At.UtcDateTime), RowReading.Parameter("id", after.Id), RowReading.Parameter("limit", page.Limit + 1)),
            page, trade => new PageKey(trade.Row.OpenedAt, trade.Row.Id)), cancellation);
    }

    public Task<Owned<Trade>?> FindAsync(Guid userId, Guid tradeId, CancellationToken cancellation = default) => database.AsUserAsync(userId, async connection =>
        (await connection.ListAsync($"""
            SELECT {Columns} FROM trades WHERE {OrderQueries.OwnAccounts} AND id = @id
            UNION ALL SELECT {Columns} FROM {JustOpened} WHERE {OrderQueries.OwnAccounts} AND id = @id
            """, Read, cancellation, RowReading.Parameter("user", userId), RowReading.Parameter("id", tradeId))).SingleOrDefault(), cancellation);

    private static Owned<Trade> Read(NpgsqlDataReader row) => new(row.Id("account_id"), new Trade
    {
        Id = row.Id("id"),
        Symbol = row.Text("symbol"),
        Side = row.Enum<Side>("side"),
        Volume = row.Number("volume"),
        ClosedVolume = row.Number("closed_volume"),
        OpenPrice = row.Number("open_price"),
        ClosePrice = row.ValueOrNull<decimal>("close_price"),
        OpenedAt = row.Time("opened_at"),
        ClosedAt = row.ValueOrNull<DateTimeOffset>("closed_at"),
        Profit = row.Number("profit"),
        Commission = row.Number("commission"),
        Swap = row.Number("swap"),
        InitialStopLoss = row.ValueOrNull<decimal>("initial_stop_loss"),
        CloseReason = row.TextOrNull("close_reason") is { } reason ? StoredEnum<DealReason>.Parse(reason) : null,
        Copy = row.Copy(),
        Comment = row.TextOrNull("comment"),
    });
}
