using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine.Tests.Strategy;

/// <summary>A few hand-drawn bars and a script in C#, one call per bar.</summary>
internal static class Market
{
    /// <summary>A stock with cents and whole shares, so that expected numbers can be read off.</summary>
    public static readonly SymbolInfo Stock = new() { MinTick = 0.01, MinContract = 1, Type = "stock" };

    public static BarSeries Bars(params (double O, double H, double L, double C)[] bars) =>
        BarSeries.FromBars([.. bars.Select((b, i) => new Bar(i * 3_600_000L, b.O, b.H, b.L, b.C, 100))], new Timeframe(60, TimeframeUnit.Minute));

    public static BrokerEmulator Run(BarSeries bars, Action<BrokerEmulator, int> script, StrategySettings? settings = null, SymbolInfo? symbol = null,
        bool recalculate = false, Func<int, Bar[]>? lower = null)
    {
        var broker = new BrokerEmulator(settings ?? new StrategySettings(), symbol ?? Stock, bars.Count);
        int current = 0;
        if (recalculate) broker.Recalculate = () => script(broker, current);
        for (int i = 0; i < bars.Count; i++)
        {
            current = i;
            var bar = bars[i];
            broker.OnBarOpen(i, bar.TimeMs, bar.Open, bar.High, bar.Low, bar.Close, lower?.Invoke(i) ?? []);
            script(broker, i);
            broker.OnBarClose();
        }
        return broker;
    }
}
