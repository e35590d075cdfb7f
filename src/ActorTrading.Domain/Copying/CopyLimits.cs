namespace ActorTrading.Domain;

/// <summary>Limits on what the follower is exposed to after the trade.</summary>
internal static class CopyLimits
{
    /// <summary>Shrinks the volume, or sets a stop-loss, so that the loss at the stop stays within the fraction of the balance.</summary>
    public static Refused? TradeRisk(CopyCase copy, Instrument instrument, Side side, decimal entry, bool mayHaveStops, ref decimal volume, ref decimal? stopLoss)
    {
        if (copy.Settings.Limits.MaxTradeRisk is not { } fraction)
            return null;
        var allowed = copy.Follower.Balance * fraction;
        if (allowed <= 0)
            return new(CopyReasons.MaxTradeRisk, $"balance {copy.Follower.Balance:0.##}");
        if (!mayHaveStops)
            return new(CopyReasons.MaxTradeRisk, "the position is shared, so no stop-loss of this link can bound the loss");
        if (stopLoss is { } stop)
        {
            if (CopySizing.LossPerLot(copy.Context, instrument, side, entry, stop) is not { } loss)
                return NoRate(copy, instrument);
            if (loss * volume <= allowed)
                return null;
            volume = VolumeMath.Floor(allowed / loss, instrument.VolumeStep);
            return volume >= instrument.VolumeMin && !(volume < copy.Settings.Sizing.MinTradeVolume)
                ? null
                : new(CopyReasons.MaxTradeRisk, $"{instrument.VolumeMin} lots lose more than {allowed:0.##} at {stop}");
        }
        // One source says that a stop-loss is set, another that the limit is then ignored: the safer is to set it.
        return Furthest(copy, instrument, side, entry, volume, allowed, out stopLoss);
    }

    /// <summary>
    /// A stop-loss that is to be moved: no further than where the position or order loses what the link allows. One that is further already, as the
    /// balance was larger then, stays; one that comes nearer is taken as it is.
    /// </summary>
    /// <param name="entry">Of the position, or the price of the order.</param>
    public static decimal? MovedStop(CopyCase copy, Instrument instrument, Side side, decimal entry, decimal volume, decimal? current, decimal? wanted)
    {
        if (copy.Settings.Limits.MaxTradeRisk is not { } fraction || wanted is not { } stop || (current is { } now && IsNoFurther(side, stop, now)))
            return wanted;
        var allowed = copy.Follower.Balance * fraction;
        if (CopySizing.LossPerLot(copy.Context, instrument, side, entry, stop) is { } loss && loss * volume <= allowed)
            return wanted;
        // Without a rate, or with less allowed than one point, nothing is known to be safer than what is there.
        if (Furthest(copy, instrument, side, entry, volume, allowed, out var furthest) is not null)
            return current ?? wanted;
        return current is { } kept && (furthest is not { } level || IsNoFurther(side, level, kept)) ? kept : furthest;
    }

    private static bool IsNoFurther(Side side, decimal stop, decimal than) => side == Side.Buy ? stop >= than : stop <= than;

    /// <summary>The stop-loss at which the volume loses what is allowed, on the side of the less; none for a long that cannot lose as much.</summary>
    private static Refused? Furthest(CopyCase copy, Instrument instrument, Side side, decimal entry, decimal volume, decimal allowed, out decimal? stopLoss)
    {
        stopLoss = null;
        if (CopySizing.LossPerLot(copy.Context, instrument, side, entry, side == Side.Buy ? entry - instrument.Point : entry + instrument.Point) is not { } perPoint || perPoint <= 0)
            return NoRate(copy, instrument);
        var points = decimal.Floor(allowed / (perPoint * volume));
        if (points < 1)
            return new(CopyReasons.MaxTradeRisk, $"one point of {volume} lots is more than {allowed:0.##}");
        var distance = Math.Min(points, 1e12m) * instrument.Point;
        // The linear distance is too far for a long whose loss is converted by its own price, which is lower at the stop.
        if (side == Side.Buy && instrument.QuoteCurrency != copy.Follower.Currency && ProfitCalculator.ConvertsByItself(instrument, copy.Follower.Currency))
            distance = decimal.Floor(distance * entry / (entry + distance) / instrument.Point) * instrument.Point;
        // Another long whose stop would be at or below zero cannot lose that much.
        stopLoss = CopyLevels.Price(instrument, side == Side.Buy ? entry - distance : entry + distance);
        return null;
    }

