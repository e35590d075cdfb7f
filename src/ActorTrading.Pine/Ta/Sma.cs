using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Ta;

/// <summary>Simple moving average of the last <c>length</c> values that are not na; holds its value on na once filled.</summary>
[PineName("ta.sma")]
public sealed class Sma
{
    private readonly RollingSum _sum = new();

    public double Update(double source, int length) => _sum.Update(source, length) / length;
}

/// <summary>Volume-weighted moving average: sma(source × volume) / sma(volume).</summary>
[PineName("ta.vwma")]
public sealed class Vwma
{
    private readonly RollingSum _priced = new(), _volume = new();

    public double Update(double source, int length, [FromBar] double volume) =>
        _priced.Update(source * volume, length) / _volume.Update(volume, length);
}

/// <summary>Symmetrically weighted average of four bars: 1/6, 2/6, 2/6, 1/6.</summary>
[PineName("ta.swma")]
public sealed class Swma
{
    private double _one = double.NaN, _two = double.NaN, _three = double.NaN;

    public double Update(double source)
    {
        double result = (source + 2 * _one + 2 * _two + _three) / 6;
        (_three, _two, _one) = (_two, _one, source);
        return result;
    }
}
