using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Strategy;

/// <summary>strategy.risk.*: rules that refuse entries, trim them, or stop trading for the day or for good.</summary>
public sealed partial class BrokerEmulator
{
    private const string ForcedClose = "Close Position";
    private readonly RiskRules _risk = new();
    private TradingCalendar? _calendar;
    private long _riskDay = long.MinValue;

    private sealed class RiskRules
    {
        public bool Any;
        public AllowedDirection Direction;
        public int MaxFilledOrders = int.MaxValue, MaxLossDays = int.MaxValue;
        public double MaxPosition = double.PositiveInfinity;
        public double MaxDrawdown = double.NaN, MaxDayLoss = double.NaN;
        public RiskUnit DrawdownUnit, DayLossUnit;
        public string? FilledAlert, LossDaysAlert, DrawdownAlert, DayLossAlert;
        public bool Halted, HaltedToday;
        public int FilledOrders, LossDays;
        public double DayStartEquity;

        public bool Blocked => Halted || HaltedToday;
        public bool Allows(int sign) => Direction == AllowedDirection.All || (Direction == AllowedDirection.Long) == sign > 0;
    }

    /// <summary>An entry the other way closes the position and opens nothing.</summary>
    public void RiskAllowEntryIn(AllowedDirection direction)
    {
        _risk.Direction = direction;
        ArmRisk();
    }

    /// <summary>Stops for good after this many losing days in a row.</summary>
    public void RiskMaxConsLossDays(int count, string? alertMessage = null)
    {
        (_risk.MaxLossDays, _risk.LossDaysAlert) = (Math.Max(1, count), alertMessage);
        ArmRisk();
    }

    /// <summary>Stops for good when equity falls this far below its realised peak; seen on bars that close a trade, for open losses alone halt nothing.</summary>
    public void RiskMaxDrawdown(double value, RiskUnit unit, string? alertMessage = null)
    {
        (_risk.MaxDrawdown, _risk.DrawdownUnit, _risk.DrawdownAlert) = (value, unit, alertMessage);
        ArmRisk();
    }

    /// <summary>Stops for the trading day after this many filled orders; a reversal counts once.</summary>
    public void RiskMaxIntradayFilledOrders(int count, string? alertMessage = null)
    {
        (_risk.MaxFilledOrders, _risk.FilledAlert) = (Math.Max(1, count), alertMessage);
        ArmRisk();
    }

    /// <summary>Stops for the trading day when equity falls this far below where the day began, seen at the four points of each bar's path.</summary>
    public void RiskMaxIntradayLoss(double value, RiskUnit unit, string? alertMessage = null)
    {
        (_risk.MaxDayLoss, _risk.DayLossUnit, _risk.DayLossAlert) = (value, unit, alertMessage);
        ArmRisk();
    }

    /// <summary>Entries are trimmed so that the position never exceeds this many contracts.</summary>
    public void RiskMaxPositionSize(double contracts)
    {
        _risk.MaxPosition = contracts > 0 ? contracts : double.PositiveInfinity;
        ArmRisk();
    }

    private void ArmRisk()
    {
        if (_risk.Any) return;
        _risk.Any = true;
        _calendar = new TradingCalendar(Symbol);
        _riskDay = _bar < 0 ? long.MinValue : _calendar.TradingDay(_timeMs);
        _risk.DayStartEquity = Equity;
    }

    /// <summary>True when trading has stopped and this bar has no more to do.</summary>
    private bool RollTradingDay()
    {
        long day = _calendar!.TradingDay(_timeMs);
        if (day == _riskDay) return _risk.Halted && _openCount == 0 && _book.Count == 0;
        double equity = EquityAt(double.IsNaN(_lastClose) ? _open : _lastClose);
        if (_riskDay != long.MinValue) _risk.LossDays = equity < _risk.DayStartEquity ? _risk.LossDays + 1 : 0;
        (_riskDay, _risk.DayStartEquity, _risk.FilledOrders, _risk.HaltedToday) = (day, equity, 0, false);
        if (_risk.LossDays >= _risk.MaxLossDays && !_risk.Halted)
        {
            _price = _open;
            Halt("Max consecutive loss days reached", _open, _risk.LossDaysAlert, forGood: true);
        }
        return false;
    }

    private bool PassesRisk(PendingOrder order)
    {
        if (!_risk.Any) return true;
        if (_risk.Blocked || _risk.FilledOrders >= _risk.MaxFilledOrders) return false;
        if (_size == 0 && !_risk.Allows(order.Sign)) return false;
        double after = Math.Abs(_size + order.SignedQty);
        if (after <= _risk.MaxPosition) return true;
        // What closes an opposite position is not limited; the rest is trimmed to the limit.
        double room = _risk.MaxPosition - (Side == order.Sign ? Math.Abs(_size) : 0);
        if (Side != order.Sign && _size != 0) order.Flip = Math.Abs(_size);
        order.Qty = _round.Lots(Math.Max(0, Math.Min(order.Qty, room)));
        return order.Qty + order.Flip > 0;
    }

    private void CountFilledOrder(PendingOrder order, double price)
    {
        _risk.FilledOrders++;
        if (_risk.FilledOrders < _risk.MaxFilledOrders || _risk.HaltedToday) return;
        // An entry filled beyond the open runs on to the extreme of its stretch before it is closed.
        if (order.Opens && _size > 0 && price > _open) price = _high;
        else if (order.Opens && _size < 0 && price < _open) price = _low;
        Halt("Max number of filled orders in one day", price, _risk.FilledAlert, forGood: false);
    }

    /// <summary>The day's loss with the market at a point of the bar's path: open, extremes, close.</summary>
    private void EnforceDayLoss(double price)
    {
        if (!_risk.Blocked && Limit(_risk.MaxDayLoss, _risk.DayLossUnit, _risk.DayStartEquity) is var loss and > 0 && _risk.DayStartEquity - EquityAt(price) >= loss)
            Halt("Max intraday loss reached", price, _risk.DayLossAlert, forGood: false);
    }

    private void EnforceRiskAtClose()
    {
        _peakRealized = Math.Max(_peakRealized, Settings.InitialCapital + NetProfit);
        if (!_risk.Blocked && _closedThisBar && Limit(_risk.MaxDrawdown, _risk.DrawdownUnit, _peakRealized) is var drop and > 0 && _peakRealized - EquityAt(_close) >= drop)
            Halt("Max drawdown reached", _close, _risk.DrawdownAlert, forGood: true);
        EnforceDayLoss(_close);
    }

    private static double Limit(double value, RiskUnit unit, double reference) =>
        double.IsNaN(value) ? 0 : unit == RiskUnit.Cash ? value : reference * value / 100;

    private void Halt(string reason, double price, string? alert, bool forGood)
    {
        _risk.HaltedToday = true;
        _risk.Halted |= forGood;
        for (int i = 0; i < _book.Count; i++)
            if (!_book[i].Gone) _book.Remove(_book[i]);
        if (_size == 0) return;
        double qty = Math.Abs(_size), fill = Adverse(price - Side * _slippage, -Side);
        int sign = -Side;
        double commission = CommissionFor(qty, fill);
        string comment = $"{ForcedClose} ({reason})";
        CloseTrades(qty, fill, ForcedClose, comment, commission / qty, null, marginCall: false);
        _entryCount = _standingCount = 0;
        RecordFill(ForcedClose, comment, sign * qty, fill, commission, alert);
    }
}
