namespace ActorTrading.Pine.Strategy;

/// <summary>strategy.entry, order, exit, close, close_all, cancel, cancel_all.</summary>
public sealed partial class BrokerEmulator
{
    private const int MaxPendingOrders = 9_000;

    /// <summary>Opens or adds to a position, reversing an opposite one. A pending order with the same id is replaced.</summary>
    public void Entry(string id, Direction direction, double qty = double.NaN, double limit = double.NaN, double stop = double.NaN,
        string? ocaName = null, OcaType ocaType = OcaType.None, string? comment = null, string? alertMessage = null, bool disableAlert = false) =>
        Place(OrderKind.Entry, id, (int)direction, qty, limit, stop, ocaName, ocaType, comment, disableAlert ? null : alertMessage);

    /// <summary>Trades without regard to pyramiding and without reversing.</summary>
    public void Order(string id, Direction direction, double qty = double.NaN, double limit = double.NaN, double stop = double.NaN,
        string? ocaName = null, OcaType ocaType = OcaType.None, string? comment = null, string? alertMessage = null, bool disableAlert = false) =>
        Place(OrderKind.Raw, id, (int)direction, qty, limit, stop, ocaName, ocaType, comment, disableAlert ? null : alertMessage);

    private void Place(OrderKind kind, string id, int sign, double qty, double limit, double stop, string? oca, OcaType ocaType, string? comment, string? alert)
    {
        if (_risk.Blocked) return;
        limit = sign > 0 ? _round.PriceDown(limit) : _round.PriceUp(limit);
        stop = sign > 0 ? _round.PriceUp(stop) : _round.PriceDown(stop);
        bool market = double.IsNaN(limit) && double.IsNaN(stop), defaultSized = double.IsNaN(qty);
        double budget = 0;
        if (defaultSized)
        {
            double price = ExecutionPrice(sign, limit, stop);
            qty = DefaultEntryQty(price);
            if (!market && Budget(price) is { } set) budget = set.Money;
            else if (!market) defaultSized = false;
        }
        else
        {
            if (!(qty > 0) || !double.IsFinite(qty)) return;
            qty = _round.WrittenLots(qty);
        }
        if (!(qty > 0)) return;
        var existing = _book.FindOpening(id);
        bool noFlip = existing is not null && existing.PlacedTick == _tick;
        double flip = 0;
        if (kind == OrderKind.Entry)
        {
            if (!CanMargin(sign, market ? qty + EarlierOpposite(sign) : qty, market)) return;
            if (!market && Side == sign && IsFull) return;
            if (market && _size != 0 && Side != sign) YieldFlips(id, sign);
            if (!market && _size != 0 && Side != sign && !noFlip) flip = Math.Max(0, Rounding.Clean(Math.Abs(_size) - PendingCloses()));
        }
        if (existing is null && _book.Count >= MaxPendingOrders)
            throw new PineArgumentException($"A strategy may hold at most {MaxPendingOrders} pending orders.");
        var order = existing ?? _book.Rent();
        order.Reset();
        (order.Kind, order.Id, order.Sign, order.Qty, order.Flip, order.Limit, order.Stop) = (kind, id, sign, qty, flip, limit, stop);
        (order.Market, order.DefaultSized, order.Budget, order.NoFlip) = (market, defaultSized && !market, budget, noFlip);
        (order.Oca, order.OcaType, order.Comment, order.Alert) = (oca, ocaType, comment, alert);
        Stamp(order);
        if (existing is null) _book.Add(order);
    }

    /// <summary>Of several market entries that one execution sends against the position, the last one reverses it; those before only trade their own quantity.</summary>
    private void YieldFlips(string id, int sign)
    {
        for (int i = 0; i < _book.Count; i++)
        {
            var order = _book[i];
            if (!order.Gone && order.Kind == OrderKind.Entry && order.Market && order.Sign == sign && order.PlacedTick == _tick && order.Id != id) order.YieldsFlip = true;
        }
    }

    private void Stamp(PendingOrder order)
    {
        (order.PlacedBar, order.PlacedTick) = (_bar, _tick);
        order.FillNode = _recalculating ? _cursor : 0;
        order.Recalculated = _recalculating;
    }

    /// <summary>Where the order would fill if it filled now: what default quantities are estimated at.</summary>
    private double ExecutionPrice(int sign, double limit, double stop)
    {
        if (!double.IsNaN(limit)) return sign > 0 ? Math.Min(limit, _mark) : Math.Max(limit, _mark);
        if (!double.IsNaN(stop)) return sign > 0 ? Math.Max(stop, _mark) : Math.Min(stop, _mark);
        return _mark + sign * _slippage;
    }

