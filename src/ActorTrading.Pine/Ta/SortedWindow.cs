using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Ta;

/// <summary>
/// The last values of a call site in ascending order, na left out. A new value is put before those it equals within the
/// tolerance, and of equals the last leaves first; that decides which of nearly equal values a rank returns.
/// </summary>
internal sealed class SortedWindow
{
    private readonly Window _window = new();
    private double[] _sorted = new double[256];
    private int _length;

    /// <summary>Values that are not na.</summary>
    public int Count { get; private set; }
    public ReadOnlySpan<double> Sorted => _sorted.AsSpan(0, Count);
    public bool Full => _window.Kept >= _length;
    public ReadOnlySpan<double> Newest(int count) => _window.Newest(count);

    public void Push(double value, int length)
    {
        if (length != _length) Resize(length);
        double oldest = _window.Kept < length ? double.NaN : _window[length - 1];
        _window.Push(value);
        if (!double.IsNaN(oldest)) Remove(oldest);
        if (!double.IsNaN(value)) Insert(value);
    }

    private void Resize(int length)
    {
        _length = length;
        _window.Ensure(length + 1);
        if (_sorted.Length < length) _sorted = new double[length * 2];
        Count = 0;
        foreach (double value in _window.Newest(Math.Min(length, _window.Kept)))
            if (!double.IsNaN(value)) Insert(value);
    }

    private void Insert(double value)
    {
        int at = LowerBound(value);
        Array.Copy(_sorted, at, _sorted, at + 1, Count - at);
        _sorted[at] = value;
        Count++;
    }

    private void Remove(double value)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (_sorted[middle] - value > Tolerance.Epsilon) high = middle;
            else low = middle + 1;
        }
        int at = Math.Max(0, low - 1);
        Array.Copy(_sorted, at + 1, _sorted, at, Count - at - 1);
        Count--;
    }

    private int LowerBound(double value)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (_sorted[middle] - value < -Tolerance.Epsilon) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
