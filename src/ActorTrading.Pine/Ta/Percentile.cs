namespace ActorTrading.Pine.Ta;

/// <summary>The two percentile rules of Pine over values in ascending order; na values count as sorted past the end.</summary>
internal static class Percentile
{
    /// <param name="count">Size of the window including na.</param>
    public static double NearestRank(ReadOnlySpan<double> sorted, int count, double percentage)
    {
        if (double.IsNaN(percentage) || percentage < 0 || percentage > 100) return double.NaN;
        int rank = Math.Clamp((int)Math.Ceiling(percentage * count / 100), 1, count);
        return rank <= sorted.Length ? sorted[rank - 1] : double.NaN;
    }

    public static double LinearInterpolation(ReadOnlySpan<double> sorted, int count, double percentage)
    {
        if (double.IsNaN(percentage) || percentage < 0 || percentage > 100) return double.NaN;
        double position = count * percentage / 100 + 0.5;
        if (position <= 1) return sorted.Length > 0 ? sorted[0] : double.NaN;
        if (position >= count) return sorted.Length == count ? sorted[count - 1] : double.NaN;
        int below = (int)position;
        if (below >= sorted.Length) return double.NaN;
        double low = sorted[below - 1], high = sorted[below];
        return low + (high - low) * (position - below);
    }
}
