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
    private readonly HashSet<string> _unclear = [];
    private readonly AccountState _state;
    private readonly TerminalSnapshot _snapshot;

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

        _state = state;
        _snapshot = snapshot;
    }

    /// <summary>Fills that the history is late with. After a while a deal is not waited for any more: it may have been told in another shape.</summary>
    public IReadOnlyList<Guid> Late(DateTimeOffset now) => [.. _late.Where(f => f.Time > now - LateMax).Select(f => f.Id)];

    /// <summary>The fills that a ledger which knows the deals up to this one only has to go on looking for.</summary>
    public IReadOnlyList<Guid> Unconfirmed(long deal, DateTimeOffset now) => [.. _confirmed.Where(c => c.Deal > deal).Select(c => c.Fill), .. Late(now)];

    /// <summary>The terminal as the ledger knows it, with the deals that are explained so far.</summary>
    public TerminalSnapshot Before
    {
        get
        {
            var unexplained = _newDeals.Select(d => d.Ticket).ToHashSet();
            return _snapshot with
            {
                Positions = [.. _state.Positions.Values.Where(p => p.BrokerTicket is not null).OrderBy(p => p.BrokerTicket)
                    .Select(p => new TerminalPosition(p.BrokerTicket!.Value, 0, p.Symbol, p.Side, p.OpenedAt, p.OpenPrice, p.StopLoss, p.TakeProfit, p.Volume))],
                Orders = [.. _state.Orders.Values.Where(o => o.BrokerTicket is not null && o.IsPending).OrderBy(o => o.BrokerTicket)
                    .Select(o => new TerminalOrder(o.BrokerTicket!.Value, 0, o.Symbol, o.Side, o.Type, o.CreatedAt, o.Price ?? 0m, o.StopLoss, o.TakeProfit, o.Volume))],
                Deals = [.. _snapshot.Deals.Where(d => !unexplained.Contains(d.Ticket))],
                SymbolsWithCopies = [],
                Unidentified = [],
            };
        }
    }

    /// <summary>New deals that nothing has claimed, by ticket.</summary>
    public IReadOnlyList<TerminalDeal> Unexplained => _newDeals;

    public void ClaimOrder(long? ticket) => Claim(_orders, ticket);

    public void ClaimPosition(long? ticket) => Claim(_positions, ticket);

    /// <summary>Some request's outcome cannot be told: what the symbol's positions show beyond the deals may yet be its doing.</summary>
    public void HoldBack(string symbol) => _unclear.Add(symbol);

    public bool IsHeldBack(string symbol) => _unclear.Contains(symbol);

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

    public void Claim(IEnumerable<TerminalDeal> deals)
    {
        foreach (var deal in deals)
        {
            ClaimDeal(deal.Ticket);
        }
    }

    /// <summary>New deals that nothing has claimed, of a symbol and a direction, by ticket.</summary>
    public List<TerminalDeal> DealsOf(string symbol, Side side) => _newDeals.FindAll(d => d.Symbol == symbol && RoundTrips.SideOf(d) == side);

    /// <summary>Those that did not open a position which the terminal shows and the ledger does not.</summary>
    public List<TerminalDeal> NotOfNewPositions(List<TerminalDeal> deals)
    {
        var known = _state.Positions.Values.Select(p => p.BrokerTicket).ToHashSet();
        return deals.FindAll(d => !_snapshot.Positions.Any(p => !known.Contains(p.Ticket) && NewEvidence.Opened(d, p)));
    }

    /// <summary>The position at the terminal with this ticket.</summary>
    public TerminalPosition? Position(long ticket) => _snapshot.Positions.FirstOrDefault(p => p.Ticket == ticket);

    /// <summary>On a hedging account the terminal may show copies of one position in the place of several.</summary>
    public bool IsHidden(Position position) => MayBeHidden(position.Symbol, position.Side, position.Volume);

    public bool MayBeHidden(string symbol, Side side, decimal volume) =>
        _snapshot.SymbolsWithCopies.Contains(symbol) && _snapshot.Unidentified.Any(e => e.Symbol == symbol && e.Side == side && e.Volume >= volume);

    /// <summary>Takes away the deals of a fill that is booked already: one, at its price if possible, or several that add up to it.</summary>
    /// <returns>The newest of them; null where there are none.</returns>
    private long? Confirm(Deal fill)
    {
        var parts = DealParts.Of(DealsOf(fill.Symbol, fill.Side), fill.Volume, fill.Price);
        Claim(parts);
        return parts.Count > 0 ? parts.Max(d => d.Ticket) : null;
    }

    private static void Claim(HashSet<long> claimed, long? ticket)
    {
        if (ticket is { } value)
        {
            claimed.Add(value);
        }
    }
}
