namespace ActorTrading.Domain;

/// <summary>
/// The rules of an account that trades at a terminal: which commands are written down before they are sent, and what an
/// observation at the terminal means for the ledger. Pure; observing the same fact twice yields nothing the second time.
/// </summary>
public static partial class TerminalBook
{
    /// <summary>Decides a command: the events to make durable before anything is sent, or the refusal.</summary>
    public static BrokerDecision Decide(AccountState state, TradeCommand command, Instrument? instrument, DateTimeOffset now) => command switch
    {
        PlaceOrder c => Place(state, c, instrument, now),
        ClosePosition c => Close(state, c, instrument, now),
        ModifyPosition c => Modify(state, c, instrument),
        ModifyOrder c => Resting(state, c.OrderId) is null
            ? Refuse(Retcode.InvalidOrder, $"There is no resting order {c.OrderId}.")
            : Ask(c, new TerminalRequest
            {
                Id = DeterministicId.Create(c.OrderId, $"modify:{state.Seq}"),
                Kind = TerminalRequestKind.ModifyOrder,
                OrderId = c.OrderId,
                Price = c.Price,
                StopLoss = c.StopLoss,
                TakeProfit = c.TakeProfit,
                TrailingPoints = c.TrailingPoints,
                AfterSeq = state.Seq,
                Copy = c.Copy,
            }),
        CancelOrder c => Resting(state, c.OrderId) is null
            ? Refuse(Retcode.InvalidOrder, $"There is no resting order {c.OrderId}.")
            : Ask(c, new TerminalRequest
            {
                Id = DeterministicId.Create(c.OrderId, $"cancel:{state.Seq}"),
                Kind = TerminalRequestKind.CancelOrder,
                OrderId = c.OrderId,
                AfterSeq = state.Seq,
                Copy = c.Copy,
            }),
        CloseBy => Refuse(Retcode.Invalid, "This terminal's protocol has no close-by; close each position instead."),
        AdjustBalance => Refuse(Retcode.Invalid, "The balance of an account at a terminal is the broker's to change."),
        _ => Refuse(Retcode.Invalid, $"Unknown command {command.GetType().Name}."),
    };

