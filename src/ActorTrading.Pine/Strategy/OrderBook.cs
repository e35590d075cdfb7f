namespace ActorTrading.Pine.Strategy;

/// <summary>The pending orders in the order they were placed. Orders are pooled, so that placing them allocates nothing in the long run.</summary>
internal sealed class OrderBook
{
    private readonly Stack<PendingOrder> _pool = new();
    private PendingOrder[] _orders = new PendingOrder[16];
    private bool _hasGone;

    public int Count { get; private set; }

    public PendingOrder this[int index] => _orders[index];

    public PendingOrder Rent()
    {
        var order = _pool.TryPop(out var pooled) ? pooled : new PendingOrder();
        order.Reset();
        return order;
    }

    public void Add(PendingOrder order)
    {
        if (Count == _orders.Length) Array.Resize(ref _orders, Count * 2);
        _orders[Count++] = order;
    }

    /// <summary>Takes an order out; its place is freed by <see cref="Sweep"/>, so that passes over the book stay valid.</summary>
    public void Remove(PendingOrder order)
    {
        order.Gone = true;
        _hasGone = true;
    }

    public void Sweep()
    {
        if (!_hasGone) return;
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            var order = _orders[i];
            if (order.Gone) _pool.Push(order);
            else _orders[kept++] = order;
        }
        Array.Clear(_orders, kept, Count - kept);
        Count = kept;
        _hasGone = false;
    }

    public PendingOrder? FindOpening(string id)
    {
        for (int i = 0; i < Count; i++)
        {
            var order = _orders[i];
            if (!order.Gone && order.Opens && order.Id == id) return order;
        }
        return null;
    }

    public PendingOrder? FindLeg(string exitId, string fromEntry, int entrySeq)
    {
        for (int i = 0; i < Count; i++)
        {
            var order = _orders[i];
            if (!order.Gone && order.Kind == OrderKind.Exit && order.EntrySeq == entrySeq && order.Id == exitId && order.FromEntry == fromEntry) return order;
        }
        return null;
    }
}
