using ActorTrading.Pine.Ta;

namespace ActorTrading.Pine.Library;

/// <summary>Numeric <c>array.*</c>. na elements are left out; of an array without numbers the result is na.</summary>
public static class ArrayStatistics
{
    /// <summary>How na reaches an int parameter.</summary>
    private const int NaIndex = int.MinValue;

    [PineName("array.from")] public static PineArray<T> From<T>(params T[] arg) => new(arg);

    [PineName("array.abs")]
    public static PineArray<double> Abs(PineArray<double> id) => new(id.Span.ToArray().Select(Math.Abs));

    [PineName("array.sum")]
    public static double Sum(PineArray<double> id)
    {
        double sum = 0;
        int count = 0;
        foreach (double value in id.Span)
        {
            if (double.IsNaN(value)) continue;
            sum += value;
            count++;
        }
        return count == 0 ? double.NaN : sum;
    }

    [PineName("array.avg")]
    public static double Avg(PineArray<double> id)
    {
        int count = Count(id.Span);
        return count == 0 ? double.NaN : Sum(id) / count;
    }

    /// <summary>The nth largest, 0 the largest.</summary>
    [PineName("array.max")]
    public static double Max(PineArray<double> id, int nth = 0)
    {
        if (nth is 0 or NaIndex)
        {
            double best = double.NaN;
            foreach (double value in id.Span)
                if (!(value <= best) && !double.IsNaN(value)) best = value;
            return best;
        }
        var sorted = Sorted(id);
        return (uint)nth < (uint)sorted.Length ? sorted[^(nth + 1)] : double.NaN;
    }

    [PineName("array.min")]
    public static double Min(PineArray<double> id, int nth = 0)
    {
        if (nth is 0 or NaIndex)
        {
            double best = double.NaN;
            foreach (double value in id.Span)
                if (!(value >= best) && !double.IsNaN(value)) best = value;
            return best;
        }
        var sorted = Sorted(id);
        return (uint)nth < (uint)sorted.Length ? sorted[nth] : double.NaN;
    }

    [PineName("array.range")] public static double Range(PineArray<double> id) => Max(id) - Min(id);

    [PineName("array.median")] public static double Median(PineArray<double> id) => Median(Sorted(id));

    internal static double Median(double[] sorted) => sorted.Length == 0 ? double.NaN
        : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;

    /// <summary>Most frequent value, of equals the smallest.</summary>
    [PineName("array.mode")] public static double Mode(PineArray<double> id) => Mode(Sorted(id));

