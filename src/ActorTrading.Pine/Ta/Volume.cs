using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Ta;

/// <summary>Running sum of the source; na in, na out, the sum unchanged.</summary>
[PineName("ta.cum")]
public sealed class Cum
{
    private double _sum;

    public double Update(double source) => double.IsNaN(source) ? double.NaN : _sum += source;
}

/// <summary>Accumulation/distribution.</summary>
[PineName("ta.accdist")]
public sealed class AccDist
{
    private double _sum;

    public double Update([FromBar] double high, [FromBar] double low, [FromBar] double close, [FromBar] double volume)
    {
        double flow = (close - low - (high - close)) / (high - low) * volume;
        if (double.IsFinite(flow)) _sum += flow;
        return _sum;
    }
}

/// <summary>On-balance volume.</summary>
[PineName("ta.obv")]
public sealed class Obv
{
    private double _sum;

    public double Update([FromBar] double close, [FromBar] double prevClose, [FromBar] double volume)
    {
        double change = close - prevClose;
        if (double.IsNaN(change) || double.IsNaN(volume)) return double.NaN;
        return _sum += volume * Math.Sign(change);
    }
}

/// <summary>Price-volume trend.</summary>
[PineName("ta.pvt")]
public sealed class Pvt
{
    private double _sum;

    public double Update([FromBar] double close, [FromBar] double prevClose, [FromBar] double volume)
    {
        double flow = (close - prevClose) / prevClose * volume;
        return double.IsFinite(flow) ? _sum += flow : double.NaN;
    }
}

/// <summary>Negative volume index: follows price on bars of falling volume; starts at 1.</summary>
[PineName("ta.nvi")]
public sealed class Nvi
{
    private double _value = 1, _volume;

    public double Update([FromBar] double close, [FromBar] double prevClose, [FromBar] double volume)
    {
        double change = (close - prevClose) / prevClose;
        if (volume < _volume && double.IsFinite(change) && close != 0) _value += change * _value;
        _volume = volume;
        return _value;
    }
}

/// <summary>Positive volume index: follows price on bars of rising volume; starts at 1.</summary>
[PineName("ta.pvi")]
public sealed class Pvi
{
    private double _value = 1, _volume;

    public double Update([FromBar] double close, [FromBar] double prevClose, [FromBar] double volume)
    {
        double change = (close - prevClose) / prevClose;
        if (volume > _volume && double.IsFinite(change)) _value += change * _value;
        _volume = volume;
        return _value;
    }
}

/// <summary>Williams accumulation/distribution.</summary>
[PineName("ta.wad")]
public sealed class Wad
{
    private double _sum;

    public double Update([FromBar] double high, [FromBar] double low, [FromBar] double close, [FromBar] double prevClose)
    {
        double momentum = close - prevClose;
        if (momentum > 0) _sum += close - Math.Min(low, prevClose);
        else if (momentum < 0) _sum += close - Math.Max(high, prevClose);
        return _sum;
    }
}

/// <summary>Williams variable accumulation/distribution: (close − open) / (high − low) × volume.</summary>
[PineName("ta.wvad")]
public sealed class Wvad
{
    public double Update([FromBar] double open, [FromBar] double high, [FromBar] double low, [FromBar] double close, [FromBar] double volume) =>
        (close - open) / (high - low) * volume;
}

/// <summary>Intraday intensity: (2 × close − high − low) / ((high − low) × volume).</summary>
[PineName("ta.iii")]
public sealed class IntradayIntensity
{
    public double Update([FromBar] double high, [FromBar] double low, [FromBar] double close, [FromBar] double volume) =>
        (2 * close - high - low) / ((high - low) * volume);
}

/// <summary>
/// Volume-weighted average price since the last bar where the anchor was true (by default the first bar of the trading day);
/// na before the first. The bands lie stdev_mult volume-weighted standard deviations away.
/// </summary>
[PineName("ta.vwap")]
public sealed class Vwap
{
    private double _volume, _price, _squares;
    private bool _anchored;

    public double Update(double source, bool anchor, [FromBar] double volume) => Update(source, anchor, double.NaN, volume).Vwap;

    public (double Vwap, double Upper, double Lower) Update(double source, bool anchor, double stdev_mult, [FromBar] double volume)
    {
        if (double.IsNaN(source)) return (double.NaN, double.NaN, double.NaN);
        if (anchor)
        {
            _anchored = true;
            _volume = _price = _squares = 0;
        }
        if (!_anchored) return (double.NaN, double.NaN, double.NaN);
        _volume += volume;
        _price += source * volume;
        _squares += source * source * volume;
        double vwap = _price / _volume;
        double width = stdev_mult * Math.Sqrt(Math.Max(0, _squares / _volume - vwap * vwap));
        return (vwap, vwap + width, vwap - width);
    }
}
