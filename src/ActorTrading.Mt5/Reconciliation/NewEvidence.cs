using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>What is new since a known state, each piece to be claimed by one request.</summary>
internal sealed class NewEvidence
{
    private readonly List<TerminalDeal> _deals;
    private readonly List<TerminalOrder> _orders;
    private readonly List<TerminalPosition> _positions;

    /// <summary>Positions of before that a deal has changed in place: netting.</summary>
    private readonly List<TerminalPosition> _resized;

    public NewEvidence(TerminalSnapshot before, TerminalSnapshot now, IReadOnlySet<long>? answered)
    {
        var deals = before.Deals.Select(d => d.Ticket).ToHashSet();
        var orders = before.Orders.Select(o => o.Ticket).ToHashSet();
        var positions = before.Positions.Select(p => p.Ticket).ToHashSet();
        _deals = [.. now.Deals.Where(d => d.IsExecution && !deals.Contains(d.Ticket))];
        _orders = [.. now.Orders.Where(o => !orders.Contains(o.Ticket) && answered?.Contains(o.Ticket) != true)];
        _positions = [.. now.Positions.Where(p => !positions.Contains(p.Ticket))];
        _resized = [.. now.Positions.Where(p => before.Positions.FirstOrDefault(b => b.Ticket == p.Ticket) is { } was && (was.Volume != p.Volume || was.Side != p.Side))];
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

    public TerminalDeal? TakeDeal(string symbol, Side side, bool opening, Func<decimal, bool> volume)
    {
        var kind = side == Side.Buy ? TerminalDealKind.Buy : TerminalDealKind.Sell;
        var at = _deals.FindIndex(d => d.Symbol == symbol && d.Kind == kind && volume(d.Volume)
            && (opening ? d.Entry is DealEntry.In or DealEntry.InOut : d.Entry is DealEntry.Out or DealEntry.OutBy));
        if (at < 0)
            return null;
        var deal = _deals[at];
        _deals.RemoveAt(at);
        return deal;
    }

    /// <summary>The position that a deal opened, by price, volume and levels; else (netting) the one it resized.</summary>
    public TerminalPosition? TakePosition(TerminalDeal deal, decimal? stopLoss, decimal? takeProfit)
    {
        var side = deal.Kind == TerminalDealKind.Buy ? Side.Buy : Side.Sell;
        var candidates = _positions.Where(p => p.Symbol == deal.Symbol && p.Side == side).ToList();
        var best = candidates.Find(p => p.Volume == deal.Volume && p.OpenPrice == deal.Price && Levels(p))
            ?? candidates.Find(p => p.Volume == deal.Volume && Levels(p))
            ?? candidates.Find(p => p.OpenPrice == deal.Price && p.OpenedAt == deal.Time);
        if (best is not null)
        {
            _positions.Remove(best);
            return best;
        }
        return _resized.Find(p => p.Symbol == deal.Symbol);

        bool Levels(TerminalPosition p) => PriceMatch.SameLevel(stopLoss, p.StopLoss) && PriceMatch.SameLevel(takeProfit, p.TakeProfit);
    }

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
}
