namespace ActorTrading.Domain;

/// <summary>Weekly trading sessions in a named time zone.</summary>
/// <param name="TimeZone">IANA name, e.g. <c>America/New_York</c>.</param>
/// <param name="Sessions">Open spans, from the week's start (Sunday 00:00) in the time zone; not overlapping, in order. Empty means always open.</param>
public sealed record TradingSchedule(string TimeZone, IReadOnlyList<SessionSpan> Sessions)
{
    public static TradingSchedule Always { get; } = new("UTC", []);
}

/// <summary>An open span of the week: from <paramref name="Open"/> (inclusive) to <paramref name="Close"/> (exclusive), both measured from Sunday 00:00.</summary>
public readonly record struct SessionSpan(TimeSpan Open, TimeSpan Close);
