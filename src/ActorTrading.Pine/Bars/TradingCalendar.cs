namespace ActorTrading.Pine.Bars;

/// <summary>
/// A symbol's trading days: where a bar of any timeframe begins. Intraday bars count from the opening of the trading day (for
/// forex 17:00 New York), weeks from Monday's, months from that of their first day. Not thread-safe.
/// </summary>
public sealed class TradingCalendar
{
    private readonly TradingSession _session;
    private long _dayFrom = long.MaxValue, _dayTo = long.MinValue, _day;

    /// <exception cref="PineArgumentException">Unknown time zone.</exception>
    /// <exception cref="FormatException">Malformed session.</exception>
    public TradingCalendar(SymbolInfo symbol) : this(new ZoneClock(symbol.TimeZone), TradingSession.Parse(symbol.Session)) { }

    public TradingCalendar(ZoneClock zone, TradingSession session) => (Zone, _session) = (zone, session);

    public ZoneClock Zone { get; }

    /// <summary>Whether a bar that opens at this time is within the regular session.</summary>
    public bool InSession(long utcMs) => _session.Contains(Zone.ToLocal(utcMs));

    /// <summary>The trading day as days since 1970 of its date.</summary>
    public long TradingDay(long utcMs)
    {
        if (utcMs < _dayFrom || utcMs >= _dayTo)
        {
            _day = _session.TradingDay(Zone.ToLocal(utcMs), out bool open);
            (_dayFrom, _dayTo) = open ? (utcMs, DayCloseMs(_day)) : (long.MaxValue, long.MinValue);
        }
        return _day;
    }

    /// <summary>When the trading day with this number opens, ms UTC.</summary>
    public long DayOpenMs(long day) => Zone.ToUtc(day * ZoneClock.DayMs + _session.OpenMinute * 60_000L);

    /// <summary>When it ends, ms UTC.</summary>
    public long DayCloseMs(long day) => Zone.ToUtc(day * ZoneClock.DayMs + _session.CloseMinute * 60_000L);

    /// <summary>Opening time (ms UTC) of the bar of <paramref name="timeframe"/> that holds this time.</summary>
    public long PeriodStart(long utcMs, Timeframe timeframe)
    {
        long day = TradingDay(utcMs);
        if (timeframe.IsIntraday)
        {
            long length = Math.Max(1, timeframe.Seconds) * 1000, open = DayOpenMs(day);
            return open + ZoneClock.FloorDiv(utcMs - open, length) * length;
        }
        return DayOpenMs(FirstDay(day, timeframe));
    }

    /// <summary>When the bar of <paramref name="timeframe"/> that holds this time ends, ms UTC.</summary>
    public long PeriodEnd(long utcMs, Timeframe timeframe)
    {
        long day = TradingDay(utcMs);
        if (timeframe.IsIntraday)
        {
            long end = PeriodStart(utcMs, timeframe) + Math.Max(1, timeframe.Seconds) * 1000, close = DayCloseMs(day);
            return utcMs < close ? Math.Min(end, close) : end;
        }
        long first = FirstDay(day, timeframe);
        if (timeframe.Unit == TimeframeUnit.Day) return DayCloseMs(first + timeframe.Multiplier - 1);
        if (timeframe.Unit == TimeframeUnit.Week) return DayOpenMs(first + 7L * timeframe.Multiplier);
        var date = Date(first).AddMonths(timeframe.Multiplier);
        return DayOpenMs(DayNumber(date.Year, date.Month));
    }

    private static long FirstDay(long day, Timeframe timeframe)
    {
        var date = Date(day);
        switch (timeframe.Unit)
        {
            case TimeframeUnit.Week:
                long week = ZoneClock.FloorDiv(day + 3, 7);
                return ZoneClock.FloorDiv(week, timeframe.Multiplier) * timeframe.Multiplier * 7 - 3;
            case TimeframeUnit.Month:
                int month = (date.Month - 1) / timeframe.Multiplier * timeframe.Multiplier + 1;
                return timeframe.Multiplier <= 12 ? DayNumber(date.Year, month) : DayNumber(date.Year, 1);
            default:
                long yearStart = DayNumber(date.Year, 1);
                return yearStart + (day - yearStart) / timeframe.Multiplier * timeframe.Multiplier;
        }
    }

    private static DateOnly Date(long day) => DateOnly.FromDayNumber((int)Math.Clamp(day + 719_162, 0, 3_652_058));

    private static long DayNumber(int year, int month) => new DateOnly(year, month, 1).DayNumber - 719_162;
}
