namespace ActorTrading.Pine.Bars;

/// <summary>Builds coarser bars from finer ones.</summary>
public static class BarAggregation
{
    /// <summary>
    /// Bars of <paramref name="timeframe"/>: open of the first, extremes, close of the last, volumes added. A bar is stamped
    /// with the opening time of its period, which may lie before its first fine bar.
    /// </summary>
    /// <exception cref="ArgumentException">The timeframe is finer than the bars.</exception>
    public static BarSeries Aggregate(BarSeries bars, Timeframe timeframe, TradingCalendar calendar)
    {
        if (timeframe.Seconds < bars.Timeframe.Seconds)
            throw new ArgumentException($"Bars of {bars.Timeframe} cannot be split into bars of {timeframe}: give finer bars.");
        var result = new BarSeriesBuilder(Math.Max(16, bars.Count / 4));
        long end = long.MinValue;
        Bar current = default;
        bool any = false;
        for (int i = 0; i < bars.Count; i++)
        {
            var bar = bars[i];
            if (any && bar.TimeMs < end)
            {
                current = current with
                {
                    High = Math.Max(current.High, bar.High),
                    Low = Math.Min(current.Low, bar.Low),
                    Close = bar.Close,
                    Volume = current.Volume + bar.Volume,
                };
                continue;
            }
            if (any) result.Add(current);
            current = bar with { TimeMs = calendar.PeriodStart(bar.TimeMs, timeframe) };
            end = Math.Max(bar.TimeMs + 1, calendar.PeriodEnd(bar.TimeMs, timeframe));
            any = true;
        }
        if (any) result.Add(current);
        return result.Build(timeframe);
    }
}
