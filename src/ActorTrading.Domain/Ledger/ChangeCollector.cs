namespace ActorTrading.Domain;

/// <summary>Gathers, while entries are folded, the last state of every row they touch. Most runs touch one of a kind, or none.</summary>
internal sealed class ChangeCollector
{
    private List<Order>? _orders;
    private List<Position>? _positions;
    private List<Guid>? _removed;
    private List<Trade>? _trades;
    private List<CopyDecision>? _copies;

    // Runs are a handful of entries, so that a linear search beats a dictionary.
    public void Order(Order order) => Upsert(ref _orders, order, static (a, b) => a.Id == b.Id);

    public void Trade(Trade trade) => Upsert(ref _trades, trade, static (a, b) => a.Id == b.Id);

    public void Position(Position position)
    {
        _removed?.Remove(position.Id);
        Upsert(ref _positions, position, static (a, b) => a.Id == b.Id);
    }

    public void Removed(Guid positionId)
    {
        for (var i = (_positions?.Count ?? 0) - 1; i >= 0; i--)
            if (_positions![i].Id == positionId) _positions.RemoveAt(i);
        (_removed ??= new(1)).Add(positionId);
    }

    public void Copy(LedgerEntry entry, CopyDecided decided) => (_copies ??= new(1)).Add(new CopyDecision(entry.Seq, entry.At, decided));

    public AccountChanges ToChanges(AccountState after) => new(after, _orders ?? [], _positions ?? [], _removed ?? [], _trades ?? [], _copies ?? []);

    private static void Upsert<T>(ref List<T>? rows, T row, Func<T, T, bool> same)
    {
        rows ??= new(1);
        for (var i = rows.Count - 1; i >= 0; i--)
        {
            if (!same(rows[i], row)) continue;
            rows[i] = row;
            return;
        }
        rows.Add(row);
    }
}