    /// <summary>Whether the order alone could be margined at the current price; if not, it is never placed.</summary>
    private bool CanMargin(int sign, double qty, bool market)
    {
        double ratio = MarginRatio(sign);
        if (!(ratio > 0)) return true;
        double price = market ? _mark + sign * _slippage : _mark, equity = Equity;
        return qty * price * _pointValue * ratio - equity <= Math.Abs(equity) * 1e-11;
    }

    /// <summary>
    /// What market entries that this execution has already sent the other way will trade: a second one is paid for with what
    /// they leave of the margin, although the position it ends with would be no larger.
    /// </summary>
    private double EarlierOpposite(int sign)
    {
        double sum = 0;
        for (int i = 0; i < _book.Count; i++)
        {
            var order = _book[i];
            if (order.Gone || order.Kind != OrderKind.Entry || !order.Market || order.Sign == sign || order.PlacedTick != _tick) continue;
            // One beyond the pyramiding limit trades nothing.
            if (Side != order.Sign || !IsFull) sum += order.Qty;
        }
        return sum;
    }

    /// <summary>Contracts that closes of this execution will already have taken off.</summary>
    private double PendingCloses()
    {
        double sum = 0;
        for (int i = 0; i < _book.Count; i++)
        {
            var order = _book[i];
            if (!order.Gone && order.Kind == OrderKind.Close && order.PlacedTick == _tick) sum += order.Qty;
        }
        return sum;
    }

    /// <summary>
    /// A bracket: take profit, stop loss and trailing stop for each entry it covers. Calling it again moves the levels; once it
    /// has closed its share of an entry it does nothing more there.
    /// </summary>
    public void Exit(string id, string? fromEntry = null, double qty = double.NaN, double qtyPercent = double.NaN,
        double profit = double.NaN, double limit = double.NaN, double loss = double.NaN, double stop = double.NaN,
        double trailPrice = double.NaN, double trailPoints = double.NaN, double trailOffset = double.NaN, string? ocaName = null,
        string? comment = null, string? commentProfit = null, string? commentLoss = null, string? commentTrailing = null,
        string? alertMessage = null, string? alertProfit = null, string? alertLoss = null, string? alertTrailing = null, bool disableAlert = false)
    {
        if (Settings.ExitPricesOverrideDistances)
        {
            if (!double.IsNaN(limit)) profit = double.NaN;
            if (!double.IsNaN(stop)) loss = double.NaN;
            if (!double.IsNaN(trailPrice)) trailPoints = double.NaN;
        }
        bool trails = !double.IsNaN(trailPrice) || !double.IsNaN(trailPoints);
        if (qty < 0 || (double.IsNaN(profit) && double.IsNaN(limit) && double.IsNaN(loss) && double.IsNaN(stop) && !trails)) return;
        if (disableAlert) alertMessage = alertProfit = alertLoss = alertTrailing = null;
        bool any = string.IsNullOrEmpty(fromEntry);
        var request = new ExitRequest(id, qty, qtyPercent, profit, limit, loss, stop, trailPrice, trailPoints, trailOffset, trails, ocaName,
            comment, commentProfit, commentLoss, commentTrailing, alertMessage, alertProfit, alertLoss, alertTrailing);
        for (int pass = 0; pass < 2; pass++)
            for (int i = 0; i < _entryCount; i++)
            {
                ref readonly var entry = ref _entries[i];
                if (entry.OpenedByExit == (pass == 0) && (any || entry.Id == fromEntry))
                    PlaceLeg(request, entry.Id, entry.Seq, entry.Sign, entry.InitialQty, entry.Price, false);
            }
        int count = _book.Count;
        for (int i = 0; i < count; i++)
        {
            var pending = _book[i];
            if (pending.Gone || !pending.Opens || (!any && pending.Id != fromEntry)) continue;
            // An entry that will reverse gets its bracket once it has filled, not before.
            if (any && _size != 0 && pending.Sign != Side) continue;
            double opens = OpeningQty(pending);
            if (opens > 0) PlaceLeg(request, pending.Id, 0, pending.Sign, opens, double.NaN, any);
        }
        if (any && (_size != 0 || count > 0)) Stand(request);
    }

    private ExitRequest[] _standing = new ExitRequest[2];
    private int _standingCount;

