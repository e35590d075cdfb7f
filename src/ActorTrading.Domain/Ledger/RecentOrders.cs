using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorTrading.Domain;

/// <summary>What a repeated client order id is answered with.</summary>
/// <param name="Status">Where the order stood after the last entry that touched it.</param>
public readonly record struct RecentOrder(Guid OrderId, OrderStatus Status, Retcode? Retcode);

/// <summary>
/// The newest client order ids of an account with what became of their orders, oldest first; the oldest is forgotten beyond <see cref="Max"/>.
/// Immutable. Every account has one at its largest most of the time, so it is made of few objects: chunks of sixteen that successive values
/// share, in which an id is found by comparing sixteen fingerprints at once.
/// </summary>
[JsonConverter(typeof(RecentOrdersJson))]
public sealed class RecentOrders : IReadOnlyDictionary<string, RecentOrder>
{
    /// <summary>An older id that is repeated is refused by the unique key on (account, client order id) of the stored orders.</summary>
    public const int Max = 256;

    private const int ChunkSize = 16;

    private readonly Chunk[] _full;
    private readonly Chunk _last;
    private readonly int _lastCount;

    /// <summary>How many of the first chunk have been forgotten.</summary>
    private readonly int _forgotten;

    private RecentOrders(Chunk[] full, Chunk last, int lastCount, int forgotten) =>
        (_full, _last, _lastCount, _forgotten) = (full, last, lastCount, forgotten);

    public static RecentOrders Empty { get; } = new([], new Chunk(), 0, 0);

    public int Count => (_full.Length * ChunkSize) + _lastCount - _forgotten;

    /// <summary>The ids, oldest first.</summary>
    public IEnumerable<string> Keys => Items().Select(item => item.Key);

    public IEnumerable<RecentOrder> Values => Items().Select(item => item.Value);

    /// <exception cref="KeyNotFoundException">The id is not, or no longer, remembered.</exception>
    public RecentOrder this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"The client order id {key} is not remembered.");

    public bool ContainsKey(string key) => Find(key) >= 0;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out RecentOrder value)
    {
        var at = Find(key);
        value = at < 0 ? default : ItemAt(at).Value;
        return at >= 0;
    }

    /// <summary>With one more, which is the newest, and without the oldest where that is one too many.</summary>
    /// <param name="key">An id that is not among them yet.</param>
    public RecentOrders Remember(string key, RecentOrder value)
    {
        var last = _last.With(_lastCount, new Known(key, value));
        var (full, lastCount, forgotten) = (_full, _lastCount + 1, _forgotten);
        if (lastCount == ChunkSize) (full, last, lastCount) = ([.. full, last], new Chunk(), 0);
        if (Count == Max && ++forgotten == ChunkSize) (full, forgotten) = (full[1..], 0);
        return new RecentOrders(full, last, lastCount, forgotten);
    }

    /// <summary>With something else about an id; unchanged where it is not among them.</summary>
    public RecentOrders Change(string key, RecentOrder value)
    {
        var at = Find(key);
        if (at < 0) return this;
        var (chunk, slot) = (at / ChunkSize, at % ChunkSize);
        var item = new Known(key, value);
        if (chunk == _full.Length) return new RecentOrders(_full, _last.With(slot, item), _lastCount, _forgotten);
        Chunk[] full = [.. _full];
        full[chunk] = full[chunk].With(slot, item);
        return new RecentOrders(full, _last, _lastCount, _forgotten);
    }

    /// <summary>The same in another order, oldest first; one that is not named there counts as older than all that are.</summary>
    public RecentOrders InOrder(IReadOnlyCollection<string> keys)
    {
        // As it is written here. Only one of the version before comes in another order.
        if (keys.SequenceEqual(Keys)) return this;
        var named = keys.ToHashSet();
        return Keys.Where(key => !named.Contains(key)).Concat(keys.Where(ContainsKey)).Aggregate(Empty, (all, key) => all.Remember(key, this[key]));
    }

    public IEnumerator<KeyValuePair<string, RecentOrder>> GetEnumerator() => Items().Select(item => KeyValuePair.Create(item.Key, item.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IEnumerable<Known> Items()
    {
        for (var at = _forgotten; at < (_full.Length * ChunkSize) + _lastCount; at++) yield return ItemAt(at);
    }

    private Known ItemAt(int at) => (at / ChunkSize == _full.Length ? _last : _full[at / ChunkSize]).At(at % ChunkSize);

    /// <summary>Where the id is, the forgotten ones counted; -1 where it is not.</summary>
    private int Find(string key)
    {
        var print = Chunk.PrintOf(key);
        for (var i = _full.Length; i >= 0; i--)
        {
            var (chunk, from, to) = (i == _full.Length ? _last : _full[i], i == 0 ? _forgotten : 0, i == _full.Length ? _lastCount : ChunkSize);
            if (chunk.Find(key, print, from, to) is >= 0 and var slot) return (i * ChunkSize) + slot;
        }
        return -1;
    }

    private sealed record Known(string Key, RecentOrder Value);

    /// <summary>Never changed once it is part of a value.</summary>
    private sealed class Chunk
    {
        private Prints _prints;
        private Slots _slots;

        /// <summary>Only ever compared within this process, which hashes a text the same way as long as it lives.</summary>
        public static ushort PrintOf(string key)
        {
            var hash = key.GetHashCode(StringComparison.Ordinal);
            return (ushort)(hash ^ (hash >> 16));
        }

        public Known At(int slot) => _slots[slot]!;

        public Chunk With(int slot, Known item)
        {
            var copy = new Chunk { _prints = _prints, _slots = _slots };
            copy._prints[slot] = PrintOf(item.Key);
            copy._slots[slot] = item;
            return copy;
        }

        /// <param name="from">The first slot that counts.</param>
        /// <param name="to">The one behind the last.</param>
        public int Find(string key, ushort print, int from, int to)
        {
            var alike = Vector256.Equals(Vector256.LoadUnsafe(ref _prints[0]), Vector256.Create(print)).ExtractMostSignificantBits();
            for (alike &= (1u << to) - (1u << from); alike != 0; alike &= alike - 1)
            {
                var slot = BitOperations.TrailingZeroCount(alike);
                if (_slots[slot]!.Key == key) return slot;
            }
            return -1;
        }

        [InlineArray(ChunkSize)]
        private struct Prints
        {
            private ushort _first;
        }

        [InlineArray(ChunkSize)]
        private struct Slots
        {
            private Known? _first;
        }
    }
}

/// <summary>An object whose properties are the ids, oldest first.</summary>
internal sealed class RecentOrdersJson : JsonConverter<RecentOrders>
{
    public override RecentOrders Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("Recent orders are an object.");
        var all = RecentOrders.Empty;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            var value = JsonSerializer.Deserialize<RecentOrder>(ref reader, options);
            all = all.ContainsKey(key) ? all.Change(key, value) : all.Remember(key, value);
        }
        return all;
    }

    public override void Write(Utf8JsonWriter writer, RecentOrders value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (key, order) in value)
        {
            writer.WritePropertyName(key);
            JsonSerializer.Serialize(writer, order, options);
        }
        writer.WriteEndObject();
    }
}
