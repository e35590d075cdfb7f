using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine.Report;

/// <summary>Equity cut into days and months, UTC.</summary>
internal static class ReturnSeries
{
    /// <summary>Realised equity (capital and closed trades) at the end of each month or day that has bars, the capital first.</summary>
    public static double[] Realized(BrokerEmulator broker, BarSeries bars, bool monthly)
    {
        var points = new List<double> { broker.Settings.InitialCapital };
        double equity = broker.Settings.InitialCapital;
        var trades = broker.ClosedTrades;
        int next = 0;
        for (int i = 0; i < bars.Count; i++)
        {
            while (next < trades.Length && trades[next].ExitBar <= i) equity += trades[next++].Profit;
            if (i + 1 == bars.Count || Ends(bars.TimeMs[i], bars.TimeMs[i + 1], monthly)) points.Add(equity);
        }
        return [.. points];
    }

    /// <summary>Equity with open profit at the end of each day that has bars, and the symbol's close at the same moments.</summary>
    public static (double[] Equity, double[] Price) Daily(BrokerEmulator broker, BarSeries bars)
    {
        var (equity, price) = (new List<double> { broker.Settings.InitialCapital }, new List<double> { bars.Count > 0 ? bars.Open[0] : double.NaN });
        var curve = broker.EquityCurve;
        int count = Math.Min(curve.Length, bars.Count);
        for (int i = 0; i < count; i++)
        {
            if (i + 1 < count && !Ends(bars.TimeMs[i], bars.TimeMs[i + 1], false)) continue;
            equity.Add(curve[i]);
            price.Add(bars.Close[i]);
        }
        return ([.. equity], [.. price]);
    }

    /// <summary>Relative changes from one point to the next; empty once a point is 0 or below.</summary>
    public static double[] Returns(double[] points)
    {
        var returns = new double[Math.Max(0, points.Length - 1)];
        for (int i = 1; i < points.Length; i++)
        {
            if (!(points[i - 1] > 0)) return [];
            returns[i - 1] = points[i] / points[i - 1] - 1;
        }
        return returns;
    }

    /// <summary>Whether a day or month ends between two bars. The calendar is asked only when the day changes.</summary>
    private static bool Ends(long timeMs, long nextMs, bool monthly)
    {
        if (ZoneClock.FloorDiv(timeMs, ZoneClock.DayMs) == ZoneClock.FloorDiv(nextMs, ZoneClock.DayMs)) return false;
        if (!monthly) return true;
        var (day, next) = (DateTimeOffset.FromUnixTimeMilliseconds(timeMs), DateTimeOffset.FromUnixTimeMilliseconds(nextMs));
        return day.Month != next.Month || day.Year != next.Year;
    }
}
