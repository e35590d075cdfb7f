using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>
/// Trades by hand on a netting account that enlarged or reversed the symbol's one position. They are told deal by deal, and only where
/// the ledger's volume and all that is new come to what the terminal shows; what merely opens or closes is told with its position.
/// </summary>
internal static class NettedTrades
{
    /// <param name="facts">Told so far; the trades are added.</param>
    /// <returns>Symbols that are accounted for.</returns>
    public static HashSet<string> Tell(AccountState state, TerminalSnapshot snapshot, TwoBooks books, List<TerminalFact> facts)
    {
        var told = new HashSet<string>();
        if (state.Mode != PositionMode.Netting)
        {
            return told;
        }

        foreach (var symbol in books.Unexplained.Select(d => d.Symbol).Distinct().Order(StringComparer.Ordinal).ToList())
        {
            var deals = books.Unexplained.Where(d => d.Symbol == symbol).OrderBy(d => d.Ticket).ToList();
            var there = snapshot.Positions.FirstOrDefault(p => p.Symbol == symbol);
            var held = state.Positions.Values.Where(p => p.Symbol == symbol).Sum(p => Signed(p.Side, p.Volume));
            var own = OwnFills(state, symbol, facts);
            var sum = held + own + deals.Sum(d => Signed(RoundTrips.SideOf(d), d.Volume));
            var isPlain = deals.All(RoundTrips.IsClosing) || (held == 0m && own == 0m && (there is null || deals.Count == 1));
            if (isPlain || books.IsHeldBack(symbol) || sum != (there is null ? 0m : Signed(there.Side, there.Volume)))
            {
                continue;
            }

            told.Add(symbol);
            foreach (var deal in deals)
            {
                books.ClaimDeal(deal.Ticket);
                facts.Add(new TerminalFact
                {
                    Kind = TerminalFactKind.DealMade,
                    DealTicket = deal.Ticket,
                    OrderTicket = there?.Ticket ?? -deal.Ticket,
                    Symbol = deal.Symbol,
                    Side = RoundTrips.SideOf(deal),
                    Volume = deal.Volume,
                    Price = deal.Price,
                    Profit = deal.Profit,
                    StopLoss = there?.StopLoss,
                    TakeProfit = there?.TakeProfit,
                    At = deal.Time,
                });
            }
        }

        return told;
    }

    /// <summary>What orders of ours that have just been found done bring to the position.</summary>
    private static decimal OwnFills(AccountState state, string symbol, IEnumerable<TerminalFact> facts) =>
        facts.Where(f => f.Kind == TerminalFactKind.Filled).Sum(f =>
            OrderOf(state, f) is { } order && order.Symbol == symbol ? Signed(order.Side, f.Volume) : 0m);

    private static Order? OrderOf(AccountState state, TerminalFact fact) =>
        fact.OrderId is { } id ? state.Orders.GetValueOrDefault(id) : state.Orders.Values.FirstOrDefault(o => o.BrokerTicket == fact.OrderTicket);

    private static decimal Signed(Side side, decimal volume) => side == Side.Buy ? volume : -volume;
}
