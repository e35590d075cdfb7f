namespace ActorTrading.Domain;

/// <summary>Where a risk limit's period begins, and when a stop within it ends. All boundaries are UTC; weeks begin on Monday.</summary>
internal static class RiskPeriods
{
    public static DateTimeOffset Start(RiskPeriod period, DateTimeOffset now)
    {
        var day = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var month = new DateTimeOffset(now.UtcDateTime.Year, now.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);
        return period switch
        {
            RiskPeriod.Day => now.AddDays(-1),
            RiskPeriod.Date => day,
            RiskPeriod.Week => now.AddDays(-7),
            RiskPeriod.WeekToDate => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            RiskPeriod.Month => now.AddMonths(-1),
            RiskPeriod.MonthToDate => month,
            RiskPeriod.Quarter => now.AddMonths(-3),
            RiskPeriod.QuarterToDate => month.AddMonths(-((month.Month - 1) % 3)),
            RiskPeriod.Year => now.AddYears(-1),
            RiskPeriod.YearToDate => month.AddMonths(1 - month.Month),
            _ => DateTimeOffset.MinValue,
        };
    }

    /// <summary>When a limit reached now lets go: the next calendar boundary, or a whole rolling period; null for a lifetime.</summary>
    public static DateTimeOffset? End(RiskPeriod period, DateTimeOffset now) => period switch
    {
        RiskPeriod.Day => now.AddDays(1),
        RiskPeriod.Date => Start(RiskPeriod.Date, now).AddDays(1),
        RiskPeriod.Week => now.AddDays(7),
        RiskPeriod.WeekToDate => Start(RiskPeriod.WeekToDate, now).AddDays(7),
        RiskPeriod.Month => now.AddMonths(1),
        RiskPeriod.MonthToDate => Start(RiskPeriod.MonthToDate, now).AddMonths(1),
        RiskPeriod.Quarter => now.AddMonths(3),
        RiskPeriod.QuarterToDate => Start(RiskPeriod.QuarterToDate, now).AddMonths(3),
        RiskPeriod.Year => now.AddYears(1),
        RiskPeriod.YearToDate => Start(RiskPeriod.YearToDate, now).AddYears(1),
        _ => null,
    };

    /// <summary>The name in stop reasons, e.g. <c>week-to-date</c>.</summary>
    public static string NameOf(Enum value)
    {
        var name = value.ToString();
        return string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString()));
    }
}