    /// <summary>
    /// The least value, the leverage and the margin that stays free, on the account as the plan's closings so far leave it. For the
    /// leverage resting orders count as if filled: they fill unasked.
    /// </summary>
    /// <param name="rests">The trade is a pending order.</param>
    public static Refused? Exposure(CopyCase copy, Instrument instrument, Side side, decimal entry, decimal volume, bool rests)
    {
        var (limits, currency) = (copy.Settings.Limits, copy.Follower.Currency);
        if (copy.Settings.Sizing.MinTradeAmount is null && limits.MaxLeverage is null && limits.ReservedMarginFraction is null)
            return null;
        var market = copy.Context.FollowerMarket;
        if (Value(market, currency, instrument, volume, entry) is not { } value)
            return NoRate(copy, instrument);
        if (value < copy.Settings.Sizing.MinTradeAmount)
            return new(CopyReasons.BelowMinTradeAmount, $"worth {value:0.##}, at least {copy.Settings.Sizing.MinTradeAmount} {currency}");
        if (limits.MaxLeverage is null && limits.ReservedMarginFraction is null)
            return null;
        var follower = CopyExposure.AfterClosings(copy);
        // In netting mode a trade against what is there only takes risk away, and is as welcome as a closing.
        if (limits.MaxLeverage is { } maxLeverage && CopyExposure.Reach(follower, instrument.Symbol, side, volume, rests) is var (reach, more) && more > 0)
        {
            if (OpenValue(market, follower, except: follower.Mode == PositionMode.Netting ? instrument.Symbol : null) is not { } open || !copy.FollowerFigures.IsComplete)
                return new(CopyReasons.NoQuote, "not every open position has a price");
            if (follower.Mode == PositionMode.Netting)
                value = value / volume * reach;
            var equity = copy.FollowerFigures.Equity;
            // One source discards the trade, another reduces it: the safer is to discard.
            if (equity <= 0 || open + value > maxLeverage * equity)
                return new(CopyReasons.MaxLeverage, $"worth {open:0.##} + {value:0.##}, equity {equity:0.##}, at most {maxLeverage} times");
        }
        if (limits.ReservedMarginFraction is { } fraction)
        {
            if (!copy.FollowerFigures.IsComplete || CopyExposure.MarginWith(follower, market, instrument, side, entry, volume) is not { } margin)
                return NoRate(copy, instrument);
            var free = copy.FollowerFigures.Equity - margin;
            if (free < fraction * follower.Balance && margin > MarginCalculator.Total(follower, market))
                return new(CopyReasons.ReservedMargin, $"{free:0.##} would stay free, at least {fraction * follower.Balance:0.##} is kept");
        }
        return null;
    }

    /// <param name="except">A symbol that is left out.</param>
    private static decimal? OpenValue(IMarketView market, AccountState follower, string? except)
    {
        var total = 0m;
        foreach (var (_, position) in follower.Positions)
        {
            if (position.Symbol == except)
                continue;
            if (market.FindInstrument(position.Symbol) is not { } instrument || market.LastQuote(position.Symbol) is not { } quote
                || Value(market, follower.Currency, instrument, position.Volume, quote.ClosePrice(position.Side)) is not { } value)
                return null;
            total += value;
        }
        foreach (var (_, order) in follower.Orders)
        {
            if (order.ClosesPositionId is not null || order.Symbol == except)
                continue;
            if (market.FindInstrument(order.Symbol) is not { } instrument || (order.Price ?? market.LastQuote(order.Symbol)?.OpenPrice(order.Side)) is not { } price
                || Value(market, follower.Currency, instrument, order.RemainingVolume, price) is not { } value)
                return null;
            total += value;
        }
        return total;
    }

    /// <summary>What the volume is worth at the price, in the account's currency.</summary>
    private static decimal? Value(IMarketView market, string currency, Instrument instrument, decimal volume, decimal price) =>
        ProfitCalculator.Rate(instrument, currency, price, market) is { } rate ? volume * instrument.ContractSize * price * rate : null;

    private static Refused NoRate(CopyCase copy, Instrument instrument) =>
        new(CopyReasons.NoConversion, $"{instrument.QuoteCurrency} to {copy.Follower.Currency}");
}
