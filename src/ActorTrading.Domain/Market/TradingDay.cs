namespace ActorTrading.Domain;

/// <summary>
/// Where a trading day begins: a wall-clock time in a named time zone. Daily and longer bars, roll-over and day orders follow it.
/// A start at noon or later belongs to the next date: 17:00 New York on Sunday begins Monday.
/// </summary>
/// <param name="TimeZone">IANA name.</param>
/// <param name="StartsAt">Wall-clock time, from 00:00 to below 24:00.</param>
public sealed record TradingDay(string TimeZone, TimeSpan StartsAt)
{
    /// <summary>17:00 New York, the usual forex day.</summary>
    public static TradingDay NewYork { get; } = new("America/New_York", TimeSpan.FromHours(17));

    public static TradingDay Utc { get; } = new("UTC", TimeSpan.Zero);

    /// <summary>Midnight of a server whose clock follows a time zone, such as <c>Europe/Athens</c>.</summary>
    public static TradingDay ServerTime(string timeZone) => new(timeZone, TimeSpan.Zero);

    private bool BelongsToNextDate => StartsAt >= TimeSpan.FromHours(12);

    /// <summary>The trading day that contains <paramref name="instant"/>, by date.</summary>
    public DateOnly DayOf(DateTimeOffset instant)
    {
        var local = TimeZoneInfo.ConvertTime(instant, TimeZones.Find(TimeZone)).DateTime;
        var day = DateOnly.FromDateTime(local - StartsAt);
        return BelongsToNextDate ? day.AddDays(1) : day;
    }

    /// <summary>
    /// When the trading day begins, UTC. Where the wall clock skips the start it begins with the clock's leap; where the wall clock
    /// shows it twice it begins the first time.
    /// </summary>
    public DateTimeOffset StartOf(DateOnly day)
    {
        var zone = TimeZones.Find(TimeZone);
        var local = (BelongsToNextDate ? day.AddDays(-1) : day).ToDateTime(TimeOnly.FromTimeSpan(StartsAt));
        if (zone.IsInvalidTime(local))
        {
            // The first valid wall time after the gap has the offset from after it; its instant is the leap itself.
            while (zone.IsInvalidTime(local)) local = local.AddMinutes(15);
            return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
        }
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    /// <summary>When the trading day ends, UTC: the start of the next.</summary>
    public DateTimeOffset EndOf(DateOnly day) => StartOf(day.AddDays(1));

    /// <summary>The first start of a trading day after <paramref name="instant"/>, UTC.</summary>
    public DateTimeOffset NextStart(DateTimeOffset instant) => EndOf(DayOf(instant));
}
