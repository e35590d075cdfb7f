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
/// share, in which an id is found by comparing sixteen fingerprints at once. The newest stands beside them, since it is the one that changes.
/// </summary>
[JsonConverter(typeof(RecentOrdersJson))]
public sealed class RecentOrders : IReadOnlyDictionary<string, RecentOrder>
{
    /// <summary>An older id that is repeated is refused by the unique keys of the stored orders.</summary>
    public const int Max = 256;

    private readonly Chunk[] _full;
    private readonly Chunk? _last;
    private readonly int _lastCount;

    /// <summary>How many of the first chunk have been forgotten.</summary>
    private readonly int _forgotten;

    private readonly Known? _newest;

    private RecentOrders(Chunk[] full, Chunk? last, int lastCount, int forgotten, Known? newest) =>
        (_full, _last, _lastCount, _forgotten, _newest) = (full, last, lastCount, forgotten, newest);

    public static RecentOrders Empty { get; } = new([], null, 0, 0, null);

    public int Count => InChunks + (_newest is null ? 0 : 1) - _forgotten;

    /// <summary>The ids, oldest first.</summary>
    public IEnumerable<string> Keys => Items().Select(item => item.Key);

    public IEnumerable<RecentOrder> Values => Items().Select(item => item.Value);

    /// <summary>The forgotten ones counted.</summary>
    private int InChunks => (_full.Length * Chunk.Size) + _lastCount;

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
        var (full, last, lastCount, forgotten) = (_full, _last, _lastCount, _forgotten);
        if (_newest is { } before)
        {
            last = last is null ? new Chunk(before) : last.Add(lastCount, before);
            if (++lastCount == Chunk.Size) (full, last, lastCount) = ([.. full, last], null, 0);
        }
        if (Count == Max && ++forgotten == Chunk.Size) (full, forgotten) = (full[1..], 0);
        return new RecentOrders(full, last, lastCount, forgotten, new Known(key, value));
    }

    /// <summary>With something else about an id; unchanged where it is not among them.</summary>
    public RecentOrders Change(string key, RecentOrder value)
    {
        var at = Find(key);
        if (at < 0) return this;
        var item = new Known(key, value);
        if (at == InChunks) return new RecentOrders(_full, _last, _lastCount, _forgotten, item);
        var (chunk, slot) = (at / Chunk.Size, at % Chunk.Size);
        if (chunk == _full.Length) return new RecentOrders(_full, _last!.With(slot, item, _lastCount), _lastCount, _forgotten, _newest);
        Chunk[] full = [.. _full];
        full[chunk] = full[chunk].With(slot, item, Chunk.Size);
        return new RecentOrders(full, _last, _lastCount, _forgotten, _newest);
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
        for (var at = _forgotten; at < _forgotten + Count; at++) yield return ItemAt(at);
    }

    private Known ItemAt(int at) => at == InChunks ? _newest!.Value : (at / Chunk.Size == _full.Length ? _last! : _full[at / Chunk.Size]).At(at % Chunk.Size);

    /// <summary>Where the id is, the forgotten ones counted; -1 where it is not.</summary>
    private int Find(string key)
    {
        var print = Chunk.PrintOf(key);
        if (_newest is { } newest && newest.Is(key, print)) return InChunks;
        for (var i = _full.Length; i >= 0; i--)
        {
            var (chunk, from, to) = (i == _full.Length ? _last : _full[i], i == 0 ? _forgotten : 0, i == _full.Length ? _lastCount : Chunk.Size);
            if (chunk?.Find(key, print, from, to) is >= 0 and var slot) return (i * Chunk.Size) + slot;
        }
        return -1;
    }

    /// <summary>One of them, without an object of its own: an id that names its order is not kept as a text.</summary>
    private readonly struct Known
    {
        private readonly Guid _orderId;
        private readonly string? _key;
        private readonly int _retcode;
        private readonly byte _status;
        private readonly byte _origin;

        public Known(string key, RecentOrder value)
        {
            (_orderId, _status, _retcode) = (value.OrderId, (byte)value.Status, value.Retcode is { } retcode ? (int)retcode : int.MinValue);
            Print = Chunk.PrintOf(key);
            if (ClientOrderIds.TryGetOrderId(key, out var named) && named == _orderId) _origin = (byte)key[0];
            else _key = key;
        }

        /// <summary>Fits into what the fields above leave of their last eight bytes.</summary>
        public ushort Print { get; }

        public string Key => _key ?? ClientOrderIds.Of((char)_origin, _orderId);

        public RecentOrder Value => new(_orderId, (OrderStatus)_status, _retcode == int.MinValue ? null : (Retcode)_retcode);

        public bool Is(string key, ushort print) =>
            print == Print && (_key is null ? ClientOrderIds.TryGetOrderId(key, out var named) && named == _orderId && key[0] == _origin : _key == key);
    }

    /// <summary>
    /// What is in it never changes, but one may be added behind the last: values that go on from the same one share it. A second value
    /// that goes on from there, as after a decision that was thrown away, finds the place taken and gets a chunk of its own.
    /// </summary>
    private sealed class Chunk
    {
        public const int Size = 16;

        private int _used;
        private Prints _prints;
        private Slots _slots;

        public Chunk(Known first)
        {
            _used = 1;
            Set(0, first);
        }

        private Chunk(Chunk other, int count) => (_used, _prints, _slots) = (count, other._prints, other._slots);

        /// <summary>Only ever compared within this process, which hashes a text the same way as long as it lives.</summary>
        public static ushort PrintOf(string key)
        {
            var hash = key.GetHashCode(StringComparison.Ordinal);
            return (ushort)(hash ^ (hash >> 16));
        }

        public Known At(int slot) => _slots[slot];

        /// <param name="count">How many the one who asks knows of, fewer than there is room for.</param>
        public Chunk Add(int count, Known item)
        {
            var chunk = Interlocked.CompareExchange(ref _used, count + 1, count) == count ? this : new Chunk(this, count + 1);
            chunk.Set(count, item);
            return chunk;
        }

        /// <summary>Another one, with something else in a slot.</summary>
        public Chunk With(int slot, Known item, int count)
        {
            var copy = new Chunk(this, count);
            copy.Set(slot, item);
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
                if (_slots[slot].Is(key, print)) return slot;
            }
            return -1;
        }

        private void Set(int slot, Known item) => (_slots[slot], _prints[slot]) = (item, item.Print);

        [InlineArray(Size)]
        private struct Prints
        {
            private ushort _first;
        }

        [InlineArray(Size)]
        private struct Slots
        {
            private Known _first;
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
