using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Runtime;

/// <summary>Heikin Ashi bars: close = ohlc4, open = the mean of the last open and close, high and low widened to hold both.</summary>
internal static class HeikinAshi
{
    public static BarSeries Of(BarSeries bars)
    {
        int count = bars.Count;
        var (open, high, low, close) = (new double[count], new double[count], new double[count], new double[count]);
        for (int i = 0; i < count; i++)
        {
            close[i] = (bars.Open[i] + bars.High[i] + bars.Low[i] + bars.Close[i]) / 4;
            open[i] = i == 0 ? (bars.Open[i] + bars.Close[i]) / 2 : (open[i - 1] + close[i - 1]) / 2;
            high[i] = Math.Max(bars.High[i], Math.Max(open[i], close[i]));
            low[i] = Math.Min(bars.Low[i], Math.Min(open[i], close[i]));
        }
        return new BarSeries(bars.TimeMs, open, high, low, close, bars.Volume, bars.Timeframe);
    }
}
