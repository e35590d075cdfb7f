namespace ActorTrading.Domain;

/// <summary>What is seen at the terminal, and what it means for the ledger.</summary>
public static partial class TerminalBook
{
    /// <summary>What an observation adds to the ledger: nothing where the ledger says so already.</summary>
    /// <param name="market">Prices a close whose profit the terminal has not told yet.</param>
    public static IReadOnlyList<LedgerEvent> Observe(AccountState state, TerminalFact fact, IMarketView market) => fact.Kind switch
    {
        TerminalFactKind.Rejected when fact.RequestId is { } id => state.Requests.ContainsKey(id)
            ? [new RequestSettled(id, fact.Retcode, fact.Message ?? "")]
            : [],
        TerminalFactKind.Rejected => fact.OrderId is { } id && state.Orders.TryGetValue(id, out var order) && order.Status == OrderStatus.Submitted
            ? [new OrderRejected(id, fact.Retcode, WhyNot(order, fact, market))]
            : [],
        TerminalFactKind.Requoted => Requoted(state, fact),
        TerminalFactKind.NotExecuted => NotExecuted(state, fact),
        TerminalFactKind.Placed => fact.OrderId is { } id && state.Orders.TryGetValue(id, out var order) && order.Status == OrderStatus.Submitted
            ? [new OrderPlaced(id, fact.OrderTicket)]
            : [],
        TerminalFactKind.Filled => Filled(state, fact, market),
        TerminalFactKind.Cancelled => FindOrder(state, fact) is { } order
            ? [.. SettleRequests(state, r => r.OrderId == order.Id, "The order is gone."), new OrderCancelled(order.Id, fact.Reason)]
            : [],
        TerminalFactKind.Modified => Modified(state, fact),
        TerminalFactKind.PositionChanged => FindPosition(state, fact) is { } position
            && (position.StopLoss != fact.StopLoss || position.TakeProfit != fact.TakeProfit)
            ? [new PositionModified(position.Id, fact.StopLoss, fact.TakeProfit, position.TrailingPoints, fact.Reason)]
            : [],
        TerminalFactKind.PositionFound => FindPosition(state, fact) is null ? [Adopt(state, fact)] : [],
        TerminalFactKind.PositionOpened => Opened(state, fact, market),
        TerminalFactKind.OrderFound => FindOrder(state, fact) is null ? FoundOrder(state, fact) : [],
        TerminalFactKind.OrderChanged => FindOrder(state, fact) is { } order
            && (order.Price != fact.Price || order.StopLoss != fact.StopLoss || order.TakeProfit != fact.TakeProfit)
            ? [new OrderModified(order.Id, fact.Price, order.StopLimitPrice, fact.StopLoss, fact.TakeProfit, order.TrailingPoints, order.TimeInForce, order.ExpiresAt)]
            : [],
        TerminalFactKind.PositionReduced => Reduced(state, fact, market),
        TerminalFactKind.DealMade => Made(state, fact, market),
        TerminalFactKind.Reconciled => Reconciled(state, fact),
        _ => [],
    };

    /// <summary>A terminal tells no more than the retcode's name. A close of more than one order may trade can be had otherwise, so that is said.</summary>
    private static string WhyNot(Order order, TerminalFact fact, IMarketView market) =>
        fact.Retcode == Retcode.InvalidVolume && order.ClosesPositionId is not null
        && market.FindInstrument(order.Symbol) is { } instrument && order.Volume > instrument.VolumeMax
            ? $"{order.Volume} lots cannot be closed by one order: close at most {instrument.VolumeMax} at a time ({fact.Message})."
            : fact.Message ?? "";

