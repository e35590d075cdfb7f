using System.Globalization;

namespace ActorTrading.Pine.Bars;

/// <summary>
/// A session in Pine's notation: "0930-1600", "1700-1700:23456", "0930-1200,1300-1600:23456", "24x7". Days run from 1 = Sunday
/// to 7 = Saturday and name the day on which a session that passes midnight ends.
/// </summary>
public sealed class TradingSession
{
    public const int DayMinutes = 1440;
    public static readonly TradingSession Always = new([(0, DayMinutes)], 0b1111111, "24x7");
    private readonly (int Start, int End)[] _ranges;
    private readonly int _days;

    private TradingSession((int, int)[] ranges, int days, string text) => (_ranges, _days, Text) = (ranges, days, text);

    public string Text { get; }
    public bool IsAlways => ReferenceEquals(this, Always);

    /// <summary>Minute of the local day at which the trading day opens; negative when that is on the evening before.</summary>
    public int OpenMinute => _ranges[0].Start;
    /// <summary>Minute of the local day at which the trading day ends.</summary>
    public int CloseMinute => _ranges[^1].End;

    /// <exception cref="FormatException">Not a session.</exception>
    public static TradingSession Parse(string text) => TryParse(text, out var session)
        ? session
        : throw new FormatException($"'{text}' is not a session: write \"HHmm-HHmm\", several separated by commas, optionally \":\" and days 1 (Sunday) to 7, or \"24x7\".");

    public static bool TryParse(string? text, out TradingSession session)
    {
        session = Always;
        if (text is null) return false;
        text = text.Trim();
        if (text is "24x7" or "") return true;
        var parts = text.Split(':');
        if (parts.Length > 2) return false;
        int days = 0b1111111;
        if (parts.Length == 2)
        {
            days = 0;
            foreach (char day in parts[1])
            {
                if (day is < '1' or > '7') return false;
                days |= 1 << (day - '1');
            }
            if (days == 0) return false;
        }
        var ranges = new List<(int, int)>();
        foreach (var range in parts[0].Split(','))
        {
            var ends = range.Split('-');
            if (ends.Length != 2 || !TryMinute(ends[0], out int start) || !TryMinute(ends[1], out int end)) return false;
            // Passing midnight belongs to the day it ends on; "0000-0000" is that whole day.
            start %= DayMinutes;
            if (end <= start) end += DayMinutes;
            if (end - start >= DayMinutes) end = start + DayMinutes;
            if (end > DayMinutes) (start, end) = (start - DayMinutes, end - DayMinutes);
            ranges.Add((start, end));
        }
        session = days == 0b1111111 && ranges is [(0, DayMinutes)] ? Always : new TradingSession([.. ranges], days, text);
        return true;
    }

    /// <summary>Whether a local time (ms since 1970 local) lies in the session.</summary>
    public bool Contains(long localMs) => TradingDay(localMs, out bool open) >= 0 ? open : open;

    /// <summary>The run of the session that holds a local time, from its opening to its end (ms since 1970 local); of several the one that opened last.</summary>
    public bool Run(long localMs, out long opening, out long end)
    {
        long day = ZoneClock.FloorDiv(localMs, ZoneClock.DayMs);
        (opening, end) = (long.MinValue, 0);
        for (long on = day; on <= day + 1; on++)
        {
            if (!Trades(on)) continue;
            foreach (var (first, last) in _ranges)
            {
                long start = on * ZoneClock.DayMs + first * 60_000L, stop = on * ZoneClock.DayMs + last * 60_000L;
                if (localMs >= start && localMs < stop && start > opening) (opening, end) = (start, stop);
            }
        }
        return opening != long.MinValue;
    }

    /// <summary>
    /// The trading day (days since 1970 by its local date) that a local time belongs to, and whether it lies in the session.
    /// Outside a session it is the day whose session comes next.
    /// </summary>
    public long TradingDay(long localMs, out bool open)
    {
        long day = ZoneClock.FloorDiv(localMs, ZoneClock.DayMs);
        int minute = (int)((localMs - day * ZoneClock.DayMs) / 60_000);
        open = false;
        foreach (var (start, end) in _ranges)
        {
            if (minute >= start && minute < end && Trades(day))
            {
                open = true;
                return day;
            }
            if (minute - DayMinutes >= start && minute - DayMinutes < end && Trades(day + 1))
            {
                open = true;
                return day + 1;
            }
        }
        return minute >= CloseMinute ? day + 1 : day;
    }

    private bool Trades(long day) => (_days >> (int)(((day + 4) % 7 + 7) % 7) & 1) != 0;

    private static bool TryMinute(string text, out int minute)
    {
        minute = 0;
        if (text.Length != 4 || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)) return false;
        minute = value / 100 * 60 + value % 100;
        return value % 100 < 60 && minute < 2 * DayMinutes;
    }
}
