using ActorTrading.Domain;
using Npgsql;

namespace ActorTrading.Postgres.Ledger.Writing;

internal sealed class PositionRows
{
    private readonly RowSet rows = new();
    private readonly Column<Guid> accountId, id;
    private readonly Column<string?> symbol, side, comment;
    private readonly Column<decimal> volume, peakVolume, openPrice, swap, commission;
    private readonly Column<decimal?> stopLoss, takeProfit, initialStopLoss;
    private readonly Column<int?> trailingPoints;
    private readonly Column<DateTime> openedAt;
    private readonly Column<long?> brokerTicket;
    private readonly CopyOriginColumns copy;
    private readonly string sql;

    /// <param name="fresh">For rows that cannot be there yet: a plain insert, which costs a good deal less than one that is ready to update.</param>
    public PositionRows(bool fresh)
    {
        accountId = rows.Id("account_id");
        id = rows.Id("id");
        symbol = rows.Text("symbol");
        side = rows.Text("side");
        volume = rows.Number("volume");
        peakVolume = rows.Number("peak_volume");
        openPrice = rows.Number("open_price");
        stopLoss = rows.NumberOrNull("stop_loss");
        takeProfit = rows.NumberOrNull("take_profit");
        trailingPoints = rows.IntOrNull("trailing_points");
        swap = rows.Number("swap");
        commission = rows.Number("commission");
        openedAt = rows.Time("opened_at");
        brokerTicket = rows.LongOrNull("broker_ticket");
        copy = new CopyOriginColumns(rows);
        comment = rows.Text("comment");
        initialStopLoss = rows.NumberOrNull("initial_stop_loss");
        sql = rows.Insert("positions") + (fresh ? "" : rows.OrUpdate("account_id, id", "symbol", "initial_stop_loss"));
    }

    public RowSet Set => rows;

    public NpgsqlBatchCommand Command() => rows.Command(sql);

    /// <param name="trade">Has no row of its own until its second deal: this one tells all of it but its first stop loss.</param>
    public void Add(Guid account, Position position, Trade? trade)
    {
        accountId.Add(account);
        id.Add(position.Id);
        symbol.Add(position.Symbol);
        side.Add(StoredEnum<Side>.Name(position.Side));
        volume.Add(position.Volume);
        peakVolume.Add(position.PeakVolume);
        openPrice.Add(position.OpenPrice);
        stopLoss.Add(position.StopLoss);
        takeProfit.Add(position.TakeProfit);
        trailingPoints.Add(position.TrailingPoints);
        swap.Add(position.Swap);
        commission.Add(position.Commission);
        openedAt.Add(position.OpenedAt.UtcDateTime);
        brokerTicket.Add(position.BrokerTicket);
        copy.Add(position.Copy);
        comment.Add(position.Comment);
        initialStopLoss.Add(trade?.InitialStopLoss);
        rows.EndRow();
    }
}

internal sealed class RemovedPositionRows
{
    private readonly RowSet rows = new();
    private readonly Column<Guid> accountId, id;
    private readonly string sql;

    public RemovedPositionRows()
    {
        accountId = rows.Id("account_id");
        id = rows.Id("id");
        sql = $"DELETE FROM positions p USING {rows.Unnest()} WHERE {RowSet.ByKey("p.account_id", "u.account_id")} AND p.id = u.id";
    }

    public RowSet Set => rows;

    public NpgsqlBatchCommand Command() => rows.Command(sql);

    public void Add(Guid account, Guid position)
    {
        accountId.Add(account);
        id.Add(position);
        rows.EndRow();
    }
}
