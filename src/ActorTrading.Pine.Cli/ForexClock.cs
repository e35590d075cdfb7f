using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Cli;

/// <summary>Time zone and session where the command line leaves them out.</summary>
internal static class ForexClock
{
    /// <summary>
    /// Forex trades from 17:00 to 17:00 New York. Intraday forex bars that pause from Friday to Sunday get that session, in a zone
    /// that was given the one whose opening the bars show; anything else trades round the clock.
    /// </summary>
    public static (string Zone, string Session) Choose(string type, string? zone, string? session, BarSeries bars)
    {
        if (session is not null) return (zone ?? (type == "forex" && session.StartsWith("1700", StringComparison.Ordinal) ? "America/New_York" : "UTC"), session);
        if (type != "forex" || !bars.Timeframe.IsIntraday || TradesOnSaturday(bars)) return (zone ?? "UTC", "24x7");
        if (zone is null) return ("America/New_York", "1700-1700");
        if (!ZoneClock.Exists(zone)) return (zone, "24x7");
        var clock = new ZoneClock(zone);
        var newYork = new ZoneClock("America/New_York");
        // 17:00 New York, as a wall clock in the given zone on the first day of the bars.
        long local = newYork.ToLocal(bars.TimeMs[0]);
        long day = ZoneClock.FloorDiv(local, ZoneClock.DayMs);
        long there = clock.ToLocal(newYork.ToUtc(day * ZoneClock.DayMs + 17 * 3_600_000L));
        long minute = (there - ZoneClock.FloorDiv(there, ZoneClock.DayMs) * ZoneClock.DayMs) / 60_000;
        return (zone, $"{minute / 60:00}{minute % 60:00}-{minute / 60:00}{minute % 60:00}");
    }

    // Whatever trades on a Saturday in New York is not forex, whatever the command line calls it.
    private static bool TradesOnSaturday(BarSeries bars)
    {
        var newYork = new ZoneClock("America/New_York");
        foreach (long time in bars.TimeMs)
            if (ZoneClock.DayOfWeek(newYork.ToLocal(time)) == 7) return true;
        return false;
    }
}
