namespace ActorTrading.Mt5.Wire;

/// <summary>
/// Turns the terminal's times, which count from 1970 in the broker server's zone, into UTC and back.
/// One thread uses it: it remembers the offset of the current hour, because looking one up per tick is dear.
/// </summary>
internal sealed class ServerClock(TimeZoneInfo zone)
{
    /// <summary>Times outside 1971 to 2999 are not believed.</summary>
    public const long MinMs = 31_536_000_000;
    public const long MaxMs = 32_503_680_000_000;

    private const long HourMs = 3_600_000;
    private readonly bool _isUtc = zone.BaseUtcOffset == TimeSpan.Zero && !zone.SupportsDaylightSavingTime;
    private long _hour = long.MinValue;
    private long _offsetMs;

    public static bool IsPlausible(long serverMs) => serverMs is >= MinMs and < MaxMs;

    /// <param name="serverMs">Milliseconds since 1970 in the server's zone, plausible.</param>
    public DateTimeOffset ToUtc(long serverMs)
    {
        if (_isUtc)
            return DateTimeOffset.FromUnixTimeMilliseconds(serverMs);
        var hour = serverMs / HourMs;
        if (hour != _hour)
        {
            var local = DateTime.SpecifyKind(DateTimeOffset.FromUnixTimeMilliseconds(hour * HourMs).DateTime, DateTimeKind.Unspecified);
            _offsetMs = (long)zone.GetUtcOffset(local).TotalMilliseconds;
            _hour = hour;
        }
        return DateTimeOffset.FromUnixTimeMilliseconds(serverMs - _offsetMs);
    }

    public long ToServerSeconds(DateTimeOffset utc) =>
        utc.ToUnixTimeSeconds() + (long)zone.GetUtcOffset(utc).TotalSeconds;
}
