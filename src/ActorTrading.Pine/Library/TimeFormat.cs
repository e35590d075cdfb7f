using System.Globalization;
using System.Text;
using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Library;

/// <summary><c>str.format_time</c>: an instant by a pattern of Java's SimpleDateFormat letters.</summary>
public static class TimeFormat
{
    [ThreadStatic] private static Dictionary<string, ZoneClock>? s_zones;

    /// <summary>One clock per zone and thread; looking a zone up by name is slow.</summary>
    public static ZoneClock Zone(string name)
    {
        var zones = s_zones ??= [];
        if (!zones.TryGetValue(name, out var clock)) zones[name] = clock = new ZoneClock(name);
        return clock;
    }

    /// <param name="timeMs">ms UTC; NaN gives "NaN".</param>
    /// <param name="pattern">Null means yyyy-MM-dd'T'HH:mm:ssZ.</param>
    /// <param name="timezone">Null means UTC.</param>
    public static string Format(double timeMs, string? pattern, string? timezone)
    {
        if (double.IsNaN(timeMs)) return "NaN";
        var zone = Zone(string.IsNullOrEmpty(timezone) ? "UTC" : timezone);
        long utc = (long)timeMs, offset = zone.OffsetMs(utc);
        var local = DateTime.UnixEpoch.AddMilliseconds(Math.Clamp(utc + offset, -62_135_596_800_000, 253_402_300_799_999));
        pattern = string.IsNullOrEmpty(pattern) ? "yyyy-MM-dd'T'HH:mm:ssZ" : pattern;
        var text = new StringBuilder();
        for (int i = 0; i < pattern.Length;)
        {
            char c = pattern[i];
            if (c == '\'')
            {
                int end = pattern.IndexOf('\'', i + 1);
                if (end < 0) end = pattern.Length;
                text.Append(end == i + 1 ? "'" : pattern[(i + 1)..end]);
                i = end + 1;
                continue;
            }
            int run = 1;
            while (i + run < pattern.Length && pattern[i + run] == c) run++;
            text.Append(char.IsAsciiLetter(c) ? Field(c, run, local, offset, zone.Name) : new string(c, run));
            i += run;
        }
        return text.ToString();
    }

    private static string Field(char letter, int width, DateTime time, long offsetMs, string zone)
    {
        var culture = CultureInfo.InvariantCulture;
        string Number(int value) => value.ToString(culture).PadLeft(width, '0');
        return letter switch
        {
            'y' or 'Y' => width == 2 ? (time.Year % 100).ToString("00", culture) : Number(time.Year),
            'M' or 'L' => width >= 4 ? culture.DateTimeFormat.GetMonthName(time.Month)
                : width == 3 ? culture.DateTimeFormat.GetAbbreviatedMonthName(time.Month) : Number(time.Month),
            'd' => Number(time.Day),
            'D' => Number(time.DayOfYear),
            'E' => width >= 4 ? culture.DateTimeFormat.GetDayName(time.DayOfWeek) : culture.DateTimeFormat.GetAbbreviatedDayName(time.DayOfWeek),
            'u' => Number(time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek),
            'w' => Number(ISOWeek.GetWeekOfYear(time)),
            'H' => Number(time.Hour),
            'k' => Number(time.Hour == 0 ? 24 : time.Hour),
            'h' => Number((time.Hour + 11) % 12 + 1),
            'K' => Number(time.Hour % 12),
            'm' => Number(time.Minute),
            's' => Number(time.Second),
            'S' => Number(time.Millisecond),
            'a' or 'A' => time.Hour < 12 ? "AM" : "PM",
            'Z' => Offset(offsetMs, ""),
            'X' => offsetMs == 0 ? "Z" : Offset(offsetMs, width >= 3 ? ":" : ""),
            'z' => zone,
            _ => new string(letter, width),
        };
    }

    private static string Offset(long ms, string separator)
    {
        long minutes = Math.Abs(ms) / 60_000;
        return $"{(ms < 0 ? '-' : '+')}{minutes / 60:00}{separator}{minutes % 60:00}";
    }
}
