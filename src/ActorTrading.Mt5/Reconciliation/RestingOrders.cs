using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>What became of the ledger's pending orders, and which others rest at the terminal.</summary>
internal static class RestingOrders
{
    public static List<TerminalFact> Tell(AccountState state, TerminalSnapshot snapshot, TwoBooks books, IReadOnlySet<Guid> withdrawn, DateTimeOffset now)
    {
        var facts = new List<TerminalFact>();
        foreach (var order in state.Orders.Values.Where(o => o.BrokerTicket is not null && o.IsPending && !withdrawn.Contains(o.Id)).OrderBy(o => o.BrokerTicket))
        {
            var ticket = order.BrokerTicket!.Value;
            if (snapshot.Orders.FirstOrDefault(o => o.Ticket == ticket) is not { } resting)
            {
                facts.AddRange(Gone(state, order, ticket, books, now));
                continue;
            }

            books.ClaimOrder(ticket);
            if (resting.Price != order.Price || resting.StopLoss != order.StopLoss || resting.TakeProfit != order.TakeProfit)
            {
                facts.Add(Facts.Of(resting) with { Kind = TerminalFactKind.OrderChanged, At = now });
            }
        }

        foreach (var order in snapshot.Orders)
        {
            if (!books.IsClaimedOrder(order.Ticket))
            {
                facts.Add(Facts.Of(order));
            }

            facts.AddRange(PartlyFilled(state, order, books, now));
        }

        return facts;
    }

    /// <summary>
    /// A filled order's position has its ticket. Where the terminal shows none, it was filled only if deals of its volume were closed again
    /// since; in netting, where its fill may have gone into another position, if there are deals of its volume. Else it was cancelled, or expired.
    /// </summary>
    private static IEnumerable<TerminalFact> Gone(AccountState state, Order order, long ticket, TwoBooks books, DateTimeOffset now)
    {
        var deals = DealsOf(state.Mode, order.Symbol, order.Side, order.Type, order.Price, books);
        var there = Opened(state, ticket, order.Symbol, order.Side, books);
        IReadOnlyList<TerminalDeal> fills = [], closings = [];
        if (there is { } position)
        {
            fills = DealParts.Of(deals, order.RemainingVolume, position.Price) is { Count: > 0 } whole ? whole : DealParts.Of(deals, position.More, position.Price);
        }
        else if (state.Mode == PositionMode.Netting)
        {
            fills = DealParts.Of(deals, order.RemainingVolume, order.Price);
        }
        else
        {
            fills = DealParts.Of(books.NotOfNewPositions(deals), order.RemainingVolume, order.Price);
            closings = fills.Count > 0 ? RoundTrips.Closings(fills, books.Unexplained) : [];
            if (closings.Count == 0 && !books.MayBeHidden(order.Symbol, order.Side, order.RemainingVolume))
            {
                fills = [];
            }
        }

        var filled = 0m;
        if (fills.Count > 0 || there is { More: > 0m })
        {
            filled = fills.Count > 0 ? fills.Sum(d => d.Volume) : there!.Value.More;
            foreach (var fact in Facts.Filled(order.Id, ticket, fills, filled, there?.Price ?? 0m, now))
            {
                yield return fact;
            }
        }

        books.ClaimPosition(ticket);
        books.Claim(fills);
        books.Claim(closings);
        foreach (var closing in closings)
        {
            yield return RoundTrips.Closed(ticket, closing);
        }

        if (filled < order.RemainingVolume)
        {
            yield return Facts.Cancelled(order.Id, ticket, now);
        }
    }

    /// <summary>An order that rests with what is left of it: a position with its ticket shows what has been filled.</summary>
    private static IReadOnlyList<TerminalFact> PartlyFilled(AccountState state, TerminalOrder order, TwoBooks books, DateTimeOffset now)
    {
        if (Opened(state, order.Ticket, order.Symbol, order.Side, books) is not { More: > 0m } there)
        {
            return [];
        }

        var fills = DealParts.Of(DealsOf(state.Mode, order.Symbol, order.Side, order.Type, order.Price, books), there.More, there.Price);
        books.ClaimPosition(order.Ticket);
        books.Claim(fills);
        return [.. Facts.Filled(null, order.Ticket, fills, there.More, there.Price, now)];
    }

    /// <summary>The position that an order opened, with what it has beyond the ledger; in netting only while that is all of it, for then a hand may add too.</summary>
    private static (decimal More, decimal Price)? Opened(AccountState state, long ticket, string symbol, Side side, TwoBooks books)
    {
        if (books.Position(ticket) is not { } there || there.Symbol != symbol || there.Side != side)
        {
            return null;
        }

        var known = state.Positions.Values.FirstOrDefault(p => p.BrokerTicket == ticket)?.Volume ?? 0m;
        return known > 0m && state.Mode == PositionMode.Netting ? null : (there.Volume - known, there.OpenPrice);
    }

    private static List<TerminalDeal> DealsOf(PositionMode mode, string symbol, Side side, OrderType type, decimal? price, TwoBooks books) =>
        books.DealsOf(symbol, side).FindAll(d => (mode == PositionMode.Netting || d.Entry == DealEntry.In)
            && (type != OrderType.Limit || price is not { } limit || PriceMatch.IsLimitOrBetter(side, limit, d.Price)));
}
