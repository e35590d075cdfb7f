using Npgsql;
using NpgsqlTypes;

namespace ActorTrading.Postgres.Ledger.Writing;

/// <summary>The ledger's own rows. The primary key is the fence against a second writer of the same account.</summary>
internal sealed class EntryRows
{
    private readonly RowSet rows = new();
    private readonly LedgerJsonWriter json = new();
    private readonly Column<Guid> accountId;
    private readonly Column<long> seq;
    private readonly Column<DateTime> at;
    private readonly Column<string?> kind;
    private readonly Column<ReadOnlyMemory<byte>> body;
    private readonly string sql;

    public EntryRows()
    {
        accountId = rows.Id("account_id");
        seq = rows.Long("seq");
        at = rows.Time("at");
        kind = rows.Text("kind");
        body = rows.Add<ReadOnlyMemory<byte>>("body", "json", NpgsqlDbType.Json);
        sql = rows.Insert("account_ledger");
    }

    public RowSet Set => rows;

    public NpgsqlBatchCommand Command() => rows.Command(sql);

    public void Clear()
    {
        rows.Clear();
        json.Clear();
    }

    public void Add(PendingAppend pending)
    {
        var entries = pending.Append.Entries;
        for (var i = 0; i < entries.Count; i++)
        {
            accountId.Add(entries[i].AccountId);
            seq.Add(entries[i].Seq);
            at.Add(entries[i].At.UtcDateTime);
            kind.Add(entries[i].Event.Kind);
            body.Add(pending.BodyOf(i) ?? json.Body(entries[i].Event));
            rows.EndRow();
        }
    }
}
