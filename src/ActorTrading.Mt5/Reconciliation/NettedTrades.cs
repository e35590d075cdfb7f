using System.Collections.Immutable;
using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>
/// Trades by hand on a netting account that enlarged or reversed the symbol's one position. They are told deal by deal, and only where
/// the ledger's volume and all that is new come to what the terminal shows; what merely closes is told with its position.
/// </summary>
internal static class NettedTrades
{
    /// <returns>Positions that are accounted for.</returns>
    public static HashSet<Guid> Tell(AccountState state, TerminalSnapshot snapshot, TwoBooks books, ImmutableArray<TerminalFact>.Builder facts)
    {
        var told = new HashSet<Guid>();
        if (state.Mode != PositionMode.Netting)
        {
            return told;
        }

        foreach (var position in state.Positions.Values.Where(p => p.BrokerTicket is not null).OrderBy(p => p.BrokerTicket))
        {
            var deals = books.Unexplained.Where(d => d.Symbol == position.Symbol).OrderBy(d => d.Ticket).ToList();
            var there = snapshot.Positions.FirstOrDefault(p => p.Symbol == position.Symbol);
            var sum = Signed(position.Side, position.Volume) + OwnFills(state, position.Symbol, facts) + deals.Sum(d => Signed(SideOf(d), d.Volume));
            if (deals.All(d => d.Entry == DealEntry.Out) || sum != (there is null ? 0m : Signed(there.Side, there.Volume)))
            {
                continue;
            }

            told.Add(position.Id);
            foreach (var deal in deals)
            {
                books.ClaimDeal(deal.Ticket);
                facts.Add(new TerminalFact
                {
                    Kind = TerminalFactKind.DealMade,
                    DealTicket = deal.Ticket,
                    OrderTicket = there?.Ticket,
                    Symbol = deal.Symbol,
                    Side = SideOf(deal),
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
            f.OrderId is { } id && state.Orders.TryGetValue(id, out var order) && order.Symbol == symbol ? Signed(order.Side, f.Volume) : 0m);

    private static decimal Signed(Side side, decimal volume) => side == Side.Buy ? volume : -volume;

    private static Side SideOf(TerminalDeal deal) => deal.Kind == TerminalDealKind.Buy ? Side.Buy : Side.Sell;
}
