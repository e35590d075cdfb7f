using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>What a comparison tells the ledger, fact by fact.</summary>
internal static class Facts
{
    public static TerminalFact Of(TerminalFactKind kind, TerminalPosition p) => new()
    {
        Kind = kind,
        PositionTicket = p.Ticket,
        Symbol = p.Symbol,
        Side = p.Side,
        Volume = p.Volume,
        Price = p.OpenPrice,
        StopLoss = p.StopLoss,
        TakeProfit = p.TakeProfit,
        Magic = p.Magic == 0 ? null : p.Magic,
        At = p.OpenedAt,
    };

    public static TerminalFact Of(TerminalOrder o) => new()
    {
        Kind = TerminalFactKind.OrderFound,
        OrderTicket = o.Ticket,
        Symbol = o.Symbol,
        Side = o.Side,
        Type = o.Type,
        Volume = o.Volume,
        Price = o.Price,
        StopLoss = o.StopLoss,
        TakeProfit = o.TakeProfit,
        Magic = o.Magic == 0 ? null : o.Magic,
        At = o.PlacedAt,
    };

    /// <summary>An order's fill, deal by deal; where the history does not show them, one fill whose deal is waited for.</summary>
    public static IEnumerable<TerminalFact> Filled(Guid? orderId, long? ticket, IReadOnlyList<TerminalDeal> deals, decimal volume, decimal price, DateTimeOffset at)
    {
        var filled = new TerminalFact { Kind = TerminalFactKind.Filled, OrderId = orderId, OrderTicket = ticket, Volume = volume, Price = price, At = at };
        return deals.Count == 0
            ? [filled]
            : deals.Select(d => filled with { DealTicket = d.Ticket, Volume = d.Volume, Price = d.Price, Profit = d.Profit, At = d.Time });
    }

    public static TerminalFact Cancelled(Guid orderId, long? ticket, DateTimeOffset at) =>
        new() { Kind = TerminalFactKind.Cancelled, OrderId = orderId, OrderTicket = ticket, At = at };

    public static TerminalFact Reconciled(TerminalSnapshot snapshot, IReadOnlyList<Guid> late, DateTimeOffset now) => new()
    {
        Unconfirmed = late.Count > 0 ? late : null,
        Kind = TerminalFactKind.Reconciled,
        DealTicket = snapshot.Deals.IsEmpty ? 0 : snapshot.Deals[^1].Ticket,
        Balance = snapshot.Account.Balance,
        At = now,
    };

    /// <summary>
    /// In the order in which a ledger takes them: what rests first, then the deals by ticket, for one that comes after a newer one counts as
    /// known, then what is gone. Otherwise as they were told.
    /// </summary>
    public static List<TerminalFact> InOrder(IEnumerable<TerminalFact> facts) =>
        [.. facts.OrderBy(f => f.Kind == TerminalFactKind.Cancelled ? long.MaxValue : f.DealTicket ?? 0)];
}
