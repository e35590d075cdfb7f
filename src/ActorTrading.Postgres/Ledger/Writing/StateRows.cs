using Npgsql;

namespace ActorTrading.Postgres.Ledger.Writing;

/// <summary>Moves accounts from the sequence expected to the new one. If only one of them is elsewhere, the whole transaction fails.</summary>
internal sealed class StateRows
{
    private readonly RowSet rows = new();
    private readonly Column<Guid> accountId;
    private readonly Column<long> expected, seq;
    private readonly Column<decimal> balance, credit;
    private readonly Column<bool> isOpen;
    private readonly Column<DateTime> updatedAt;
    private readonly string sql;

    /// <param name="opening">For accounts without a row yet.</param>
    public StateRows(bool opening)
    {
        accountId = rows.Id("account_id");
        expected = rows.Long("expected");
        seq = rows.Long("seq");
        balance = rows.Number("balance");
        credit = rows.Number("credit");
        isOpen = rows.Flag("is_open");
        updatedAt = rows.Time("updated_at");
        var moved = opening
            ? $"""
                INSERT INTO account_state (account_id, seq, balance, credit, is_open, updated_at)
                SELECT u.account_id, u.seq, u.balance, u.credit, u.is_open, u.updated_at FROM {rows.Unnest()}
                ON CONFLICT (account_id) DO NOTHING RETURNING 1
                """
            : $"""
                UPDATE account_state s SET seq = u.seq, balance = u.balance, credit = u.credit, is_open = u.is_open, updated_at = u.updated_at
                FROM {rows.Unnest()} WHERE {RowSet.ByKey("s.account_id", "u.account_id")} AND s.seq = u.expected RETURNING 1
                """;
        sql = $"WITH moved AS ({moved}) SELECT ledger_gate(count(*), cardinality($1)) FROM moved";
    }

    public RowSet Set => rows;

    public NpgsqlBatchCommand Command() => rows.Command(sql);

    public void Add(LedgerAppend append)
    {
        var after = append.Changes.Account;
        accountId.Add(append.AccountId);
        expected.Add(append.ExpectedSeq);
        seq.Add(after.Seq);
        balance.Add(after.Balance);
        credit.Add(after.Credit);
        isOpen.Add(after.IsOpen);
        updatedAt.Add(append.Entries[^1].At.UtcDateTime);
        rows.EndRow();
    }
}
