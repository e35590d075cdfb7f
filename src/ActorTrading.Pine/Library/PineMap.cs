using System.Diagnostics.CodeAnalysis;

namespace ActorTrading.Pine.Library;

/// <summary>A Pine map: pairs in the order of insertion, at most <see cref="MaxSize"/>.</summary>
public sealed class PineMap<TKey, TValue>
{
    public const int MaxSize = 50_000;
    private readonly OrderedDictionary<Key, TValue> _pairs = [];

    // A null string and NaN are keys like any other.
    private readonly record struct Key(TKey Value);

    [PineName("map.size")] public int Size() => _pairs.Count;
    [PineName("map.clear")] public void Clear() => _pairs.Clear();
    [PineName("map.contains")] public bool Contains(TKey key) => _pairs.ContainsKey(new Key(key));

    /// <summary>The value, or na (NaN, null, false).</summary>
    [PineName("map.get")] public TValue Get(TKey key) => _pairs.TryGetValue(new Key(key), out var value) ? value : Na!;

    /// <summary>Sets a value and returns the one before, or na.</summary>
    [PineName("map.put")]
    public TValue Put(TKey key, TValue value)
    {
        var slot = new Key(key);
        bool had = _pairs.TryGetValue(slot, out var old);
        if (!had && _pairs.Count >= MaxSize) throw new PineArgumentException($"Map is too large. Maximum size is {MaxSize}.");
        _pairs[slot] = value;
        return had ? old! : Na!;
    }

    [PineName("map.put_all")]
    public void PutAll(PineMap<TKey, TValue> id2)
    {
        foreach (var (key, value) in id2._pairs.ToArray()) Put(key.Value, value);
    }

    [PineName("map.remove")]
    public TValue Remove(TKey key) => _pairs.Remove(new Key(key), out var value) ? value : Na!;

    [PineName("map.keys")] public PineArray<TKey> Keys() => new(_pairs.Keys.Select(key => key.Value));
    [PineName("map.values")] public PineArray<TValue> Values() => new(_pairs.Values);

    [PineName("map.copy")]
    public PineMap<TKey, TValue> Copy()
    {
        var copy = new PineMap<TKey, TValue>();
        foreach (var (key, value) in _pairs) copy._pairs.Add(key, value);
        return copy;
    }

    /// <summary>The pairs in order, for "for [key, value] in map".</summary>
    public KeyValuePair<TKey, TValue>[] Pairs() => [.. _pairs.Select(pair => KeyValuePair.Create(pair.Key.Value, pair.Value))];

    [MaybeNull]
    private static TValue Na => typeof(TValue) == typeof(double) ? (TValue)(object)double.NaN : default;
}
