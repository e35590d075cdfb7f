using ActorTrading.Domain;

namespace ActorTrading.Postgres.Ledger.Writing;

/// <summary>The five columns of <see cref="CopyOrigin"/>.</summary>
internal sealed class CopyOriginColumns(RowSet rows)
{
    private readonly Column<Guid?> link = rows.IdOrNull("copy_link_id");
    private readonly Column<Guid?> leader = rows.IdOrNull("copy_leader_account_id");
    private readonly Column<long?> seq = rows.LongOrNull("copy_leader_seq");
    private readonly Column<Guid?> position = rows.IdOrNull("copy_leader_position_id");
    private readonly Column<Guid?> order = rows.IdOrNull("copy_leader_order_id");

    public void Add(CopyOrigin? copy)
    {
        link.Add(copy?.LinkId);
        leader.Add(copy?.LeaderAccountId);
        seq.Add(copy?.LeaderSeq);
        position.Add(copy?.LeaderPositionId);
        order.Add(copy?.LeaderOrderId);
    }
}

internal sealed class OrderRows
{
    private readonly RowSet rows = new();
    private readonly Column<Guid> accountId, id;
    private readonly Column<string?> clientOrderId, symbol, side, type, status, fillPolicy, timeInForce, comment, reason, rejectMessage;
    private readonly Column<decimal> volume, filledVolume;
    private readonly Column<decimal?> price, stopLimitPrice, stopLoss, takeProfit, averagePrice;
    private readonly Column<int?> trailingPoints, deviationPoints, retcode;
    private readonly Column<DateTime?> expiresAt;
    private readonly Column<Guid?> closesPositionId, closeByPositionId;
    private readonly Column<long?> brokerTicket;
    private readonly Column<bool> stopTouched;
    private readonly Column<DateTime> createdAt, updatedAt;
    private readonly CopyOriginColumns copy;
    private readonly string sql;

    /// <param name="fresh">For rows that cannot be there yet: a plain insert, which costs a good deal less than one that is ready to update.</param>
    public OrderRows(bool fresh)
    {
        accountId = rows.Id("account_id");
        id = rows.Id("id");
        clientOrderId = rows.Text("client_order_id");
        symbol = rows.Text("symbol");
        side = rows.Text("side");
        type = rows.Text("type");
        status = rows.Text("status");
        volume = rows.Number("volume");
        filledVolume = rows.Number("filled_volume");
        price = rows.NumberOrNull("price");
        stopLimitPrice = rows.NumberOrNull("stop_limit_price");
        stopLoss = rows.NumberOrNull("stop_loss");
        takeProfit = rows.NumberOrNull("take_profit");
        trailingPoints = rows.IntOrNull("trailing_points");
        deviationPoints = rows.IntOrNull("deviation_points");
        fillPolicy = rows.Text("fill_policy");
        timeInForce = rows.Text("time_in_force");
        expiresAt = rows.TimeOrNull("expires_at");
        comment = rows.Text("comment");
        closesPositionId = rows.IdOrNull("closes_position_id");
        closeByPositionId = rows.IdOrNull("close_by_position_id");
        reason = rows.Text("reason");
        copy = new CopyOriginColumns(rows);
        retcode = rows.IntOrNull("retcode");
        rejectMessage = rows.Text("reject_message");
        averagePrice = rows.NumberOrNull("average_price");
        brokerTicket = rows.LongOrNull("broker_ticket");
        stopTouched = rows.Flag("stop_touched");
        createdAt = rows.Time("created_at");
        updatedAt = rows.Time("updated_at");
        // What never changes after the first write, and every indexed column, stays out of the update: it is then done within the page.
        sql = rows.Insert("orders") + (fresh ? "" : rows.OrUpdate("account_id, id", "client_order_id", "symbol", "side", "type", "created_at", "comment", "reason",
            "copy_link_id", "copy_leader_account_id", "copy_leader_seq", "copy_leader_position_id", "copy_leader_order_id"));
    }

    public RowSet Set => rows;

    public Npgsql.NpgsqlBatchCommand Command() => rows.Command(sql);

    public void Add(Guid account, Order order)
    {
        accountId.Add(account);
        id.Add(order.Id);
        clientOrderId.Add(order.ClientOrderId);
        symbol.Add(order.Symbol);
        side.Add(StoredEnum<Side>.Name(order.Side));
        type.Add(StoredEnum<OrderType>.Name(order.Type));
        status.Add(StoredEnum<OrderStatus>.Name(order.Status));
        volume.Add(order.Volume);
        filledVolume.Add(order.FilledVolume);
        price.Add(order.Price);
        stopLimitPrice.Add(order.StopLimitPrice);
        stopLoss.Add(order.StopLoss);
        takeProfit.Add(order.TakeProfit);
        trailingPoints.Add(order.TrailingPoints);
        deviationPoints.Add(order.DeviationPoints);
        fillPolicy.Add(StoredEnum<FillPolicy>.Name(order.FillPolicy));
        timeInForce.Add(StoredEnum<TimeInForce>.Name(order.TimeInForce));
        expiresAt.Add(order.ExpiresAt?.UtcDateTime);
        comment.Add(order.Comment);
        closesPositionId.Add(order.ClosesPositionId);
        closeByPositionId.Add(order.CloseByPositionId);
        reason.Add(StoredEnum<DealReason>.Name(order.Reason));
        copy.Add(order.Copy);
        retcode.Add((int?)order.Retcode);
        rejectMessage.Add(order.RejectMessage);
        averagePrice.Add(order.AveragePrice);
        brokerTicket.Add(order.BrokerTicket);
        stopTouched.Add(order.StopTouched);
        createdAt.Add(order.CreatedAt.UtcDateTime);
        updatedAt.Add(order.UpdatedAt.UtcDateTime);
        rows.EndRow();
    }
}