    private static IReadOnlyList<LedgerEvent> Filled(AccountState state, TerminalFact fact, IMarketView market)
    {
        if (fact.DealTicket is { } ticket && ticket <= state.LastDealTicket)
        {
            return [];
        }

        if (FindOrder(state, fact) is not { } order)
        {
            return [];
        }

        var volume = Math.Min(fact.Volume, order.RemainingVolume);
        if (volume <= 0m)
        {
            return [];
        }

        var closes = order.ClosesPositionId is { } id ? state.Positions.GetValueOrDefault(id) : null;
        if (order.ClosesPositionId is not null && closes is null)
        {
            // The position went away by itself while the close was under way: there was nothing left to fill.
            return [new OrderCancelled(order.Id, DealReason.Broker)];
        }

        // Somebody may have closed a part of it before.
        volume = Math.Min(volume, closes?.Volume ?? volume);
        var target = NettingTarget(state, order) ?? Begun(state, order, fact);
        var filled = new DealExecuted(new Deal
        {
            Id = DeterministicId.ForDeal(order.Id, order.Fills + 1),
            OrderId = order.Id,
            PositionId = closes?.Id ?? target?.Id ?? order.Id,
            Symbol = order.Symbol,
            Side = order.Side,
            Entry = closes is not null ? DealEntry.Out : EntryOf(target, order, volume),
            Volume = volume,
            Price = fact.Price,
            Profit = fact.Profit ?? ProfitOf(state, closes ?? Opposed(state, order), volume, fact.Price, market),
            Reason = order.Reason,
            Time = fact.At,
            BrokerTicket = fact.DealTicket,
            OrderTicket = fact.OrderTicket,
        });
        return volume == closes?.Volume && volume < order.RemainingVolume ? [filled, new OrderCancelled(order.Id, DealReason.Broker)] : [filled];
    }

    /// <summary>Hedging: the position that an earlier fill of the same order opened, which has the order's ticket.</summary>
    private static Position? Begun(AccountState state, Order order, TerminalFact fact) =>
        state.Mode == PositionMode.Hedging && order.ClosesPositionId is null && (fact.OrderTicket ?? order.BrokerTicket) is { } ticket
            ? state.Positions.Values.FirstOrDefault(p => p.BrokerTicket == ticket && p.Symbol == order.Symbol && p.Side == order.Side)
            : null;

    /// <summary>In netting mode an order joins the symbol's one position; in hedging mode it opens its own.</summary>
    private static Position? NettingTarget(AccountState state, Order order) =>
        state.Mode == PositionMode.Netting ? state.Positions.Values.FirstOrDefault(p => p.Symbol == order.Symbol) : null;

    private static DealEntry EntryOf(Position? target, Order order, decimal volume) =>
        target is null || target.Side == order.Side ? DealEntry.In
        : volume <= target.Volume ? DealEntry.Out
        : DealEntry.InOut;

    /// <summary>The netting position that an order of the other side reduces.</summary>
    private static Position? Opposed(AccountState state, Order order) =>
        NettingTarget(state, order) is { } target && target.Side != order.Side ? target : null;

    /// <summary>Profit of a close at a price, in the account's currency and rounded as a broker rounds it; zero where it cannot be priced, the balance is reconciled later.</summary>
    private static decimal ProfitOf(AccountState state, Position? position, decimal volume, decimal price, IMarketView market)
    {
        if (position is null || market.FindInstrument(position.Symbol) is not { } instrument)
        {
            return 0m;
        }

        var gross = ProfitCalculator.Gross(instrument, position.Side, Math.Min(volume, position.Volume), position.OpenPrice, price);
        return Currencies.Round(gross * (ProfitCalculator.Rate(instrument, state.Currency, price, market) ?? 0m), state.Currency);
    }

    /// <summary>A trade made at the terminal itself is an order like any other, so that it is shown and copied like any other.</summary>
    private static IReadOnlyList<LedgerEvent> Opened(AccountState state, TerminalFact fact, IMarketView market)
    {
        var known = FindPosition(state, fact);
        if (known is null && state.Orders.Values.Any(o => o.BrokerTicket == fact.PositionTicket && o.IsPending && o.Symbol == fact.Symbol && o.Side == fact.Side))
        {
            // A position has the ticket of the order that opened it, and that order is in the ledger.
            return Filled(state, fact with { Kind = TerminalFactKind.Filled, OrderTicket = fact.PositionTicket }, market);
        }

        if (known is not null ? known.Side != fact.Side || known.Volume >= fact.Volume
            : state.Mode == PositionMode.Netting && state.Positions.Values.Any(p => p.Symbol == fact.Symbol))
        {
            return [];
        }

        // Named anew where this ticket has been one before: an order of that ticket was cancelled, or the position had gone out of sight.
        var name = $"{(known is null ? "T" : "TA")}{fact.PositionTicket}";
        var isTaken = known is not null || state.RecentOrders.ContainsKey(name);
        var id = DeterministicId.Create(state.AccountId, isTaken ? $"position:{fact.PositionTicket}:{state.Seq}" : $"position:{fact.PositionTicket}");
        var volume = fact.Volume - (known?.Volume ?? 0m);
        return
        [
            new OrderSubmitted(ForeignOrder(fact, id, OrderType.Market, isTaken ? $"{name}-{state.Seq}" : name) with { Volume = volume, TrailingPoints = known?.TrailingPoints }),
            new DealExecuted(new Deal
            {
                Id = DeterministicId.ForDeal(id, 1),
                OrderId = id,
                PositionId = known?.Id ?? id,
                Symbol = fact.Symbol!,
                Side = fact.Side,
                Entry = DealEntry.In,
                Volume = volume,
                Price = known is null ? fact.Price : PriceOfMore(known, fact),
                Reason = DealReason.Broker,
                Time = fact.At,
                BrokerTicket = fact.DealTicket,
                OrderTicket = fact.PositionTicket,
            }),
        ];
    }

