using Npgsql;

namespace ActorTrading.Postgres.Ledger.Writing;

/// <summary>The ids of movements of money: the key refuses one that was made before.</summary>
internal sealed class OperationRows
{
    public const string Key = "money_operations_pkey";

    private readonly RowSet rows = new();
    private readonly Column<Guid> accountId, operationId;
    private readonly Column<long> seq;
    private readonly string sql;

    public OperationRows()
    {
        accountId = rows.Id("account_id");
        operationId = rows.Id("operation_id");
        seq = rows.Long("seq");
        sql = rows.Insert("money_operations");
    }

    public RowSet Set => rows;

    public NpgsqlBatchCommand Command() => rows.Command(sql);

    public void Add(Guid account, Guid operation, long entry)
    {
        accountId.Add(account);
        operationId.Add(operation);
        seq.Add(entry);
        rows.EndRow();
    }
}
