namespace ActorTrading.Domain;

/// <summary>
/// Price bands within which the margin level provably stays where it is, so that no quote inside them has to be looked at. All prices
/// that matter may move by the same fraction at once, each in its worst direction; the bands are the largest such fraction, found by a
/// first guess (slack over exposure) and halving, under which a lower bound of the equity stays above the next threshold below (and,
/// during a margin call, an upper bound below the recovery). Leaving a band means only: compute again.
/// </summary>
internal static class MarginWatch
{
    /// <summary>Widest band: half of the price.</summary>
    private const decimal FractionMax = 0.5m;

    /// <summary>Taken off at the end, so that the last digits of the arithmetic cannot matter.</summary>
    private const decimal Safety = 0.999m;

    /// <summary>Below this the band is given up and every quote is looked at: a hundredth of a usual point.</summary>
    private const decimal FractionMin = 0.0000001m;

    public static void AddBands(List<PriceTrigger> triggers, AccountState state, IMarketView market, BrokerSettings settings)
    {
        if (state.Positions.Count == 0 && !HasReservedMargin(state, market)) return;
        var symbols = RelevantSymbols.Of(state, market);
        var fraction = Fraction(state, market, settings);
        if (fraction is not { } f)
        {
            foreach (var symbol in symbols) Add(triggers, state, symbol, new OrderTrigger(PriceSource.Bid, TriggerDirection.AtOrAbove, 0m), "every");
            return;
        }
        foreach (var symbol in symbols)
        {
            // Arming at the bound itself is safe: it fires at the bound or beyond, while the proof holds up to it.
            var quote = market.LastQuote(symbol)!.Value;
            var edges = EdgesOf(state, market, symbol);
            if (edges.HasFlag(Edges.BidLow)) Add(triggers, state, symbol, new(PriceSource.Bid, TriggerDirection.AtOrBelow, quote.Bid * (1 - f)), "bid-");
            if (edges.HasFlag(Edges.BidHigh)) Add(triggers, state, symbol, new(PriceSource.Bid, TriggerDirection.AtOrAbove, quote.Bid * (1 + f)), "bid+");
            if (edges.HasFlag(Edges.AskLow)) Add(triggers, state, symbol, new(PriceSource.Ask, TriggerDirection.AtOrBelow, quote.Ask * (1 - f)), "ask-");
            if (edges.HasFlag(Edges.AskHigh)) Add(triggers, state, symbol, new(PriceSource.Ask, TriggerDirection.AtOrAbove, quote.Ask * (1 + f)), "ask+");
        }
    }

    [Flags]
    private enum Edges
    {
        None = 0,
        BidLow = 1,
        BidHigh = 2,
        AskLow = 4,
        AskHigh = 8,
        All = 15,
    }

    // The proof needs the adverse edge of what closes each position, during a call also the other one, and every edge of a conversion.
    private static Edges EdgesOf(AccountState state, IMarketView market, string symbol)
    {
        var edges = Edges.None;
        foreach (var (_, position) in state.Positions)
        {
            var instrument = market.FindInstrument(position.Symbol)!;
            if (position.Symbol == symbol)
            {
                edges |= position.Side == Side.Buy ? Edges.BidLow : Edges.AskHigh;
                if (state.InMarginCall) edges |= position.Side == Side.Buy ? Edges.BidHigh : Edges.AskLow;
            }
            if (ProfitCalculator.ConvertsByItself(instrument, state.Currency)) continue;
            if (market.ConversionPath(instrument.QuoteCurrency, state.Currency) is not { } path) continue;
            for (var i = 0; i < path.Count; i++)
                if (path[i].Symbol == symbol) return Edges.All;
        }
        return edges;
    }

