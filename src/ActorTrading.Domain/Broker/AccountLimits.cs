namespace ActorTrading.Domain;

/// <summary>What an account may hold: numbers of orders and positions, volume in one direction, and margin.</summary>
internal static class AccountLimits
{
    public static Refusal? Check(BrokerSession session, Instrument instrument, PlaceOrder command)
    {
        var state = session.State;
        if (command.Type != OrderType.Market && Orders(session) is { } many) return many;
        if (command.Type == OrderType.Market && Positions(session, command.Symbol) is { } full) return full;
        if (instrument.VolumeLimit is not { } limit) return null;

        var held = 0m;
        foreach (var (_, position) in state.Positions)
            if (position.Symbol == command.Symbol)
                held += position.Side == command.Side ? position.Volume : state.Mode == PositionMode.Netting ? -position.Volume : 0m;
        foreach (var (_, order) in state.Orders)
            if (order.Symbol == command.Symbol && order.Side == command.Side && order.ClosesPositionId is null) held += order.RemainingVolume;
        return held + command.Volume > limit
            ? new Refusal(Retcode.LimitVolume, $"{held} + {command.Volume} lots {command.Side} exceed the limit of {limit} lots in {command.Symbol}.")
            : null;
    }

    /// <summary>Whether one more order may rest; a market order that is filled in part rests too.</summary>
    public static Refusal? Orders(BrokerSession session)
    {
        var (state, max) = (session.State, session.Settings.PendingOrdersMax);
        return state.Orders.Count >= max ? new Refusal(Retcode.LimitOrders, $"The account has {state.Orders.Count} orders; {max} are allowed.") : null;
    }

    /// <summary>Whether one more position may be opened; in netting mode a symbol that has one gets no second.</summary>
    public static Refusal? Positions(BrokerSession session, string symbol)
    {
        var (state, max) = (session.State, session.Settings.PositionsMax);
        return state.Positions.Count >= max && (state.Mode == PositionMode.Hedging || Execution.PositionIn(state, symbol) is null)
            ? new Refusal(Retcode.LimitPositions, $"The account has {state.Positions.Count} positions; {max} are allowed.")
            : null;
    }

    /// <summary>
    /// Whether the account could pay for what the session's events since <paramref name="mark"/> did. Equity before it, less its commission, must cover the margin
    /// after it; a fill that does not raise the margin (a close, a hedge) is always allowed.
    /// </summary>
    public static Refusal? Money(BrokerSession session, AccountState before, int mark)
    {
        var marginAfter = MarginCalculator.Total(session.State, session.Market);
        var figures = AccountFigures.Of(before, session.Market);
        if (marginAfter is { } after && figures.IsComplete && after <= figures.Margin) return null;
        if (marginAfter is not { } margin || !figures.IsComplete)
            return Lowers(before, session.State) ? null
                : new Refusal(Retcode.PriceOff, $"The margin cannot be computed: no quote or rate for {string.Join(", ", figures.MissingSymbols)}.");
        var commission = CommissionSince(session, mark);
        return figures.Equity + commission >= margin
            ? null
            : NoMoney(session, figures.Equity + commission, margin);
    }

    /// <summary>Whether equity covers the margin as it stands.</summary>
    public static Refusal? Money(BrokerSession session, AccountFigures figures)
    {
        if (!figures.IsComplete)
            return new Refusal(Retcode.PriceOff, $"The margin cannot be computed: no quote or rate for {string.Join(", ", figures.MissingSymbols)}.");
        return figures.FreeMargin >= 0 ? null : NoMoney(session, figures.Equity, figures.Margin);
    }

    private static Refusal NoMoney(BrokerSession session, decimal equity, decimal margin)
    {
        var currency = session.State.Currency;
        return new Refusal(Retcode.NoMoney, $"Equity of {Currencies.Format(equity, currency)} does not cover a margin of {Currencies.Format(margin, currency)}.");
    }

    // Without rates one can still see that nothing was opened.
    private static bool Lowers(AccountState before, AccountState after)
    {
        foreach (var (id, position) in after.Positions)
            if (!before.Positions.TryGetValue(id, out var old) || position.Volume > old.Volume) return false;
        return true;
    }

    private static decimal CommissionSince(BrokerSession session, int mark)
    {
        var sum = 0m;
        for (var i = mark; i < session.EventCount; i++)
            if (session.EventAt(i) is DealExecuted e) sum += e.Deal.Commission;
        return sum;
    }
}
