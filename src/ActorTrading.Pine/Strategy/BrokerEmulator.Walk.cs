using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Strategy;

/// <summary>
/// The assumed path inside a bar: open, the extreme nearer the open, the other extreme, close; on a tie the low first. Orders
/// fill in the order in which the path reaches them; at one price a stop comes before a trailing stop before a limit.
/// </summary>
public sealed partial class BrokerEmulator
{
    private readonly List<(PendingOrder Order, FillReason Reason)> _gap = [];
    private double _price;
    /// <summary>Point of the path at the end of the stretch being walked: 0 open, 1 and 2 the extremes, 3 close.</summary>
    private int _node;
    private double _near, _far;
    /// <summary>Point of the path that the latest recalculation stood at; −1 before the first of the bar.</summary>
    private int _cursor;
    private bool _filled, _recalculating;
    /// <summary>Close of the bar before: what equity was when the orders of this bar's open were sent.</summary>
    private double _lastClose = double.NaN;

    private void WalkBar(ReadOnlySpan<Bar> lowerBars)
    {
        _cursor = -1;
        if (_openCount == 0) DropUnboundLegs();
        if (lowerBars.IsEmpty)
        {
            WalkPath(_open, _high, _low, _close, first: true);
        }
        else
        {
            for (int i = 0; i < lowerBars.Length; i++)
            {
                ref readonly var bar = ref lowerBars[i];
                WalkPath(bar.Open, bar.High, bar.Low, bar.Close, first: i == 0);
            }
        }
    }

    private void WalkPath(double open, double high, double low, double close, bool first)
    {
        bool highFirst = high - open < open - low;
        (_near, _far) = highFirst ? (high, low) : (low, high);
        _node = 0;
        _price = open;
        AtOpen(first);
        WalkTo(_near, 1);
        if (_openCount > 0 && MarginThreatened(_near, _near)) CheckMargin(_near, mayRecover: true);
        if (_risk.Any) EnforceDayLoss(_near);
        WalkTo(_far, 2);
        if (_openCount > 0 && MarginThreatened(_far, _far)) CheckMargin(_far);
        if (_risk.Any) EnforceDayLoss(_far);
        WalkTo(close, 3);
        if (_risk.Any) EnforceDayLoss(close);
    }

    private void AtOpen(bool first)
    {
        _openBarStartSize = _size;
        CollectGap();
        FillMarketOrders();
        FillGap();
        FillPassed();
        MoveTo(_price);
        if (first && _openCount > 0 && MarginThreatened(_price, _price)) CheckMargin(_price);
        if (_risk.Any) EnforceDayLoss(_price);
        AfterFills();
    }

    /// <summary>The orders whose level the open has already passed.</summary>
    private void CollectGap()
    {
        _gap.Clear();
        for (int i = 0; i < _book.Count; i++)
        {
            var order = _book[i];
            if (Active(order) && Passed(order, out var reason)) _gap.Add((order, reason));
        }
    }

    private void FillMarketOrders()
    {
        int count = _book.Count;
        for (int i = 0; i < count; i++)
        {
            var order = _book[i];
            if (order.Market && !order.Gone && order.FillNode <= _node) FillMarket(order, _price);
        }
    }

    // Entries before exits. An exit caught in the same gap as an entry that reverses still sells its own quantity.
    private void FillGap()
    {
        if (_gap.Count == 0) return;
        foreach (var (order, _) in _gap)
            if (order.Kind == OrderKind.Exit && !order.Gone) order.GapCommitted = true;
        for (int sign = 1; sign >= -1; sign -= 2)
            foreach (var (order, reason) in _gap)
                if (order.Opens && order.Sign == sign && !order.Gone) FillPriced(order, _price, reason, checkMargin: true);
        foreach (var (order, reason) in _gap)
            if (!order.Opens && !order.Gone && !order.Dormant) FillPriced(order, _price, reason, checkMargin: false);
        foreach (var (order, _) in _gap) order.GapCommitted = false;
        _gap.Clear();
    }

    /// <summary>Fills at the current price what has just become active with its level already behind.</summary>
    private void FillPassed()
    {
        for (int i = 0; i < _book.Count; i++)
        {
            var order = _book[i];
            if (Active(order) && Passed(order, out var reason)) FillPriced(order, _price, reason, checkMargin: false);
        }
    }

    private void WalkTo(double target, int node)
    {
        _node = node;
        // Every round fills or changes one order for good, so the rounds are bounded by the orders a bar can see.
        for (int round = 0; round < MaxEventsPerStretch; round++)
        {
            var (next, level, reason) = NextTouched(target);
            if (next is null) break;
            MoveTo(level);
            if (next.StopLimit && !next.StopTouched && reason == FillReason.Stop) next.StopTouched = true;
            else FillPriced(next, level, reason, checkMargin: false);
            AfterFills();
        }
        MoveTo(target);
        if (Recalculate is not null)
        {
            FillMarketOrders();
            AfterFills();
        }
    }

    private const int MaxEventsPerStretch = 100_000;

    private static bool Active(PendingOrder order) =>
        !order.Gone && !order.Market && !order.Consumed && !order.Dormant && (order.Kind != OrderKind.Exit || order.EntrySeq > 0);