    /// <summary>What an observation adds to the ledger: nothing where the ledger says so already.</summary>
    /// <param name="market">Prices a close whose profit the terminal has not told yet.</param>
    public static IReadOnlyList<LedgerEvent> Observe(AccountState state, TerminalFact fact, IMarketView market) => fact.Kind switch
    {
        TerminalFactKind.Rejected when fact.RequestId is { } id => state.Requests.ContainsKey(id)
            ? [new RequestSettled(id, fact.Retcode, fact.Message ?? "")]
            : [],
        TerminalFactKind.Rejected => fact.OrderId is { } id && state.Orders.TryGetValue(id, out var order) && order.Status == OrderStatus.Submitted
            ? [new OrderRejected(id, fact.Retcode, fact.Message ?? "")]
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
        TerminalFactKind.PositionOpened => FindPosition(state, fact) is null ? Opened(state, fact) : [],
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

    private static BrokerDecision Place(AccountState state, PlaceOrder c, Instrument? instrument, DateTimeOffset now)
    {
        if (Repeated(state, c.ClientOrderId) is { } repeated)
        {
            return repeated;
        }

        if (CheckVolume(c.Volume, instrument, c.Symbol) is { } refusal)
        {
            return refusal;
        }

        if (c.Type == OrderType.StopLimit)
        {
            return Refuse(Retcode.InvalidOrder, "This terminal's protocol has no stop-limit orders.");
        }

        if (c.Type == OrderType.Market ? c.Price is not null : c.Price is not > 0m)
        {
            return Refuse(Retcode.InvalidPrice, c.Type == OrderType.Market ? "A market order has no price." : $"A {c.Type} order needs a price above zero.");
        }

        if (CheckTrailing(c.TrailingPoints, instrument, c.Side) is { } distance)
        {
            return distance;
        }

        return Submit(new Order
        {
            Id = c.OrderId,
            ClientOrderId = c.ClientOrderId,
            Symbol = c.Symbol,
            Side = c.Side,
            Type = c.Type,
            Volume = c.Volume,
            Price = c.Price,
            StopLoss = c.StopLoss,
            TakeProfit = c.TakeProfit,
            TrailingPoints = c.TrailingPoints,
            DeviationPoints = c.DeviationPoints,
            FillPolicy = c.FillPolicy,
            TimeInForce = c.TimeInForce,
            ExpiresAt = c.ExpiresAt,
            Comment = c.Comment,
            Reason = c.Reason,
            Copy = c.Copy,
            Status = OrderStatus.Submitted,
            CreatedAt = now,
            UpdatedAt = now,
        });
    }

    private static BrokerDecision Modify(AccountState state, ModifyPosition c, Instrument? instrument)
    {
        if (!state.Positions.TryGetValue(c.PositionId, out var position))
        {
            return Refuse(Retcode.PositionClosed, $"There is no open position {c.PositionId}.");
        }

        if (c.TrailingPoints != position.TrailingPoints && CheckTrailing(c.TrailingPoints, instrument, position.Side) is { } refusal)
        {
            return refusal;
        }

        if (c.StopLoss == position.StopLoss && c.TakeProfit == position.TakeProfit)
        {
            // Trailing is done from here: the terminal has nothing to change.
            return c.TrailingPoints == position.TrailingPoints
                ? new BrokerDecision(Retcode.NoChanges, "The position has this stop loss and take profit already.", [])
                : new BrokerDecision(Retcode.Done, $"Position {c.PositionId} changed.",
                    [new PositionModified(c.PositionId, c.StopLoss, c.TakeProfit, c.TrailingPoints, c.Reason)]);
        }

        return Ask(c, new TerminalRequest
        {
            Id = DeterministicId.Create(c.PositionId, $"modify:{state.Seq}"),
            Kind = TerminalRequestKind.ModifyPosition,
            PositionId = c.PositionId,
            StopLoss = c.StopLoss,
            TakeProfit = c.TakeProfit,
            TrailingPoints = c.TrailingPoints,
            AfterSeq = state.Seq,
            Copy = c.Copy,
        });
    }

    private static BrokerDecision Close(AccountState state, ClosePosition c, Instrument? instrument, DateTimeOffset now)
    {
        if (Repeated(state, c.ClientOrderId) is { } repeated)
        {
            return repeated;
        }

        if (!state.Positions.TryGetValue(c.PositionId, out var position))
        {
            return Refuse(Retcode.PositionClosed, $"There is no open position {c.PositionId}.");
        }

        if (state.Orders.Values.Any(o => o.ClosesPositionId == c.PositionId && o.Status == OrderStatus.Submitted))
        {
            return Refuse(Retcode.CloseOrderExist, $"A close of position {c.PositionId} is under way.");
        }

        var volume = c.Volume ?? position.Volume;
        if (volume > position.Volume)
        {
            return Refuse(Retcode.InvalidCloseVolume, $"The position has {position.Volume} lots; {volume} cannot be closed.");
        }

        if (volume != position.Volume && CheckVolume(volume, instrument, position.Symbol) is { } refusal)
        {
            return refusal;
        }

        return Submit(new Order
        {
            Id = c.OrderId,
            ClientOrderId = c.ClientOrderId,
            Symbol = position.Symbol,
            Side = position.Side == Side.Buy ? Side.Sell : Side.Buy,
            Type = OrderType.Market,
            Volume = volume,
            DeviationPoints = c.DeviationPoints,
            ClosesPositionId = position.Id,
            Reason = c.Reason,
            Copy = c.Copy,
            Status = OrderStatus.Submitted,
            CreatedAt = now,
            UpdatedAt = now,
        });
    }

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

        return [new DealExecuted(new Deal
        {
            Id = DeterministicId.ForDeal(order.Id, order.Fills + 1),
            OrderId = order.Id,
            PositionId = closes?.Id ?? NettingTarget(state, order)?.Id ?? order.Id,
            Symbol = order.Symbol,
            Side = order.Side,
            Entry = closes is not null ? DealEntry.Out : EntryOf(NettingTarget(state, order), order, volume),
            Volume = volume,
            Price = fact.Price,
            Profit = fact.Profit ?? ProfitOf(state, closes ?? Opposed(state, order), volume, fact.Price, market),
            Reason = order.Reason,
            Time = fact.At,
            BrokerTicket = fact.DealTicket,
            OrderTicket = fact.OrderTicket,
        })];
    }

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

    /// <summary>Profit of a close at a price, in the account's currency; zero where it cannot be priced, the balance is reconciled later.</summary>
    private static decimal ProfitOf(AccountState state, Position? position, decimal volume, decimal price, IMarketView market)
    {
        if (position is null || market.FindInstrument(position.Symbol) is not { } instrument)
        {
            return 0m;
        }

        var gross = ProfitCalculator.Gross(instrument, position.Side, Math.Min(volume, position.Volume), position.OpenPrice, price);
        return gross * (ProfitCalculator.Rate(instrument, state.Currency, price, market) ?? 0m);
    }

    /// <summary>A trade made at the terminal itself is an order like any other, so that it is shown and copied like any other.</summary>
    private static IReadOnlyList<LedgerEvent> Opened(AccountState state, TerminalFact fact)
    {
        var id = DeterministicId.Create(state.AccountId, $"position:{fact.PositionTicket}");
        if (state.Mode == PositionMode.Netting && state.Positions.Values.Any(p => p.Symbol == fact.Symbol))
        {
            return [];
        }

        return
        [
            new OrderSubmitted(ForeignOrder(fact, id, OrderType.Market, fact.PositionTicket)),
            new DealExecuted(new Deal
            {
                Id = DeterministicId.ForDeal(id, 1),
                OrderId = id,
                PositionId = id,
                Symbol = fact.Symbol!,
                Side = fact.Side,
                Entry = DealEntry.In,
                Volume = fact.Volume,
                Price = fact.Price,
                Reason = DealReason.Broker,
                Time = fact.At,
                BrokerTicket = fact.DealTicket,
                OrderTicket = fact.PositionTicket,
            }),
        ];
    }