    /// <summary>The price at which what is there beyond the ledger's makes the average that the terminal shows.</summary>
    private static decimal PriceOfMore(Position known, TerminalFact fact) =>
        ((fact.Price * fact.Volume) - (known.OpenPrice * known.Volume)) / (fact.Volume - known.Volume) is > 0m and var price ? decimal.Round(price, 10) : fact.Price;

    /// <summary>Netting: a trade by hand is an order into the symbol's one position, as one of ours would be.</summary>
    private static IReadOnlyList<LedgerEvent> Made(AccountState state, TerminalFact fact, IMarketView market)
    {
        if (fact.DealTicket is not { } ticket || ticket <= state.LastDealTicket || state.Mode != PositionMode.Netting)
        {
            return [];
        }

        var id = DeterministicId.Create(state.AccountId, $"deal:{ticket}");
        var order = ForeignOrder(fact, id, OrderType.Market, $"TD{ticket}");
        var target = NettingTarget(state, order);
        order = order with { TrailingPoints = target?.Side == fact.Side ? target.TrailingPoints : null };
        var entry = EntryOf(target, order, fact.Volume);
        return
        [
            new OrderSubmitted(order),
            new DealExecuted(new Deal
            {
                Id = DeterministicId.ForDeal(id, 1),
                OrderId = id,
                PositionId = target?.Id ?? id,
                Symbol = order.Symbol,
                Side = order.Side,
                Entry = entry,
                Volume = fact.Volume,
                Price = fact.Price,
                Profit = fact.Profit ?? ProfitOf(state, Opposed(state, order), fact.Volume, fact.Price, market),
                Reason = DealReason.Broker,
                Time = fact.At,
                BrokerTicket = ticket,
                OrderTicket = target is null || entry == DealEntry.InOut ? fact.OrderTicket : null,
            }),
        ];
    }

    private static IReadOnlyList<LedgerEvent> FoundOrder(AccountState state, TerminalFact fact)
    {
        var name = $"T{fact.OrderTicket}";
        var isTaken = state.RecentOrders.ContainsKey(name);
        var id = DeterministicId.Create(state.AccountId, isTaken ? $"order:{fact.OrderTicket}:{state.Seq}" : $"order:{fact.OrderTicket}");
        return [new OrderSubmitted(ForeignOrder(fact, id, fact.Type, isTaken ? $"{name}-{state.Seq}" : name)), new OrderPlaced(id, fact.OrderTicket)];
    }

    private static Order ForeignOrder(TerminalFact fact, Guid id, OrderType type, string name) => new()
    {
        Id = id,
        ClientOrderId = name,
        Symbol = fact.Symbol!,
        Side = fact.Side,
        Type = type,
        Volume = fact.Volume,
        Price = type == OrderType.Market ? null : fact.Price,
        StopLoss = fact.StopLoss,
        TakeProfit = fact.TakeProfit,
        Reason = DealReason.Broker,
        Magic = fact.Magic,
        Status = OrderStatus.Submitted,
        CreatedAt = fact.At,
        UpdatedAt = fact.At,
    };

