using System.Globalization;

namespace ActorTrading.Domain;

/// <summary>The triggers to arm for an account: its orders, its positions' levels, and the bands of its margin.</summary>
internal static class Watching
{
    public static IReadOnlyList<PriceTrigger> List(AccountState state, IMarketView market, BrokerSettings settings, IReadOnlyDictionary<string, Quote>? judged)
    {
        if (!state.IsOpen || (state.Orders.Count == 0 && state.Positions.Count == 0)) return [];
        var triggers = new List<PriceTrigger>(state.Orders.Count + 3 * state.Positions.Count);
        foreach (var (id, order) in state.Orders)
            if (order.Status != OrderStatus.Submitted) Add(order.Symbol, OrderTrigger.Of(order), OrderRole, id);
        foreach (var (id, position) in state.Positions)
        {
            if (OrderTrigger.StopLossOf(position) is { } sl) Add(position.Symbol, sl, "sl", id);
            if (OrderTrigger.TakeProfitOf(position) is { } tp) Add(position.Symbol, tp, "tp", id);
            if (position.TrailingPoints is not null && market.FindInstrument(position.Symbol) is { } instrument
                && OrderTrigger.TrailingOf(position, instrument, settings) is { } trailing) Add(position.Symbol, trailing, "trail", id);
        }
        MarginWatch.AddBands(triggers, state, market, settings);
        SleepWhereReached(triggers, market, judged);
        return triggers;

        void Add(string symbol, OrderTrigger trigger, string what, Guid id) =>
            triggers.Add(new PriceTrigger(symbol, trigger.Source, trigger.Direction, trigger.Price,
                new TriggerKey(state.AccountId, string.Create(CultureInfo.InvariantCulture, $"{what}:{id:N}"))));
    }

    /// <summary>Not before what was fired was there; what was fired and is gone says nothing.</summary>
    public static DateTimeOffset CameAt(AccountState state, IReadOnlyList<PriceTrigger> fired, DateTimeOffset at)
    {
        foreach (var trigger in fired)
        {
            var tag = trigger.Key.Tag.AsSpan();
            var colon = tag.IndexOf(':');
            if (colon < 0 || !Guid.TryParseExact(tag[(colon + 1)..], "N", out var id)) continue;
            var since = tag[..colon].SequenceEqual(OrderRole) ? state.Orders.GetValueOrDefault(id)?.CreatedAt : state.Positions.GetValueOrDefault(id)?.OpenedAt;
            if (since > at) at = since.Value;
        }
        return at;
    }

    // What a quote reached at which the account was judged has had its chance at it and could do nothing (market closed, nothing on offer): it
    // waits for a newer quote, or arming and firing would chase each other over the same one.
    private static void SleepWhereReached(List<PriceTrigger> triggers, IMarketView market, IReadOnlyDictionary<string, Quote>? judged)
    {
        for (var i = 0; i < triggers.Count; i++)
        {
            var trigger = triggers[i];
            if (SeenBy(trigger, market, judged) is { } quote && trigger.IsReachedBy(trigger.Source == PriceSource.Bid ? quote.Bid : quote.Ask))
                triggers[i] = trigger with { NotBefore = quote.Time.AddTicks(1) };
        }
    }

    private static Quote? SeenBy(PriceTrigger trigger, IMarketView market, IReadOnlyDictionary<string, Quote>? judged)
    {
        var newest = market.LastQuote(trigger.Symbol);
        if (judged is null) return newest;
        Quote? seen = judged.TryGetValue(trigger.Symbol, out var last) ? last : null;
        // Time has gone back since: the quotes to come are those after the newest.
        if (seen?.Time - newest?.Time > BehindMax) return newest;
        // An order that acts at every quote has acted at the one that it was decided at.
        if (trigger.Price == OrderTrigger.EveryQuote.Price && trigger.Key.Tag.StartsWith(OrderRole, StringComparison.Ordinal)
            && newest is not null && !(seen?.Time > newest?.Time)) seen = newest;
        return seen;
    }

    private const string OrderRole = "order";

    /// <summary>
    /// How far the market, as this process knows it, may be behind the quote that the account was judged at. Further means that another feed took
    /// over whose clock is behind, or that a recording began anew.
    /// </summary>
    private static readonly TimeSpan BehindMax = TimeSpan.FromMinutes(1);
}
