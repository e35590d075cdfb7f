namespace ActorTrading.Pine.Strategy;

/// <summary>A price at which the position's own stops close some of it.</summary>
/// <param name="Price">On the losing side of the present price; of a trailing stop, where it stands now.</param>
/// <param name="Left">Contracts still open when the price has gone beyond it, with the sign of the position.</param>
public readonly record struct StopLevel(double Price, double Left);

/// <summary>What the pending stops would leave of the position: looked up, nothing is filled.</summary>
public sealed partial class BrokerEmulator
{
    /// <summary>A stop that stands against the position, with what it would still close.</summary>
    private sealed class Standing(PendingOrder order, double price)
    {
        public PendingOrder Order { get; } = order;
        public double Price { get; } = price;
        /// <summary>An entry that reverses closes whatever there is.</summary>
        public double Qty { get; set; } = order.Kind == OrderKind.Entry ? double.PositiveInfinity : order.Qty + order.Flip;
    }

    /// <summary>
    /// The stop losses, armed trailing stops and opposite stop orders that a price going straight against the position would meet, nearest first.
    /// A level that the price is beyond already is not among them (it fills at the next open), nor is a margin call.
    /// </summary>
    /// <param name="counts">The open trades that <see cref="StopLevel.Left"/> tells of; the others are closed in their turn.</param>
    public IReadOnlyList<StopLevel> StopLevels(Func<Trade, bool> counts)
    {
        if (_openCount == 0) return [];
        var open = _openTrades.AsSpan(0, _openCount).ToArray();
        var bound = new Dictionary<int, double>();
        for (int i = 0; i < _entryCount; i++) bound[_entries[i].Seq] = _entries[i].Bound;
        var standing = StandingStops();
        var levels = new List<StopLevel>();
        for (int i = 0; i < standing.Count; i++)
        {
            var stop = standing[i];
            if (stop.Qty <= 0 || (stop.Order.EntrySeq > 0 && bound.GetValueOrDefault(stop.Order.EntrySeq) <= 0)) continue;
            string? only = Settings.CloseEntriesRule == CloseEntriesRule.Any && !stop.Order.Opens ? stop.Order.FromEntry : null;
            double closed = TakeOff(open, stop.Qty, only);
            if (closed <= 0) continue;
            Release(bound, stop.Order.EntrySeq, closed);
            SettleGroup(standing, stop, closed);
            double left = 0;
            foreach (var trade in open) left += counts(trade) ? trade.Size : 0;
            if (levels.Count > 0 && levels[^1].Price == stop.Price) levels.RemoveAt(levels.Count - 1);
            levels.Add(new StopLevel(stop.Price, Rounding.Clean(left)));
        }
        return levels;
    }

    private List<Standing> StandingStops()
    {
        var standing = new List<Standing>();
        for (int i = 0; i < _book.Count; i++)
        {
            var order = _book[i];
            if (!Active(order) || order.Sign == Side || order.StopLimit) continue;
            double price = order.Stop;
            if (order.HasTrail && order.TrailArmed && !(Side > 0 ? price >= order.TrailStop : price <= order.TrailStop)) price = order.TrailStop;
            if (double.IsFinite(price) && (Side > 0 ? price < _mark : price > _mark)) standing.Add(new Standing(order, price));
        }
        // Stable: of two at one price the one that was placed first.
        return [.. standing.OrderBy(stop => -Side * stop.Price)];
    }

    /// <summary>Closes the oldest first, as a fill would.</summary>
    private static double TakeOff(Trade[] open, double qty, string? onlyId)
    {
        double done = 0;
        for (int i = 0; i < open.Length && done < qty; i++)
        {
            if (onlyId is not null && open[i].EntryId != onlyId) continue;
            double take = Math.Min(Rounding.Clean(qty - done), open[i].Qty);
            open[i].Qty = Rounding.Clean(open[i].Qty - take);
            done = Rounding.Clean(done + take);
        }
        return done;
    }

    /// <summary>An exit's fill is charged to its entry, any other to the oldest.</summary>
    private void Release(Dictionary<int, double> bound, int entrySeq, double qty)
    {
        if (entrySeq > 0)
        {
            bound[entrySeq] = Rounding.Clean(bound[entrySeq] - qty);
            return;
        }
        for (int i = 0; i < _entryCount && qty > 0; i++)
        {
            double take = Math.Min(qty, bound[_entries[i].Seq]);
            bound[_entries[i].Seq] = Rounding.Clean(bound[_entries[i].Seq] - take);
            qty -= take;
        }
    }

    private static void SettleGroup(List<Standing> standing, Standing filled, double qty)
    {
        if (filled.Order.OcaType == OcaType.None || string.IsNullOrEmpty(filled.Order.Oca)) return;
        foreach (var other in standing)
        {
            if (ReferenceEquals(other, filled) || other.Order.OcaType != filled.Order.OcaType || other.Order.Oca != filled.Order.Oca) continue;
            other.Qty = filled.Order.OcaType == OcaType.Cancel ? 0 : Rounding.Clean(other.Qty - qty);
        }
    }
}
