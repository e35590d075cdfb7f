namespace ActorTrading.Pine.Runtime;

/// <summary>Trading days of a chart: the calendar day of the symbol's time zone in which a session ends.</summary>
internal static class TradingDays
{
    private const long DayMs = 86_400_000;

    /// <summary>Number of the trading day, counted from 1970-01-01, to which a bar that opens at <paramref name="timeMs"/> (ms UTC) belongs.</summary>
    public static long Of(long timeMs, ScriptContext context)
    {
        long offset = (long)context.TimeZone.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(timeMs)).TotalMilliseconds;
        return (long)Math.Floor((timeMs + offset) / (double)DayMs);
    }
}