    private static List<LedgerEvent> Modified(AccountState state, TerminalFact fact)
    {
        if (fact.RequestId is not { } id || !state.Requests.TryGetValue(id, out var request))
        {
            return [];
        }

        var events = new List<LedgerEvent> { new RequestSettled(id, fact.Retcode, fact.Message ?? "") };
        switch (request.Kind)
        {
            case TerminalRequestKind.ModifyPosition when state.Positions.TryGetValue(request.PositionId!.Value, out var position):
                // A stop that trails brings no distance of its own: it may have been changed, or taken away, while the stop was on its way.
                events.Add(new PositionModified(position.Id, request.StopLoss, request.TakeProfit,
                    request.OnlyTightens ? position.TrailingPoints : request.TrailingPoints, ReasonOf(request)));
                break;
            case TerminalRequestKind.ModifyOrder when Resting(state, request.OrderId!.Value) is { } order:
                var wanted = request.AppliedTo(order);
                events.Add(new OrderModified(order.Id, wanted.Price, wanted.StopLimitPrice, wanted.StopLoss, wanted.TakeProfit, wanted.TrailingPoints, wanted.TimeInForce, wanted.ExpiresAt));
                break;
            case TerminalRequestKind.CancelOrder when Resting(state, request.OrderId!.Value) is { } order:
                events.Add(request.ExpiresAt is null ? new OrderCancelled(order.Id, ReasonOf(request)) : new OrderExpired(order.Id));
                break;
        }

        return events;
    }

    private static DealReason ReasonOf(TerminalRequest request) => request.Reason ?? (request.Copy is null ? DealReason.Client : DealReason.Copy);

    private static PositionAdopted Adopt(AccountState state, TerminalFact fact) => new(new Position
    {
        Id = DeterministicId.Create(state.AccountId, $"position:{fact.PositionTicket}"),
        Symbol = fact.Symbol!,
        Side = fact.Side,
        Volume = fact.Volume,
        PeakVolume = fact.Volume,
        OpenPrice = fact.Price,
        StopLoss = fact.StopLoss,
        TakeProfit = fact.TakeProfit,
        OpenedAt = fact.At,
        BrokerTicket = fact.PositionTicket,
        Magic = fact.Magic,
    });

    private static IReadOnlyList<LedgerEvent> Reduced(AccountState state, TerminalFact fact, IMarketView market)
    {
        if (fact.DealTicket is { } ticket && ticket <= state.LastDealTicket)
        {
            return [];
        }

        if (FindPosition(state, fact) is not { } position)
        {
            return [];
        }

        var volume = Math.Min(fact.Left is { } left ? position.Volume - left : fact.Volume, position.Volume);
        if (volume <= 0m)
        {
            return [];
        }

        var cause = DeterministicId.Create(position.Id, fact.DealTicket is { } deal ? $"reduced:{deal}" : $"reduced:{state.Seq}:{position.Volume.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
        return
        [
            new DealExecuted(new Deal
            {
                Id = DeterministicId.Create(cause, "deal"),
                OrderId = cause,
                PositionId = position.Id,
                Symbol = position.Symbol,
                Side = position.Side == Side.Buy ? Side.Sell : Side.Buy,
                Entry = DealEntry.Out,
                Volume = volume,
                Price = fact.Price,
                Profit = fact.Profit ?? ProfitOf(state, position, volume, fact.Price, market),
                Reason = fact.Reason,
                Time = fact.At,
                BrokerTicket = fact.DealTicket,
            }),
            .. volume == position.Volume ? SettleRequests(state, r => r.PositionId == position.Id, "The position is closed.") : [],
        ];
    }

    private static List<LedgerEvent> Reconciled(AccountState state, TerminalFact fact)
    {
        var events = new List<LedgerEvent>(2);
        if (fact.Balance is { } balance && balance != state.Balance)
        {
            events.Add(new BalanceAdjusted(balance - state.Balance, BalanceReason.Reconciliation, "terminal"));
        }

        var late = fact.Unconfirmed ?? [];
        if (!state.IsReconciled || state.UnconfirmedFills.Any(f => !late.Contains(f.Id)) || fact.DealTicket > state.LastDealTicket)
        {
            events.Add(new TerminalReconciled(fact.DealTicket ?? 0) { Unconfirmed = late.Count > 0 ? late : null });
        }

        return events;
    }

    private static IEnumerable<LedgerEvent> SettleRequests(AccountState state, Func<TerminalRequest, bool> which, string message) =>
        state.Requests.Values.Where(which).Select(r => new RequestSettled(r.Id, Retcode.PositionClosed, message));

    private static Order? FindOrder(AccountState state, TerminalFact fact) =>
        fact.OrderId is { } id ? state.Orders.GetValueOrDefault(id)
        : fact.OrderTicket is { } ticket ? state.Orders.Values.FirstOrDefault(o => o.BrokerTicket == ticket)
        : null;

    private static Position? FindPosition(AccountState state, TerminalFact fact) =>
        fact.PositionTicket is { } ticket ? state.Positions.Values.FirstOrDefault(p => p.BrokerTicket == ticket) : null;
}
