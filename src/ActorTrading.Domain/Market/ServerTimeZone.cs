using System.Diagnostics.CodeAnalysis;

namespace ActorTrading.Domain;

/// <summary>The time zones in which broker servers tell their times, by name: an IANA name, or <see cref="NewYorkClose"/>.</summary>
public static class ServerTimeZone
{
    /// <summary>
    /// UTC+2, and UTC+3 while New York has its summer time, so that the server's midnight is 17:00 New York all year. Most forex
    /// brokers' servers keep it; no IANA zone does, since Europe's clocks change on other days.
    /// </summary>
    public const string NewYorkClose = "NewYorkClose";

    private static readonly TimeZoneInfo SevenHoursAfterNewYork = AfterNewYork();

    public static bool TryFind(string name, [NotNullWhen(true)] out TimeZoneInfo? zone)
    {
        if (name == NewYorkClose)
        {
            zone = SevenHoursAfterNewYork;
            return true;
        }

        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone) && zone.HasIanaId;
    }

    /// <exception cref="TimeZoneNotFoundException">The name is none of a server's time zone.</exception>
    public static TimeZoneInfo Find(string name) => TryFind(name, out var zone) ? zone : throw new TimeZoneNotFoundException($"'{name}' is not a time zone: {Names}.");

    /// <summary>Which names are right, for an error's text.</summary>
    public static string Names => $"an IANA name such as Europe/Athens is, or {NewYorkClose} (UTC+2, and UTC+3 in New York's summer)";

    /// <summary>New York's clocks change at 2:00, which is 9:00 of the same Sunday at the server.</summary>
    private static TimeZoneInfo AfterNewYork()
    {
        return TimeZoneInfo.CreateCustomTimeZone(NewYorkClose, TimeSpan.FromHours(2), NewYorkClose, NewYorkClose, NewYorkClose,
            [Rule(1987, 2006, Sunday(4, 1), Sunday(10, 5)), Rule(2007, 9999, Sunday(3, 2), Sunday(11, 1))]);

        static TimeZoneInfo.TransitionTime Sunday(int month, int week) =>
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 9, 0, 0), month, week, DayOfWeek.Sunday);

        static TimeZoneInfo.AdjustmentRule Rule(int from, int to, TimeZoneInfo.TransitionTime begins, TimeZoneInfo.TransitionTime ends) =>
            TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(new DateTime(from, 1, 1), to == 9999 ? DateTime.MaxValue.Date : new DateTime(to, 12, 31), TimeSpan.FromHours(1), begins, ends);
    }
}
