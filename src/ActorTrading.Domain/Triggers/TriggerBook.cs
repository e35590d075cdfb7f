namespace ActorTrading.Domain;

/// <summary>
/// The thresholds armed on one symbol. A quote that reaches none costs a comparison for each of the (at most six) kinds of
/// threshold in use, whatever the number armed; each hit and each change costs O(log n). Not thread-safe.
/// </summary>
/// <remarks>
/// The book has no memory of prices: a threshold that the market has already passed fires on the first quote after it was armed.
/// So a level that was crossed while nobody listened is not lost, it only fires later.
/// </remarks>
public sealed class TriggerBook(string symbol)
{
    /// <summary>The most that one book holds; <see cref="Set"/> throws beyond it.</summary>
    public const int MaxArmed = 4_000_000;

    /// <summary>Up to as many are compared one by one: a position has three, its account two more.</summary>
    private const int FewTriggers = 8;

    // At the same price "at or above" is reached before "above".
    private const long Strict = 1L << 62;
    private const byte Sleeping = 6;

    // Rising and falling thresholds of bid, ask and mid, then those that sleep, by the time at which they wake.
    private readonly ThresholdHeap[] _heaps = [new(false), new(true), new(false), new(true), new(false), new(true), new(false)];
    private readonly Dictionary<TriggerKey, int> _byKey = [];
    private readonly Dictionary<Guid, int> _firstOfOwner = [];
    private TriggerSlot[] _slots = new TriggerSlot[16];
    private int _free = -1;
    private int _used;
    private long _sequence;
    private long _lastTicks = long.MinValue;

    public string Symbol { get; } = symbol;

    /// <summary>Armed triggers, those asleep included.</summary>
    public int Count => _byKey.Count;

    public bool Contains(TriggerKey key) => _byKey.ContainsKey(key);

    public PriceTrigger? Find(TriggerKey key) => _byKey.TryGetValue(key, out var slot) ? _slots[slot].Trigger : null;

    /// <summary>Arms a trigger, in place of the one with the same key if there is one. Arming the same again changes nothing.</summary>
    /// <exception cref="ArgumentException">The trigger is for another symbol.</exception>
    /// <exception cref="InvalidOperationException">The book holds <see cref="MaxArmed"/> already.</exception>
    public void Set(PriceTrigger trigger)
    {
        if (trigger.Symbol != Symbol)
            throw new ArgumentException($"The book of {Symbol} cannot hold a trigger on {trigger.Symbol}.", nameof(trigger));
        if (_byKey.TryGetValue(trigger.Key, out var slot))
        {
            if (_slots[slot].Trigger == trigger)
                return;
            RemoveSlot(slot);
        }
        if (Count == MaxArmed)
            throw new InvalidOperationException($"The trigger book of {Symbol} is full: it holds {MaxArmed} triggers.");

        slot = Allocate();
        ref var entry = ref _slots[slot];
        entry.Trigger = trigger;
        entry.Rank = _sequence++ | (trigger.Direction >= TriggerDirection.Above ? Strict : 0);
        _byKey.Add(trigger.Key, slot);
        Chain(slot, trigger.Key.OwnerId);
        if (trigger.NotBefore is { } wake)
            Enter(slot, Sleeping, wake.UtcTicks);
        else
            Arm(slot);
    }

    /// <summary>False where nothing has the key.</summary>
    public bool Remove(TriggerKey key)
    {
        if (!_byKey.TryGetValue(key, out var slot))
            return false;
        RemoveSlot(slot);
        return true;
    }

    /// <summary>Removes everything that the owner has armed here; returns how many.</summary>
    public int RemoveOwner(Guid ownerId)
    {
        var removed = 0;
        for (; _firstOfOwner.TryGetValue(ownerId, out var slot); removed++)
            RemoveSlot(slot);
        return removed;
    }

    /// <summary>Makes <paramref name="triggers"/> all that the owner has armed here; what stays the same keeps its place.</summary>
    /// <exception cref="ArgumentException">A trigger belongs to another owner or symbol; nothing is changed then.</exception>
    public void Replace(Guid ownerId, ReadOnlySpan<PriceTrigger> triggers)
    {
        foreach (var trigger in triggers)
        {
            if (trigger.Key.OwnerId != ownerId || trigger.Symbol != Symbol)
                throw new ArgumentException($"{trigger} is not {ownerId}'s on {Symbol}.", nameof(triggers));
        }
        HashSet<PriceTrigger>? wanted = triggers.Length > FewTriggers ? [.. triggers] : null;
        var slot = _firstOfOwner.GetValueOrDefault(ownerId, -1);
        while (slot >= 0)
        {
            var next = _slots[slot].Next;
            var armed = _slots[slot].Trigger!;
            if (!(wanted?.Contains(armed) ?? triggers.Contains(armed)))
                RemoveSlot(slot);
            slot = next;
        }
        foreach (var trigger in triggers)
            Set(trigger);
    }

