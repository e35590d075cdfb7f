namespace ActorTrading.Domain;

/// <summary>Which swaps are due: one per position and trading day that ended while it was open and that has not been charged.</summary>
public static class RolloverEngine
{
    /// <summary>Most trading days made up for in one go; a longer absence takes several.</summary>
    public const int CatchUpDaysMax = 400;

    /// <summary>
    /// The swaps due at <paramref name="now"/>, oldest day first, at the market's newest prices. A position whose swap cannot be
    /// computed for want of a quote is left for the next time. Asking again after the events were applied gives nothing.
    /// </summary>
    public static IReadOnlyList<SwapCharged> Due(AccountState state, IMarketView market, BrokerSettings settings, DateTimeOffset now)
    {
        if (state.Positions.Count == 0) return [];
        var today = settings.TradingDay.DayOf(now);
        var startOfToday = settings.TradingDay.StartOf(today);
        List<SwapCharged>? due = null;
        foreach (var (_, position) in state.Positions)
        {
            if (position.OpenedAt >= startOfToday) continue;
            var day = position.SwapChargedThrough is { } last ? last.AddDays(1) : settings.TradingDay.DayOf(position.OpenedAt);
            if (day >= today || market.FindInstrument(position.Symbol) is not { } instrument) continue;
            if (SwapCalculator.PerDay(position, instrument, state.Currency, market) is not { } perDay) continue;
            for (var n = 0; day < today && n < CatchUpDaysMax; day = day.AddDays(1), n++)
            {
                var days = SwapCalculator.Days(instrument, day);
                if (days > 0 && perDay != 0) (due ??= []).Add(new SwapCharged(position.Id, Currencies.Round(perDay * days, state.Currency), day));
            }
        }
        if (due is null) return [];
        due.Sort(static (a, b) => a.TradingDay != b.TradingDay ? a.TradingDay.CompareTo(b.TradingDay) : a.PositionId.CompareTo(b.PositionId));
        return due;
    }
}
