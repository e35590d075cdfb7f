namespace ActorTrading.Domain;

/// <summary>Entering what the leader has entered.</summary>
internal static class CopyOpening
{
    /// <summary>A leader's fill: of a market order, or of a pending order that the follower may hold a copy of.</summary>
    public static Refused? OfDeal(CopyCase copy, Deal deal, decimal volume, Guid positionId)
    {
        var signal = LeaderSignal.Of(copy.Context, deal, volume, positionId);
        return signal.OrderId is { } orderId && AfterPending(copy, orderId) is { } follows ? follows : AtMarket(copy, signal);
    }

    /// <summary>
    /// A copied pending order fills by itself: entering at the market as well would double it, cancelling it first could come too
    /// late. So it is left to fill; it is cancelled when the leader closes the position.
    /// </summary>
    private static Refused? AfterPending(CopyCase copy, Guid orderId)
    {
        if (copy.Holdings.Exists(holding => holding.LeaderOrderId == orderId))
            return new(CopyReasons.FollowsPending, "the follower's own order is filled");
        if (copy.RestingForOrder(orderId).Any())
            return new(CopyReasons.FollowsPending, "the follower's own order still rests");
        var mirrored = copy.Follower.Copying.Links.TryGetValue(copy.Context.LinkId, out var link) && link.MirroredOrders.Contains(orderId);
        return mirrored ? new(CopyReasons.PendingClosedAlready, "the follower's own order was filled and closed, or is gone") : null;
    }

    /// <param name="isSync">The leader entered long ago: age and the distance from its entry do not count.</param>
    public static Refused? AtMarket(CopyCase copy, in LeaderSignal signal, bool isSync = false)
    {
        var (context, settings) = (copy.Context, copy.Settings);
        var symbol = copy.MapSymbol(signal.Symbol);
        var side = copy.MapSide(signal.Side);
        if (CopyFilters.Check(copy, signal, symbol, side, anyAge: isSync) is { } filtered)
            return filtered;
        if (context.FollowerMarket.FindInstrument(symbol) is not { } instrument)
            return new(CopyReasons.UnknownSymbol, symbol);
        if (context.FollowerMarket.LastQuote(symbol) is not { } quote)
            return new(CopyReasons.NoQuote, symbol);

        var market = quote.OpenPrice(side);
        decimal? limit = null;
        if (!isSync && Entry(settings, instrument, side, signal.Price, market, out limit) is { } tooFar)
            return tooFar;
        var entry = limit ?? market;
        var (stopLoss, takeProfit) = CopyLevels.Of(settings, instrument, side, entry, signal.StopLoss, signal.TakeProfit);
        // A stop is measured from the price that would close the position.
        if (Beyond(side, limit ?? quote.ClosePrice(side), stopLoss, takeProfit) is { } beyond)
            return beyond;
        if (Size(copy, signal, instrument, side, entry, rests: limit is not null, ref stopLoss, ref takeProfit, out var volume) is { } refused)
            return refused;

        var ids = copy.NextIds();
        var guarded = limit is null && !isSync && settings.SlippageGuard is not null;
        copy.Add(new PlaceOrder
        {
            OrderId = ids.OrderId,
            ClientOrderId = ids.ClientOrderId,
            Symbol = symbol,
            Side = side,
            Type = limit is null ? OrderType.Market : OrderType.Limit,
            Volume = volume,
            Price = limit,
            StopLoss = stopLoss,
            TakeProfit = takeProfit,
            DeviationPoints = guarded ? (int)Math.Min(settings.SlippageGuard!.MaxPips * instrument.Pip / instrument.Point, 1_000_000m) : null,
            ReferencePrice = guarded ? signal.Price : null,
            FillPolicy = limit is null ? Filling(instrument) : FillPolicy.Return,
            TimeInForce = limit is null ? TimeInForce.GoodTillCancelled : TimeInForce.Specified,
            ExpiresAt = limit is null ? null : context.Now.AddMinutes((double)settings.Timing.OpeningIntervalMinutes),
            NotAfter = isSync ? null : CopyFilters.LateAfter(context, signal),
            Reason = DealReason.Copy,
            Copy = copy.Origin(signal.PositionId, null, signal.Source),
        });
        // A limit order that waits is a copy, but not the one that the leader made.
        return limit is null ? null : new(CopyReasons.WaitsForPrice, $"{side} limit at {limit}, market {market}, leader {signal.Price}");
    }

