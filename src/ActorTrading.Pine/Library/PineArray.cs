namespace ActorTrading.Pine.Library;

/// <summary>
/// A Pine array: numbers and colours as double (na is NaN), bool, string (na is null), or objects. At most
/// <see cref="MaxSize"/> elements. A slice is a window onto its parent and writes through to it. Negative indices count from
/// the end. Indices out of range are errors that name the index; an na index reads na and changes nothing.
/// </summary>
public sealed class PineArray<T>
{
    public const int MaxSize = 100_000;
    private readonly PineArray<T>? _parent;
    private int _offset, _count;
    private List<T> _items;

    public PineArray() => _items = [];

    public PineArray(int size, T value)
    {
        if (size is < 0 or > MaxSize) throw new PineArgumentException($"An array cannot have {size} elements: 0 to {MaxSize} are allowed.");
        _items = new List<T>(size);
        for (int i = 0; i < size; i++) _items.Add(value);
    }

    public PineArray(IEnumerable<T> items)
    {
        _items = [.. items];
        if (_items.Count > MaxSize) throw TooLarge();
    }

    private PineArray(PineArray<T> parent, int offset, int count) => (_parent, _items, _offset, _count) = (parent, parent._items, parent._offset + offset, count);

    /// <summary>The elements; do not keep across a change.</summary>
    public ReadOnlySpan<T> Span => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_items).Slice(_offset, Size());

    [PineName("array.size")] public int Size() => _parent is null ? _items.Count : Math.Min(_count, _items.Count - _offset);

    /// <summary>How na reaches an int parameter.</summary>
    private const int NaIndex = int.MinValue;

    private static T Nothing => typeof(T) == typeof(double) ? (T)(object)double.NaN : default!;

    [PineName("array.get")] public T Get(int index) => index == NaIndex ? Nothing : _items[At(index)];

    [PineName("array.set")]
    public void Set(int index, T value)
    {
        if (index != NaIndex) _items[At(index)] = value;
    }

    [PineName("array.first")] public T First() => _items[At(0)];
    [PineName("array.last")] public T Last() => _items[At(Size() - 1)];

    [PineName("array.push")]
    public void Push(T value) => InsertAt(Size(), value);

    [PineName("array.unshift")] public void Unshift(T value) => InsertAt(0, value);

    [PineName("array.insert")]
    public void Insert(int index, T value)
    {
        int size = Size();
        int at = index == NaIndex ? size : index < 0 ? size + index : index;
        if (at < 0 || at > size) throw OutOfRange(index, size);
        InsertAt(at, value);
    }

    [PineName("array.pop")] public T Pop() => Remove(Size() - 1);
    [PineName("array.shift")] public T Shift() => Remove(0);

    [PineName("array.remove")]
    public T Remove(int index)
    {
        if (index == NaIndex) return Nothing;
        int at = At(index);
        var value = _items[at];
        _items.RemoveAt(at);
        Resized(-1);
        return value;
    }

    [PineName("array.clear")]
    public void Clear()
    {
        int size = Size();
        _items.RemoveRange(_offset, size);
        Resized(-size);
    }

    [PineName("array.copy")] public PineArray<T> Copy() => new(_items.GetRange(_offset, Size()));

    /// <summary>Appends another array's elements and returns this one.</summary>
    [PineName("array.concat")]
    public PineArray<T> Concat(PineArray<T> id2)
    {
        if (Size() + id2.Size() > MaxSize) throw TooLarge();
        var added = id2.Span.ToArray();
        _items.InsertRange(_offset + Size(), added);
        Resized(added.Length);
        return this;
    }

    [PineName("array.fill")]
    public void Fill(T value, int index_from = 0, int? index_to = null)
    {
        int size = Size(), end = index_to is null or NaIndex ? size : index_to.Value;
        if (index_from == NaIndex) index_from = 0;
        if (index_from < 0 || index_from >= size) throw OutOfRange(index_from, size);
        if (end < 0 || end > size) throw OutOfRange(end, size);
        for (int i = index_from; i < end; i++) _items[_offset + i] = value;
    }

    [PineName("array.slice")]
    public PineArray<T> Slice(int index_from, int index_to)
    {
        int size = Size();
        if (index_from == NaIndex) index_from = 0;
        if (index_to == NaIndex) index_to = size;
        if (index_from < 0 || index_from >= size) throw OutOfRange(index_from, size);
        if (index_to > size || index_to < index_from) throw OutOfRange(index_to, size);
        return new PineArray<T>(this, index_from, index_to - index_from);
    }

    [PineName("array.reverse")] public void Reverse() => _items.Reverse(_offset, Size());

    [PineName("array.includes")] public bool Includes(T value) => IndexOf(value) >= 0;

    [PineName("array.indexof")]
    public int IndexOf(T value)
    {
        var span = Span;
        for (int i = 0; i < span.Length; i++)
            if (Same(span[i], value)) return i;
        return -1;
    }

    [PineName("array.lastindexof")]
    public int LastIndexOf(T value)
    {
        var span = Span;
        for (int i = span.Length - 1; i >= 0; i--)
            if (Same(span[i], value)) return i;
        return -1;
    }

    /// <summary>Elements as text; na is "NaN". Nothing longer than 4,096 characters.</summary>
    [PineName("array.join")]
    public string Join(string separator = "")
    {
        var text = string.Join(separator, Span.ToArray().Select(value => PineString.ToText(value)));
        return text.Length <= 4096 ? text : text[..4096];
    }

    /// <summary>Numbers by value, na the largest; strings by code, na the smallest.</summary>
    [PineName("array.sort")]
    public void Sort(string order = "ascending") => _items.Sort(_offset, Size(), Comparer(order));

    [PineName("array.sort_indices")]
    public PineArray<double> SortIndices(string order = "ascending")
    {
        var keys = Span.ToArray();
        var comparer = Comparer(order);
        return new PineArray<double>(Enumerable.Range(0, keys.Length).OrderBy(i => keys[i], comparer).Select(i => (double)i));
    }

    private static IComparer<T> Comparer(string order)
    {
        int sign = order == "descending" ? -1 : 1;
        return System.Collections.Generic.Comparer<T>.Create((a, b) => a switch
        {
            double x when b is double y => sign * (double.IsNaN(x) ? double.IsNaN(y) ? 0 : 1 : double.IsNaN(y) ? -1 : x.CompareTo(y)),
            _ when typeof(T) == typeof(string) => sign * string.CompareOrdinal(a as string, b as string),
            _ => 0,
        });
    }

    private static bool Same(T a, T b) => a switch
    {
        double x when b is double y => x.Equals(y) || Math.Abs(x - y) <= Tolerance.Epsilon,
        string x => x.Equals(b),
        null => b is null,
        _ => typeof(T).IsValueType ? EqualityComparer<T>.Default.Equals(a, b) : ReferenceEquals(a, b),
    };

    private void InsertAt(int at, T value)
    {
        if (_items.Count >= MaxSize) throw TooLarge();
        if (_offset + at == _items.Count) _items.Add(value);
        else _items.Insert(_offset + at, value);
        Resized(1);
    }

    private void Resized(int change)
    {
        for (var slice = this; slice?._parent is not null; slice = slice._parent) slice._count += change;
    }

    private int At(int index)
    {
        int size = Size();
        int at = index < 0 ? size + index : index;
        if ((uint)at >= (uint)size) throw OutOfRange(index, size);
        return _offset + at;
    }

    private static PineArgumentException OutOfRange(int index, int size) => new($"Index {index} is out of bounds, array size is {size}.");

    private static PineArgumentException TooLarge() => new($"Array is too large. Maximum size is {MaxSize}.");
}
