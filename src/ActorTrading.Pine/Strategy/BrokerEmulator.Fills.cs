namespace ActorTrading.Pine.Strategy;

/// <summary>Turning a touched order into trades.</summary>
public sealed partial class BrokerEmulator
{
    /// <summary>Fills a market order at <paramref name="price"/> and slippage, or refuses it.</summary>
    private void FillMarket(PendingOrder order, double price)
    {
        double fillPrice = price + order.Sign * _slippage;
        if (order.Opens && !PrepareOpening(order, fillPrice)) return;
        Execute(order, fillPrice, FillReason.Market);
    }

    /// <summary>Pyramiding, reversal, risk limits and affordability of an opening order; false when it was refused.</summary>
    private bool PrepareOpening(PendingOrder order, double fillPrice)
    {
        if (order.Kind == OrderKind.Entry)
        {
            if (Side == order.Sign)
            {
                if (IsFull) return Refuse(order);
            }
            else if (!order.NoFlip)
            {
                double yielded = _yielded.Tick == order.PlacedTick ? _yielded.Qty : 0;
                if (order.YieldsFlip) _yielded = (order.PlacedTick, yielded + Math.Min(order.Qty, Math.Abs(_size)));
                else order.Flip = Rounding.Clean(Math.Abs(_size) + yielded);
            }
        }
        if (order.Qty + order.Flip <= 0) return Refuse(order);
        if (!PassesRisk(order)) return Refuse(order);
        if (order.Kind != OrderKind.Entry || Affordable(order, fillPrice)) return true;
        CancelClosesOf(order);
        if (_size != 0 && Side != order.Sign) PutBracketsToSleep();
        return Refuse(order);
    }

    // A reversal that cannot be paid for leaves the position without its brackets, until the script sends them again.
    private void PutBracketsToSleep()
    {
        for (int i = 0; i < _book.Count; i++)
            if (!_book[i].Gone && _book[i].Kind == OrderKind.Exit && _book[i].EntrySeq > 0) _book[i].Dormant = true;
    }

    /// <summary>After a margin call the brackets of what is left stand again; a stop that is behind already fills at once.</summary>
    private void WakeBrackets()
    {
        bool any = false;
        for (int i = 0; i < _book.Count; i++)
        {
            if (!_book[i].Dormant) continue;
            _book[i].Dormant = false;
            any = true;
        }
        if (any) FillPassed();
    }

    /// <summary>What entries that left the reversal to a later one of their execution have taken off the opposite position.</summary>
    private (long Tick, double Qty) _yielded = (-1, 0);

    /// <summary>The position holds as many entries as pyramiding allows. Priced ones that were placed before it did may exceed it.</summary>
    private bool IsFull => Settings.Pyramiding <= _entryCount;

    private bool Refuse(PendingOrder order)
    {
        _book.Remove(order);
        return false;
    }

    // A refused reversal takes the closes of the same execution with it: the position stays.
    private void CancelClosesOf(PendingOrder entry)
    {
        if (_size == 0 || Side == entry.Sign) return;
        for (int i = 0; i < _book.Count; i++)
        {
            var order = _book[i];
            if (!order.Gone && order.Kind == OrderKind.Close && order.PlacedBar == entry.PlacedBar && order.Sign == entry.Sign &&
                (order.FromEntry is null || HasBinding(order.FromEntry))) _book.Remove(order);
        }
    }

    /// <summary>Fills a priced order that the market has reached at <paramref name="level"/>.</summary>
    private void FillPriced(PendingOrder order, double level, FillReason reason, bool checkMargin)
    {
        // A limit never slips; reached by a gap it has the better price, otherwise its own.
        double price = reason == FillReason.Limit
            ? order.Sign > 0
                ? level < order.Limit - _limitDepth ? level : order.Limit
                : level > order.Limit + _limitDepth ? level : order.Limit
            : level + order.Sign * _slippage;
        if (order.Opens)
        {
            if (order.DefaultSized) ResolveQuantity(order, price);
            if (order.Qty + order.Flip <= 0 || !PassesRisk(order))
            {
                _book.Remove(order);
                return;
            }
            if (checkMargin && order.Kind == OrderKind.Entry && !Affordable(order, price))
            {
                CancelClosesOf(order);
                _book.Remove(order);
                return;
            }
        }
        Execute(order, price, reason);
    }

