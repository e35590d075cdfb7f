namespace ActorTrading.Domain;

/// <summary>MetaTrader 5's bar periods. The value is the length in minutes; of <see cref="MN1"/> it is that of 30 days and only nominal.</summary>
public enum Timeframe
{
    M1 = 1, M2 = 2, M3 = 3, M4 = 4, M5 = 5, M6 = 6, M10 = 10, M12 = 12, M15 = 15, M20 = 20, M30 = 30,
    H1 = 60, H2 = 120, H3 = 180, H4 = 240, H6 = 360, H8 = 480, H12 = 720,
    D1 = 1440, W1 = 10080, MN1 = 43200,
}

/// <summary>Where bars begin and end.</summary>
public static class Timeframes
{
    /// <summary>All, shortest first.</summary>
    public static IReadOnlyList<Timeframe> All { get; } = Enum.GetValues<Timeframe>();

    /// <summary>
    /// The period that contains <paramref name="instant"/>, UTC, end exclusive. Periods within a day are counted from the trading day's
    /// start; where a change of the clock makes a day longer or shorter, its last period is cut. A week begins with Sunday's trading
    /// day, a month with the trading day dated the first.
    /// </summary>
    public static (DateTimeOffset Start, DateTimeOffset End) PeriodOf(this Timeframe timeframe, DateTimeOffset instant, TradingDay tradingDay)
    {
        var day = tradingDay.DayOf(instant);
        switch (timeframe)
        {
            case Timeframe.D1:
                return (tradingDay.StartOf(day), tradingDay.EndOf(day));
            case Timeframe.W1:
                var sunday = day.AddDays(-(int)day.DayOfWeek);
                return (tradingDay.StartOf(sunday), tradingDay.StartOf(sunday.AddDays(7)));
            case Timeframe.MN1:
                var first = new DateOnly(day.Year, day.Month, 1);
                return (tradingDay.StartOf(first), tradingDay.StartOf(first.AddMonths(1)));
            default:
                var (dayStart, dayEnd) = (tradingDay.StartOf(day), tradingDay.EndOf(day));
                var length = TimeSpan.FromMinutes((int)timeframe).Ticks;
                var start = dayStart.AddTicks((instant.UtcTicks - dayStart.UtcTicks) / length * length);
                var end = start.AddTicks(length);
                return (start, end < dayEnd ? end : dayEnd);
        }
    }
}
