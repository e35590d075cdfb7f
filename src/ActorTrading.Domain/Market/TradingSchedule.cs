namespace ActorTrading.Domain;

/// <summary>Weekly trading sessions in a named time zone.</summary>
/// <param name="TimeZone">IANA name, e.g. <c>America/New_York</c>.</param>
/// <param name="Sessions">Open spans, from the week's start (Sunday 00:00) in the time zone; not overlapping, in order. Empty means always open.</param>
public sealed record TradingSchedule(string TimeZone, IReadOnlyList<SessionSpan> Sessions)
{
    public static TradingSchedule Always { get; } = new("UTC", []);

    /// <summary>Forex: Sunday 17:00 to Friday 17:00 New York.</summary>
    public static TradingSchedule Forex { get; } = new("America/New_York", [
        new(TimeSpan.FromHours(17), TimeSpan.FromHours(5 * 24 + 17)),
    ]);

    /// <summary>Metals and index CFDs: as forex, with a break from 17:00 to 18:00 New York each day.</summary>
    public static TradingSchedule WithDailyBreak { get; } = new("America/New_York",
        [.. Enumerable.Range(0, 5).Select(day => new SessionSpan(TimeSpan.FromHours(day * 24 + 18), TimeSpan.FromHours((day + 1) * 24 + 17)))]);

    /// <summary>Whether the symbol may be traded at <paramref name="now"/>.</summary>
    public bool IsOpen(DateTimeOffset now)
    {
        if (Sessions.Count == 0) return true;
        var local = TimeZoneInfo.ConvertTime(now, TimeZones.Find(TimeZone));
        var sinceSunday = TimeSpan.FromDays((int)local.DayOfWeek) + local.TimeOfDay;
        foreach (var session in Sessions)
            if (sinceSunday >= session.Open && sinceSunday < session.Close) return true;
        return false;
    }
}

/// <summary>An open span of the week: from <paramref name="Open"/> (inclusive) to <paramref name="Close"/> (exclusive), both measured from Sunday 00:00.</summary>
public readonly record struct SessionSpan(TimeSpan Open, TimeSpan Close);