    /// <summary>Whether to enter at the market (no limit), to wait at a limit, or not at all.</summary>
    private static Refused? Entry(LinkSettings settings, Instrument instrument, Side side, decimal leaderPrice, decimal market, out decimal? limit)
    {
        limit = null;
        // Above zero: the follower would pay more than the leader, or receive less.
        var worse = (side == Side.Buy ? market - leaderPrice : leaderPrice - market) / instrument.Pip;
        if (settings.SlippageGuard is { } guard && Math.Abs(worse) > guard.MaxPips)
        {
            if (guard.Action == SlippageAction.Ignore || worse < 0)
                return new(CopyReasons.Slippage, $"{worse:0.##} pips from the leader's {leaderPrice} to {market}, at most {guard.MaxPips}");
            limit = CopyLevels.Price(instrument, CopyLevels.Away(instrument, side, leaderPrice, guard.MaxPips));
        }
        if (settings.WaitForImprovementPips is { } pips && -worse < pips)
        {
            var wanted = CopyLevels.Away(instrument, side, leaderPrice, -pips);
            limit = CopyLevels.Price(instrument, wanted);
            // No limit would be one at once, at the market.
            if (limit is null)
                return new(CopyReasons.PriceOutOfReach, $"{pips} pips better than {leaderPrice} is {wanted}");
        }
        return null;
    }

    /// <summary>A price that has already passed a level: the leader's trade is over there, or would be at once.</summary>
    public static Refused? Beyond(Side side, decimal price, decimal? stopLoss, decimal? takeProfit)
    {
        if (stopLoss is { } stop && (side == Side.Buy ? price <= stop : price >= stop))
            return new(CopyReasons.PriceBeyondStopLoss, $"{side} at {price}, stop-loss {stop}");
        if (takeProfit is { } target && (side == Side.Buy ? price >= target : price <= target))
            return new(CopyReasons.PriceBeyondTakeProfit, $"{side} at {price}, take-profit {target}");
        return null;
    }

    /// <summary>The volume within every limit, with the levels that the order may carry.</summary>
    public static Refused? Size(CopyCase copy, in LeaderSignal signal, Instrument instrument, Side side, decimal entry,
        bool rests, ref decimal? stopLoss, ref decimal? takeProfit, out decimal volume)
    {
        if (CopySizing.Volume(copy, signal, instrument, side, entry, stopLoss, takeProfit, out volume) is { } tooSmall)
            return tooSmall;
        var shared = CopyNetting.SharedWith(copy, instrument.Symbol, signal.PositionId);
        if (CopyLimits.TradeRisk(copy, instrument, side, entry, shared is null, ref volume, ref stopLoss) is { } risky)
            return risky;
        if (CopyLimits.Exposure(copy, instrument, side, entry, volume, rests) is { } exposed)
            return exposed;
        if (shared is not null)
            (stopLoss, takeProfit) = CopyNetting.LevelsOnShared(shared, side, volume, stopLoss, takeProfit);
        return null;
    }

    /// <summary>All or nothing where the broker takes it, so that one leader's fill is one fill.</summary>
    public static FillPolicy Filling(Instrument instrument) =>
        instrument.ExecutionMode is ExecutionMode.Instant or ExecutionMode.Request || instrument.AllowFillOrKill ? FillPolicy.FillOrKill
        : instrument.AllowImmediateOrCancel ? FillPolicy.ImmediateOrCancel : FillPolicy.Return;
}
