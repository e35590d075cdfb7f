using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Ta;

/// <summary>Bollinger bands: middle, upper, lower.</summary>
[PineName("ta.bb")]
public sealed class BollingerBands
{
    private readonly Sma _sma = new();
    private readonly Stdev _stdev = new();

    public (double Middle, double Upper, double Lower) Update(double series, int length, double mult)
    {
        double middle = _sma.Update(series, length), width = mult * _stdev.Update(series, length);
        return (middle, middle + width, middle - width);
    }
}

/// <summary>Bollinger band width in percent of the middle line.</summary>
[PineName("ta.bbw")]
public sealed class BollingerBandWidth
{
    private readonly BollingerBands _bands = new();

    public double Update(double series, int length, double mult)
    {
        var (middle, upper, lower) = _bands.Update(series, length, mult);
        return (upper - lower) / middle * 100;
    }
}

/// <summary>Keltner channels: middle, upper, lower.</summary>
[PineName("ta.kc")]
public sealed class KeltnerChannels
{
    private readonly Ema _base = new(), _range = new();

    public (double Middle, double Upper, double Lower) Update(double series, int length, double mult, [FromBar] double high,
        [FromBar] double low, [FromBar] double prevClose, bool useTrueRange = true)
    {
        double middle = _base.Update(series, length);
        double range = _range.Update(useTrueRange ? TrueRange.Of(high, low, prevClose, false) : high - low, length) * mult;
        return (middle, middle + range, middle - range);
    }
}

/// <summary>Keltner channel width as a fraction of the middle line.</summary>
[PineName("ta.kcw")]
public sealed class KeltnerChannelWidth
{
    private readonly KeltnerChannels _channels = new();

    public double Update(double series, int length, double mult, [FromBar] double high, [FromBar] double low,
        [FromBar] double prevClose, bool useTrueRange = true)
    {
        var (middle, upper, lower) = _channels.Update(series, length, mult, high, low, prevClose, useTrueRange);
        return (upper - lower) / middle;
    }
}
