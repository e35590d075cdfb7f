namespace ActorTrading.Domain;

/// <summary>Where a trigger of the book stands. One array of these, so that a million triggers are not a million small objects.</summary>
internal struct TriggerSlot
{
    public PriceTrigger? Trigger;
    public long Rank;

    /// <summary>Index in the heap that holds it; each heap keeps it up to date.</summary>
    public int HeapIndex;

    /// <summary>Neighbours in the chain of the same owner; -1 at its ends. In a free slot, <see cref="Next"/> is the next free one.</summary>
    public int Previous, Next;
    public byte Heap;
}

/// <summary>
/// A four-way heap whose top is the threshold that the market reaches first. Four children a node lie in two cache lines,
/// which halves the depth of a binary heap for the same memory traffic.
/// </summary>
internal sealed class ThresholdHeap(bool descending)
{
    private const int Arity = 4;

    private struct Node
    {
        public decimal Price;
        public long Rank;
        public int Slot;
    }

    private Node[] _nodes = new Node[Arity];

    public int Count { get; private set; }

    /// <summary>Only while <see cref="Count"/> is above zero.</summary>
    public decimal TopPrice => _nodes[0].Price;
    public long TopRank => _nodes[0].Rank;
    public int TopSlot => _nodes[0].Slot;

    /// <param name="price">The threshold.</param>
    /// <param name="rank">Order among equal prices, lowest first.</param>
    public void Add(decimal price, long rank, int slot, TriggerSlot[] slots)
    {
        if (Count == _nodes.Length)
            Array.Resize(ref _nodes, Count * 2);
        Rise(Count++, new Node { Price = price, Rank = rank, Slot = slot }, slots);
    }

    public void RemoveAt(int index, TriggerSlot[] slots)
    {
        var last = _nodes[--Count];
        _nodes[Count] = default;
        if (index == Count)
            return;
        if (index > 0 && Before(last, _nodes[(index - 1) / Arity]))
            Rise(index, last, slots);
        else
            Sink(index, last, slots);
    }

    private bool Before(in Node a, in Node b)
    {
        var order = decimal.Compare(a.Price, b.Price);
        if (order == 0)
            return a.Rank < b.Rank;
        return descending ? order > 0 : order < 0;
    }

    private void Rise(int index, in Node node, TriggerSlot[] slots)
    {
        while (index > 0)
        {
            var parent = (index - 1) / Arity;
            if (!Before(node, _nodes[parent]))
                break;
            Put(index, _nodes[parent], slots);
            index = parent;
        }
        Put(index, node, slots);
    }

    private void Sink(int index, in Node node, TriggerSlot[] slots)
    {
        while (true)
        {
            var child = index * Arity + 1;
            if (child >= Count)
                break;
            var best = child;
            var end = Math.Min(child + Arity, Count);
            for (var i = child + 1; i < end; i++)
            {
                if (Before(_nodes[i], _nodes[best]))
                    best = i;
            }
            if (!Before(_nodes[best], node))
                break;
            Put(index, _nodes[best], slots);
            index = best;
        }
        Put(index, node, slots);
    }

    private void Put(int index, in Node node, TriggerSlot[] slots)
    {
        _nodes[index] = node;
        slots[node.Slot].HeapIndex = index;
    }
}
