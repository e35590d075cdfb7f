using ActorTrading.Domain;
using Npgsql;
using NpgsqlTypes;

namespace ActorTrading.Postgres;

public interface IPositionQueries
{
    /// <summary>The user's open positions, newest first.</summary>
    Task<Page<Owned<Position>>> ListAsync(Guid userId, Guid? accountId, string? symbol, PageRequest page, CancellationToken cancellation = default);

    /// <summary>Null where there is none or it is another user's.</summary>
    Task<Owned<Position>?> FindAsync(Guid userId, Guid positionId, CancellationToken cancellation = default);
}

public sealed class PositionQueries(PostgresDatabase database) : IPositionQueries
{
    private const string Columns = """
        account_id, id, symbol, side, volume, peak_volume, open_price, stop_loss, take_profit, trailing_points, swap, commission, opened_at, broker_ticket,
        copy_link_id, copy_leader_account_id, copy_leader_seq, copy_leader_position_id, copy_leader_order_id, comment
        """;

    public Task<Page<Owned<Position>>> ListAsync(Guid userId, Guid? accountId, string? symbol, PageRequest page, CancellationToken cancellation = default)
    {
        var after = PageKey.Of(page);
        var sql = $"""
            SELECT {Columns} FROM positions WHERE {(accountId is null ? OrderQueries.OwnAccounts : "account_id = @account")} {(symbol is null ? "" : "AND symbol = @symbol")}
            AND (opened_at, id) < (@at, @id) ORDER BY opened_at DESC, id DESC LIMIT @limit
            """;
        return database.AsUserAsync(userId, async connection => PageKey.Cut(await connection.ListAsync(sql, Read, cancellation,
            RowReading.Parameter("user", userId), RowReading.Optional("account", accountId, NpgsqlDbType.Uuid), RowReading.Optional("symbol", symbol, NpgsqlDbType.Text),
            RowReading.Parameter("at", after.At.UtcDateTime), RowReading.Parameter("id", after.Id), RowReading.Parameter("limit", page.Limit + 1)),
            page, position => new PageKey(position.Row.OpenedAt, position.Row.Id)), cancellation);
    }

    public Task<Owned<Position>?> FindAsync(Guid userId, Guid positionId, CancellationToken cancellation = default) => database.AsUserAsync(userId, async connection =>
        (await connection.ListAsync($"SELECT {Columns} FROM positions WHERE {OrderQueries.OwnAccounts} AND id = @id", Read, cancellation,
            RowReading.Parameter("user", userId), RowReading.Parameter("id", positionId))).SingleOrDefault(), cancellation);

    private static Owned<Position> Read(NpgsqlDataReader row) => new(row.Id("account_id"), new Position
    {
        Id = row.Id("id"),
        Symbol = row.Text("symbol"),
        Side = row.Enum<Side>("side"),
        Volume = row.Number("volume"),
        PeakVolume = row.Number("peak_volume"),
        OpenPrice = row.Number("open_price"),
        StopLoss = row.ValueOrNull<decimal>("stop_loss"),
        TakeProfit = row.ValueOrNull<decimal>("take_profit"),
        TrailingPoints = row.ValueOrNull<int>("trailing_points"),
        Swap = row.Number("swap"),
        Commission = row.Number("commission"),
        OpenedAt = row.Time("opened_at"),
        BrokerTicket = row.ValueOrNull<long>("broker_ticket"),
        Copy = row.Copy(),
        Comment = row.TextOrNull("comment"),
    });
}