    /// <summary>Books a fill: closes what opposes it, opens the rest, settles brackets and groups.</summary>
    private void Execute(PendingOrder order, double rawPrice, FillReason reason)
    {
        double price = reason == FillReason.Limit ? rawPrice : Adverse(rawPrice, order.Sign);
        double qty = order.Qty + order.Flip;
        double closing = _size != 0 && Side != order.Sign ? Math.Min(qty, Math.Abs(_size)) : 0;
        double opening = order.Opens || (order.GapCommitted && order.EntrySeq > 0 && BindingIndex(order.EntrySeq) < 0)
            ? Rounding.Clean(qty - closing)
            : 0;
        if (opening > 0 && !_risk.Allows(order.Sign)) opening = 0;
        double total = Rounding.Clean(closing + opening);
        if (total <= 0)
        {
            _book.Remove(order);
            return;
        }
        double commission = CommissionFor(total, price), perUnit = commission / total;
        string? comment = order.CommentFor(reason);
        // An entry that reverses stays in the book until the old position is closed: its own bracket waits for it there.
        if (order.Kind == OrderKind.Close) _book.Remove(order);
        if (closing > 0)
        {
            string? only = Settings.CloseEntriesRule == CloseEntriesRule.Any && !order.Opens ? order.FromEntry : null;
            double done = CloseTrades(closing, price, order.Id, comment, perUnit, only, marginCall: false);
            SettleBindings(order, done);
            if (done < closing)
            {
                total = Rounding.Clean(total - (closing - done));
                commission = perUnit * total;
            }
        }
        if (opening > 0 && _size != 0 && Side != order.Sign)
        {
            // An exit that outlived its entry, while others still hold the position: nothing opens against them.
            total = Rounding.Clean(total - opening);
            (opening, commission) = (0, perUnit * total);
        }
        if (order.Opens || opening > 0) _book.Remove(order);
        if (order.Kind == OrderKind.Exit && !order.Gone)
        {
            // A spent share stays taken while its entry is open, so that the same exit cannot close twice.
            if (BindingIndex(order.EntrySeq) >= 0) order.Consumed = true;
            else _book.Remove(order);
        }
        if (opening > 0)
        {
            _entrySeq++;
            AddOpenTrade(order.Id, comment, order.Sign, opening, price, opening * perUnit);
            Bind(order.Id, order.Sign, opening, price, openedByExit: order.Kind == OrderKind.Exit);
        }
        if (total <= 0) return;
        RecordFill(order.Id, comment, order.Sign * total, price, commission, order.AlertFor(reason));
        _filled = true;
        SettleGroup(order, total);
        if (_risk.Any) CountFilledOrder(order, price);
    }

    private double CommissionFor(double qty, double price) => !_hasCommission ? 0 : Rounding.Money(Settings.CommissionType switch
    {
        CommissionType.Percent => qty * price * _pointValue * Settings.CommissionValue / 100,
        CommissionType.CashPerContract => qty * Settings.CommissionValue,
        _ => Settings.CommissionValue,
    });

    private void SettleGroup(PendingOrder filled, double qty)
    {
        if (filled.OcaType == OcaType.None || string.IsNullOrEmpty(filled.Oca)) return;
        for (int i = 0; i < _book.Count; i++)
        {
            var order = _book[i];
            if (order.Gone || order.Consumed || ReferenceEquals(order, filled) || order.OcaType != filled.OcaType || order.Oca != filled.Oca) continue;
            if (filled.OcaType == OcaType.Cancel)
            {
                _book.Remove(order);
                continue;
            }
            order.Qty = Rounding.Clean(order.Qty - qty);
            if (order.Qty <= 0) _book.Remove(order);
        }
    }

