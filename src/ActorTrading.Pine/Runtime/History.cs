using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActorTrading.Pine.Runtime;

/// <summary>
/// Values of a variable that has one on every bar, as deep as the script can look. A ring for known depths;
/// for depths that only the run shows, it grows up to the limit as bars come.
/// </summary>
internal sealed class BarHistory<T>
{
    private T[] _values;
    private readonly T _none;
    private readonly int _limit;

    /// <param name="depth">Deepest offset known when compiling.</param>
    /// <param name="limit">Deepest offset allowed; equal to the depth when nothing deeper can be asked for.</param>
    public BarHistory(int depth, int limit, T none)
    {
        _none = none;
        _limit = limit;
        _values = Rings.New(depth + 1, none);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int bar, T value)
    {
        var values = _values;
        if (bar >= values.Length && values.Length <= _limit) values = Grow(bar);
        values[bar & (values.Length - 1)] = value;
    }

    /// <summary>The value <paramref name="offset"/> bars before <paramref name="bar"/>; the offset lies within the limit and is above 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T At(int bar, int offset)
    {
        var values = _values;
        int index = bar - offset;
        return index < 0 ? _none : values[index & (values.Length - 1)];
    }

    private T[] Grow(int bar)
    {
        // Nothing has been overwritten yet: the ring has never been longer than the bars.
        var larger = Rings.New(values: _values, bar + 1, _none);
        return _values = larger;
    }
}

/// <summary>
/// Values of a variable or expression of a local scope. Offsets count bars; a bar on which it was not executed shows the value of
/// the last one on which it was.
/// </summary>
internal sealed class CallHistory<T>
{
    private T[] _values;
    private readonly T _none;
    private readonly int _limit;
    private int _count, _bar = -1;

    public CallHistory(int depth, int limit, T none)
    {
        _none = none;
        _limit = limit;
        _values = Rings.New(depth + 1, none);
    }

    /// <summary>Takes the value on this bar; executed again on the same bar, it replaces it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int bar, T value)
    {
        if (bar != _bar)
        {
            if (_bar >= 0 && bar > _bar + 1) Repeat(bar - _bar - 1);
            _bar = bar;
            _count++;
            if (_count >= _values.Length && _values.Length <= _limit) _values = Rings.New(_values, _count + 1, _none);
        }
        var values = _values;
        values[_count & (values.Length - 1)] = value;
    }

    /// <summary>Fills the bars in between with the last value: as many as the ring can show.</summary>
    private void Repeat(int bars)
    {
        if (_count + bars + 1 >= _values.Length && _values.Length <= _limit) _values = Rings.New(_values, Math.Min(_count + bars, _limit) + 2, _none);
        var values = _values;
        var last = values[_count & (values.Length - 1)];
        for (int i = Math.Max(1, bars - values.Length + 1); i <= bars; i++) values[(_count + i) & (values.Length - 1)] = last;
        _count += bars;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T At(int offset)
    {
        var values = _values;
        int index = _count - offset;
        return index <= 0 ? _none : values[index & (values.Length - 1)];
    }

    /// <summary>Set, then read back.</summary>
    public T Push(int bar, T value, int offset)
    {
        Set(bar, value);
        return At(offset);
    }
}

internal static class Rings
{
    public static T[] New<T>(int size, T none)
    {
        var values = new T[BitOperations.RoundUpToPowerOf2((uint)size)];
        if (none is not null) Array.Fill(values, none);
        return values;
    }

    public static T[] New<T>(T[] values, int size, T none)
    {
        var larger = New(Math.Max(size, values.Length * 2), none);
        values.CopyTo(larger, 0);
        return larger;
    }
}
