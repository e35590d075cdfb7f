using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Optimization;

/// <summary>One combination of a grid; <see cref="Error"/> says why it has no metrics.</summary>
public sealed record GridResult(int Index, double[] Values, Metrics? Metrics, string? Error);

/// <summary>Runs a compiled strategy with every combination of a grid. Results do not depend on the number of cores.</summary>
public sealed class GridSearch(CompiledScript script, ParameterGrid grid, RunOptions options)
{
    public ParameterGrid Grid => grid;

    /// <param name="cores">Runs at the same time, 1 to 1024.</param>
    /// <param name="progress">Told the number of runs that are done.</param>
    /// <returns>In the order of the grid.</returns>
    public GridResult[] Run(BarSeries bars, int cores, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var results = new GridResult[grid.Count];
        int done = 0;
        Parallel.For(0, grid.Count, new ParallelOptions { MaxDegreeOfParallelism = Math.Clamp(cores, 1, 1024), CancellationToken = cancellation }, index =>
        {
            results[index] = RunOne(bars, index, cancellation);
            progress?.Report(Interlocked.Increment(ref done));
        });
        return results;
    }

    /// <summary>One combination over some bars.</summary>
    public RunResult RunResult(BarSeries bars, double[] values, CancellationToken cancellation = default)
    {
        var inputs = new Dictionary<string, object>(options.Inputs);
        for (int i = 0; i < values.Length; i++) inputs[grid.Axes[i].Name] = values[i];
        return script.Run(bars, options with { Inputs = inputs, CapturePlots = false, Cancellation = cancellation, Progress = null });
    }

    private GridResult RunOne(BarSeries bars, int index, CancellationToken cancellation)
    {
        var values = grid[index];
        var result = RunResult(bars, values, cancellation);
        if (result.Error is { } error) return new GridResult(index, values, null, error.ToString());
        if (result.Broker is not { } broker) return new GridResult(index, values, null, "The script is not a strategy.");
        var metrics = Metrics.Of(broker, bars);
        broker.ReleaseEquity();
        return new GridResult(index, values, metrics, null);
    }

    /// <summary>Best first; equals keep the order of the grid, so that a search repeats itself.</summary>
    public static IReadOnlyList<GridResult> Sorted(IEnumerable<GridResult> results, string sort) =>
        [.. results.OrderByDescending(r => r.Metrics?.Score(sort) ?? double.NegativeInfinity).ThenBy(r => r.Index)];
}
