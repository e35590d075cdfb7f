namespace ActorTrading.Domain;

/// <summary>
/// The simulated broker: decides commands and reacts to quotes and to time as a MetaTrader 5 server does. Pure: the answer depends on
/// the arguments alone, and nothing is changed; the caller appends the events to the ledger. Where it is given a draft, what happens is
/// added there: the caller commits the draft.
/// </summary>
public static class BrokerEngine
{
    /// <summary>
    /// What a command does to an account. A command whose client order id was seen before does nothing again and is answered as the
    /// first time. The checks run in the order: account, symbol, trade mode, volume, price, filling, expiry, session, quote, distance from
    /// the market, stops, limits, deviation, liquidity, money.
    /// </summary>
    /// <param name="now">UTC, not before the account's last entry.</param>
    public static BrokerDecision Decide(AccountState state, TradeCommand command, IMarketView market, BrokerSettings settings, DateTimeOffset now) =>
        Decide(new LedgerDraft(state), command, market, settings, now);

    /// <inheritdoc cref="Decide(AccountState, TradeCommand, IMarketView, BrokerSettings, DateTimeOffset)"/>
    /// <param name="draft">The account as it is to be decided on; gets the decision's events.</param>
    public static BrokerDecision Decide(LedgerDraft draft, TradeCommand command, IMarketView market, BrokerSettings settings, DateTimeOffset now)
    {
        var before = draft.State;
        var session = new BrokerSession(draft, new MarketMoment(market), settings, now);
        var decision = command switch
        {
            PlaceOrder c => Placing.Place(session, c),
            ModifyOrder c => PendingChanges.Modify(session, Kept.Resolve(c, before)),
            CancelOrder c => PendingChanges.Cancel(session, c),
            ModifyPosition c => PositionChanges.Modify(session, Kept.Resolve(c, before)),
            ClosePosition c => PositionChanges.Close(session, c),
            CloseBy c => PositionChanges.CloseBy(session, c),
            AdjustBalance c => BalanceChanges.Adjust(session, c),
            _ => new BrokerDecision(Retcode.Invalid, $"Unknown command {command.GetType().Name}.", []),
        };
        // Some refusals come when the order has been tried already.
        if (decision.Events.Count == 0) session.RollBack(before, 0);
        return decision;
    }

    /// <summary>
    /// What a quote does to an account, in this order: what time has made due (<see cref="OnTime"/>), stop losses and take profits,
    /// pending orders, trailing stops, margin. What the account trades in the quote's symbol it trades at this quote, also where
    /// <paramref name="market"/> has a newer one by now. Nothing is lost when quotes that hit no trigger of <see cref="WatchList"/> are left out.
    /// </summary>
    public static IReadOnlyList<LedgerEvent> OnQuote(AccountState state, Quote quote, IMarketView market, BrokerSettings settings, DateTimeOffset now, DateTimeOffset? at = null) =>
        OnQuote(new LedgerDraft(state), quote, market, settings, now, at);

    /// <inheritdoc cref="OnQuote(AccountState, Quote, IMarketView, BrokerSettings, DateTimeOffset, DateTimeOffset?)"/>
    /// <param name="draft">The account; gets the events.</param>
    /// <param name="at">
    /// When the quote came, where that was before now (<see cref="CameAt"/>): the session is that of then, and the quote reaches nothing that was
    /// opened or placed since.
    /// </param>
    public static IReadOnlyList<LedgerEvent> OnQuote(LedgerDraft draft, Quote quote, IMarketView market, BrokerSettings settings, DateTimeOffset now, DateTimeOffset? at = null)
    {
        if (!draft.State.IsOpen) return [];
        var session = new BrokerSession(draft, new MarketMoment(market, quote), settings, now, at);
        TimeReaction.React(session);
        var hasGrown = QuoteReaction.HasGrownSince(session);
        QuoteReaction.React(session, quote);
        // An account that has opened something since had another margin then: it is judged at the prices of now.
        MarginReaction.React(hasGrown ? new BrokerSession(draft, new MarketMoment(market), settings, now) : session, quote.Symbol);
        return session.Events;
    }

    /// <summary>
    /// When a quote came, given what it fired: not before that was there, however far apart the clocks of the account and of whoever saw the
    /// quote are.
    /// </summary>
    /// <param name="at">When it came, by the clock of who saw it.</param>
    public static DateTimeOffset CameAt(AccountState state, IReadOnlyList<PriceTrigger> fired, DateTimeOffset at) => Watching.CameAt(state, fired, at);

    /// <summary>Orders that have expired and swap that is due; the account is asked at <see cref="NextTimeEvent"/>.</summary>
    public static IReadOnlyList<LedgerEvent> OnTime(AccountState state, IMarketView market, BrokerSettings settings, DateTimeOffset now) =>
        OnTime(new LedgerDraft(state), market, settings, now);

    /// <inheritdoc cref="OnTime(AccountState, IMarketView, BrokerSettings, DateTimeOffset)"/>
    /// <param name="draft">The account; gets the events.</param>
    /// <param name="at">What was due then, where that is before now.</param>
    public static IReadOnlyList<LedgerEvent> OnTime(LedgerDraft draft, IMarketView market, BrokerSettings settings, DateTimeOffset now, DateTimeOffset? at = null)
    {
        if (!draft.State.IsOpen) return [];
        var session = new BrokerSession(draft, new MarketMoment(market), settings, now, at);
        TimeReaction.React(session);
        return session.Events;
    }

    /// <summary>
    /// When <see cref="OnTime"/> has next to be asked, UTC: not after <paramref name="now"/> while an expiry or a swap is due already; null while no
    /// order expires and no position is open.
    /// </summary>
    public static DateTimeOffset? NextTimeEvent(AccountState state, IMarketView market, BrokerSettings settings, DateTimeOffset now)
    {
        DateTimeOffset? next = state.Positions.Count == 0 ? null
            : RolloverEngine.Due(state, market, settings, now, max: 1).Count > 0 ? now
            : settings.TradingDay.NextStart(now);
        foreach (var (_, order) in state.Orders)
            if (order.ExpiresAt is { } at && (next is null || at < next)) next = at;
        return next;
    }

    /// <summary>
    /// Most ledger entries that one call here can make of an account that keeps to these settings. An order can expire, or fill by two deals (a
    /// reversal) and be deleted; a position can lose a part at its level, be trailed and lose another by stop-out, or be closed by a command and
    /// what is left of that order cancelled; the rest are the margin's announcements.
    /// </summary>
    public static int EntriesMax(BrokerSettings settings) => 3 * settings.PendingOrdersMax + 5 * settings.PositionsMax + RolloverEngine.PassMax + 4;

    /// <summary>
    /// The price thresholds at which <see cref="OnQuote"/> has to be asked. Valid for this state: after every event the list is made
    /// anew. At any quote that reaches none of them, OnQuote would give no events. A trigger that was reached by a quote at which the account has
    /// been judged already sleeps until a later one, so that it may be armed without firing at once.
    /// </summary>
    /// <param name="judged">
    /// The last quote of each symbol that <see cref="OnQuote"/> was given, where that is not always the market's newest: a level that another quote
    /// reaches before it is armed has not had its chance.
    /// </param>
    public static IReadOnlyList<PriceTrigger> WatchList(AccountState state, IMarketView market, BrokerSettings settings, IReadOnlyDictionary<string, Quote>? judged = null) =>
        Watching.List(state, new MarketMoment(market), settings, judged);
}
