using System.Globalization;

namespace ActorTrading.Pine.Bars;

/// <summary>
/// Local time of one zone, fast enough for every bar: the offset is looked up once a week of data. Accepts IANA names and the
/// fixed offsets Pine writes as "UTC", "GMT+3", "UTC-05:30". Not thread-safe.
/// </summary>
public sealed class ZoneClock
{
    public const long DayMs = 86_400_000;
    private const long WeekMs = 7 * DayMs, QuarterMs = 900_000;
    private readonly TimeZoneInfo? _zone;
    private long _from = long.MaxValue, _to = long.MinValue, _offset;

    /// <exception cref="PineArgumentException">No such zone on this machine.</exception>
    public ZoneClock(string name)
    {
        Name = name;
        if (TryFixed(name, out _offset)) (_from, _to) = (long.MinValue, long.MaxValue);
        else if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)) _zone = zone;
        else throw new PineArgumentException($"'{name}' is not a time zone known here: use an IANA name such as \"America/New_York\" or an offset such as \"UTC+2\". (Are the system's time zone data installed?)");
    }

    public string Name { get; }

    public static bool Exists(string name) => TryFixed(name, out _) || TimeZoneInfo.TryFindSystemTimeZoneById(name, out _);

    /// <summary>Milliseconds to add to UTC.</summary>
    public long OffsetMs(long utcMs)
    {
        if (utcMs < _from || utcMs >= _to) Load(utcMs);
        return _offset;
    }

    /// <summary>Local time as milliseconds since 1970-01-01 00:00 local.</summary>
    public long ToLocal(long utcMs) => utcMs + OffsetMs(utcMs);

    /// <summary>The instant of a local time; of one that occurs twice the first, of one that is skipped the moment after the gap.</summary>
    public long ToUtc(long localMs)
    {
        // Offsets before and after decide; try the earlier instant first.
        long early = localMs - OffsetMs(localMs - DayMs), late = localMs - OffsetMs(localMs + DayMs);
        long first = Math.Min(early, late), second = Math.Max(early, late);
        if (ToLocal(first) == localMs) return first;
        return ToLocal(second) == localMs ? second : second;
    }

    /// <summary>Sunday 1 to Saturday 7, as Pine counts, of a local time.</summary>
    public static int DayOfWeek(long localMs)
    {
        long day = FloorDiv(localMs, DayMs);
        return (int)(((day + 4) % 7 + 7) % 7) + 1;
    }

    public static long FloorDiv(long a, long b) => a >= 0 ? a / b : -((-a + b - 1) / b);

    private void Load(long utcMs)
    {
        long start = FloorDiv(utcMs, WeekMs) * WeekMs, end = start + WeekMs;
        long before = Lookup(start), after = Lookup(end);
        if (before != after)
        {
            // One change of offset within the week: find its quarter of an hour.
            long low = start, high = end;
            while (high - low > QuarterMs)
            {
                long middle = low + (high - low) / 2 / QuarterMs * QuarterMs;
                if (middle == low) break;
                if (Lookup(middle) == before) low = middle;
                else high = middle;
            }
            if (utcMs < high) end = high;
            else (start, before) = (high, after);
        }
        (_from, _to, _offset) = (start, end, before);
    }

    private long Lookup(long utcMs) =>
        (long)_zone!.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(utcMs, -62_135_596_800_000, 253_402_300_799_000))).TotalMilliseconds;

    private static bool TryFixed(string name, out long offsetMs)
    {
        offsetMs = 0;
        if (name is "UTC" or "GMT" or "Etc/UTC" or "Etc/GMT" or "Z") return true;
        var text = name.StartsWith("UTC", StringComparison.OrdinalIgnoreCase) || name.StartsWith("GMT", StringComparison.OrdinalIgnoreCase) ? name[3..] : name;
        if (text == "0") return true;
        if (text.Length < 2 || text[0] is not ('+' or '-')) return false;
        var digits = text[1..].Replace(":", "", StringComparison.Ordinal);
        if (digits.Length > 4 || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value)) return false;
        int minutes = digits.Length <= 2 ? value * 60 : value / 100 * 60 + value % 100;
        if (minutes > 18 * 60) return false;
        offsetMs = (text[0] == '-' ? -1 : 1) * minutes * 60_000L;
        return true;
    }
}
