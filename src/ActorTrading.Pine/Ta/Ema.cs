using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Ta;

/// <summary>
/// Exponential moving average, alpha = 2 / (length + 1), seeded with the simple average of the first <c>length</c> values.
/// On na it returns na and keeps its state.
/// </summary>
[PineName("ta.ema")]
public sealed class Ema
{
    private double _value = double.NaN, _alpha, _seed;
    private int _length, _seen;

    public double Update(double source, int length)
    {
        if (length != _length)
        {
            Ta.Length.Check(length, "ta.ema");
            (_length, _alpha) = (length, 2.0 / (length + 1));
        }
        if (double.IsNaN(source)) return double.NaN;
        if (_seen >= length && !double.IsNaN(_value)) return _value += _alpha * (source - _value);
        _seed += source;
        return ++_seen >= length ? _value = _seed / _seen : double.NaN;
    }
}

/// <summary>Wilder's moving average, (previous × (length − 1) + source) / length; seed and na as <see cref="Ema"/>.</summary>
[PineName("ta.rma")]
public sealed class Rma
{
    private double _value = double.NaN, _seed;
    private int _length, _seen;

    public double Update(double source, int length)
    {
        if (length != _length)
        {
            Ta.Length.Check(length, "ta.rma");
            _length = length;
        }
        if (double.IsNaN(source)) return double.NaN;
        if (_seen >= length && !double.IsNaN(_value)) return _value = (_value * (length - 1) + source) / length;
        _seed += source;
        return ++_seen >= length ? _value = _seed / _seen : double.NaN;
    }
}
