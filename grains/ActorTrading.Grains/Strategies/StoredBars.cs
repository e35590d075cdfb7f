using ActorTrading.Domain;
using ActorTrading.Pine;
using ActorTrading.Pine.Bars;
using ActorTrading.Postgres;
using PineBar = ActorTrading.Pine.Bars.Bar;
using PineTimeframe = ActorTrading.Pine.Bars.Timeframe;

namespace ActorTrading.Grains;

/// <summary>Stored bars as Pine's series.</summary>
public static class StoredBars
{
    /// <summary>Bars that open in [from, to), oldest first, a page at a time; null where there are more than <paramref name="most"/>.</summary>
    public static async Task<BarSeries?> ReadAsync(ICandleStore store, string symbol, Domain.Timeframe timeframe, DateTimeOffset from, DateTimeOffset to, int most, CancellationToken cancellation)
    {
        var series = new BarSeriesBuilder();
        while (true)
        {
            var page = await store.ReadAsync(symbol, timeframe, from, to, CandleStore.BarsMax, cancellation);
            foreach (var bar in page)
            {
                series.Add(Of(bar));
            }

            if (series.Count > most)
            {
                return null;
            }

            if (page.Count < CandleStore.BarsMax)
            {
                return series.Build(PineSymbols.Of(timeframe));
            }

            // The database knows microseconds: less would be the same bar again.
            from = page[^1].Time.AddMilliseconds(1);
        }
    }

    public static PineBar Of(Domain.Bar bar) =>
        new(bar.Time.ToUnixTimeMilliseconds(), (double)bar.Open, (double)bar.High, (double)bar.Low, (double)bar.Close, bar.TickVolume);
}

/// <summary>
/// Bars for <c>request.*</c>, from the same span as the chart's: the chart's own gathered into longer ones, or stored ones. Asked on
/// a backtest's thread, which may wait for the database.
/// </summary>
internal sealed class RequestedBars(ICandleStore store, InstrumentSet instruments, TradingDay day, string chartSymbol, BarSeries chart,
    DateTimeOffset from, DateTimeOffset to, int barsMax, CancellationToken stop) : IBarProvider
{
    public (BarSeries Bars, SymbolInfo Symbol)? GetBars(string tickerId, PineTimeframe timeframe)
    {
        var ticker = tickerId[(tickerId.IndexOf(':') + 1)..];
        if (instruments.Find(ticker) is not { } instrument)
        {
            return null;
        }

        var symbol = PineSymbols.Of(instrument, day);
        if (ticker == chartSymbol && timeframe.Seconds == chart.Timeframe.Seconds)
        {
            return (chart, symbol);
        }

        if (ticker == chartSymbol && timeframe.Seconds > chart.Timeframe.Seconds)
        {
            return (BarAggregation.Aggregate(chart, timeframe, new TradingCalendar(symbol)), symbol);
        }

        if (PineSymbols.Of(timeframe) is not { } stored)
        {
            return null;
        }

        var bars = StoredBars.ReadAsync(store, ticker, stored, from, to, barsMax, stop).GetAwaiter().GetResult();
        return bars is { Count: > 0 } ? (bars, symbol) : null;
    }
}