    /// <summary>
    /// Takes out what the quote reaches and appends it to <paramref name="hits"/>: bid before ask before mid, rising before
    /// falling, in the order in which a moving price meets the levels, the oldest first at one price.
    /// </summary>
    /// <returns>How many were hit. Without a hit nothing is allocated.</returns>
    public int Fire(in Quote quote, List<PriceTrigger> hits)
    {
        if (quote.Symbol != Symbol)
            throw new ArgumentException($"The book of {Symbol} was given a quote of {quote.Symbol}.", nameof(quote));
        var ticks = quote.Time.UtcTicks;
        // Where time goes back, as with a feed whose clock is behind or a recording that begins anew, what sleeps would wait for a time that may be far off.
        if (_heaps[Sleeping].Count > 0)
            Wake(ticks < _lastTicks ? long.MaxValue : ticks);
        _lastTicks = ticks;
        var before = hits.Count;
        FirePair(0, quote.Bid, hits);
        FirePair(2, quote.Ask, hits);
        if ((_heaps[4].Count | _heaps[5].Count) != 0)
            FirePair(4, quote.Mid, hits);
        return hits.Count - before;
    }

    private void FirePair(int rising, decimal price, List<PriceTrigger> hits)
    {
        var up = _heaps[rising];
        while (up.Count > 0 && price >= up.TopPrice && (price != up.TopPrice || up.TopRank < Strict))
            Hit(up.TopSlot, hits);
        var down = _heaps[rising + 1];
        while (down.Count > 0 && price <= down.TopPrice && (price != down.TopPrice || down.TopRank < Strict))
            Hit(down.TopSlot, hits);
    }

    private void Hit(int slot, List<PriceTrigger> hits)
    {
        hits.Add(_slots[slot].Trigger!);
        RemoveSlot(slot);
    }

    private void Wake(long ticks)
    {
        var sleeping = _heaps[Sleeping];
        while (sleeping.Count > 0 && sleeping.TopPrice <= ticks)
        {
            var slot = sleeping.TopSlot;
            sleeping.RemoveAt(0, _slots);
            Arm(slot);
        }
    }

    private void Arm(int slot)
    {
        var trigger = _slots[slot].Trigger!;
        var falling = trigger.Direction is TriggerDirection.AtOrBelow or TriggerDirection.Below;
        Enter(slot, (byte)((int)trigger.Source * 2 + (falling ? 1 : 0)), trigger.Price);
    }

    private void Enter(int slot, byte heap, decimal price)
    {
        _slots[slot].Heap = heap;
        _heaps[heap].Add(price, _slots[slot].Rank, slot, _slots);
    }

    private int Allocate()
    {
        if (_free >= 0)
        {
            var slot = _free;
            _free = _slots[slot].Next;
            return slot;
        }
        if (_used == _slots.Length)
            Array.Resize(ref _slots, _used * 2);
        return _used++;
    }

    private void Chain(int slot, Guid ownerId)
    {
        var first = _firstOfOwner.GetValueOrDefault(ownerId, -1);
        if (first >= 0)
            _slots[first].Previous = slot;
        _slots[slot].Previous = -1;
        _slots[slot].Next = first;
        _firstOfOwner[ownerId] = slot;
    }

    private void RemoveSlot(int slot)
    {
        ref var entry = ref _slots[slot];
        _heaps[entry.Heap].RemoveAt(entry.HeapIndex, _slots);
        var key = entry.Trigger!.Key;
        _byKey.Remove(key);
        if (entry.Next >= 0)
            _slots[entry.Next].Previous = entry.Previous;
        if (entry.Previous >= 0)
            _slots[entry.Previous].Next = entry.Next;
        else if (entry.Next >= 0)
            _firstOfOwner[key.OwnerId] = entry.Next;
        else
            _firstOfOwner.Remove(key.OwnerId);
        entry = new TriggerSlot { Next = _free };
        _free = slot;
    }
}