    /// <summary>Whether the current price is at or beyond a level of the order.</summary>
    private bool Passed(PendingOrder order, out FillReason reason)
    {
        bool buy = order.Sign > 0;
        reason = FillReason.Stop;
        if (order.StopLimit && !order.StopTouched)
        {
            if (!(buy ? _price >= order.Stop : _price <= order.Stop)) return false;
            order.StopTouched = true;
        }
        if (!order.StopLimit && (buy ? _price >= order.Stop : _price <= order.Stop)) return true;
        if (order.HasTrail && TrailPassed(order, buy))
        {
            reason = FillReason.Trail;
            return true;
        }
        reason = FillReason.Limit;
        return buy ? _price <= order.Limit - _limitDepth : _price >= order.Limit + _limitDepth;
    }

    private bool TrailPassed(PendingOrder order, bool buy)
    {
        if (order.TrailArmed) return buy ? _price >= order.TrailStop : _price <= order.TrailStop;
        return order.TrailOffset <= 0 && (buy ? _price <= order.TrailPrice : _price >= order.TrailPrice);
    }

    /// <summary>The order that the stretch from the current price to <paramref name="target"/> reaches first.</summary>
    private (PendingOrder? Order, double Level, FillReason Reason) NextTouched(double target)
    {
        PendingOrder? best = null;
        double bestDistance = double.PositiveInfinity, bestLevel = 0;
        var bestReason = FillReason.Market;
        for (int i = 0; i < _book.Count; i++)
        {
            var order = _book[i];
            if (!Active(order)) continue;
            bool buy = order.Sign > 0;
            bool stopLimit = order.StopLimit;
            if (!stopLimit || !order.StopTouched) Consider(order, order.Stop, buy, FillReason.Stop);
            if (order.HasTrail) ConsiderTrail(order, buy);
            if (!stopLimit || order.StopTouched)
                Consider(order, buy ? order.Limit - _limitDepth : order.Limit + _limitDepth, !buy, FillReason.Limit);
        }
        return (best, bestLevel, bestReason);

        // A level reached when price is at or above it (upward) or at or below it.
        void Consider(PendingOrder order, double level, bool upward, FillReason reason)
        {
            double distance;
            if (upward ? _price >= level : _price <= level)
            {
                // A level already behind when its bracket comes to life waits for the next open, or for the price to come back
                // and reach it; one that a stop has just uncovered, or that a recalculation has just set, acts at once.
                if (_price != level && !order.StopTouched && !order.Recalculated) return;
                (distance, level) = (0, _price);
            }
            else if (upward ? target >= level : target <= level) distance = Math.Abs(level - _price);
            else return;
            if (distance < bestDistance || (distance == bestDistance && Rank(reason) < Rank(bestReason)))
                (best, bestDistance, bestLevel, bestReason) = (order, distance, level, reason);
        }

        void ConsiderTrail(PendingOrder order, bool buy)
        {
            if (order.TrailArmed) Consider(order, order.TrailStop, buy, FillReason.Trail);
            // Without an offset the stop sits on the activation price and the tick that arms it fills it.
            else if (order.TrailOffset <= 0) Consider(order, order.TrailPrice, !buy, FillReason.Trail);
        }

        static int Rank(FillReason reason) => reason switch { FillReason.Stop => 0, FillReason.Trail => 1, FillReason.Limit => 2, _ => 3 };
    }

    /// <summary>Moves the market to a price: trades note their extremes, trailing stops arm and follow.</summary>
    private void MoveTo(double price)
    {
        _price = price;
        for (int i = 0; i < _openCount; i++) Touch(ref _openTrades[i], price);
        if (_openCount > 0) TrackEquity(price);
        for (int i = 0; i < _book.Count; i++)
        {
            var order = _book[i];
            if (order.HasTrail && Active(order)) FollowTrail(order, price);
        }
    }

    private void FollowTrail(PendingOrder order, double price)
    {
        double offset = _round.Ticks(order.TrailOffset);
        if (order.Sign < 0)
        {
            if (!order.TrailArmed && !(price >= order.TrailPrice)) return;
            double level = _round.Price(price - offset);
            if (!order.TrailArmed || level > order.TrailStop) order.TrailStop = level;
        }
        else
        {
            if (!order.TrailArmed && !(price <= order.TrailPrice)) return;
            double level = _round.Price(price + offset);
            if (!order.TrailArmed || level < order.TrailStop) order.TrailStop = level;
        }
        order.TrailArmed = true;
    }

    private double NodePrice(int node) => node switch { 0 => _open, 1 => _near, 2 => _far, _ => _close };

    /// <summary>
    /// After fills, runs the script once more where calc_on_order_fills asks for it. Each run stands one point further along the
    /// path than the last, and the market orders it places fill there; the close belongs to the ordinary run.
    /// </summary>
    private void AfterFills()
    {
        if (!_filled) return;
        _filled = false;
        if (Recalculate is null) return;
        int cursor = Math.Max(_node, _cursor + 1);
        if (cursor >= 3) return;
        _cursor = cursor;
        double mark = _mark;
        _mark = NodePrice(cursor);
        _tick++;
        _recalculating = true;
        Recalculate();
        _recalculating = false;
        _mark = mark;
        // At the open there is no stretch to walk before the new orders may fill.
        if (_node == 0 && cursor == 0)
        {
            FillMarketOrders();
            FillPassed();
            AfterFills();
        }
    }
}
