using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Ta;

/// <summary>
/// Least-squares line over the last <c>length</c> values that are not na, read at length − 1 − offset. Fitted anew on every
/// bar, because updated sums drift.
/// </summary>
[PineName("ta.linreg")]
public sealed class Linreg
{
    private readonly Window _window = new();
    private double _value = double.NaN;

    public double Update(double source, int length, int offset = 0)
    {
        Length.Check(length, "ta.linreg");
        if (length == 1) return source;
        _window.Ensure(length);
        if (double.IsNaN(source)) return _window.Kept < length ? double.NaN : _value;
        _window.Push(source);
        if (_window.Kept < length) return double.NaN;
        double x = 0, sumY = 0, sumXy = 0;
        foreach (double y in _window.Newest(length))
        {
            x += 1;
            sumY += y;
            sumXy += y * x;
        }
        double sumX = length * (length + 1.0) / 2, sumXx = length * (length + 1.0) * (2.0 * length + 1) / 6;
        double slope = (length * sumXy - sumX * sumY) / (length * sumXx - sumX * sumX);
        double intercept = sumY / length - slope * sumX / length + slope;
        return _value = intercept + slope * (length - 1 - offset);
    }
}
