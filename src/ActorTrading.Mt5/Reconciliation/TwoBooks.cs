using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>The two books side by side; each new deal, order and position is explained by one cause only.</summary>
internal sealed class TwoBooks
{
    /// <summary>How long the terminal's history may be late with a deal that the terminal has confirmed.</summary>
    private static readonly TimeSpan LateMax = TimeSpan.FromMinutes(1);

    private readonly List<TerminalDeal> _newDeals;
    private readonly List<Deal> _late = [];
    private readonly List<(Guid Fill, long Deal)> _confirmed = [];
    private readonly HashSet<long> _orders = [];
    private readonly HashSet<long> _positions = [];

    public TwoBooks(AccountState state, TerminalSnapshot snapshot)
    {
        _newDeals = [.. snapshot.Deals.Where(d => d.IsExecution && d.Ticket > state.LastDealTicket)];
        foreach (var fill in state.UnconfirmedFills)
        {
            if (Confirm(fill) is { } deal)
            {
                _confirmed.Add((fill.Id, deal));
            }
            else
            {
                _late.Add(fill);
            }
        }

        var unexplained = _newDeals.Select(d => d.Ticket).ToHashSet();
        Before = snapshot with
        {
            Positions = [.. state.Positions.Values.Where(p => p.BrokerTicket is not null).OrderBy(p => p.BrokerTicket)
                .Select(p => new TerminalPosition(p.BrokerTicket!.Value, 0, p.Symbol, p.Side, p.OpenedAt, p.OpenPrice, p.StopLoss, p.TakeProfit, p.Volume))],
            Orders = [.. state.Orders.Values.Where(o => o.BrokerTicket is not null && o.IsPending).OrderBy(o => o.BrokerTicket)
                .Select(o => new TerminalOrder(o.BrokerTicket!.Value, 0, o.Symbol, o.Side, o.Type, o.CreatedAt, o.Price ?? 0m, o.StopLoss, o.TakeProfit, o.Volume))],
            Deals = [.. snapshot.Deals.Where(d => !unexplained.Contains(d.Ticket))],
            SymbolsWithCopies = [],
            Unidentified = [],
        };
    }

    /// <summary>Fills that the history is late with. After a while a deal is not waited for any more: it may have been told in another shape.</summary>
    public IReadOnlyList<Guid> Late(DateTimeOffset now) => [.. _late.Where(f => f.Time > now - LateMax).Select(f => f.Id)];

    /// <summary>The fills that a ledger which knows the deals up to this one only has to go on looking for.</summary>
    public IReadOnlyList<Guid> Unconfirmed(long deal, DateTimeOffset now) => [.. _confirmed.Where(c => c.Deal > deal).Select(c => c.Fill), .. Late(now)];

    /// <summary>The terminal as the ledger knows it.</summary>
    public TerminalSnapshot Before { get; }

    /// <summary>New deals that nothing has claimed, by ticket.</summary>
    public IReadOnlyList<TerminalDeal> Unexplained => _newDeals;

    public void ClaimOrder(long? ticket) => Claim(_orders, ticket);

    public void ClaimPosition(long? ticket) => Claim(_positions, ticket);

    public bool IsClaimedOrder(long ticket) => _orders.Contains(ticket);

    public bool IsClaimedPosition(long ticket) => _positions.Contains(ticket);

    public TerminalDeal? ClaimDeal(long? ticket)
    {
        var at = _newDeals.FindIndex(d => d.Ticket == ticket);
        if (at < 0)
        {
            return null;
        }

        var deal = _newDeals[at];
        _newDeals.RemoveAt(at);
        return deal;
    }

    public TerminalDeal? TakeDeal(string symbol, Side side, Func<TerminalDeal, bool> fits)
    {
        var kind = side == Side.Buy ? TerminalDealKind.Buy : TerminalDealKind.Sell;
        return _newDeals.Find(d => d.Symbol == symbol && d.Kind == kind && fits(d)) is { } deal ? ClaimDeal(deal.Ticket) : null;
    }

    /// <summary>Lots of a position that the facts so far close through an order of ours.</summary>
    public static decimal ClosedBy(IEnumerable<TerminalFact> facts, AccountState state, Guid positionId) =>
        facts.Where(f => f.Kind == TerminalFactKind.Filled && f.OrderId is { } id
            && state.Orders.TryGetValue(id, out var order) && order.ClosesPositionId == positionId).Sum(f => f.Volume);

    /// <summary>Takes away the deals of a fill that is booked already: one, at its price if possible, or several that add up to it.</summary>
    /// <returns>The newest of them; null where there are none.</returns>
    private long? Confirm(Deal fill)
    {
        var kind = fill.Side == Side.Buy ? TerminalDealKind.Buy : TerminalDealKind.Sell;
        var like = _newDeals.FindAll(d => d.Symbol == fill.Symbol && d.Kind == kind && d.Volume <= fill.Volume);
        if ((like.Find(d => d.Volume == fill.Volume && PriceMatch.Same(fill.Price, d.Price)) ?? like.Find(d => d.Volume == fill.Volume)) is { } whole)
        {
            _newDeals.Remove(whole);
            return whole.Ticket;
        }

        var parts = new List<TerminalDeal>();
        var left = fill.Volume;
        foreach (var part in like)
        {
            if (part.Volume <= left)
            {
                parts.Add(part);
                left -= part.Volume;
            }
        }

        if (left > 0m)
        {
            return null;
        }

        parts.ForEach(p => _newDeals.Remove(p));
        return parts[^1].Ticket;
    }

    private static void Claim(HashSet<long> claimed, long? ticket)
    {
        if (ticket is { } value)
        {
            claimed.Add(value);
        }
    }
}
