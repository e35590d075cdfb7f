using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>
/// Positions that somebody opened and closed at the terminal between two looks: only their deals are there. The history tells no
/// position, so an opening deal is matched with the closing deals after it, of its symbol and its volume.
/// </summary>
internal static class RoundTrips
{
    /// <param name="deals">New deals that nothing else explains, by ticket.</param>
    /// <returns>
    /// For each whole round trip its opening, then its closings. The position goes by the negative of its opening deal's ticket, which no
    /// position of the terminal has. What does not add up is left out: its money is in the balance.
    /// </returns>
    public static IEnumerable<TerminalFact> Found(IReadOnlyList<TerminalDeal> deals)
    {
        var left = deals.Where(d => d.Entry is DealEntry.Out or DealEntry.OutBy).ToList();
        foreach (var opening in deals.Where(d => d.Entry == DealEntry.In))
        {
            var closings = Closings(opening, left);
            if (closings.Count == 0)
            {
                continue;
            }

            yield return new TerminalFact
            {
                Kind = TerminalFactKind.PositionOpened,
                PositionTicket = -opening.Ticket,
                DealTicket = opening.Ticket,
                Symbol = opening.Symbol,
                Side = SideOf(opening),
                Volume = opening.Volume,
                Price = opening.Price,
                At = opening.Time,
            };
            foreach (var closing in closings)
            {
                left.Remove(closing);
                yield return new TerminalFact
                {
                    Kind = TerminalFactKind.PositionReduced,
                    PositionTicket = -opening.Ticket,
                    DealTicket = closing.Ticket,
                    Symbol = closing.Symbol,
                    Volume = closing.Volume,
                    Price = closing.Price,
                    Profit = closing.Profit,
                    At = closing.Time,
                };
            }
        }
    }

    /// <summary>The deals that close the opening one exactly, oldest first; one alone before several.</summary>
    private static List<TerminalDeal> Closings(TerminalDeal opening, List<TerminalDeal> left)
    {
        var after = left.FindAll(d => d.Ticket > opening.Ticket && d.Symbol == opening.Symbol && SideOf(d) != SideOf(opening) && d.Volume <= opening.Volume);
        if (after.Find(d => d.Volume == opening.Volume) is { } whole)
        {
            return [whole];
        }

        var parts = new List<TerminalDeal>();
        var open = opening.Volume;
        foreach (var part in after)
        {
            if (part.Volume <= open)
            {
                parts.Add(part);
                open -= part.Volume;
            }
        }

        return open == 0m ? parts : [];
    }

    private static Side SideOf(TerminalDeal deal) => deal.Kind == TerminalDealKind.Buy ? Side.Buy : Side.Sell;
}
