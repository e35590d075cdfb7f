using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>
/// What no deal explains: the positions of the ledger are made those of the terminal all the same, for a position that is in one book
/// only would stay there. What such a close made is in the balance.
/// </summary>
internal static class Levelling
{
    public static void Level(ForeseenLedger ledger, TerminalSnapshot snapshot, TwoBooks books, DateTimeOffset now)
    {
        foreach (var position in ledger.State.Positions.Values.Where(p => p.BrokerTicket is not null).OrderBy(p => p.BrokerTicket))
        {
            var there = books.Position(position.BrokerTicket!.Value);
            var left = there?.Side == position.Side ? there.Volume : 0m;
            if (left >= position.Volume || books.IsHeldBack(position.Symbol) || (there is null && books.IsHidden(position)))
            {
                continue;
            }

            ledger.Add(new TerminalFact
            {
                Kind = TerminalFactKind.PositionReduced,
                PositionTicket = position.BrokerTicket,
                Symbol = position.Symbol,
                Volume = position.Volume - left,
                Left = left,
                Price = position.OpenPrice,
                Profit = 0m,
                At = now,
            });
        }

        foreach (var there in snapshot.Positions)
        {
            if (!books.IsHeldBack(there.Symbol) && (Known(ledger, there)?.Volume ?? 0m) < there.Volume)
            {
                ledger.Add(Facts.Of(TerminalFactKind.PositionOpened, there));
            }

            if (Known(ledger, there) is { } known && (there.StopLoss != known.StopLoss || there.TakeProfit != known.TakeProfit)
                && !ledger.State.Requests.Values.Any(r => r.PositionId == known.Id))
            {
                ledger.Add(Facts.Of(TerminalFactKind.PositionChanged, there) with { At = now });
            }
        }
    }

    private static Position? Known(ForeseenLedger ledger, TerminalPosition there) =>
        ledger.State.Positions.Values.FirstOrDefault(p => p.BrokerTicket == there.Ticket && p.Side == there.Side);
}
