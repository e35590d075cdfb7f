namespace ActorTrading.Pine.Strategy;

/// <summary>The position, its trades, and the money booked.</summary>
public sealed partial class BrokerEmulator
{
    private Trade[] _openTrades = new Trade[4];
    private int _openCount;
    private Trade[] _closed = new Trade[64];
    private int _closedCount;
    private Fill[] _fills = new Fill[64];
    private int _fillCount;
    private EntryBinding[] _entries = new EntryBinding[4];
    private int _entryCount;
    private int _entrySeq;

    private double _size;
    private double _avgPrice = double.NaN;
    private double _grossProfit, _grossLoss, _openCommission;
    private double _pointValue;
    private int _wins, _losses, _evens;
    private double _maxHeld, _maxHeldLong, _maxHeldShort;
    private double _commissionPaid;
    private int _marginCalls;

    // Drawdown and run-up of equity: against the best and worst equity at which a position was opened.
    private double _peakEquity, _lowEquity, _peakRealized;
    private double _maxDrawdown, _maxDrawdownPercent, _maxRunup, _maxRunupPercent;
    private bool _closedThisBar;

    // A long is called below, a short above this price.
    private double _liquidation = double.NaN;

    private int Side => Math.Sign(_size);

    private void AddOpenTrade(string id, string? comment, int sign, double qty, double price, double commission)
    {
        if (_openCount == 0)
        {
            double equity = EquityAt(price) - commission;
            _peakEquity = Math.Max(_peakEquity, equity);
            _lowEquity = Math.Min(_lowEquity, equity);
        }
        if (_openCount == _openTrades.Length) Array.Resize(ref _openTrades, _openCount * 2);
        _openTrades[_openCount++] = new Trade
        {
            EntryNumber = _entrySeq,
            EntryId = id,
            EntryComment = comment,
            Direction = (Direction)sign,
            Qty = qty,
            EntryPrice = price,
            EntryBar = _bar,
            EntryTimeMs = _timeMs,
            Commission = commission,
            EntryCommission = commission,
            BestPrice = price,
            WorstPrice = price,
            ExitId = "",
            ExitBar = -1,
            ExitPrice = double.NaN,
            Profit = double.NaN,
        };
        _openCommission += commission;
        _size = Rounding.Clean(_size + sign * qty);
        RefreshPosition();
        double held = Math.Abs(_size);
        _maxHeld = Math.Max(_maxHeld, held);
        if (_size > 0) _maxHeldLong = Math.Max(_maxHeldLong, held);
        else _maxHeldShort = Math.Max(_maxHeldShort, held);
    }

    /// <summary>Closes up to <paramref name="qty"/> contracts oldest first; with <paramref name="onlyId"/> only that entry's.</summary>
    private double CloseTrades(double qty, double price, string exitId, string? comment, double commissionPerUnit, string? onlyId, bool marginCall)
    {
        double left = qty;
        int kept = 0;
        for (int i = 0; i < _openCount; i++)
        {
            ref var trade = ref _openTrades[i];
            if (left > 0 && (onlyId is null || trade.EntryId == onlyId))
            {
                double take = Math.Min(left, trade.Qty);
                BookClosed(ref trade, take, price, exitId, comment, take * commissionPerUnit, marginCall);
                left = Rounding.Clean(left - take);
            }
            if (trade.Qty <= 0) continue;
            if (kept != i) _openTrades[kept] = trade;
            kept++;
        }
        Array.Clear(_openTrades, kept, _openCount - kept);
        _openCount = kept;
        double done = Rounding.Clean(qty - left);
        _size = _openCount == 0 ? 0 : Rounding.Clean(_size - Side * done);
        RefreshPosition();
        return done;
    }

    private void BookClosed(ref Trade trade, double qty, double price, string exitId, string? comment, double exitCommission, bool marginCall)
    {
        double entryCommission = qty == trade.Qty ? trade.Commission : trade.Commission * (qty / trade.Qty);
        Touch(ref trade, price);
        var closed = trade;
        closed.Qty = qty;
        closed.ExitId = exitId;
        closed.ExitComment = comment;
        closed.ExitPrice = price;
        closed.ExitBar = _bar;
        closed.ExitTimeMs = _timeMs;
        closed.MarginCall = marginCall;
        closed.EntryCommission = entryCommission;
        closed.Commission = entryCommission + exitCommission;
        closed.Profit = qty * (price - trade.EntryPrice) * trade.Sign * _pointValue - closed.Commission;
        (closed.MaxRunup, closed.MaxDrawdown) = Extremes(trade, qty, entryCommission);
        trade.Qty = Rounding.Clean(trade.Qty - qty);
        trade.Commission -= entryCommission;
        trade.EntryCommission -= entryCommission;
        _openCommission -= entryCommission;
        if (closed.Profit > 0)
        {
            _wins++;
            _grossProfit += closed.Profit;
        }
        else if (closed.Profit < 0)
        {
            _losses++;
            _grossLoss -= closed.Profit;
        }
        else
        {
            _evens++;
        }
        if (_closedCount == _closed.Length) Array.Resize(ref _closed, _closedCount * 2);
        _closed[_closedCount++] = closed;
        _closedThisBar = true;
    }

    /// <summary>Best and worst unrealised profit, the entry's commission taken off, both at least 0.</summary>
    private (double Runup, double Drawdown) Extremes(in Trade trade, double qty, double entryCommission)
    {
        double best = qty * (trade.BestPrice - trade.EntryPrice) * trade.Sign * _pointValue - entryCommission;
        double worst = qty * (trade.WorstPrice - trade.EntryPrice) * trade.Sign * _pointValue - entryCommission;
        return (Math.Max(0, best), Math.Max(0, -worst));
    }

