namespace ActorTrading.Domain;

/// <summary>Gathers, while entries are folded, the last state of every row they touch.</summary>
internal sealed class ChangeCollector
{
    private readonly List<Order> _orders = [];
    private readonly List<Position> _positions = [];
    private readonly List<Guid> _removed = [];
    private readonly List<Trade> _trades = [];
    private readonly List<CopyDecision> _copies = [];
    private readonly List<DealEntryRow> _deals = [];

    // Runs are a handful of entries, so that a linear search beats a dictionary.
    public void Order(Order order) => Upsert(_orders, order, static (a, b) => a.Id == b.Id);

    public void Trade(Trade trade) => Upsert(_trades, trade, static (a, b) => a.Id == b.Id);

    public void Position(Position position)
    {
        _removed.Remove(position.Id);
        Upsert(_positions, position, static (a, b) => a.Id == b.Id);
    }

    public void Removed(Guid positionId)
    {
        _positions.RemoveAll(p => p.Id == positionId);
        _removed.Add(positionId);
    }

    public void Copy(LedgerEntry entry, CopyDecided decided) => _copies.Add(new CopyDecision(entry.Seq, entry.At, decided));

    public void Deal(long seq, Deal deal) => _deals.Add(new DealEntryRow(seq, deal));

    public AccountChanges ToChanges(AccountState after) => new(after, _orders, _positions, _removed, _trades, _copies, _deals);

    private static void Upsert<T>(List<T> rows, T row, Func<T, T, bool> same)
    {
        for (var i = rows.Count - 1; i >= 0; i--)
        {
            if (!same(rows[i], row)) continue;
            rows[i] = row;
            return;
        }
        rows.Add(row);
    }
}
