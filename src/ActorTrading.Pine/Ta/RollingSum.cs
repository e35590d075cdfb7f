using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Ta;

/// <summary>
/// <c>math.sum</c>: the sum of the last <c>length</c> values that are not na. On an na value a full sum holds and an
/// unfilled one is na. Kept by adding the new value and taking the oldest away, with what rounding loses kept beside it
/// (Neumaier), so that it does not drift and what has left the window leaves nothing behind; O(1) a bar.
/// </summary>
[PineName("math.sum")]
public sealed class RollingSum
{
    private readonly Window _window = new();
    private double _sum, _lost;
    private int _length;

    public double Update(double source, int length)
    {
        Length.Check(length, "math.sum");
        if (length != _length) Resize(length);
        if (double.IsNaN(source)) return _window.Kept < length ? double.NaN : _sum + _lost;
        double oldest = _window.Kept < length ? 0 : _window[length - 1];
        _window.Push(source);
        Add(-oldest);
        Add(source);
        return _window.Kept < length ? double.NaN : _sum + _lost;
    }

    // Neumaier's form: what an addition rounds away is kept apart, whichever operand is the larger.
    private void Add(double value)
    {
        double sum = _sum + value;
        _lost += Math.Abs(_sum) >= Math.Abs(value) ? _sum - sum + value : value - sum + _sum;
        _sum = sum;
    }

    // A length that changes restarts the sum from the values kept.
    private void Resize(int length)
    {
        _length = length;
        _window.Ensure(length + 1);
        _sum = _lost = 0;
        foreach (double value in _window.Newest(Math.Min(length, _window.Kept))) Add(value);
    }
}
