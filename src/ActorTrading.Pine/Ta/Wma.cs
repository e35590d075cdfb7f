using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Ta;

/// <summary>
/// Linearly weighted moving average, newest weight <c>length</c>. An na bar returns na and counts in the window as a repeat
/// of the value before it. Re-summed oldest first on every bar, as TradingView does.
/// </summary>
[PineName("ta.wma")]
public sealed class Wma
{
    private readonly Window _window = new();
    private double _last = double.NaN;
    private int _seen;

    public double Update(double source, int length)
    {
        Length.Check(length, "ta.wma");
        bool na = double.IsNaN(source);
        if (!na)
        {
            _seen++;
            _last = source;
        }
        _window.Ensure(length);
        _window.Push(_last);
        if (na || _seen < length) return double.NaN;
        double sum = 0, weight = 0;
        foreach (double value in _window.Newest(length)) sum += value * ++weight;
        return sum / (length * (length + 1.0) / 2);
    }
}

/// <summary>Hull moving average: wma(2 × wma(source, length / 2) − wma(source, length), √length).</summary>
[PineName("ta.hma")]
public sealed class Hma
{
    private readonly Wma _half = new(), _full = new(), _smooth = new();

    public double Update(double source, int length)
    {
        Length.Check(length, "ta.hma");
        if (double.IsNaN(source)) return double.NaN;
        double half = _half.Update(source, Math.Max(1, length / 2)), full = _full.Update(source, length);
        return double.IsNaN(half) || double.IsNaN(full) ? double.NaN : _smooth.Update(2 * half - full, (int)Math.Sqrt(length));
    }
}
