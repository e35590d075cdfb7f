namespace ActorTrading.Domain;

/// <summary>
/// Margin by MetaTrader 5's formulas (SYMBOL_CALC_MODE) and its rule for hedged positions. A position's margin is held at the price and
/// conversion rate of its entries, so that it does not move with the market.
/// </summary>
public static class MarginCalculator
{
    /// <summary>The currency in which margin is computed: the base currency for forex, else the quote currency.</summary>
    public static string Currency(Instrument instrument) =>
        instrument.MarginMode is MarginMode.Forex or MarginMode.ForexNoLeverage ? instrument.BaseCurrency : instrument.QuoteCurrency;

    /// <summary>Margin in the margin currency, not rounded.</summary>
    /// <param name="volume">Lots.</param>
    /// <param name="price">Entry price; forex and futures do not depend on it.</param>
    /// <param name="leverage">The account's, 1 or more.</param>
    public static decimal Native(Instrument instrument, decimal volume, decimal price, int leverage)
    {
        var units = volume * instrument.ContractSize;
        var margin = instrument.MarginMode switch
        {
            MarginMode.Forex => units / Math.Max(1, leverage),
            MarginMode.ForexNoLeverage => units,
            MarginMode.CfdLeverage => units * price / Math.Max(1, leverage),
            MarginMode.CfdIndex when instrument.TickSize > 0 => units * price * instrument.TickValue / instrument.TickSize,
            MarginMode.Futures => volume * instrument.InitialMargin,
            _ => units * price,
        };
        return margin * instrument.MarginRate;
    }

    /// <summary>Units of the account's currency for one unit of the margin currency at an entry at <paramref name="price"/>; null where no path is quoted.</summary>
    public static decimal? Rate(Instrument instrument, string accountCurrency, decimal price, IMarketView market)
    {
        var currency = Currency(instrument);
        if (currency == accountCurrency) return 1m;
        if (currency == instrument.BaseCurrency && instrument.QuoteCurrency == accountCurrency) return price;
        return market.ConversionRate(currency, accountCurrency);
    }

    /// <summary>Margin of all positions and pending orders in the account's currency, not rounded; null where a conversion is missing.</summary>
    public static decimal? Total(AccountState state, IMarketView market)
    {
        if (state.Positions.Count == 0 && state.Orders.Count == 0) return 0m;
        var total = 0m;
        if (state.Positions.Count > 0)
        {
            var legs = new List<SymbolLegs>(4);
            foreach (var (_, position) in state.Positions)
            {
                if (market.FindInstrument(position.Symbol) is not { } instrument) return null;
                if ((position.MarginRate ?? Rate(instrument, state.Currency, position.OpenPrice, market)) is not { } rate) return null;
                LegsOf(legs, instrument).Add(position.Side, position.Volume, position.OpenPrice, rate);
            }
            foreach (var symbol in legs) total += symbol.Margin(state.Leverage);
        }
        foreach (var (_, order) in state.Orders)
        {
            if (Pending(order, state, market) is not { } pending) return null;
            total += pending;
        }
        return total;
    }

    /// <summary>Margin that a pending order reserves, in the account's currency; 0 where the instrument asks none.</summary>
    public static decimal? Pending(Order order, AccountState state, IMarketView market)
    {
        if (!order.IsPending || market.FindInstrument(order.Symbol) is not { PendingMarginRate: > 0 } instrument) return 0m;
        var price = (order.Type == OrderType.StopLimit ? order.StopLimitPrice : order.Price) ?? 0m;
        return Rate(instrument, state.Currency, price, market) is { } rate
            ? Native(instrument, order.RemainingVolume, price, state.Leverage) * instrument.PendingMarginRate * rate
            : null;
    }

    private static SymbolLegs LegsOf(List<SymbolLegs> legs, Instrument instrument)
    {
        foreach (var leg in legs)
            if (leg.Instrument.Symbol == instrument.Symbol) return leg;
        var added = new SymbolLegs(instrument);
        legs.Add(added);
        return added;
    }

    /// <summary>
    /// Longs and shorts of a symbol. The uncovered volume, the difference, pays margin at the larger side's average price and rate; the
    /// covered volume, the smaller side, pays the hedged share at the average over all.
    /// </summary>
    private sealed class SymbolLegs(Instrument instrument)
    {
        private decimal _longVolume, _longPrice, _longRate, _shortVolume, _shortPrice, _shortRate;

        public Instrument Instrument => instrument;

        public void Add(Side side, decimal volume, decimal price, decimal rate)
        {
            if (side == Side.Buy)
            {
                _longVolume += volume;
                _longPrice += volume * price;
                _longRate += volume * rate;
            }
            else
            {
                _shortVolume += volume;
                _shortPrice += volume * price;
                _shortRate += volume * rate;
            }
        }

        public decimal Margin(int leverage)
        {
            var margin = 0m;
            var uncovered = Math.Abs(_longVolume - _shortVolume);
            if (uncovered > 0)
            {
                var (volume, price, rate) = _longVolume > _shortVolume ? (_longVolume, _longPrice, _longRate) : (_shortVolume, _shortPrice, _shortRate);
                margin = Native(instrument, uncovered, price / volume, leverage) * (rate / volume);
            }
            var covered = Math.Min(_longVolume, _shortVolume);
            if (covered > 0 && instrument.HedgedMarginRate > 0)
            {
                var all = _longVolume + _shortVolume;
                margin += Native(instrument, covered, (_longPrice + _shortPrice) / all, leverage) * instrument.HedgedMarginRate * ((_longRate + _shortRate) / all);
            }
            return margin;
        }
    }
}
