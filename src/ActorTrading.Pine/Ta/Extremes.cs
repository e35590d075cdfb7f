using System.Numerics;
using System.Runtime.CompilerServices;
using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Ta;

/// <summary>
/// The largest value of a moving window in amortised O(1): a queue of candidates whose values fall, so that the front is the
/// extreme. na values take a place in the window but are never the extreme. Lows are kept as negated highs.
/// </summary>
internal sealed class Extreme
{
    private readonly Window _history = new();
    private double[] _values = new double[256];
    private int[] _calls = new int[256];
    private int _head, _tail, _call, _length;
    private readonly bool _newestOfEquals;

    public Extreme(bool newestOfEquals = false) => _newestOfEquals = newestOfEquals;

    public double Value { get; private set; } = double.NaN;
    /// <summary>Calls since the extreme.</summary>
    public int Age { get; private set; }

    /// <summary>Takes the next value; false while fewer than <paramref name="length"/> values have come, or all are na.</summary>
    public bool Push(double value, int length)
    {
        if (length != _length) Resize(length);
        _history.Push(value);
        int call = _call++;
        Enter(value, call);
        int mask = _calls.Length - 1;
        while (_head != _tail && _calls[_head & mask] <= call - length) _head++;
        if (_head == _tail || _call < length)
        {
            Value = double.NaN;
            return false;
        }
        Value = _values[_head & mask];
        Age = call - _calls[_head & mask];
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Enter(double value, int call)
    {
        if (double.IsNaN(value)) return;
        int mask = _calls.Length - 1;
        while (_head != _tail)
        {
            double last = _values[(_tail - 1) & mask];
            if (last < value || (_newestOfEquals && last == value)) _tail--;
            else break;
        }
        _values[_tail & mask] = value;
        _calls[_tail & mask] = call;
        _tail++;
    }

    // A longer window needs candidates that a shorter one has dropped: refill from history.
    private void Resize(int length)
    {
        _length = length;
        _history.Ensure(length);
        if (_calls.Length < length + 1)
        {
            int size = (int)BitOperations.RoundUpToPowerOf2((uint)length + 1);
            _values = new double[size];
            _calls = new int[size];
        }
        _head = _tail = 0;
        int kept = Math.Min(length - 1, _history.Kept);
        var values = _history.Newest(kept);
        for (int i = 0; i < kept; i++) Enter(values[i], _call - kept + i);
    }
}

/// <summary>Highest value of the last <c>length</c> bars; na values are passed over.</summary>
[PineName("ta.highest")]
public sealed class Highest
{
    private readonly Extreme _extreme = new();

    public double Update(double source, int length)
    {
        Length.Check(length, "ta.highest");
        return _extreme.Push(source, length) ? _extreme.Value : double.NaN;
    }
}

/// <summary>Lowest value of the last <c>length</c> bars.</summary>
[PineName("ta.lowest")]
public sealed class Lowest
{
    private readonly Extreme _extreme = new();

    public double Update(double source, int length)
    {
        Length.Check(length, "ta.lowest");
        return _extreme.Push(-source, length) ? -_extreme.Value : double.NaN;
    }
}

/// <summary>Offset (0 or negative) of the highest bar; of equal ones the oldest.</summary>
[PineName("ta.highestbars")]
public sealed class HighestBars
{
    private readonly Extreme _extreme = new();

    public double Update(double source, int length)
    {
        Length.Check(length, "ta.highestbars");
        return _extreme.Push(source, length) ? -_extreme.Age : double.NaN;
    }
}

/// <summary>Offset (0 or negative) of the lowest bar; of equal ones the oldest.</summary>
[PineName("ta.lowestbars")]
public sealed class LowestBars
{
    private readonly Extreme _extreme = new();

    public double Update(double source, int length)
    {
        Length.Check(length, "ta.lowestbars");
        return _extreme.Push(-source, length) ? -_extreme.Age : double.NaN;
    }
}

/// <summary>Highest minus lowest of the last <c>length</c> bars.</summary>
[PineName("ta.range")]
public sealed class Range
{
    private readonly Extreme _high = new(), _low = new();

    public double Update(double source, int length)
    {
        Length.Check(length, "ta.range");
        if (double.IsNaN(source)) return double.NaN;
        return _high.Push(source, length) & _low.Push(-source, length) ? _high.Value + _low.Value : double.NaN;
    }
}

/// <summary>A bar whose source is the highest of leftbars before and rightbars after; known rightbars later.</summary>
[PineName("ta.pivothigh")]
public sealed class PivotHigh
{
    private readonly Extreme _extreme = new(newestOfEquals: true);

    public double Update(double source, int leftbars, int rightbars)
    {
        Length.Check(leftbars, "ta.pivothigh");
        Length.Check(rightbars + 1, "ta.pivothigh");
        if (double.IsNaN(source)) return double.NaN;
        return _extreme.Push(source, leftbars + rightbars + 1) && _extreme.Age == rightbars ? _extreme.Value : double.NaN;
    }
}

/// <summary>A bar whose source is the lowest of leftbars before and rightbars after; known rightbars later.</summary>
[PineName("ta.pivotlow")]
public sealed class PivotLow
{
    private readonly Extreme _extreme = new(newestOfEquals: true);

    public double Update(double source, int leftbars, int rightbars)
    {
        Length.Check(leftbars, "ta.pivotlow");
        Length.Check(rightbars + 1, "ta.pivotlow");
        if (double.IsNaN(source)) return double.NaN;
        return _extreme.Push(-source, leftbars + rightbars + 1) && _extreme.Age == rightbars ? -_extreme.Value : double.NaN;
    }
}

/// <summary>Highest value since the first bar.</summary>
[PineName("ta.max")]
public sealed class AllTimeMax
{
    private double _value = double.NaN;

    public double Update(double source)
    {
        if (!(source <= _value) && !double.IsNaN(source)) _value = source;
        return _value;
    }
}

/// <summary>Lowest value since the first bar.</summary>
[PineName("ta.min")]
public sealed class AllTimeMin
{
    private double _value = double.NaN;

    public double Update(double source)
    {
        if (!(source >= _value) && !double.IsNaN(source)) _value = source;
        return _value;
    }
}
