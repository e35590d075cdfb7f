namespace ActorTrading.Domain;

/// <summary>The checks of a request that need no execution. Each gives null when it passes.</summary>
internal static class OrderChecks
{
    /// <summary>No price of any instrument is beyond it; keeps money within decimal's range.</summary>
    public const decimal PriceMax = 1_000_000_000m;

    /// <summary>Largest trailing distance and deviation, in points.</summary>
    public const int PointsMax = 10_000_000;

    /// <summary>What has waited too long somewhere on its way is not done any more: who has sent it counts on that.</summary>
    public static Refusal? InTime(PlaceOrder command, DateTimeOffset now) => command.NotAfter < now
        ? new Refusal(Retcode.Timeout, $"It was to be given by {command.NotAfter:O} at the latest, and came at {now:O}.")
        : null;

    public static Refusal? Account(AccountState state) =>
        state.IsOpen ? null : new Refusal(Retcode.TradeDisabled, state.Seq == 0 ? "The account has not been opened." : "The account is closed.");

    public static Refusal? Tradable(Instrument instrument, Side side, bool opens)
    {
        var name = instrument.Symbol;
        return instrument.TradeMode switch
        {
            TradeMode.Disabled => new Refusal(Retcode.TradeDisabled, $"Trading in {name} is disabled."),
            TradeMode.CloseOnly when opens => new Refusal(Retcode.CloseOnly, $"Positions in {name} may only be closed."),
            TradeMode.LongOnly when opens && side == Side.Sell => new Refusal(Retcode.LongOnly, $"Only long positions are allowed in {name}."),
            TradeMode.ShortOnly when opens && side == Side.Buy => new Refusal(Retcode.ShortOnly, $"Only short positions are allowed in {name}."),
            _ => null,
        };
    }

    public static Refusal? Volume(Instrument instrument, decimal volume)
    {
        if (volume < instrument.VolumeMin || volume > instrument.VolumeMax)
            return new Refusal(Retcode.InvalidVolume, $"Volume {volume} is outside {instrument.VolumeMin} to {instrument.VolumeMax} lots of {instrument.Symbol}.");
        return volume % instrument.VolumeStep != 0
            ? new Refusal(Retcode.InvalidVolume, $"Volume {volume} is not a multiple of {instrument.VolumeStep} lots.")
            : null;
    }

    /// <summary>Above zero, not absurd, and not finer than the symbol's digits.</summary>
    public static bool IsPrice(Instrument instrument, decimal price) =>
        price is > 0 and <= PriceMax && decimal.Round(price, instrument.Digits) == price;

    public static Refusal? Price(Instrument instrument, string name, decimal? price, bool wanted)
    {
        if (price is null && !wanted) return null;
        if (price is null) return new Refusal(Retcode.InvalidPrice, $"The order needs a {name}.");
        if (!wanted) return new Refusal(Retcode.InvalidPrice, $"The order has a {name} of {price}, which its type does not use.");
        return IsPrice(instrument, price.Value)
            ? null
            : new Refusal(Retcode.InvalidPrice, $"The {name} {price} is not a price of {instrument.Symbol}: above zero, at most {instrument.Digits} decimals.");
    }

    public static Refusal? Filling(Instrument instrument, FillPolicy policy)
    {
        // Instant and request execution take every policy; market and exchange those the symbol allows, and only exchange rests a remainder.
        if (instrument.ExecutionMode is ExecutionMode.Instant or ExecutionMode.Request && Enum.IsDefined(policy)) return null;
        var allowed = policy switch
        {
            FillPolicy.FillOrKill => instrument.AllowFillOrKill,
            FillPolicy.ImmediateOrCancel => instrument.AllowImmediateOrCancel,
            FillPolicy.Return => instrument.ExecutionMode == ExecutionMode.Exchange,
            _ => false,
        };
        return allowed ? null : new Refusal(Retcode.InvalidFill, $"Fill policy {policy} is not allowed for {instrument.Symbol} with {instrument.ExecutionMode} execution.");
    }

    /// <summary>The instant at which the order ends, or a refusal.</summary>
    public static (DateTimeOffset? At, Refusal? Refusal) Expiry(BrokerSession session, TimeInForce timeInForce, DateTimeOffset? wanted) =>
        Expiry(session.Settings.TradingDay, session.Now, timeInForce, wanted);

    public static (DateTimeOffset? At, Refusal? Refusal) Expiry(TradingDay day, DateTimeOffset now, TimeInForce timeInForce, DateTimeOffset? wanted)
    {
        switch (timeInForce)
        {
            case TimeInForce.GoodTillCancelled:
                return wanted is null
                    ? (null, null)
                    : (null, new Refusal(Retcode.InvalidExpiration, $"The order is good till cancelled but has an expiry of {wanted:O}; use Specified."));
            case TimeInForce.Day:
                return (day.NextStart(now), null);
            case TimeInForce.Specified or TimeInForce.SpecifiedDay:
                if (wanted is not { } at) return (null, new Refusal(Retcode.InvalidExpiration, "The order needs an expiry."));
                if (at > DateTimeOffset.MaxValue.AddDays(-8)) return (null, new Refusal(Retcode.InvalidExpiration, $"The expiry {at:O} is too far away."));
                if (at < now.AddDays(-2)) return (null, new Refusal(Retcode.InvalidExpiration, $"The expiry {at:O} is not after {now:O}."));
                var end = timeInForce == TimeInForce.SpecifiedDay ? day.NextStart(at) : at;
                return end > now
                    ? (end, null)
                    : (null, new Refusal(Retcode.InvalidExpiration, $"The expiry {end:O} is not after {now:O}."));
            default:
                return (null, new Refusal(Retcode.InvalidExpiration, $"Unknown time in force {timeInForce}."));
        }
    }