    /// <summary>How far all relevant prices may move, as a fraction; null where every quote has to be looked at.</summary>
    public static decimal? Fraction(AccountState state, IMarketView market, BrokerSettings settings)
    {
        foreach (var (_, position) in state.Positions)
            if (position.MarginRate is null) return null; // The margin itself moves.
        if (HasReservedMargin(state, market)) return null;
        var figures = AccountFigures.Of(state, market);
        if (!figures.IsComplete) return null;

        // Nothing may change hands: above the next level down, and in a call below the recovery.
        var floor = state.InMarginCall || figures.Margin <= 0
            ? MarginLevels.StopOutEquity(settings, figures.Margin)
            : Math.Max(MarginLevels.StopOutEquity(settings, figures.Margin), MarginLevels.CallEquity(settings, figures.Margin));
        decimal? ceiling = state.InMarginCall ? MarginLevels.RecoveryEquity(settings, figures.Margin) : null;
        if (figures.Equity < floor || figures.Equity >= ceiling) return null;

        var gross = Exposure(state, market);
        if (gross == 0m) return FractionMax;
        var slack = Math.Min(figures.Equity - floor, ceiling - figures.Equity ?? decimal.MaxValue);
        var fraction = Math.Min(FractionMax, slack / gross);
        while (fraction > FractionMin)
        {
            var (low, high) = EquityWithin(state, market, fraction);
            if (low >= floor && (ceiling is null || high < ceiling)) return fraction * Safety;
            fraction *= fraction > 0.9m * slack / gross ? 0.99m : 0.5m;
        }
        return null;
    }

    /// <summary>Bounds of the equity while every bid and ask stays within a fraction of what it is.</summary>
    public static (decimal Low, decimal High) EquityWithin(AccountState state, IMarketView market, decimal fraction)
    {
        var low = state.Balance + state.Credit;
        var high = low;
        foreach (var (_, position) in state.Positions)
        {
            var instrument = market.FindInstrument(position.Symbol)!;
            var close = market.LastQuote(position.Symbol)!.Value.ClosePrice(position.Side);
            var (down, up) = (close * (1 - fraction), close * (1 + fraction));
            var (worst, best) = position.Side == Side.Buy ? (down, up) : (up, down);
            decimal worstRateLow, worstRateHigh, bestRateLow, bestRateHigh;
            if (ProfitCalculator.ConvertsByItself(instrument, state.Currency))
            {
                // Price and rate are one: profit in the account's currency is monotone in the price.
                worstRateLow = worstRateHigh = ProfitCalculator.Rate(instrument, state.Currency, worst, market)!.Value;
                bestRateLow = bestRateHigh = ProfitCalculator.Rate(instrument, state.Currency, best, market)!.Value;
            }
            else
            {
                var rate = market.ConversionRate(instrument.QuoteCurrency, state.Currency)!.Value;
                var (factorLow, factorHigh) = RateFactors(market.ConversionPath(instrument.QuoteCurrency, state.Currency)!, fraction);
                worstRateLow = bestRateLow = rate * factorLow;
                worstRateHigh = bestRateHigh = rate * factorHigh;
            }
            var loss = ProfitCalculator.Gross(instrument, position.Side, position.Volume, position.OpenPrice, worst);
            var gain = ProfitCalculator.Gross(instrument, position.Side, position.Volume, position.OpenPrice, best);
            low += position.Swap + Math.Min(loss * worstRateLow, loss * worstRateHigh);
            high += position.Swap + Math.Max(gain * bestRateLow, gain * bestRateHigh);
        }
        return (low, high);
    }

    // The mid of a pair whose bid and ask stay within the fraction does too.
    private static (decimal Low, decimal High) RateFactors(IReadOnlyList<ConversionStep> path, decimal fraction)
    {
        var (low, high) = (1m, 1m);
        for (var i = 0; i < path.Count; i++)
        {
            low *= path[i].Inverse ? 1m / (1 + fraction) : 1 - fraction;
            high *= path[i].Inverse ? 1m / (1 - fraction) : 1 + fraction;
        }
        return (low, high);
    }

    /// <summary>Equity lost per unit fraction, to first order: the first guess.</summary>
    private static decimal Exposure(AccountState state, IMarketView market)
    {
        var (low, high) = EquityWithin(state, market, 0.001m);
        return Math.Max(0m, (high - low) / 0.002m);
    }

    private static bool HasReservedMargin(AccountState state, IMarketView market)
    {
        foreach (var (_, order) in state.Orders)
            if (order.IsPending && market.FindInstrument(order.Symbol) is { PendingMarginRate: > 0 }) return true;
        return false;
    }

    private static void Add(List<PriceTrigger> triggers, AccountState state, string symbol, OrderTrigger trigger, string what) =>
        triggers.Add(new PriceTrigger(symbol, trigger.Source, trigger.Direction, trigger.Price, new TriggerKey(state.AccountId, "margin:" + what + ":" + symbol)));
}
