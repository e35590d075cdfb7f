using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Cli;

/// <summary>Bars for request.*: the chart's own and those of --data, gathered into the timeframe asked for.</summary>
internal sealed class FileBars(SymbolInfo chart, BarSeries bars, BarSeries? lower, IReadOnlyDictionary<string, BarSeries> others) : IBarProvider
{
    public (BarSeries Bars, SymbolInfo Symbol)? GetBars(string tickerId, Timeframe timeframe)
    {
        var ticker = tickerId[(tickerId.IndexOf(':') + 1)..];
        BarSeries source;
        var symbol = chart;
        if (tickerId == chart.TickerId || ticker == chart.Ticker) source = timeframe.Seconds < bars.Timeframe.Seconds && lower is not null ? lower : bars;
        else if (others.TryGetValue(tickerId, out var found) || others.TryGetValue(ticker, out found))
        {
            source = found;
            symbol = chart with { Ticker = ticker, Prefix = tickerId.Contains(':') ? tickerId[..tickerId.IndexOf(':')] : chart.Prefix };
        }
        else return null;
        if (timeframe.Seconds < source.Timeframe.Seconds) return null;
        return (timeframe.Seconds == source.Timeframe.Seconds ? source : BarAggregation.Aggregate(source, timeframe, new TradingCalendar(symbol)), symbol);
    }
}
