using System.Buffers;
using Npgsql;
using NpgsqlTypes;

namespace ActorTrading.Postgres.Ledger.Writing;

/// <summary>
/// The ledger's own rows, one for what an append writes at one moment. The primary key is the fence against a second writer of the same account.
/// </summary>
internal sealed class EntryRows
{
    private readonly RowSet rows = new();
    private readonly ArrayBufferWriter<byte> bytes = new(65_536);
    private readonly LedgerJsonWriter json;
    private readonly Column<Guid> accountId;
    private readonly Column<long> seq;
    private readonly Column<DateTime> at;
    private readonly Column<ReadOnlyMemory<byte>> lines;
    private readonly string sql;

    public EntryRows()
    {
        json = new LedgerJsonWriter(bytes);
        accountId = rows.Id("account_id");
        seq = rows.Long("seq");
        at = rows.Time("at");
        lines = rows.Add<ReadOnlyMemory<byte>>("entries", "text", NpgsqlDbType.Text);
        sql = rows.Insert("ledger_appends");
    }

    public NpgsqlBatchCommand Command() => rows.Command(sql);

    public void Clear()
    {
        rows.Clear();
        bytes.ResetWrittenCount();
    }

    public void Add(PendingAppend pending)
    {
        var entries = pending.Append.Entries;
        for (var first = 0; first < entries.Count;)
        {
            var past = first + 1;
            while (past < entries.Count && past - first < LedgerLines.Max && entries[past].At == entries[first].At) past++;
            accountId.Add(pending.Append.AccountId);
            seq.Add(entries[first].Seq);
            at.Add(entries[first].At.UtcDateTime);
            lines.Add(LinesOf(pending, first, past));
            rows.EndRow();
            first = past;
        }
    }

    private ReadOnlyMemory<byte> LinesOf(PendingAppend pending, int first, int past)
    {
        var start = bytes.WrittenCount;
        for (var i = first; i < past; i++)
        {
            var happened = pending.Append.Entries[i].Event;
            LedgerLines.Begin(bytes, i == first, happened.Kind);
            if (pending.BodyOf(i) is { } body) bytes.Write(body);
            else json.Write(happened);
        }
        return bytes.WrittenMemory[start..];
    }
}
