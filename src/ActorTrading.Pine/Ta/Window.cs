using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActorTrading.Pine.Ta;

/// <summary>
/// The latest values of one call site. Every value is stored twice, half a buffer apart, so that any recent stretch is one
/// contiguous span. Keeps at least 256 values, so that a length that varies from bar to bar finds its past.
/// </summary>
internal sealed class Window
{
    private const int MinCapacity = 256;
    private double[] _data = new double[2 * MinCapacity];
    private int _capacity = MinCapacity;
    private int _next;

    /// <summary>Values that can be read.</summary>
    public int Kept { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Push(double value)
    {
        var data = _data;
        int at = _next;
        data[at] = value;
        data[at + _capacity] = value;
        _next = (at + 1) & (_capacity - 1);
        if (Kept < _capacity) Kept++;
    }

    /// <summary>The value <paramref name="back"/> pushes ago; 0 is the newest. NaN beyond what is kept.</summary>
    public double this[int back]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (uint)back < (uint)Kept ? _data[_next + _capacity - 1 - back] : double.NaN;
    }

    /// <summary>The newest <paramref name="count"/> values, oldest first. <paramref name="count"/> must not exceed <see cref="Kept"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<double> Newest(int count) => _data.AsSpan(_next + _capacity - count, count);

    /// <summary>Makes room for <paramref name="count"/> values. Cheap when there already is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Ensure(int count)
    {
        if (count > _capacity) Grow(count);
    }

    private void Grow(int count)
    {
        int kept = Kept;
        int capacity = (int)BitOperations.RoundUpToPowerOf2((uint)count);
        var data = new double[2 * capacity];
        var old = Newest(kept);
        // Position i holds push number i modulo the capacity, counted from the oldest that is kept.
        for (int i = 0; i < kept; i++) data[i] = data[i + capacity] = old[i];
        (_data, _capacity, _next) = (data, capacity, kept & (capacity - 1));
    }
}
