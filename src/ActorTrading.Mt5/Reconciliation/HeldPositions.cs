using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>What the deals tell of positions that were reduced, closed or opened at the terminal itself: stops, stop-outs, other people's trades.</summary>
internal static class HeldPositions
{
    /// <summary>
    /// Hedging: positions that are gone, each with the one deal of its volume. Told before anything else, so that no deal that closed
    /// something known is taken for the end of something new.
    /// </summary>
    public static IEnumerable<TerminalFact> Closed(AccountState state, TwoBooks books)
    {
        if (state.Mode == PositionMode.Netting)
        {
            yield break;
        }

        foreach (var position in state.Positions.Values.Where(p => p.BrokerTicket is not null).OrderBy(p => p.BrokerTicket))
        {
            if (books.Position(position.BrokerTicket!.Value) is null && !books.IsHidden(position)
                && !state.Orders.Values.Any(o => o.ClosesPositionId == position.Id && o.Status == OrderStatus.Submitted)
                && Closings(position, books) is var deals && (deals.Find(d => d.Volume == position.Volume && ReasonOf(position, d.Price) != DealReason.Broker)
                    ?? deals.Find(d => d.Volume == position.Volume)) is { } whole)
            {
                books.ClaimDeal(whole.Ticket);
                yield return Reduction(position, whole);
            }
        }
    }

    /// <param name="state">With what is told already.</param>
    /// <param name="netted">Symbols that are accounted for.</param>
    public static List<TerminalFact> Tell(AccountState state, TerminalSnapshot snapshot, TwoBooks books, IReadOnlySet<string> netted)
    {
        var facts = new List<TerminalFact>();
        foreach (var position in state.Positions.Values.Where(p => p.BrokerTicket is not null && !netted.Contains(p.Symbol)).OrderBy(p => p.BrokerTicket))
        {
            var there = books.Position(position.BrokerTicket!.Value);
            if (there is null && books.IsHidden(position))
            {
                continue;
            }

            var gone = position.Volume - (there?.Side == position.Side ? there.Volume : 0m);
            var deals = Closings(position, books);
            var closings = DealParts.Of(deals, gone) is { Count: > 0 } exact ? exact : DealParts.UpTo(deals, gone);
            books.Claim(closings);
            facts.AddRange(closings.Select(d => Reduction(position, d)));
        }

        var known = state.Positions.Values.Select(p => p.BrokerTicket).ToHashSet();
        foreach (var position in snapshot.Positions.Where(p => !known.Contains(p.Ticket) && !books.IsClaimedPosition(p.Ticket) && !netted.Contains(p.Symbol) && !books.IsHeldBack(p.Symbol)))
        {
            facts.AddRange(Opened(position, books));
        }

        return facts;
    }

    /// <summary>Opened with so much, or with more and closed in part since.</summary>
    private static IEnumerable<TerminalFact> Opened(TerminalPosition position, TwoBooks books)
    {
        var deals = books.DealsOf(position.Symbol, position.Side).FindAll(d => !RoundTrips.IsClosing(d));
        var parts = DealParts.Of(deals, position.Volume, position.OpenPrice);
        if (parts.Count == 0 && deals.Find(d => d.Volume > position.Volume && d.Time == position.OpenedAt && PriceMatch.Same(d.Price, position.OpenPrice)) is { } larger)
        {
            parts = [larger];
        }

        if (parts.Count == 0)
        {
            // Told without a deal, with whatever else none explains.
            yield break;
        }

        books.Claim(parts);
        var volume = parts.Sum(d => d.Volume);
        yield return Facts.Of(TerminalFactKind.PositionOpened, position) with { DealTicket = parts[^1].Ticket, Volume = volume, At = parts[0].Time };
        var closings = DealParts.Of(books.DealsOf(position.Symbol, position.Side == Side.Buy ? Side.Sell : Side.Buy).FindAll(d => RoundTrips.IsClosing(d) && d.Ticket > parts[^1].Ticket),
            volume - position.Volume);
        books.Claim(closings);
        foreach (var closing in closings)
        {
            yield return RoundTrips.Closed(position.Ticket, closing);
        }
    }

    private static List<TerminalDeal> Closings(Position position, TwoBooks books) =>
        books.DealsOf(position.Symbol, position.Side == Side.Buy ? Side.Sell : Side.Buy).FindAll(d => d.Entry != DealEntry.In);

    private static TerminalFact Reduction(Position position, TerminalDeal deal) =>
        RoundTrips.Closed(position.BrokerTicket!.Value, deal) with { Reason = ReasonOf(position, deal.Price) };

    /// <summary>The terminal does not say why it closed; a price at the stop or beyond it does.</summary>
    private static DealReason ReasonOf(Position position, decimal price)
    {
        var direction = position.Side == Side.Buy ? 1 : -1;
        return position.StopLoss is { } stop && (price - stop) * direction <= 0m ? DealReason.StopLoss
            : position.TakeProfit is { } profit && (price - profit) * direction >= 0m ? DealReason.TakeProfit
            : DealReason.Broker;
    }
}