    /// <summary>Ties the brackets that waited for this entry to the fill, and gives them their levels.</summary>
    private void AdoptWaitingLegs(string id, int sign, double qty)
    {
        double price = _entries[_entryCount - 1].Price;
        for (int i = 0; i < _book.Count; i++)
        {
            var leg = _book[i];
            if (leg.Gone || leg.Kind != OrderKind.Exit || leg.EntrySeq != 0) continue;
            if (leg.FromEntry != id)
            {
                // Written without from_entry for an entry that was refused: it serves whatever position opens instead.
                if (!leg.AnyEntry || _book.FindOpening(leg.FromEntry!) is not null) continue;
                (leg.FromEntry, leg.Sign, leg.Qty, leg.Reserved, leg.BoundAtReservation) = (id, -sign, qty, qty, qty);
            }
            leg.EntrySeq = _entrySeq;
            if (leg.Rest && leg.BoundAtReservation != qty)
            {
                leg.Reserved = Math.Max(0, Rounding.Clean(leg.Reserved + qty - leg.BoundAtReservation));
                leg.Qty = leg.Reserved;
            }
            leg.BoundAtReservation = qty;
            ResolveLevels(leg, price);
        }
    }

    /// <summary>Turns distances from the entry into prices; of two levels given for one purpose the one reached first counts.</summary>
    private void ResolveLevels(PendingOrder leg, double entryPrice)
    {
        int side = -leg.Sign;
        if (!double.IsNaN(leg.ProfitTicks))
        {
            double level = Favourable(entryPrice + side * _round.Ticks(leg.ProfitTicks), side);
            leg.Limit = double.IsNaN(leg.Limit) ? level : side > 0 ? Math.Min(leg.Limit, level) : Math.Max(leg.Limit, level);
            leg.ProfitTicks = double.NaN;
        }
        if (!double.IsNaN(leg.LossTicks))
        {
            double level = Favourable(entryPrice - side * _round.Ticks(leg.LossTicks), -side);
            leg.Stop = double.IsNaN(leg.Stop) ? level : side > 0 ? Math.Max(leg.Stop, level) : Math.Min(leg.Stop, level);
            leg.LossTicks = double.NaN;
        }
        if (double.IsNaN(leg.TrailPoints)) return;
        double activation = Favourable(entryPrice + side * _round.Ticks(leg.TrailPoints), side);
        leg.TrailPrice = double.IsNaN(leg.TrailPrice) ? activation : side > 0 ? Math.Min(leg.TrailPrice, activation) : Math.Max(leg.TrailPrice, activation);
    }

    /// <summary>The tick that a market or stop fill gets where the bars lie between ticks: a buyer the higher, a seller the lower.</summary>
    private double Adverse(double price, int sign)
    {
        double nearest = _round.Price(price);
        // What single precision has left of a tick is that tick.
        if (Math.Abs(price - nearest) < Symbol.MinTick * 0.01) return nearest;
        return sign > 0 ? _round.PriceUp(price) : _round.PriceDown(price);
    }

    private double Favourable(double price, int side) => side > 0 ? _round.PriceUp(price) : _round.PriceDown(price);

    /// <summary>strategy.close(immediately=true): at this bar's close, after the script.</summary>
    private void FillImmediate()
    {
        int count = _book.Count;
        for (int i = 0; i < count; i++)
        {
            var order = _book[i];
            if (order.Gone || !order.Immediately) continue;
            int before = _closedCount;
            Execute(order, _close + order.Sign * _slippage, FillReason.Market);
            // The list shows the close itself; only the money bears the slippage.
            for (int trade = before; trade < _closedCount; trade++) _closed[trade].ExitPrice = _close;
        }
    }

    /// <summary>process_orders_on_close: market orders of this bar, and priced ones that the close already satisfies.</summary>
    private void FillAtClose()
    {
        _price = _close;
        _node = 3;
        _lastClose = _close;
        int count = _book.Count;
        for (int i = 0; i < count; i++)
        {
            var order = _book[i];
            if (order.Market && !order.Gone && order.PlacedBar == _bar) FillMarket(order, _close);
        }
        // As at an open, market orders come first.
        for (int i = 0; i < count; i++)
        {
            var order = _book[i];
            if (!order.Gone && order.PlacedBar == _bar && Active(order) && Passed(order, out var reason)) FillPriced(order, _close, reason, checkMargin: true);
        }
        FillPassed();
        _filled = false;
    }
}
