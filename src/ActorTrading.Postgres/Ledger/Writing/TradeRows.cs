using ActorTrading.Domain;
using Npgsql;

namespace ActorTrading.Postgres.Ledger.Writing;

/// <summary>Round trips from their second deal on, which for most of them is the close.</summary>
internal sealed class TradeRows
{
    private readonly RowSet rows = new();
    private readonly Column<Guid> accountId, id;
    private readonly Column<string?> symbol, side, closeReason, comment;
    private readonly Column<decimal> volume, closedVolume, openPrice, profit, commission, swap;
    private readonly Column<decimal?> closePrice, initialStopLoss;
    private readonly Column<DateTime> openedAt;
    private readonly Column<DateTime?> closedAt;
    private readonly CopyOriginColumns copy;
    private readonly string sql;

    public TradeRows()
    {
        accountId = rows.Id("account_id");
        id = rows.Id("id");
        symbol = rows.Text("symbol");
        side = rows.Text("side");
        volume = rows.Number("volume");
        closedVolume = rows.Number("closed_volume");
        openPrice = rows.Number("open_price");
        closePrice = rows.NumberOrNull("close_price");
        openedAt = rows.Time("opened_at");
        closedAt = rows.TimeOrNull("closed_at");
        profit = rows.Number("profit");
        commission = rows.Number("commission");
        swap = rows.Number("swap");
        initialStopLoss = rows.NumberOrNull("initial_stop_loss");
        closeReason = rows.Text("close_reason");
        copy = new CopyOriginColumns(rows);
        comment = rows.Text("comment");
        sql = rows.Insert("trades") + rows.OrUpdate("account_id, id", "symbol", "opened_at");
    }

    public RowSet Set => rows;

    public NpgsqlBatchCommand Command() => rows.Command(sql);

    public void Add(Guid account, Trade trade)
    {
        accountId.Add(account);
        id.Add(trade.Id);
        symbol.Add(trade.Symbol);
        side.Add(StoredEnum<Side>.Name(trade.Side));
        volume.Add(trade.Volume);
        closedVolume.Add(trade.ClosedVolume);
        openPrice.Add(trade.OpenPrice);
        closePrice.Add(trade.ClosePrice);
        openedAt.Add(trade.OpenedAt.UtcDateTime);
        closedAt.Add(trade.ClosedAt?.UtcDateTime);
        profit.Add(trade.Profit);
        commission.Add(trade.Commission);
        swap.Add(trade.Swap);
        initialStopLoss.Add(trade.InitialStopLoss);
        closeReason.Add(trade.CloseReason is { } reason ? StoredEnum<DealReason>.Name(reason) : null);
        copy.Add(trade.Copy);
        comment.Add(trade.Comment);
        rows.EndRow();
    }
}
