using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>What is new since a known state, each piece to be claimed by one request.</summary>
internal sealed class NewEvidence
{
    private readonly List<TerminalDeal> _deals;
    private readonly List<TerminalOrder> _orders;
    private readonly List<TerminalPosition> _positions;
    private readonly TerminalSnapshot _before;
    private readonly TerminalSnapshot _now;

    public NewEvidence(TerminalSnapshot before, TerminalSnapshot now, IReadOnlySet<long>? answered)
    {
        (_before, _now) = (before, now);
        var deals = before.Deals.Select(d => d.Ticket).ToHashSet();
        var orders = before.Orders.Select(o => o.Ticket).ToHashSet();
        var positions = before.Positions.Select(p => p.Ticket).ToHashSet();
        _deals = [.. now.Deals.Where(d => d.IsExecution && !deals.Contains(d.Ticket))];
        _orders = [.. now.Orders.Where(o => !orders.Contains(o.Ticket) && answered?.Contains(o.Ticket) != true)];
        // A position has the ticket of the order that opened it: one that an order known from before opened is no proof of another's.
        _positions = [.. now.Positions.Where(p => !positions.Contains(p.Ticket) && !orders.Contains(p.Ticket))];
        foreach (var position in _positions.Where(p => answered?.Contains(p.Ticket) == true).ToList())
        {
            _positions.Remove(position);
            // The answered request's deal: the one that opened this position.
            var side = position.Side == Side.Buy ? TerminalDealKind.Buy : TerminalDealKind.Sell;
            var deal = _deals.Find(d => d.Symbol == position.Symbol && d.Kind == side && d.Price == position.OpenPrice && d.Time == position.OpenedAt)
                ?? _deals.Find(d => d.Symbol == position.Symbol && d.Kind == side && d.Volume == position.Volume);
            if (deal is not null)
                _deals.Remove(deal);
        }
    }

    /// <summary>Takes the deals that closed so much; else, where that is allowed, what there is of it.</summary>
    public IReadOnlyList<TerminalDeal> TakeClosed(string symbol, Side side, decimal volume, bool exactly = false)
    {
        var closing = Deals(symbol, side).FindAll(RoundTrips.IsClosing);
        var deals = DealParts.Of(closing, volume);
        return Take(deals.Count > 0 || exactly ? deals : DealParts.UpTo(closing, volume));
    }

    /// <summary>
    /// Hedging: an order opens a position of its own. The proof is a new one with its volume and levels; else deals that opened so much,
    /// with those that closed it meanwhile; else less of either, as a broker may fill a part. Null where there is none.
    /// </summary>
    public ResolvedOutcome.Executed? TakeOpened(TradeRequest r)
    {
        var opening = Deals(r.Symbol!, r.Side).FindAll(d => !RoundTrips.IsClosing(d) && FitsPrice(r, d.Price));
        var mine = _positions.FindAll(p => p.Symbol == r.Symbol && p.Side == r.Side && FitsPrice(r, p.OpenPrice)
            && PriceMatch.SameLevel(r.StopLoss, p.StopLoss) && PriceMatch.SameLevel(r.TakeProfit, p.TakeProfit));
        var whole = mine.FindAll(p => p.Volume == r.Volume);
        if ((whole.Find(p => opening.Exists(d => d.Volume == p.Volume && Opened(d, p))) ?? whole.FirstOrDefault()) is { } position)
            return Done(r, DealParts.Of(opening, position.Volume, position.OpenPrice), position);

        var free = opening.FindAll(d => !_positions.Exists(p => Opened(d, p)));
        var parts = DealParts.Of(free, r.Volume);
        if (parts.Count > 0 && Closings(parts) is { Count: > 0 } closings)
            return Done(r, parts, null, closings);
        // Its levels may have been moved since, or a part of it closed.
        if (opening.Find(d => d.Volume == r.Volume && _positions.Exists(p => Opened(d, p))) is { } moved)
            return Done(r, [moved], _positions.Find(p => Opened(moved, p)));
        if (parts.Count == 1)
            return Done(r, parts, null);

        foreach (var part in mine.Where(p => p.Volume < r.Volume))
            if (DealParts.Of(opening, part.Volume, part.OpenPrice) is { Count: > 0 } deals)
                return Done(r, deals, part);
        return free.Find(d => d.Volume < r.Volume) is { } some ? Done(r, [some], null, Closings([some])) : null;
    }