    internal static double Mode(double[] sorted)
    {
        double best = double.NaN;
        int bestRun = 0, run = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            run = i > 0 && sorted[i] == sorted[i - 1] ? run + 1 : 1;
            if (run > bestRun) (best, bestRun) = (sorted[i], run);
        }
        return best;
    }

    [PineName("array.variance")]
    public static double Variance(PineArray<double> id, bool biased = true) => Covariance(id, id, biased);

    [PineName("array.stdev")] public static double Stdev(PineArray<double> id, bool biased = true) => Math.Sqrt(Variance(id, biased));

    /// <summary>Over the positions where both arrays have a number.</summary>
    [PineName("array.covariance")]
    public static double Covariance(PineArray<double> id1, PineArray<double> id2, bool biased = true)
    {
        ReadOnlySpan<double> x = id1.Span, y = id2.Span;
        int length = Math.Min(x.Length, y.Length), count = 0;
        double sumX = 0, sumY = 0;
        for (int i = 0; i < length; i++)
        {
            if (double.IsNaN(x[i]) || double.IsNaN(y[i])) continue;
            sumX += x[i];
            sumY += y[i];
            count++;
        }
        int divisor = biased ? count : count - 1;
        if (divisor <= 0) return double.NaN;
        double sum = 0, meanX = sumX / count, meanY = sumY / count;
        for (int i = 0; i < length; i++)
            if (!double.IsNaN(x[i]) && !double.IsNaN(y[i])) sum += (x[i] - meanX) * (y[i] - meanY);
        return sum / divisor;
    }

    /// <summary>Each element's distance from the mean in standard deviations; all 1 where there is no spread.</summary>
    [PineName("array.standardize")]
    public static PineArray<double> Standardize(PineArray<double> id)
    {
        double mean = Avg(id), deviation = Stdev(id);
        return new PineArray<double>(id.Span.ToArray().Select(value => deviation == 0 ? 1 : (value - mean) / deviation));
    }

    [PineName("array.percentile_nearest_rank")]
    public static double PercentileNearestRank(PineArray<double> id, double percentage) =>
        id.Size() == 0 ? double.NaN : Percentile.NearestRank(Sorted(id), id.Size(), double.IsNaN(percentage) ? 0 : Checked(percentage));

    [PineName("array.percentile_linear_interpolation")]
    public static double PercentileLinearInterpolation(PineArray<double> id, double percentage) =>
        id.Size() == 0 || double.IsNaN(percentage) ? double.NaN : Percentile.LinearInterpolation(Sorted(id), id.Size(), Checked(percentage));

    private static double Checked(double percentage) =>
        percentage is >= 0 and <= 100 ? percentage : throw new PineArgumentException($"The percentage must be from 0 to 100, not {NumberFormat.Format(percentage, NumberFormat.Plain)}.");

    /// <summary>Percent of the other elements that are at or below the one at <paramref name="index"/>.</summary>
    [PineName("array.percentrank")]
    public static double PercentRank(PineArray<double> id, int index)
    {
        if (index == NaIndex) index = 0;
        if (id.Size() == 0) return double.NaN;
        if (index < 0 || index >= id.Size()) throw new PineArgumentException($"Index {index} is out of bounds, array size is {id.Size()}.");
        double value = id.Get(index);
        if (double.IsNaN(value) || id.Size() < 2) return double.NaN;
        int below = -1;
        foreach (double other in id.Span)
            if (other <= value + Tolerance.Epsilon) below++;
        return 100.0 * below / (id.Size() - 1);
    }

    /// <summary>Index of the value in an ascending array, or −1.</summary>
    [PineName("array.binary_search")]
    public static int BinarySearch(PineArray<double> id, double val)
    {
        int at = LowerBound(id.Span, val);
        return at < id.Size() && id.Get(at) == val ? at : -1;
    }

    /// <summary>Index of the value, or of the element before where it would stand.</summary>
    [PineName("array.binary_search_leftmost")]
    public static int BinarySearchLeftmost(PineArray<double> id, double val)
    {
        int at = LowerBound(id.Span, val);
        return at < id.Size() && id.Get(at) == val ? at : Math.Max(0, at - 1);
    }

    /// <summary>Index of the last such value, or of the element after where it would stand.</summary>
    [PineName("array.binary_search_rightmost")]
    public static int BinarySearchRightmost(PineArray<double> id, double val)
    {
        var span = id.Span;
        int at = LowerBound(span, val);
        if (at >= span.Length || span[at] != val) return at;
        while (at + 1 < span.Length && span[at + 1] == val) at++;
        return at;
    }

    [PineName("array.every")]
    public static bool Every(PineArray<bool> id)
    {
        foreach (bool value in id.Span)
            if (!value) return false;
        return id.Size() > 0;
    }

    [PineName("array.some")]
    public static bool Some(PineArray<bool> id)
    {
        foreach (bool value in id.Span)
            if (value) return true;
        return false;
    }

    internal static double[] Sorted(PineArray<double> id)
    {
        var values = id.Span.ToArray().Where(value => !double.IsNaN(value)).ToArray();
        Array.Sort(values);
        return values;
    }

    private static int Count(ReadOnlySpan<double> values)
    {
        int count = 0;
        foreach (double value in values)
            if (!double.IsNaN(value)) count++;
        return count;
    }

    private static int LowerBound(ReadOnlySpan<double> values, double value)
    {
        int low = 0, high = values.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (values[middle] < value) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
