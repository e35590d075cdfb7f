using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Ta;

/// <summary>source − source[length].</summary>
[PineName("ta.change")]
[PineName("ta.mom")]
public sealed class Change
{
    private readonly Window _window = new();

    public double Update(double source, int length = 1)
    {
        Length.Check(length, "ta.change");
        _window.Ensure(length + 1);
        _window.Push(source);
        return source - _window[length];
    }
}

/// <summary>Whether a condition differs from what it was <c>length</c> bars ago; false until there is such a bar.</summary>
[PineName("ta.change")]
public sealed class ConditionChange
{
    private readonly Window _window = new();

    public bool Update(bool source, int length = 1)
    {
        Length.Check(length, "ta.change");
        _window.Ensure(length + 1);
        double value = source ? 1 : 0;
        _window.Push(value);
        double before = _window[length];
        return !double.IsNaN(before) && before != value;
    }
}

/// <summary>Rate of change: 100 × (source − source[length]) / source[length].</summary>
[PineName("ta.roc")]
public sealed class Roc
{
    private readonly Window _window = new();

    public double Update(double source, int length)
    {
        Length.Check(length, "ta.roc");
        _window.Ensure(length + 1);
        _window.Push(source);
        double before = _window[length];
        return 100 * (source - before) / before;
    }
}

/// <summary>Relative strength index: 100 − 100 / (1 + rma(gains) / rma(losses)).</summary>
[PineName("ta.rsi")]
public sealed class Rsi
{
    private readonly Rma _up = new(), _down = new();
    private double _last = double.NaN;

    public double Update(double source, int length)
    {
        Length.Check(length, "ta.rsi");
        if (double.IsNaN(source)) return double.NaN;
        double change = source - _last;
        _last = source;
        if (double.IsNaN(change)) return double.NaN;
        double up = _up.Update(Math.Max(change, 0), length), down = _down.Update(Math.Max(-change, 0), length);
        return 100 - 100 / (1 + up / down);
    }
}

/// <summary>Money flow index from price × volume of rising and falling bars.</summary>
[PineName("ta.mfi")]
public sealed class Mfi
{
    private readonly RollingSum _in = new(), _out = new();
    private double _last = double.NaN;

    public double Update(double series, int length, [FromBar] double volume)
    {
        Length.Check(length, "ta.mfi");
        if (double.IsNaN(series)) return double.NaN;
        double change = series - _last;
        _last = series;
        double inflow = _in.Update(volume * (change <= Tolerance.Epsilon ? 0 : series), length);
        double outflow = _out.Update(volume * (change >= -Tolerance.Epsilon ? 0 : series), length);
        if (double.IsNaN(inflow) || double.IsNaN(outflow)) return double.NaN;
        if (Math.Abs(outflow) <= Tolerance.Epsilon) return 100;
        if (Math.Abs(inflow) <= Tolerance.Epsilon) inflow = 0;
        return 100 - 100 / (1 + inflow / outflow);
    }
}

/// <summary>Stochastic: 100 × (source − lowest(low)) / (highest(high) − lowest(low)).</summary>
[PineName("ta.stoch")]
public sealed class Stoch
{
    private readonly Extreme _high = new(), _low = new();

    public double Update(double source, double high, double low, int length)
    {
        Length.Check(length, "ta.stoch");
        if (!(_high.Push(high, length) & _low.Push(-low, length))) return double.NaN;
        return 100 * (source + _low.Value) / (_high.Value + _low.Value);
    }
}

/// <summary>Williams %R over <c>length</c> bars, −100 to 0.</summary>
[PineName("ta.wpr")]
public sealed class Wpr
{
    private readonly Extreme _high = new(), _low = new();

    public double Update(int length, [FromBar] double high, [FromBar] double low, [FromBar] double close)
    {
        Length.Check(length, "ta.wpr");
        if (!(_high.Push(high, length) & _low.Push(-low, length))) return double.NaN;
        return 100 * (close - _high.Value) / (_high.Value + _low.Value);
    }
}

/// <summary>Moving average convergence divergence: line, signal, histogram.</summary>
[PineName("ta.macd")]
public sealed class Macd
{
    private readonly Ema _fast = new(), _slow = new(), _signal = new();

    public (double Line, double Signal, double Histogram) Update(double source, int fastlen, int slowlen, int siglen)
    {
        double line = _fast.Update(source, fastlen) - _slow.Update(source, slowlen);
        double signal = _signal.Update(line, siglen);
        return (line, signal, line - signal);
    }
}

/// <summary>True strength index, −1 to 1: doubly smoothed change over doubly smoothed absolute change.</summary>
[PineName("ta.tsi")]
public sealed class Tsi
{
    private readonly Ema _long = new(), _longAbs = new(), _short = new(), _shortAbs = new();
    private double _last = double.NaN;

    public double Update(double source, int short_length, int long_length)
    {
        double change = source - _last;
        _last = source;
        double slow = _long.Update(change, long_length), slowAbs = _longAbs.Update(Math.Abs(change), long_length);
        return _short.Update(slow, short_length) / _shortAbs.Update(slowAbs, short_length);
    }
}

/// <summary>Commodity channel index: (source − sma) / (0.015 × mean absolute deviation).</summary>
[PineName("ta.cci")]
public sealed class Cci
{
    private readonly Dev _dev = new();

    public double Update(double source, int length)
    {
        double deviation = _dev.Update(source, length, out double mean);
        return (source - mean) / (0.015 * deviation);
    }
}

/// <summary>Chande momentum oscillator, −100 to 100.</summary>
[PineName("ta.cmo")]
public sealed class Cmo
{
    private readonly RollingSum _up = new(), _down = new();
    private double _last = double.NaN;

    public double Update(double series, int length)
    {
        double change = series - _last;
        _last = series;
        if (double.IsNaN(change)) return double.NaN;
        bool rising = change >= -Tolerance.Epsilon;
        double up = _up.Update(rising ? change : 0, length), down = _down.Update(rising ? 0 : -change, length);
        double total = up + down;
        return total == 0 ? double.NaN : 100 * (up - down) / total;
    }
}

/// <summary>Centre of gravity: −Σ source[i] × (i + 1) / Σ source[i].</summary>
[PineName("ta.cog")]
public sealed class Cog
{
    private readonly Window _window = new();
    private double _value = double.NaN;

    public double Update(double source, int length)
    {
        Length.Check(length, "ta.cog");
        _window.Ensure(length);
        if (double.IsNaN(source)) return _window.Kept < length ? double.NaN : _value;
        _window.Push(source);
        if (_window.Kept < length) return double.NaN;
        double sum = 0, weighted = 0;
        int weight = length;
        foreach (double value in _window.Newest(length))
        {
            sum += value;
            weighted += value * weight--;
        }
        return _value = -weighted / sum;
    }
}
