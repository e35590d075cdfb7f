using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Optimization;

/// <summary>One step of a walk-forward: what was best in the past, and what it did next.</summary>
/// <param name="Efficiency">Profit per bar afterwards / profit per bar before; NaN when there was none before.</param>
public sealed record WalkForwardStep(int Step, int TrainStart, int TestStart, int TestEnd, double[] Values, Metrics Train,
    double TestProfit, int TestTrades, double TestPercentProfitable, double Efficiency);

/// <summary>
/// Walk-forward: the bars are cut into equal parts, three for choosing and one for proving, moved on by one part at a step. The
/// chosen inputs run from the beginning of their training, so that indicators are warm; only trades entered in the part that
/// proves are counted.
/// </summary>
public static class WalkForward
{
    private const int TrainingParts = 3;

    /// <exception cref="FormatException">Too few bars for this many steps.</exception>
    public static IReadOnlyList<WalkForwardStep> Run(GridSearch search, BarSeries bars, int steps, string sort, int cores,
        IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        int part = steps < 1 ? 0 : bars.Count / (steps + TrainingParts);
        if (part < 10) throw new FormatException($"{bars.Count} bars are too few for a walk-forward of {steps} steps.");
        var result = new List<WalkForwardStep>();
        for (int step = 0; step < steps; step++)
        {
            int start = step * part, test = start + TrainingParts * part, end = step == steps - 1 ? bars.Count : test + part;
            int before = step * search.Grid.Count;
            var train = search.Run(bars.Slice(start, test - start), cores, progress is null ? null : new Offset(progress, before), cancellation);
            var best = GridSearch.Sorted(train, sort)[0];
            if (best.Metrics is null) throw new FormatException($"No combination runs: {best.Error}");
            var broker = search.RunResult(bars.Slice(start, end - start), best.Values, cancellation).Broker!;
            double profit = 0;
            int trades = 0, wins = 0;
            foreach (ref readonly var trade in broker.ClosedTrades)
            {
                if (trade.EntryBar < test - start) continue;
                trades++;
                profit += trade.Profit;
                if (trade.Profit > 0) wins++;
            }
            double perBar = best.Metrics.NetProfit / (test - start);
            result.Add(new WalkForwardStep(step + 1, start, test, end, best.Values, best.Metrics, profit, trades,
                trades == 0 ? double.NaN : 100.0 * wins / trades, perBar > 0 ? profit / (end - test) / perBar : double.NaN));
        }
        return result;
    }

    private sealed class Offset(IProgress<int> inner, int before) : IProgress<int>
    {
        public void Report(int value) => inner.Report(before + value);
    }
}