    /// <summary>An exit without from_entry stands until the position is closed: entries that come later get it too.</summary>
    private void Stand(in ExitRequest request)
    {
        int at = 0;
        while (at < _standingCount && _standing[at].Id != request.Id) at++;
        if (at == _standing.Length) Array.Resize(ref _standing, at * 2);
        _standing[at] = request;
        if (at == _standingCount) _standingCount++;
    }

    private void PlaceStanding(in EntryBinding entry)
    {
        for (int i = 0; i < _standingCount; i++)
            if (_book.FindLeg(_standing[i].Id, entry.Id, entry.Seq) is null)
                PlaceLeg(_standing[i], entry.Id, entry.Seq, entry.Sign, entry.InitialQty, entry.Price, true, atFill: true);
    }

    private void ForgetStanding(string id)
    {
        int kept = 0;
        for (int i = 0; i < _standingCount; i++)
            if (_standing[i].Id != id) _standing[kept++] = _standing[i];
        _standingCount = kept;
    }

    private readonly record struct ExitRequest(string Id, double Qty, double QtyPercent, double Profit, double Limit, double Loss, double Stop,
        double TrailPrice, double TrailPoints, double TrailOffset, bool Trails, string? Oca, string? Comment, string? CommentProfit,
        string? CommentLoss, string? CommentTrailing, string? Alert, string? AlertProfit, string? AlertLoss, string? AlertTrailing);

    private double OpeningQty(PendingOrder pending)
    {
        if (pending.Market && Side == pending.Sign && pending.Kind == OrderKind.Entry && IsFull) return 0;
        if (pending.NoFlip && _size != 0 && Side != pending.Sign) return Math.Max(0, pending.Qty - Math.Abs(_size));
        return pending.Qty;
    }

    private void PlaceLeg(in ExitRequest request, string entryId, int seq, int side, double entryQty, double entryPrice, bool any, bool atFill = false)
    {
        var existing = _book.FindLeg(request.Id, entryId, seq);
        if (existing is { Consumed: true }) return;
        double free = entryQty;
        for (int i = 0; i < _book.Count; i++)
        {
            var leg = _book[i];
            if (!leg.Gone && leg.Kind == OrderKind.Exit && leg.EntrySeq == seq && leg.FromEntry == entryId && !ReferenceEquals(leg, existing) &&
                leg.BoundAtReservation == entryQty) free -= leg.Reserved;
        }
        free = Rounding.Clean(free);
        bool rest = double.IsNaN(request.Qty) && double.IsNaN(request.QtyPercent);
        double wanted = !double.IsNaN(request.Qty) ? request.Qty : !double.IsNaN(request.QtyPercent) ? entryQty * request.QtyPercent / 100 : free;
        double reserved = request.Qty < free ? _round.WrittenLots(request.Qty) : _round.Lots(Math.Min(wanted, free));
        if (!(reserved > 0)) return;
        var order = existing;
        bool armed = false;
        double trailStop = double.NaN;
        if (order is null)
        {
            if (_book.Count >= MaxPendingOrders) throw new PineArgumentException($"A strategy may hold at most {MaxPendingOrders} pending orders.");
            order = _book.Rent();
            _book.Add(order);
        }
        double offset = double.IsNaN(request.TrailOffset) ? 0 : Math.Truncate(request.TrailOffset);
        double givenTrail = side > 0 ? _round.PriceDown(request.TrailPrice) : _round.PriceUp(request.TrailPrice);
        // A trailing stop goes on from where it was as long as its own arguments stay the same.
        bool sameTrail = existing is { HasTrail: true } && existing.TrailOffset == offset &&
            existing.TrailPoints.Equals(request.TrailPoints) && existing.GivenTrailPrice.Equals(givenTrail);
        if (sameTrail) (armed, trailStop) = (existing!.TrailArmed, existing.TrailStop);
        order.Reset();
        (order.Kind, order.Id, order.FromEntry, order.EntrySeq, order.Sign, order.AnyEntry) = (OrderKind.Exit, request.Id, entryId, seq, -side, any);
        (order.Qty, order.Reserved, order.BoundAtReservation, order.Rest) = (reserved, reserved, entryQty, rest);
        order.Limit = side > 0 ? _round.PriceUp(request.Limit) : _round.PriceDown(request.Limit);
        order.Stop = side > 0 ? _round.PriceDown(request.Stop) : _round.PriceUp(request.Stop);
        (order.ProfitTicks, order.LossTicks, order.TrailPoints) = (request.Profit, request.Loss, request.TrailPoints);
        (order.HasTrail, order.TrailOffset, order.TrailPrice, order.GivenTrailPrice) = (request.Trails, offset, givenTrail, givenTrail);
        (order.TrailArmed, order.TrailStop) = (armed, trailStop);
        (order.Oca, order.OcaType) = (request.Oca, string.IsNullOrEmpty(request.Oca) ? OcaType.None : OcaType.Reduce);
        (order.Comment, order.CommentProfit, order.CommentLoss, order.CommentTrailing) = (request.Comment, request.CommentProfit, request.CommentLoss, request.CommentTrailing);
        (order.Alert, order.AlertProfit, order.AlertLoss, order.AlertTrailing) = (request.Alert, request.AlertProfit, request.AlertLoss, request.AlertTrailing);
        Stamp(order);
        if (seq == 0) return;
        ResolveLevels(order, entryPrice);
        if (order.HasTrail && !atFill) SeedTrail(order, side);
    }

