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
        var left = deals.Where(IsClosing).ToList();
        foreach (var opening in deals.Where(d => d.Entry == DealEntry.In))
        {
            var closings = Closings([opening], left);
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
                yield return Closed(-opening.Ticket, closing);
            }
        }
    }

    /// <summary>The deals that close the opening ones exactly, oldest first; one alone before several.</summary>
    public static IReadOnlyList<TerminalDeal> Closings(IReadOnlyList<TerminalDeal> openings, IReadOnlyCollection<TerminalDeal> deals)
    {
        var last = openings[^1];
        return DealParts.Of(
            [.. deals.Where(d => IsClosing(d) && d.Ticket > last.Ticket && d.Symbol == last.Symbol && SideOf(d) != SideOf(last))],
            openings.Sum(d => d.Volume));
    }

    public static TerminalFact Closed(long positionTicket, TerminalDeal closing) => new()
    {
        Kind = TerminalFactKind.PositionReduced,
        PositionTicket = positionTicket,
        DealTicket = closing.Ticket,
        Symbol = closing.Symbol,
        Volume = closing.Volume,
        Price = closing.Price,
        Profit = closing.Profit,
        At = closing.Time,
    };

    public static bool IsClosing(TerminalDeal deal) => deal.Entry is DealEntry.Out or DealEntry.OutBy;

    public static Side SideOf(TerminalDeal deal) => deal.Kind == TerminalDealKind.Buy ? Side.Buy : Side.Sell;
}