    private static void Touch(ref Trade trade, double price)
    {
        bool isLong = trade.Direction == Direction.Long;
        if (isLong ? price > trade.BestPrice : price < trade.BestPrice) trade.BestPrice = price;
        if (isLong ? price < trade.WorstPrice : price > trade.WorstPrice) trade.WorstPrice = price;
    }

    private void TrackExtremes(double high, double low)
    {
        for (int i = 0; i < _openCount; i++)
        {
            ref var trade = ref _openTrades[i];
            Touch(ref trade, high);
            Touch(ref trade, low);
        }
    }

    /// <summary>Notes equity with the market at <paramref name="price"/>.</summary>
    private void TrackEquity(double price)
    {
        double equity = EquityAt(price), drawdown = _peakEquity - equity, runup = equity - _lowEquity;
        if (drawdown > _maxDrawdown) (_maxDrawdown, _maxDrawdownPercent) = (drawdown, drawdown / _peakEquity * 100);
        if (runup > _maxRunup) (_maxRunup, _maxRunupPercent) = (runup, runup / _lowEquity * 100);
    }

    private void RefreshPosition()
    {
        if (_openCount == 0)
        {
            (_size, _avgPrice, _openCommission, _liquidation) = (0, double.NaN, 0, double.NaN);
            double equity = Settings.InitialCapital + NetProfit;
            _peakEquity = Math.Max(_peakEquity, equity);
            _lowEquity = Math.Min(_lowEquity, equity);
            return;
        }
        double cost = 0;
        for (int i = 0; i < _openCount; i++) cost += _openTrades[i].EntryPrice * _openTrades[i].Qty;
        _avgPrice = cost / Math.Abs(_size);
        RefreshLiquidation();
    }

    private double EquityAt(double price) =>
        Settings.InitialCapital + NetProfit + (_size == 0 ? 0 : _size * (price - _avgPrice) * _pointValue);

    private void RecordFill(string id, string? comment, double signedQty, double price, double commission, string? alert)
    {
        if (_fillCount == _fills.Length) Array.Resize(ref _fills, _fillCount * 2);
        _fills[_fillCount++] = new Fill(_bar, _timeMs, id, comment, signedQty, price, commission, alert);
        _commissionPaid += commission;
    }

    private void Bind(string id, int sign, double qty, double price, bool openedByExit)
    {
        if (_entryCount == _entries.Length) Array.Resize(ref _entries, _entryCount * 2);
        _entries[_entryCount++] = new EntryBinding
        {
            Seq = _entrySeq,
            Id = id,
            Sign = sign,
            InitialQty = qty,
            Bound = qty,
            Price = price,
            OpenedByExit = openedByExit,
        };
        AdoptWaitingLegs(id, sign, qty);
        if (_standingCount > 0) PlaceStanding(_entries[_entryCount - 1]);
    }

    private bool HasBinding(string id)
    {
        for (int i = 0; i < _entryCount; i++)
            if (_entries[i].Id == id) return true;
        return false;
    }

    private int BindingIndex(int seq)
    {
        for (int i = 0; i < _entryCount; i++)
            if (_entries[i].Seq == seq) return i;
        return -1;
    }

    private double BoundQty(string id)
    {
        double sum = 0;
        for (int i = 0; i < _entryCount; i++)
            if (_entries[i].Id == id) sum += _entries[i].Bound;
        return Rounding.Clean(sum);
    }

    /// <summary>Charges a closing fill to the entries it was meant for, and retires those used up with their brackets.</summary>
    private void SettleBindings(PendingOrder order, double qty)
    {
        if (_openCount == 0)
        {
            _entryCount = _standingCount = 0;
            DropBoundLegs();
            return;
        }
        int own = order.EntrySeq > 0 ? BindingIndex(order.EntrySeq) : -1;
        if (own >= 0)
        {
            _entries[own].Bound = Rounding.Clean(_entries[own].Bound - qty);
        }
        else
        {
            string? id = order.Kind == OrderKind.Close ? order.FromEntry : null;
            for (int i = 0; i < _entryCount && qty > 0; i++)
            {
                if (id is not null && _entries[i].Id != id) continue;
                double take = Math.Min(qty, _entries[i].Bound);
                _entries[i].Bound = Rounding.Clean(_entries[i].Bound - take);
                qty = Rounding.Clean(qty - take);
            }
        }
        int kept = 0;
        for (int i = 0; i < _entryCount; i++)
        {
            if (_entries[i].Bound > 0) _entries[kept++] = _entries[i];
            else RemoveLegs(_entries[i].Seq);
        }
        _entryCount = kept;
    }

    private void RemoveLegs(int seq)
    {
        for (int i = 0; i < _book.Count; i++)
        {
            var order = _book[i];
            if (!order.Gone && order.Kind == OrderKind.Exit && order.EntrySeq == seq && !order.GapCommitted) _book.Remove(order);
        }
    }

    // When flat, a bracket lives on only for an entry that is still pending.
    private void DropUnboundLegs()
    {
        for (int i = 0; i < _book.Count; i++)
        {
            var order = _book[i];
            if (!order.Gone && order.Kind == OrderKind.Exit && !order.AnyEntry && _book.FindOpening(order.FromEntry!) is null) _book.Remove(order);
        }
    }

    private void DropBoundLegs()
    {
        for (int i = 0; i < _book.Count; i++)
        {
            var order = _book[i];
            if (order.Gone || order.Kind != OrderKind.Exit || order.GapCommitted) continue;
            if (order.EntrySeq > 0 || (!order.AnyEntry && _book.FindOpening(order.FromEntry!) is null)) _book.Remove(order);
        }
    }
}
