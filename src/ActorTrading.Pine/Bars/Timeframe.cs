using System.Globalization;

namespace ActorTrading.Pine.Bars;

public enum TimeframeUnit { Tick, Second, Minute, Day, Week, Month }

/// <summary>
/// A chart timeframe in Pine's notation: "1", "60" (minutes), "30S", "D", "1D", "2W", "3M", "10T".
/// The default value is not valid; use <see cref="Parse"/>.
/// </summary>
public readonly record struct Timeframe(int Multiplier, TimeframeUnit Unit)
{
    public static readonly Timeframe Daily = new(1, TimeframeUnit.Day);

    public bool IsTicks => Unit == TimeframeUnit.Tick;
    public bool IsSeconds => Unit == TimeframeUnit.Second;
    public bool IsMinutes => Unit == TimeframeUnit.Minute;
    public bool IsIntraday => Unit <= TimeframeUnit.Minute;
    public bool IsDaily => Unit == TimeframeUnit.Day;
    public bool IsWeekly => Unit == TimeframeUnit.Week;
    public bool IsMonthly => Unit == TimeframeUnit.Month;
    public bool IsDwm => Unit >= TimeframeUnit.Day;

    /// <summary>Length in seconds as <c>timeframe.in_seconds</c> gives it; a month counts 2,628,003 seconds. 0 for ticks.</summary>
    public long Seconds => Multiplier * (Unit switch
    {
        TimeframeUnit.Second => 1L,
        TimeframeUnit.Minute => 60L,
        TimeframeUnit.Day => 86_400L,
        TimeframeUnit.Week => 604_800L,
        TimeframeUnit.Month => 2_628_003L,
        _ => 0L,
    });

    /// <summary>When a bar that opens at <paramref name="openMs"/> (ms UTC) ends. Months follow the calendar.</summary>
    public long EndMs(long openMs) => Unit == TimeframeUnit.Month
        ? DateTimeOffset.FromUnixTimeMilliseconds(openMs).AddMonths(Multiplier).ToUnixTimeMilliseconds()
        : openMs + Seconds * 1000;

    /// <exception cref="FormatException">Not a timeframe.</exception>
    public static Timeframe Parse(string text) => TryParse(text, out var result)
        ? result
        : throw new FormatException($"'{text}' is not a timeframe: use minutes (\"1\" to \"1440\"), seconds (\"30S\"), \"D\", \"W\" or \"M\" with an optional count before it.");

    public static bool TryParse(string? text, out Timeframe timeframe)
    {
        timeframe = default;
        if (string.IsNullOrEmpty(text)) return false;
        var unit = char.ToUpperInvariant(text[^1]) switch
        {
            'T' => TimeframeUnit.Tick,
            'S' => TimeframeUnit.Second,
            'D' => TimeframeUnit.Day,
            'W' => TimeframeUnit.Week,
            'M' => TimeframeUnit.Month,
            _ => TimeframeUnit.Minute,
        };
        var digits = unit == TimeframeUnit.Minute ? text : text[..^1];
        int count = 1;
        if (digits.Length > 0 && (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count < 1)) return false;
        if (digits.Length == 0 && unit == TimeframeUnit.Minute) return false;
        timeframe = new Timeframe(count, unit);
        return true;
    }

    /// <summary>The timeframe of bars that open at these times: the most frequent distance between neighbours, daily when there are fewer than two.</summary>
    public static Timeframe Infer(ReadOnlySpan<long> timeMs)
    {
        if (timeMs.Length < 2) return Daily;
        var counts = new Dictionary<long, int>();
        int sample = Math.Min(timeMs.Length, 5000);
        for (int i = 1; i < sample; i++)
        {
            long gap = timeMs[i] - timeMs[i - 1];
            counts[gap] = counts.GetValueOrDefault(gap) + 1;
        }
        long best = counts.MaxBy(pair => (pair.Value, -pair.Key)).Key;
        return FromMilliseconds(best);
    }

    private static Timeframe FromMilliseconds(long ms) => ms switch
    {
        >= 27L * 86_400_000 => new((int)Math.Max(1, Math.Round(ms / 2_628_003_000.0)), TimeframeUnit.Month),
        >= 6L * 86_400_000 => new((int)Math.Max(1, Math.Round(ms / 604_800_000.0)), TimeframeUnit.Week),
        >= 82_800_000 => new((int)Math.Max(1, Math.Round(ms / 86_400_000.0)), TimeframeUnit.Day),
        >= 60_000 => new((int)Math.Round(ms / 60_000.0), TimeframeUnit.Minute),
        _ => new((int)Math.Max(1, Math.Round(ms / 1000.0)), TimeframeUnit.Second),
    };

    /// <summary>Pine's notation: "60", "30S", "1D", "1W", "1M".</summary>
    public override string ToString() => Multiplier.ToString(CultureInfo.InvariantCulture) + Unit switch
    {
        TimeframeUnit.Tick => "T",
        TimeframeUnit.Second => "S",
        TimeframeUnit.Day => "D",
        TimeframeUnit.Week => "W",
        TimeframeUnit.Month => "M",
        _ => "",
    };
}
