using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Ta;

/// <summary>Percentile by nearest rank: the ceil(percentage × length / 100)-th smallest value.</summary>
[PineName("ta.percentile_nearest_rank")]
public sealed class PercentileNearestRank
{
    private readonly SortedWindow _window = new();

    public double Update(double source, int length, double percentage)
    {
        if (length == int.MinValue) return double.NaN;
        Length.Check(length, "ta.percentile_nearest_rank");
        _window.Push(source, length);
        return double.IsNaN(source) || !_window.Full ? double.NaN : Percentile.NearestRank(_window.Sorted, length, percentage);
    }
}

/// <summary>Percentile by linear interpolation at rank length × percentage / 100 + 0.5.</summary>
[PineName("ta.percentile_linear_interpolation")]
public sealed class PercentileLinearInterpolation
{
    private readonly SortedWindow _window = new();

    public double Update(double source, int length, double percentage)
    {
        if (length == int.MinValue) return double.NaN;
        Length.Check(length, "ta.percentile_linear_interpolation");
        _window.Push(source, length);
        return double.IsNaN(source) || !_window.Full ? double.NaN : Percentile.LinearInterpolation(_window.Sorted, length, percentage);
    }
}

/// <summary>Percent of the previous <c>length</c> values that are at or below the current one.</summary>
[PineName("ta.percentrank")]
public sealed class PercentRank
{
    private readonly Window _window = new();

    public double Update(double source, int length)
    {
        Length.Check(length, "ta.percentrank");
        _window.Ensure(length + 1);
        _window.Push(source);
        if (_window.Kept <= length || double.IsNaN(source)) return double.NaN;
        int below = 0;
        foreach (double value in _window.Newest(length + 1)[..length])
            if (value <= source + Tolerance.Epsilon) below++;
        return 100.0 * below / length;
    }
}

/// <summary>Median of the last <c>length</c> values; of an even number the mean of the middle two.</summary>
[PineName("ta.median")]
public sealed class Median
{
    private readonly SortedWindow _window = new();

    public double Update(double source, int length)
    {
        if (length == int.MinValue) return double.NaN;
        Length.Check(length, "ta.median");
        if (double.IsNaN(source)) return double.NaN;
        _window.Push(source, length);
        if (!_window.Full) return double.NaN;
        var sorted = _window.Sorted;
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>Most frequent value of the last <c>length</c>; of equals the smallest.</summary>
[PineName("ta.mode")]
public sealed class Mode
{
    private readonly SortedWindow _window = new();

    public double Update(double source, int length)
    {
        if (length == int.MinValue) return double.NaN;
        Length.Check(length, "ta.mode");
        _window.Push(source, length);
        if (double.IsNaN(source) || !_window.Full) return double.NaN;
        var sorted = _window.Sorted;
        double best = sorted[0];
        int bestRun = 0, run = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            run = i > 0 && sorted[i] == sorted[i - 1] ? run + 1 : 1;
            if (run > bestRun) (best, bestRun) = (sorted[i], run);
        }
        return best;
    }
}

/// <summary>
/// Rank correlation index of price and time, −100 to 100 (Spearman's coefficient with average ranks for values within the
/// tolerance of the smallest of their group).
/// </summary>
[PineName("ta.rci")]
public sealed class Rci
{
    private readonly Window _window = new();
    private double[] _keys = [], _ranks = [];
    private int[] _order = [];
    private int _calls;

    public double Update(double source, int length)
    {
        Length.Check(length, "ta.rci");
        _window.Ensure(length);
        _window.Push(source);
        if (++_calls <= length || double.IsNaN(source) || _window.Kept < length) return double.NaN;
        if (_keys.Length != length) (_keys, _ranks, _order) = (new double[length], new double[length], new int[length]);
        var values = _window.Newest(length);
        values.CopyTo(_keys);
        for (int i = 0; i < length; i++) _order[i] = i;
        Array.Sort(_keys, _order);
        for (int i = 0; i < length;)
        {
            int end = i;
            while (end < length && _keys[end] - _keys[i] < Tolerance.Epsilon) end++;
            if (end == i) return double.NaN;
            for (int j = i; j < end; j++) _ranks[_order[j]] = (i + end - 1) / 2.0;
            i = end;
        }
        double mean = (length - 1) / 2.0, covariance = 0, time = 0, price = 0;
        for (int i = 0; i < length; i++)
        {
            double x = i - mean, y = _ranks[i] - mean;
            covariance += x * y;
            time += x * x;
            price += y * y;
        }
        return price <= 0 || time <= 0 ? double.NaN : 100 * covariance / Math.Sqrt(time * price);
    }
}