    /// <summary>
    /// A trailing stop placed after its entry filled sees the price it is placed at, the bar's close: it is armed there if that is
    /// at the activation or beyond. What the bar did before does not count.
    /// </summary>
    private void SeedTrail(PendingOrder order, int side)
    {
        if (!order.TrailArmed && !(side > 0 ? _mark >= order.TrailPrice : _mark <= order.TrailPrice)) return;
        double level = _round.Price(_mark - side * _round.Ticks(order.TrailOffset));
        if (!order.TrailArmed || (side > 0 ? level > order.TrailStop : level < order.TrailStop)) order.TrailStop = level;
        order.TrailArmed = true;
    }

    /// <summary>Market order that closes what the entries named <paramref name="id"/> hold, or part of it.</summary>
    public void Close(string id, string? comment = null, double qty = double.NaN, double qtyPercent = double.NaN,
        string? alertMessage = null, bool immediately = false, bool disableAlert = false)
    {
        if (_size == 0 || qty <= 0) return;
        double bound = BoundQty(id);
        double wanted = !double.IsNaN(qty) ? Math.Min(qty, bound) : !double.IsNaN(qtyPercent) ? bound * qtyPercent / 100 : bound;
        double closes = qty < bound ? _round.WrittenLots(qty) : _round.Lots(Math.Min(wanted, bound));
        AddClose(CloseId(id), id, closes, comment, disableAlert ? null : alertMessage, immediately);
    }

    // A script that closes on many bars asks for the same text again and again.
    private string CloseId(string id)
    {
        if (_lastClosedId != id) (_lastClosedId, _lastCloseText) = (id, $"Close entry(s) order {id}");
        return _lastCloseText;
    }

    private string _lastClosedId = "", _lastCloseText = "Close entry(s) order ";

    /// <summary>Market order that closes the whole position.</summary>
    public void CloseAll(string? comment = null, string? alertMessage = null, bool immediately = false, bool disableAlert = false)
    {
        if (_size != 0) AddClose("Close position order", null, Math.Abs(_size), comment, disableAlert ? null : alertMessage, immediately);
    }

    private void AddClose(string exitId, string? fromEntry, double qty, string? comment, string? alert, bool immediately)
    {
        if (!(qty > 0)) return;
        if (_book.Count >= MaxPendingOrders) throw new PineArgumentException($"A strategy may hold at most {MaxPendingOrders} pending orders.");
        var order = _book.Rent();
        (order.Kind, order.Id, order.FromEntry, order.Sign, order.Qty) = (OrderKind.Close, exitId, fromEntry, -Side, qty);
        (order.Market, order.Immediately, order.Comment, order.Alert) = (true, immediately, comment, alert);
        Stamp(order);
        _book.Add(order);
    }

    /// <summary>Cancels the pending orders with this id; brackets of a cancelled entry stay for one of the same name.</summary>
    public void Cancel(string id)
    {
        bool any = false;
        ForgetStanding(id);
        for (int i = 0; i < _book.Count; i++)
        {
            var order = _book[i];
            if (order.Gone || order.Id != id || order.Consumed) continue;
            _book.Remove(order);
            any = true;
        }
        if (any && !_recalculating) _book.Sweep();
    }

    public void CancelAll()
    {
        _standingCount = 0;
        for (int i = 0; i < _book.Count; i++)
            if (!_book[i].Gone && !_book[i].Consumed) _book.Remove(_book[i]);
        if (!_recalculating) _book.Sweep();
    }
}
