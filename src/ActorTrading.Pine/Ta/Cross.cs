using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Ta;

/// <summary>True when source1, at or below source2 on the last bar where both were defined, is now above it. Exact comparison.</summary>
[PineName("ta.crossover")]
public sealed class Crossover
{
    private bool _wasAtOrBelow;

    public bool Update(double source1, double source2)
    {
        bool result = _wasAtOrBelow && source1 > source2;
        if (!double.IsNaN(source1) && !double.IsNaN(source2)) _wasAtOrBelow = source1 <= source2;
        return result;
    }
}

/// <summary>True when source1, at or above source2 on the last bar where both were defined, is now below it.</summary>
[PineName("ta.crossunder")]
public sealed class Crossunder
{
    private bool _wasAtOrAbove;

    public bool Update(double source1, double source2)
    {
        bool result = _wasAtOrAbove && source1 < source2;
        if (!double.IsNaN(source1) && !double.IsNaN(source2)) _wasAtOrAbove = source1 >= source2;
        return result;
    }
}

/// <summary>
/// True when source1 has changed to the other side of source2. Remembers the side of the last bar that differed by more than
/// the tolerance, so a stretch of equality does not lose the direction, and one at the very start never crosses.
/// </summary>
[PineName("ta.cross")]
public sealed class Cross
{
    private int _side;

    public bool Update(double source1, double source2)
    {
        bool result = (_side < 0 && source1 > source2) || (_side > 0 && source1 < source2);
        double difference = source1 - source2;
        if (difference < -Tolerance.Epsilon) _side = -1;
        else if (difference > Tolerance.Epsilon) _side = 1;
        return result;
    }
}

/// <summary>True when the source has risen on each of the last <c>length</c> bars.</summary>
[PineName("ta.rising")]
public sealed class Rising
{
    private double _last = double.NaN;
    private int _run;

    public bool Update(double source, int length)
    {
        Length.Check(length, "ta.rising");
        _run = source - _last > Tolerance.Epsilon ? _run + 1 : 0;
        _last = source;
        return _run >= length;
    }
}

/// <summary>True when the source has fallen on each of the last <c>length</c> bars.</summary>
[PineName("ta.falling")]
public sealed class Falling
{
    private double _last = double.NaN;
    private int _run;

    public bool Update(double source, int length)
    {
        Length.Check(length, "ta.falling");
        _run = _last - source > Tolerance.Epsilon ? _run + 1 : 0;
        _last = source;
        return _run >= length;
    }
}

/// <summary>Bars since the condition was true; NaN before the first time.</summary>
[PineName("ta.barssince")]
public sealed class BarsSince
{
    private int _count = -1;

    public double Update(bool condition)
    {
        if (condition) _count = 0;
        else if (_count >= 0) _count++;
        return _count < 0 ? double.NaN : _count;
    }
}

/// <summary>The source on the n-th latest bar where the condition was true, 0 the latest; NaN before.</summary>
[PineName("ta.valuewhen")]
public sealed class ValueWhen
{
    private readonly Window _values = new();

    public double Update(bool condition, double source, int occurrence)
    {
        if (occurrence < 0 || occurrence >= Length.Max)
            throw new PineArgumentException($"Invalid value of the 'occurrence' argument ({occurrence}) in the 'ta.valuewhen' function. It must be between 0 and {Length.Max - 1}.");
        _values.Ensure(occurrence + 1);
        if (condition) _values.Push(source);
        return _values[occurrence];
    }
}
