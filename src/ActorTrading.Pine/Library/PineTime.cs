using System.Globalization;
using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Library;

/// <summary>Calendar functions on times in ms UTC, seen in a zone.</summary>
public static class PineTime
{
    public static double Year(double time, ZoneClock zone) => Part(time, zone, static t => t.Year);
    public static double Month(double time, ZoneClock zone) => Part(time, zone, static t => t.Month);
    public static double DayOfMonth(double time, ZoneClock zone) => Part(time, zone, static t => t.Day);
    /// <summary>ISO week.</summary>
    public static double WeekOfYear(double time, ZoneClock zone) => Part(time, zone, static t => ISOWeek.GetWeekOfYear(t));

    /// <summary>Sunday 1 to Saturday 7.</summary>
    public static double DayOfWeek(double time, ZoneClock zone) => double.IsNaN(time) ? double.NaN : ZoneClock.DayOfWeek(zone.ToLocal((long)time));

    public static double Hour(double time, ZoneClock zone) => OfDay(time, zone, 3_600_000, 24);
    public static double Minute(double time, ZoneClock zone) => OfDay(time, zone, 60_000, 60);
    public static double Second(double time, ZoneClock zone) => OfDay(time, zone, 1000, 60);

    /// <summary>The instant of a local date and time. Parts out of their range carry over (month 13, day 0, hour 25).</summary>
    public static double Timestamp(ZoneClock zone, double year, double month, double day, double hour = 0, double minute = 0, double second = 0)
    {
        if (double.IsNaN(year + month + day + hour + minute + second)) return double.NaN;
        double months = Math.Truncate(year) * 12 + Math.Truncate(month) - 1;
        if (Math.Abs(months) > 1e8) return double.NaN;
        double local = (FirstOfMonth((long)months) + Math.Truncate(day) - 1) * ZoneClock.DayMs +
            Math.Truncate(hour) * 3_600_000 + Math.Truncate(minute) * 60_000 + Math.Truncate(second) * 1000;
        if (Math.Abs(local) > 1e17) return double.NaN;
        return zone.ToUtc((long)local);
    }

    /// <summary>Days since 1970 of the first of a month counted from January of the year 0; any year, the calendar repeats every 400.</summary>
    private static long FirstOfMonth(long months)
    {
        // Years that begin in March have their leap day at the end.
        long march = months - 2, year = ZoneClock.FloorDiv(march, 12), month = march - year * 12;
        return year * 365 + ZoneClock.FloorDiv(year, 4) - ZoneClock.FloorDiv(year, 100) + ZoneClock.FloorDiv(year, 400) + (153 * month + 2) / 5 - 719_468;
    }

    /// <summary>A date string as <c>timestamp()</c> takes it: "2024-02-01", "01 Feb 2024 13:00 +0000", ISO 8601; GMT when it names no zone. NaN when it cannot be read.</summary>
    public static double ParseDate(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return double.NaN;
        text = text.Trim().Replace("GMT", "", StringComparison.OrdinalIgnoreCase).Replace("UTC", "", StringComparison.OrdinalIgnoreCase).Trim();
        if (text.Length == 4 && text.All(char.IsAsciiDigit)) text += "-01-01";
        // A colon between the day and the time: "2024-02-01:13:00".
        if (text.Length > 12 && text[4] == '-' && text[7] == '-' && text[10] == ':') text = string.Concat(text.AsSpan(0, 10), " ", text.AsSpan(11));
        // "+0200" is not understood by the framework, "+02:00" is.
        if (text.Length > 5 && text[^5] is '+' or '-' && text[^4..].All(char.IsAsciiDigit) && text.Contains(':')) text = text.Insert(text.Length - 2, ":");
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces, out var time)
            ? time.ToUnixTimeMilliseconds()
            : double.NaN;
    }

    [PineName("timeframe.from_seconds")]
    public static string TimeframeFromSeconds(double seconds)
    {
        if (!(seconds >= 1)) throw new PineArgumentException("timeframe.from_seconds: the number of seconds must be at least 1.");
        if (seconds < 60) return seconds switch { <= 1 => "1S", <= 5 => "5S", <= 10 => "10S", <= 15 => "15S", <= 30 => "30S", <= 45 => "45S", _ => "1" };
        double minutes = Math.Ceiling(seconds / 60);
        if (minutes <= 1440 - 1) return minutes.ToString(CultureInfo.InvariantCulture);
        double days = Math.Ceiling(seconds / 86_400);
        if (days < 7) return Counted(days, "D");
        if (days <= 365 && days % 7 == 0) return Counted(days / 7, "W");
        double months = Math.Round(seconds / 2_628_003);
        return months >= 1 && Math.Abs(seconds - months * 2_628_003) < 1 ? Counted(months, "M") : Counted(Math.Min(365, days), "D");
    }

    private static string Counted(double count, string unit) => count.ToString(CultureInfo.InvariantCulture) + unit;

    private static double Part(double time, ZoneClock zone, Func<DateTime, int> part)
    {
        if (double.IsNaN(time)) return double.NaN;
        long local = zone.ToLocal((long)time);
        return local is < -62_135_596_800_000 or > 253_402_300_799_999 ? double.NaN : part(DateTime.UnixEpoch.AddMilliseconds(local));
    }

    private static double OfDay(double time, ZoneClock zone, long unit, long count)
    {
        if (double.IsNaN(time)) return double.NaN;
        long steps = ZoneClock.FloorDiv(zone.ToLocal((long)time), unit);
        return steps - ZoneClock.FloorDiv(steps, count) * count;
    }
}
