using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine.Optimization;

/// <summary>Spread of outcomes when the trades of a run are drawn again at random. Money in account currency.</summary>
public sealed record MonteCarloResult(int Draws, double Profit5, double Profit50, double Profit95, double Drawdown50, double Drawdown95, double ChanceOfLoss);

/// <summary>Bootstrap: each draw takes as many trades as the run had, with replacement. The seed decides everything.</summary>
public static class MonteCarlo
{
    public const int MaxDraws = 1_000_000;

    public static MonteCarloResult Run(BrokerEmulator broker, int draws, int seed)
    {
        draws = Math.Clamp(draws, 1, MaxDraws);
        var profits = new double[broker.ClosedTradeCount];
        for (int i = 0; i < profits.Length; i++) profits[i] = broker.ClosedTrades[i].Profit;
        if (profits.Length == 0) return new MonteCarloResult(draws, 0, 0, 0, 0, 0, 0);
        var random = new Random(seed);
        double[] sums = new double[draws], drawdowns = new double[draws];
        for (int draw = 0; draw < draws; draw++)
        {
            double sum = 0, peak = 0;
            for (int i = 0; i < profits.Length; i++)
            {
                sum += profits[random.Next(profits.Length)];
                peak = Math.Max(peak, sum);
                drawdowns[draw] = Math.Max(drawdowns[draw], peak - sum);
            }
            sums[draw] = sum;
        }
        Array.Sort(sums);
        Array.Sort(drawdowns);
        return new MonteCarloResult(draws, At(sums, 0.05), At(sums, 0.5), At(sums, 0.95), At(drawdowns, 0.5), At(drawdowns, 0.95),
            (double)sums.Count(s => s < 0) / draws);
    }

    private static double At(double[] sorted, double share) => sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
}
