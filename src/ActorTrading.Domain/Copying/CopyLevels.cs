namespace ActorTrading.Domain;

/// <summary>The follower's SL and TP from the leader's.</summary>
internal static class CopyLevels
{
    /// <summary>Levels of a new position or pending order.</summary>
    /// <param name="side">The follower's.</param>
    /// <param name="entry">The follower's expected entry, from which distances in pips are measured.</param>
    public static (decimal? StopLoss, decimal? TakeProfit) Of(LinkSettings settings, Instrument instrument, Side side, decimal entry, decimal? leaderStopLoss, decimal? leaderTakeProfit)
    {
        var (stopLoss, takeProfit) = Mapped(settings, leaderStopLoss, leaderTakeProfit);
        var stops = settings.Stops;
        if (stops.FixedStopLossPips is { } fixedStop)
            stopLoss = Away(instrument, side, entry, -fixedStop);
        if (stops.FixedTakeProfitPips is { } fixedTarget)
            takeProfit = Away(instrument, side, entry, fixedTarget);
        return (Price(instrument, Restrict(settings, instrument, side, entry, stopLoss)), Price(instrument, takeProfit));
    }

    /// <summary>Levels of an open position or resting order after the leader has changed its own; a level that is not copied stays as it is.</summary>
    public static (decimal? StopLoss, decimal? TakeProfit) Changed(LinkSettings settings, Instrument instrument, Side side, decimal entry,
        decimal? leaderStopLoss, decimal? leaderTakeProfit, decimal? currentStopLoss, decimal? currentTakeProfit)
    {
        var (stopLoss, takeProfit) = Mapped(settings, leaderStopLoss, leaderTakeProfit);
        var stops = settings.Stops;
        var keepsStop = !stops.CopyStopLoss || stops.FixedStopLossPips is not null;
        var keepsTarget = !stops.CopyTakeProfit || stops.FixedTakeProfitPips is not null;
        // A stop-loss that a limit on the risk put there stays when the leader has none.
        if (!keepsStop && stopLoss is null && settings.Limits.MaxTradeRisk is not null)
            keepsStop = true;
        return (keepsStop ? currentStopLoss : Price(instrument, Restrict(settings, instrument, side, entry, stopLoss)),
            keepsTarget ? currentTakeProfit : Price(instrument, takeProfit));
    }

    private static (decimal?, decimal?) Mapped(LinkSettings settings, decimal? stopLoss, decimal? takeProfit)
    {
        if (settings.Reverse)
            (stopLoss, takeProfit) = (takeProfit, stopLoss);
        return (settings.Stops.CopyStopLoss ? stopLoss : null, settings.Stops.CopyTakeProfit ? takeProfit : null);
    }

    private static decimal? Restrict(LinkSettings settings, Instrument instrument, Side side, decimal entry, decimal? stopLoss)
    {
        if (settings.Stops.MaxStopLossPips is not { } pips)
            return stopLoss;
        var furthest = Away(instrument, side, entry, -pips);
        var within = stopLoss is { } level && (side == Side.Buy ? level >= furthest : level <= furthest);
        return within ? stopLoss : furthest;
    }

    /// <summary>The price this many pips in favour of the side (negative: against it).</summary>
    public static decimal Away(Instrument instrument, Side side, decimal entry, decimal pips) =>
        side == Side.Buy ? entry + pips * instrument.Pip : entry - pips * instrument.Pip;

    /// <summary>On the instrument's digits; a level at or below zero is none.</summary>
    public static decimal? Price(Instrument instrument, decimal? level) =>
        level is { } value && decimal.Round(value, instrument.Digits) is > 0 and var rounded ? rounded : null;
}
