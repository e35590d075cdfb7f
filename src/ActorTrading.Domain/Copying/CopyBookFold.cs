using System.Collections.Immutable;

namespace ActorTrading.Domain;

/// <summary>Folds a follower's ledger into its <see cref="CopyBook"/>.</summary>
/// <remarks>
/// In netting mode several links, and the user's own trades, share one position. Each deal of a mirrored order moves its link's
/// share. Another deal that reduces the position (a trade by hand, a stop-loss, a stop-out) takes from the user's own part first
/// and then from the oldest shares on that side. When such a deal leaves the symbol flat, every share in it ends: a follower that
/// was made flat is not made to trade by the leader's later closing.
/// </remarks>
internal static class CopyBookFold
{
    public static CopyBook Apply(AccountState before, LedgerEntry entry) => entry.Event switch
    {
        OrderSubmitted { Order: { Copy: { LeaderOrderId: { } leaderOrder } copy, IsPending: true } } => Remember(before.Copying, copy.LinkId, leaderOrder),
        DealExecuted { Deal: var deal } => Book(before, deal),
        _ => before.Copying,
    };

    private static CopyBook Remember(CopyBook book, Guid linkId, Guid leaderOrderId)
    {
        var link = book.Links.GetValueOrDefault(linkId, LinkBook.Empty);
        if (link.MirroredOrders.Contains(leaderOrderId))
            return book;
        var orders = link.MirroredOrders.Length < LinkBook.MirroredOrdersMax ? link.MirroredOrders : link.MirroredOrders.RemoveAt(0);
        return book with { Links = book.Links.SetItem(linkId, link with { MirroredOrders = orders.Add(leaderOrderId) }) };
    }

    private static CopyBook Book(AccountState before, Deal deal)
    {
        var origin = before.Orders.TryGetValue(deal.OrderId, out var order) ? order.Copy : null;
        var money = deal.Profit + deal.Commission + deal.Swap;
        if (before.Mode == PositionMode.Hedging)
        {
            origin ??= before.Positions.TryGetValue(deal.PositionId, out var position) ? position.Copy : null;
            return origin is null || money == 0 ? before.Copying : Realize(before.Copying, origin.LinkId, money);
        }
        if (origin is not null)
            return Realize(Move(before.Copying, origin, deal), origin.LinkId, money);
        return before.Copying.Links.IsEmpty || deal.Entry == DealEntry.In || !before.Positions.TryGetValue(deal.PositionId, out var net)
            ? before.Copying
            : TakeFromShares(before.Copying, net, deal, money);
    }

    private static CopyBook Realize(CopyBook book, Guid linkId, decimal money)
    {
        if (money == 0)
            return book;
        var link = book.Links.GetValueOrDefault(linkId, LinkBook.Empty);
        return book with { Links = book.Links.SetItem(linkId, link with { Realized = link.Realized + money }) };
    }

    private static CopyBook Move(CopyBook book, CopyOrigin origin, Deal deal)
    {
        var link = book.Links.GetValueOrDefault(origin.LinkId, LinkBook.Empty);
        var shares = link.Shares.ToBuilder();
        // First the share that the deal is for: another of the same position may wait for an order of the leader that still rests.
        var left = Leave(shares, deal, deal.Volume, share => share.LeaderPositionId == origin.LeaderPositionId && share.LeaderOrderId == origin.LeaderOrderId);
        left = Leave(shares, deal, left, share => SameCause(share, origin));
        if (left > 0)
        {
            var same = -1;
            for (var i = 0; i < shares.Count; i++)
            {
                var share = shares[i];
                if (share.Symbol == deal.Symbol && share.Side == deal.Side && share.LeaderPositionId == origin.LeaderPositionId && share.LeaderOrderId == origin.LeaderOrderId)
                    same = i;
            }
            if (same >= 0)
            {
                var share = shares[same];
                var volume = share.Volume + left;
                shares[same] = share with
                {
                    Volume = volume,
                    PeakVolume = Math.Max(share.PeakVolume, volume),
                    OpenPrice = decimal.Round((share.OpenPrice * share.Volume + deal.Price * left) / volume, 10),
                };
            }
            else
            {
                shares.Add(new CopyShare(deal.Symbol, deal.Side, left, left, deal.Price, origin.LeaderPositionId, origin.LeaderOrderId, deal.Time));
            }
        }
        return book with { Links = book.Links.SetItem(origin.LinkId, link with { Shares = shares.ToImmutable() }) };
    }

    /// <summary>Takes the volume from the shares on the other side that pass, and returns what is left of it.</summary>
    private static decimal Leave(ImmutableArray<CopyShare>.Builder shares, Deal deal, decimal volume, Func<CopyShare, bool> which)
    {
        for (var i = 0; i < shares.Count && volume > 0;)
        {
            var share = shares[i];
            if (share.Symbol == deal.Symbol && share.Side != deal.Side && which(share))
                volume -= Shrink(shares, ref i, volume);
            else
                i++;
        }
        return volume;
    }

    private static bool SameCause(CopyShare share, CopyOrigin origin) =>
        (share.LeaderPositionId is { } position && position == origin.LeaderPositionId) || (share.LeaderOrderId is { } order && order == origin.LeaderOrderId);

    private static CopyBook TakeFromShares(CopyBook book, Position net, Deal deal, decimal money)
    {
        var closed = Math.Min(deal.Volume, net.Volume);
        var direction = net.Side == Side.Buy ? 1m : -1m;
        var shared = 0m;
        foreach (var (_, link) in book.Links)
        {
            foreach (var share in link.Shares)
                shared += share.Symbol == deal.Symbol ? share.Signed * direction : 0m;
        }
        var own = Math.Max(0m, net.Volume - shared);
        var flat = deal.Volume >= net.Volume;
        var left = Math.Max(0m, closed - own);
        if (left == 0 && !flat)
            return book;

        // The oldest first over all links; ties by the link's id, so that every replay takes the same.
        var order = book.Links
            .SelectMany(pair => pair.Value.Shares.Select(share => (LinkId: pair.Key, Share: share)))
            .Where(item => item.Share.Symbol == deal.Symbol && item.Share.Side == net.Side)
            .OrderBy(item => item.Share.OpenedAt).ThenBy(item => item.LinkId)
            .ToList();
        foreach (var (linkId, share) in order)
        {
            if (left <= 0)
                break;
            var link = book.Links[linkId];
            var shares = link.Shares.ToBuilder();
            var index = shares.IndexOf(share);
            var taken = Shrink(shares, ref index, left);
            left -= taken;
            book = book with { Links = book.Links.SetItem(linkId, link with { Shares = shares.ToImmutable(), Realized = link.Realized + money * taken / deal.Volume }) };
        }
        if (!flat)
            return book;
        foreach (var (linkId, link) in book.Links)
        {
            if (link.Shares.Any(share => share.Symbol == deal.Symbol))
                book = book with { Links = book.Links.SetItem(linkId, link with { Shares = link.Shares.RemoveAll(share => share.Symbol == deal.Symbol) }) };
        }
        return book;
    }

    /// <summary>Takes up to <paramref name="volume"/> from the share at the index, which then stands at the next share to look at.</summary>
    private static decimal Shrink(ImmutableArray<CopyShare>.Builder shares, ref int index, decimal volume)
    {
        var share = shares[index];
        if (share.Volume <= volume)
        {
            shares.RemoveAt(index);
            return share.Volume;
        }
        shares[index++] = share with { Volume = share.Volume - volume };
        return volume;
    }
}
