namespace ActorTrading.Pine.Strategy;

/// <summary>Quantities, what the account can carry, and margin calls.</summary>
public sealed partial class BrokerEmulator
{
    private double MarginRatio(int sign) => (sign > 0 ? Settings.MarginLong : Settings.MarginShort) / 100;

    /// <summary>
    /// The money that a default-sized entry may spend and what one contract costs it; percent of equity leaves room for the
    /// commission. Null for fixed quantities.
    /// </summary>
    private (double Money, double UnitCost)? Budget(double price)
    {
        double unit = price * _pointValue;
        switch (Settings.DefaultQtyType)
        {
            case QuantityType.Fixed: return null;
            case QuantityType.Cash: return (Settings.DefaultQtyValue, unit);
            default:
                double money = Equity * Settings.DefaultQtyValue / 100;
                return Settings.CommissionType switch
                {
                    CommissionType.Percent => (money, unit * (1 + Settings.CommissionValue / 100)),
                    CommissionType.CashPerContract => (money, unit + Settings.CommissionValue),
                    _ => (Math.Max(0, money - Settings.CommissionValue), unit),
                };
        }
    }

    /// <summary><c>strategy.default_entry_qty</c>: contracts that an entry without a quantity would trade at this price.</summary>
    public double DefaultEntryQty(double fillPrice)
    {
        if (!(fillPrice > 0)) return double.NaN;
        if (Budget(fillPrice) is not { } budget) return _round.MoneyLots(Settings.DefaultQtyValue);
        double qty = Rounding.Money(budget.Money) / budget.UnitCost;
        return qty > 0 && double.IsFinite(qty) ? _round.MoneyLots(qty) : 0;
    }

    /// <summary>A default-sized priced order takes its quantity at the fill, from the money set aside when it was placed.</summary>
    private void ResolveQuantity(PendingOrder order, double price)
    {
        order.DefaultSized = false;
        if (Budget(price) is not { } budget) return;
        double qty = Rounding.Money(order.Budget) / budget.UnitCost;
        order.Qty = qty > 0 && double.IsFinite(qty) ? _round.MoneyLots(qty) : 0;
    }

    /// <summary>Whether the position after this fill could be margined, by the equity with which the order went into the bar.</summary>
    private bool Affordable(PendingOrder order, double price)
    {
        double ratio = MarginRatio(order.Sign);
        if (!(ratio > 0)) return true;
        double mark = double.IsNaN(_lastClose) ? price : _lastClose;
        double equity = EquityAt(mark);
        double needed = Math.Abs(_size + order.SignedQty) * price * _pointValue * ratio;
        if (needed - equity <= Math.Abs(equity) * 1e-11) return true;
        // An entry that is too much only because another of this same open came before it fills; the margin call trims it.
        return _size != 0 && _openBarStartSize != _size && Side == order.Sign &&
            Math.Abs(_openBarStartSize + order.SignedQty) * price * _pointValue * ratio - equity <= Math.Abs(equity) * 1e-11;
    }

    private double _openBarStartSize;

    /// <summary>After each bar, entries waiting for a price that could not be margined at the current one are dropped.</summary>
    private void CancelUnaffordable()
    {
        for (int i = 0; i < _book.Count; i++)
        {
            var order = _book[i];
            if (order.Gone || order.Kind != OrderKind.Entry || order.Market) continue;
            double ratio = MarginRatio(order.Sign);
            if (ratio > 0 && Math.Abs(_size + order.SignedQty) * _close * _pointValue * ratio > EquityAt(_close)) _book.Remove(order);
        }
    }

    private void RefreshLiquidation()
    {
        double ratio = _size == 0 ? 0 : MarginRatio(Side);
        if (!(ratio > 0))
        {
            _liquidation = double.NaN;
            return;
        }
        // Equity(P) = capital ± q·(P − avg), margin(P) = ratio·q·P: they meet at the liquidation price.
        double capital = Settings.InitialCapital + NetProfit, value = Math.Abs(_size) * _pointValue;
        if (_size < 0) _liquidation = (capital + value * _avgPrice) / (value * (1 + ratio));
        else if (ratio < 1) _liquidation = (value * _avgPrice - capital) / (value * (1 - ratio));
        else if (ratio > 1) _liquidation = double.PositiveInfinity;
        else _liquidation = capital - value * _avgPrice < 0 ? double.PositiveInfinity : double.NegativeInfinity;
    }

    private bool MarginThreatened(double high, double low) => _size > 0 ? low < _liquidation : high > _liquidation;

    /// <summary><c>strategy.margin_liquidation_price</c>: NaN when flat, without margin, or long at 100 %.</summary>
    public double MarginLiquidationPrice
    {
        get
        {
            if (_size == 0 || !double.IsFinite(_liquidation)) return double.NaN;
            return _size > 0 ? _round.PriceDown(_liquidation) : _round.PriceUp(_liquidation);
        }
    }

    /// <summary>
    /// Liquidates four times what is short: available = equity − margin; cover = trunc(available / ratio / contract value); a
    /// shortage below one lot closes one whole contract. From TradingView's margin-call documentation.
    /// </summary>
    /// <param name="mayRecover">
    /// At the first extreme a shortage of a single whole contract waits for the close when the account is still short there.
    /// </param>
    private void CheckMargin(double price, bool wholeContracts = false, bool mayRecover = false)
    {
        double ratio = MarginRatio(Side), held = Math.Abs(_size), unit = price * _pointValue;
        double available = EquityAt(price) - held * unit * ratio;
        if (!(available < -1e-11 * Settings.InitialCapital)) return;
        double lotsPerUnit = wholeContracts ? 1 : _round.LotsPerUnit;
        double raw = -available / ratio / unit * lotsPerUnit, cover = Math.Round(raw);
        if (Math.Abs(raw - cover) > raw * 1.49e-8 + 1e-9) cover = Math.Floor(raw);
        if (mayRecover && cover == 0 && lotsPerUnit <= 1 && price != _close && MarginThreatened(_close, _close)) return;
        double qty = cover == 0 ? Math.Min(1, held) : Math.Min(held, Rounding.Clean(4 * cover / lotsPerUnit));
        double fill = Adverse(price - Side * _slippage, -Side);
        int sign = -Side;
        double commission = CommissionFor(qty, fill);
        var order = _book.Rent();
        (order.Kind, order.Id, order.Sign, order.Qty) = (OrderKind.Close, "Margin call", sign, qty);
        double done = CloseTrades(qty, fill, "Margin call", "Margin call", commission / qty, null, marginCall: true);
        SettleBindings(order, done);
        RecordFill("Margin call", "Margin call", sign * done, fill, commission, null);
        _marginCalls++;
        _filled = true;
        if (_openCount > 0) WakeBrackets();
    }
}
