namespace ActorTrading.Domain;

/// <summary>One decision in the making, on the account as the draft has it: the state as it is after the events so far.</summary>
/// <param name="at">When that came which is reacted to, where it was before now.</param>
internal sealed class BrokerSession(LedgerDraft draft, IMarketView market, BrokerSettings settings, DateTimeOffset now, DateTimeOffset? at = null)
{
    private readonly int _drafted = draft.Entries.Count;

    public AccountState State => draft.State;

    public IMarketView Market => market;

    public BrokerSettings Settings => settings;

    /// <summary>What happens, happens now: the time of its entries.</summary>
    public DateTimeOffset Now => now;

    /// <summary>What can happen is judged as of then: sessions, expiries, roll-overs, and what was there to be reached.</summary>
    public DateTimeOffset At => at ?? now;

    /// <summary>The decision's events so far, as they are now.</summary>
    public IReadOnlyList<LedgerEvent> Events
    {
        get
        {
            var events = new LedgerEvent[EventCount];
            for (var i = 0; i < events.Length; i++) events[i] = EventAt(i);
            return events;
        }
    }

    public int EventCount => draft.Entries.Count - _drafted;

    public LedgerEvent EventAt(int index) => draft.Entries[_drafted + index].Event;

    public void Emit(LedgerEvent e) => draft.Add(e, now);

    /// <summary>Takes back what was emitted after a mark; states are immutable, so that this is an assignment.</summary>
    public void RollBack(AccountState state, int eventCount) => draft.RollBack(state, _drafted + eventCount);

    /// <summary>The newest quote that may be traded at: there is one, and it is not too old.</summary>
    public Quote? TradableQuote(string symbol) =>
        market.LastQuote(symbol) is { } quote && (settings.QuoteAgeMax is not { } max || now - quote.Time <= max) ? quote : null;
}
