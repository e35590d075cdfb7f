using System.Globalization;

namespace ActorTrading.Domain;

/// <summary>The triggers to arm for an account: its orders, its positions' levels, and the bands of its margin.</summary>
internal static class Watching
{
    public static IReadOnlyList<PriceTrigger> List(AccountState state, IMarketView market, BrokerSettings settings)
    {
        if (!state.IsOpen || (state.Orders.Count == 0 && state.Positions.Count == 0)) return [];
        var triggers = new List<PriceTrigger>(state.Orders.Count + 3 * state.Positions.Count);
        foreach (var (id, order) in state.Orders)
            if (order.Status != OrderStatus.Submitted) Add(order.Symbol, OrderTrigger.Of(order), "order", id);
        foreach (var (id, position) in state.Positions)
        {
            if (OrderTrigger.StopLossOf(position) is { } sl) Add(position.Symbol, sl, "sl", id);
            if (OrderTrigger.TakeProfitOf(position) is { } tp) Add(position.Symbol, tp, "tp", id);
            if (position.TrailingPoints is not null && market.FindInstrument(position.Symbol) is { } instrument
                && OrderTrigger.TrailingOf(position, instrument, settings) is { } trailing) Add(position.Symbol, trailing, "trail", id);
        }
        MarginWatch.AddBands(triggers, state, market, settings);
        SleepWhereReached(triggers, market);
        return triggers;

        void Add(string symbol, OrderTrigger trigger, string what, Guid id) =>
            triggers.Add(new PriceTrigger(symbol, trigger.Source, trigger.Direction, trigger.Price,
                new TriggerKey(state.AccountId, string.Create(CultureInfo.InvariantCulture, $"{what}:{id:N}"))));
    }

    // What the present quote reaches has had its chance at it and could do nothing (market closed, nothing on offer): it waits for a
    // newer quote, or arming and firing would chase each other over the same one.
    private static void SleepWhereReached(List<PriceTrigger> triggers, IMarketView market)
    {
        for (var i = 0; i < triggers.Count; i++)
        {
            var trigger = triggers[i];
            if (market.LastQuote(trigger.Symbol) is { } quote && trigger.IsReachedBy(trigger.Source == PriceSource.Bid ? quote.Bid : quote.Ask))
                triggers[i] = trigger with { NotBefore = quote.Time.AddTicks(1) };
        }
    }
}