    /// <summary>Netting: a trade by hand is an order into the symbol's one position, as one of ours would be.</summary>
    private static IReadOnlyList<LedgerEvent> Made(AccountState state, TerminalFact fact, IMarketView market)
    {
        if (fact.DealTicket is not { } ticket || ticket <= state.LastDealTicket || state.Mode != PositionMode.Netting)
        {
            return [];
        }

        var id = DeterministicId.Create(state.AccountId, $"deal:{ticket}");
        var order = ForeignOrder(fact, id, OrderType.Market, null);
        var target = NettingTarget(state, order);
        order = order with { ClientOrderId = $"TD{ticket}", TrailingPoints = target?.Side == fact.Side ? target.TrailingPoints : null };
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
        var id = DeterministicId.Create(state.AccountId, $"order:{fact.OrderTicket}");
        return [new OrderSubmitted(ForeignOrder(fact, id, fact.Type, fact.OrderTicket)), new OrderPlaced(id, fact.OrderTicket)];
    }

    private static Order ForeignOrder(TerminalFact fact, Guid id, OrderType type, long? ticket) => new()
    {
        Id = id,
        ClientOrderId = $"T{ticket}",
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
            case TerminalRequestKind.ModifyPosition when state.Positions.ContainsKey(request.PositionId!.Value):
                events.Add(new PositionModified(request.PositionId.Value, request.StopLoss, request.TakeProfit, request.TrailingPoints, ReasonOf(request)));
                break;
            case TerminalRequestKind.ModifyOrder when Resting(state, request.OrderId!.Value) is { } order:
                events.Add(new OrderModified(order.Id, request.Price, order.StopLimitPrice, request.StopLoss, request.TakeProfit,
                    request.TrailingPoints, order.TimeInForce, order.ExpiresAt));
                break;
            case TerminalRequestKind.CancelOrder when Resting(state, request.OrderId!.Value) is { } order:
                events.Add(new OrderCancelled(order.Id, ReasonOf(request)));
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

        var cause = DeterministicId.Create(position.Id, $"reduced:{fact.DealTicket?.ToString() ?? position.Volume.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
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
                Volume = Math.Min(fact.Volume, position.Volume),
                Price = fact.Price,
                Profit = fact.Profit ?? ProfitOf(state, position, Math.Min(fact.Volume, position.Volume), fact.Price, market),
                Reason = fact.Reason,
                Time = fact.At,
                BrokerTicket = fact.DealTicket,
            }),
            .. fact.Volume >= position.Volume ? SettleRequests(state, r => r.PositionId == position.Id, "The position is closed.") : [],
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

    private static Order? Resting(AccountState state, Guid orderId) =>
        state.Orders.TryGetValue(orderId, out var order) && order.Status is OrderStatus.Placed or OrderStatus.PartiallyFilled ? order : null;

    private static BrokerDecision? CheckVolume(decimal volume, Instrument? instrument, string symbol)
    {
        if (instrument is null)
        {
            return Refuse(Retcode.Invalid, $"The symbol {symbol} is not known.");
        }

        if (volume < instrument.VolumeMin || volume > instrument.VolumeMax || volume % instrument.VolumeStep != 0m)
        {
            return Refuse(Retcode.InvalidVolume,
                $"The volume {volume} is not between {instrument.VolumeMin} and {instrument.VolumeMax} in steps of {instrument.VolumeStep}.");
        }

        return null;
    }

    private static BrokerDecision? CheckTrailing(int? points, Instrument? instrument, Side side) =>
        points is null ? null
        : instrument is null ? Refuse(Retcode.Invalid, "A trailing stop needs a symbol whose specification is known.")
        : OrderChecks.Stops(instrument, side, 0m, null, null, points)?.ToDecision();

    private static BrokerDecision? Repeated(AccountState state, string clientOrderId) =>
        state.RecentOrders.TryGetValue(clientOrderId, out var earlier)
            ? new BrokerDecision(earlier.Retcode ?? Retcode.Placed, $"The client order id {clientOrderId} was sent before.", [])
            {
                OrderId = earlier.OrderId,
                IsDuplicate = true,
            }
            : null;

    private static BrokerDecision Submit(Order order) => new(Retcode.Placed, "Sent to the terminal.", [new OrderSubmitted(order)]) { OrderId = order.Id };

    private static BrokerDecision Ask(TradeCommand command, TerminalRequest request) =>
        new(Retcode.Placed, $"{command.GetType().Name} sent to the terminal.", [new RequestSubmitted(request)]);

    private static BrokerDecision Refuse(Retcode retcode, string message) => new(retcode, message, []);
}