    /// <summary>Netting: an order adds to the symbol's one position, takes from it, or turns it; the proof is its deals.</summary>
    public ResolvedOutcome.Executed? TakeNetted(TradeRequest r)
    {
        var deals = Deals(r.Symbol!, r.Side).FindAll(d => FitsPrice(r, d.Price));
        var opening = deals.FindAll(d => !RoundTrips.IsClosing(d));
        var parts = opening.Find(d => d.Volume == r.Volume) is { } whole ? [whole] : DealParts.Of(deals, r.Volume);
        if (parts.Count == 0 && opening.Find(d => d.Volume < r.Volume) is { } some)
            parts = [some];
        return parts.Count == 0 ? null : Done(r, parts, _now.Positions.FirstOrDefault(p => p.Symbol == r.Symbol));
    }

    /// <summary>Netting: the position is other by just so much, and the history does not say why.</summary>
    public bool IsShiftedBy(TradeRequest r) =>
        !_deals.Exists(d => d.Symbol == r.Symbol) && Held(_now, r.Symbol!) - Held(_before, r.Symbol!) == (r.Side == Side.Buy ? r.Volume : -r.Volume);

    public TerminalOrder? TakeOrder(TradeRequest request, OrderType type)
    {
        var at = _orders.FindIndex(o => o.Symbol == request.Symbol && o.Side == request.Side && o.Type == type && o.Volume == request.Volume
            && PriceMatch.Same(request.Price, o.Price) && PriceMatch.SameLevel(request.StopLoss, o.StopLoss) && PriceMatch.SameLevel(request.TakeProfit, o.TakeProfit));
        if (at < 0)
            return null;
        var order = _orders[at];
        _orders.RemoveAt(at);
        return order;
    }

    /// <summary>A limit is filled at its price or a better one.</summary>
    private static bool FitsPrice(TradeRequest r, decimal price) =>
        r.Action is not (TradeAction.BuyLimit or TradeAction.SellLimit) || PriceMatch.IsLimitOrBetter(r.Side, r.Price, price);

    /// <summary>Whether a deal opened a position, which may have been closed in part since.</summary>
    internal static bool Opened(TerminalDeal d, TerminalPosition p) => d.Symbol == p.Symbol && RoundTrips.SideOf(d) == p.Side
        && d.Volume >= p.Volume && PriceMatch.Same(d.Price, p.OpenPrice) && (d.Volume == p.Volume || d.Time == p.OpenedAt);

    private ResolvedOutcome.Executed Done(TradeRequest r, IReadOnlyList<TerminalDeal> deals, TerminalPosition? position, IReadOnlyList<TerminalDeal>? closings = null)
    {
        Take(deals);
        Take(closings ?? []);
        if (position is not null)
            _positions.Remove(position);
        return new ResolvedOutcome.Executed(r, position?.Ticket, deals.Count > 0 ? deals[0].Ticket : null, position?.Ticket,
            deals.Count > 0 ? deals.Sum(d => d.Volume) : position!.Volume, deals.Count > 0 ? DealParts.Price(deals) : position!.OpenPrice)
        {
            Deals = deals,
            Closings = closings ?? [],
        };
    }

    private static decimal Held(TerminalSnapshot snapshot, string symbol) =>
        snapshot.Positions.Where(p => p.Symbol == symbol).Sum(p => p.Side == Side.Buy ? p.Volume : -p.Volume);

    private IReadOnlyList<TerminalDeal> Closings(IReadOnlyList<TerminalDeal> openings) => RoundTrips.Closings(openings, _deals);

    private List<TerminalDeal> Deals(string symbol, Side side) => _deals.FindAll(d => d.Symbol == symbol && RoundTrips.SideOf(d) == side);

    private IReadOnlyList<TerminalDeal> Take(IReadOnlyList<TerminalDeal> deals)
    {
        _deals.RemoveAll(deals.Contains);
        return deals;
    }
}
