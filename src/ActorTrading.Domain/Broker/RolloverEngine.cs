namespace ActorTrading.Domain;

/// <summary>Which swaps are due: one per position and trading day that ended while it was open and that has not been charged.</summary>
public static class RolloverEngine
{
    /// <summary>Most swaps charged in one pass, so that what comes of it can be written at once; a longer absence takes several.</summary>
    public const int PassMax = 500;

    /// <summary>
    /// The swaps due at <paramref name="now"/>, oldest day first over all positions, at the market's newest prices. A position whose swap cannot be
    /// computed for want of a quote is left for the next time. Asking again after the events were applied gives what is left, at last nothing.
    /// </summary>
    /// <param name="max">Most of them.</param>
    public static IReadOnlyList<SwapCharged> Due(AccountState state, IMarketView market, BrokerSettings settings, DateTimeOffset now, int max = PassMax)
    {
        if (state.Positions.Count == 0) return [];
        var today = settings.TradingDay.DayOf(now);
        var startOfToday = settings.TradingDay.StartOf(today);
        List<Debt>? debts = null;
        foreach (var (_, position) in state.Positions)
        {
            if (position.OpenedAt >= startOfToday) continue;
            var day = position.SwapChargedThrough is { } last ? last.AddDays(1) : settings.TradingDay.DayOf(position.OpenedAt);
            if (day >= today || market.FindInstrument(position.Symbol) is not { } instrument) continue;
            if (SwapCalculator.PerDay(position, instrument, state.Currency, market) is not { } perDay || perDay == 0) continue;
            (debts ??= []).Add(new Debt(day, position.Id, instrument, perDay));
        }
        if (debts is null) return [];
        debts.Sort(static (a, b) => a.From != b.From ? a.From.CompareTo(b.From) : a.PositionId.CompareTo(b.PositionId));
        return Oldest(debts, today, state.Currency, max);
    }

    private static List<SwapCharged> Oldest(List<Debt> debts, DateOnly today, string currency, int max)
    {
        var due = new List<SwapCharged>();
        for (var day = debts[0].From; day < today; day = day.AddDays(1))
        {
            var ofDay = due.Count;
            foreach (var debt in debts)
            {
                if (debt.From > day) break;
                var days = SwapCalculator.Days(debt.Instrument, day);
                if (days > 0) due.Add(new SwapCharged(debt.PositionId, Currencies.Round(debt.PerDay * days, currency), day));
            }
            due.Sort(ofDay, due.Count - ofDay, ByPosition);
            if (due.Count < max) continue;
            due.RemoveRange(max, due.Count - max);
            break;
        }
        return due;
    }

    private static readonly Comparer<SwapCharged> ByPosition = Comparer<SwapCharged>.Create(static (a, b) => a.PositionId.CompareTo(b.PositionId));

    /// <summary>What a position owes for each day from one on.</summary>
    private readonly record struct Debt(DateOnly From, Guid PositionId, Instrument Instrument, decimal PerDay);
}
