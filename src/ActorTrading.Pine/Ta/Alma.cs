using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Ta;

/// <summary>Arnaud Legoux moving average: Gaussian weights centred at offset × (length − 1), width length / sigma.</summary>
[PineName("ta.alma")]
public sealed class Alma
{
    private readonly Window _window = new();
    private double[] _weights = [];
    private double _norm, _offset, _sigma;
    private bool _floor;

    public double Update(double series, int length, double offset, double sigma, bool floor = false)
    {
        Length.Check(length, "ta.alma");
        _window.Ensure(length);
        _window.Push(series);
        if (_weights.Length != length || offset != _offset || sigma != _sigma || floor != _floor) Prepare(length, offset, sigma, floor);
        if (_window.Kept < length) return double.NaN;
        double sum = 0;
        var values = _window.Newest(length);
        for (int i = 0; i < values.Length; i++) sum += values[i] * _weights[i];
        return sum / _norm;
    }

    private void Prepare(int length, double offset, double sigma, bool floor)
    {
        (_offset, _sigma, _floor) = (offset, sigma, floor);
        double centre = offset * (length - 1);
        if (floor) centre = Math.Floor(centre);
        double width = length / sigma;
        _weights = new double[length];
        _norm = 0;
        for (int i = 0; i < length; i++)
            _norm += _weights[i] = Math.Exp(-((i - centre) * (i - centre)) / (2 * width * width));
    }
}
