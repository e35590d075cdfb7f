namespace ActorTrading.Domain;

/// <summary>One decision in the making, on the account as the draft has it: the state as it is after the events so far.</summary>
internal sealed class BrokerSession(LedgerDraft draft, IMarketView market, BrokerSettings settings, DateTimeOffset now)
{
    private readonly List<LedgerEvent> _events = new(2);
    private readonly int _drafted = draft.Entries.Count;

    public AccountState State => draft.State;

    public IMarketView Market => market;

    public BrokerSettings Settings => settings;

    public DateTimeOffset Now => now;

    public IReadOnlyList<LedgerEvent> Events => _events;

    public int EventCount => _events.Count;

    public void Emit(LedgerEvent e)
    {
        draft.Add(e, now);
        _events.Add(e);
    }

    /// <summary>Takes back what was emitted after a mark; states are immutable, so that this is an assignment.</summary>
    public void RollBack(AccountState state, int eventCount)
    {
        draft.RollBack(state, _drafted + eventCount);
        _events.RemoveRange(eventCount, _events.Count - eventCount);
    }

    /// <summary>The newest quote that may be traded at: there is one, and it is not too old.</summary>
    public Quote? TradableQuote(string symbol) =>
        market.LastQuote(symbol) is { } quote && (settings.QuoteAgeMax is not { } max || now - quote.Time <= max) ? quote : null;
}
