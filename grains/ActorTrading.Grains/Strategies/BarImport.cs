using System.Globalization;
using ActorTrading.Domain;
using ActorTrading.Pine.Bars;
using ActorTrading.Postgres;
using Bar = ActorTrading.Domain.Bar;
using Timeframe = ActorTrading.Domain.Timeframe;

namespace ActorTrading.Grains;

/// <summary>Brings the bars of a file into the store, in batches; doing it again changes nothing.</summary>
public sealed class BarImport(ICandleStore store, TradingDay day)
{
    /// <summary>A larger file is a mistake, or is to be split.</summary>
    public const int BarsMax = 20_000_000;

    /// <param name="path">In any format that <see cref="BarFile"/> reads. Bars finer than wanted, and ticks, are gathered.</param>
    /// <param name="timeZone">IANA name of the zone of times that name none.</param>
    /// <returns>How many bars are stored, and when the first and the last open; none where the file holds no whole bar.</returns>
    /// <exception cref="BarFileException">It cannot be read, is coarser than wanted, or a bar is no bar; nothing is stored.</exception>
    public async Task<(int Count, DateTimeOffset First, DateTimeOffset Last)> RunAsync(Instrument instrument, Timeframe timeframe, string path, string timeZone, IProgress<int>? progress, CancellationToken cancellation)
    {
        if (!ZoneClock.Exists(timeZone))
        {
            throw new BarFileException($"'{timeZone}' is no time zone: write one such as UTC or America/New_York.");
        }

        var bars = Gather(BarFile.Read(path, new BarFileOptions { TimeZone = timeZone, MaxLines = BarsMax }), instrument, timeframe);
        for (var i = 0; i < bars.Count; i++)
        {
            Check(bars[i]);
        }

        for (var start = 0; start < bars.Count; start += CandleStore.BarsMax)
        {
            var batch = Enumerable.Range(start, Math.Min(CandleStore.BarsMax, bars.Count - start)).Select(i => (timeframe, Of(bars[i])));
            await store.SaveAsync(instrument.Symbol, [.. batch], cancellation);
            progress?.Report(Math.Min(start + CandleStore.BarsMax, bars.Count));
        }

        return (bars.Count, TimeOf(bars[0]), TimeOf(bars[bars.Count - 1]));
    }

    private BarSeries Gather(BarSeries bars, Instrument instrument, Timeframe wanted)
    {
        var timeframe = PineSymbols.Of(wanted);
        if (bars.Count < 2 || bars.Timeframe.Seconds == timeframe.Seconds)
        {
            return bars;
        }

        return bars.Timeframe.Seconds < timeframe.Seconds
            ? BarAggregation.Aggregate(bars, timeframe, new TradingCalendar(PineSymbols.Of(instrument, day)))
            : throw new BarFileException($"The file holds bars of {bars.Timeframe} (Pine's notation), which are longer than {wanted}: they cannot be split.");
    }

    private static void Check(Pine.Bars.Bar bar)
    {
        if (!(bar.Low > 0 && bar.High < 1e12 && bar.Low <= Math.Min(bar.Open, bar.Close) && bar.High >= Math.Max(bar.Open, bar.Close)))
        {
            throw new BarFileException(string.Create(CultureInfo.InvariantCulture,
                $"The bar of {TimeOf(bar):u} is none: open {bar.Open}, high {bar.High}, low {bar.Low}, close {bar.Close}. Prices must be above 0, and open and close between low and high."));
        }
    }

    // The store counts whole ticks: a volume that is missing counts 0, a fraction is rounded.
    private static Bar Of(Pine.Bars.Bar bar) => new(TimeOf(bar), (decimal)bar.Open, (decimal)bar.High, (decimal)bar.Low, (decimal)bar.Close,
        double.IsFinite(bar.Volume) ? (long)Math.Clamp(Math.Round(bar.Volume), 0, 1e15) : 0, 0);

    private static DateTimeOffset TimeOf(Pine.Bars.Bar bar) => DateTimeOffset.FromUnixTimeMilliseconds(bar.TimeMs);
}