    public static Refusal? MarketOpen(BrokerSession session, Instrument instrument) =>
        instrument.Schedule.IsOpen(session.Now) ? null : new Refusal(Retcode.MarketClosed, $"The market of {instrument.Symbol} is closed at {session.Now:O}.");

    public static Refusal NoPrice(BrokerSession session, string symbol) =>
        session.Market.LastQuote(symbol) is { } quote
            ? new Refusal(Retcode.PriceOff, $"The newest quote of {symbol} is of {quote.Time:O}, older than {session.Settings.QuoteAgeMax}.")
            : new Refusal(Retcode.PriceOff, $"There is no quote of {symbol} yet.");

    public static Refusal NoRate(Instrument instrument, string currency) =>
        new(Retcode.PriceOff, $"There is no rate to convert {instrument.Symbol}'s money into {currency} yet.");

    /// <summary>A pending order's prices against the market: on the side that its type means, no nearer than the stops level.</summary>
    public static Refusal? PendingPrice(Instrument instrument, in Quote quote, Side side, OrderType type, decimal price, decimal? stopLimit)
    {
        var market = quote.OpenPrice(side);
        var below = type == OrderType.Limit == (side == Side.Buy);
        if (!IsBeyond(instrument, below ? market - price : price - market))
            return new Refusal(Retcode.InvalidPrice,
                $"A {side} {type} at {price} must be {(below ? "below" : "above")} the market, {market}{AtLeast(instrument)}.");
        if (type != OrderType.StopLimit) return null;
        var limit = stopLimit!.Value;
        return IsBeyond(instrument, side == Side.Buy ? price - limit : limit - price)
            ? null
            : new Refusal(Retcode.InvalidPrice,
                $"The limit price {limit} of a {side} stop limit must be {(side == Side.Buy ? "below" : "above")} its stop price {price}{AtLeast(instrument)}.");
    }

    /// <summary>SL and TP against the price from which they are measured: what closes the position now, or a pending order's own price.</summary>
    public static Refusal? Stops(Instrument instrument, Side side, decimal from, decimal? stopLoss, decimal? takeProfit, int? trailing)
    {
        if (stopLoss is { } sl && (!IsPrice(instrument, sl) || !IsBeyond(instrument, side == Side.Buy ? from - sl : sl - from)))
            return new Refusal(Retcode.InvalidStops,
                $"Stop loss {sl} of a {side} must be {(side == Side.Buy ? "below" : "above")} {from}{AtLeast(instrument)}, with at most {instrument.Digits} decimals.");
        if (takeProfit is { } tp && (!IsPrice(instrument, tp) || !IsBeyond(instrument, side == Side.Buy ? tp - from : from - tp)))
            return new Refusal(Retcode.InvalidStops,
                $"Take profit {tp} of a {side} must be {(side == Side.Buy ? "above" : "below")} {from}{AtLeast(instrument)}, with at most {instrument.Digits} decimals.");
        return trailing is { } points && (points <= 0 || points > PointsMax || points < instrument.StopsLevelPoints)
            ? new Refusal(Retcode.InvalidStops, $"Trailing distance {points} must be from {Math.Max(1, instrument.StopsLevelPoints)} to {PointsMax} points.")
            : null;
    }

    public static bool IsFrozen(Instrument instrument, decimal level, decimal market) =>
        instrument.FreezeLevelPoints > 0 && Math.Abs(level - market) <= instrument.FreezeLevelPoints * instrument.Point;

    /// <summary>SL or TP so near to the market that the position must not be touched.</summary>
    public static Refusal? PositionFrozen(Instrument instrument, Position position, in Quote quote)
    {
        var market = quote.ClosePrice(position.Side);
        var frozen = position.StopLoss is { } sl && IsFrozen(instrument, sl, market) ? sl
            : position.TakeProfit is { } tp && IsFrozen(instrument, tp, market) ? tp
            : (decimal?)null;
        return frozen is { } level
            ? new Refusal(Retcode.Frozen, $"Position {position.Id} is frozen: its level {level} is within {instrument.FreezeLevelPoints} points of the market, {market}.")
            : null;
    }

    private static bool IsBeyond(Instrument instrument, decimal distance) =>
        distance > 0 && distance >= instrument.StopsLevelPoints * instrument.Point;

    private static string AtLeast(Instrument instrument) =>
        instrument.StopsLevelPoints > 0 ? $", by {instrument.StopsLevelPoints} points at least" : "";
}
