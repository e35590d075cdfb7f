namespace ActorTrading.Domain;

/// <summary>The follower's volume, before limits on exposure.</summary>
internal static class CopySizing
{
    /// <summary>A volume on the step and within the instrument's and the settings' bounds, or why there is none.</summary>
    /// <param name="entry">The follower's expected entry.</param>
    /// <param name="stopLoss">The follower's, if any; as is <paramref name="takeProfit"/>.</param>
    public static Refused? Volume(CopyCase copy, in LeaderSignal signal, Instrument instrument, Side side, decimal entry, decimal? stopLoss, decimal? takeProfit, out decimal volume)
    {
        volume = 0m;
        var sizing = copy.Settings.Sizing;
        decimal wanted;
        try
        {
            if (Wanted(copy, signal, instrument, side, entry, stopLoss, takeProfit, out wanted) is { } refused)
                return refused;
            wanted *= sizing.Multiplier;
        }
        catch (OverflowException)
        {
            return new(CopyReasons.AboveMaxTradeVolume, "the computed volume is too large for a number");
        }
        return Bring(sizing, instrument, wanted, out volume);
    }

    private static Refused? Wanted(CopyCase copy, in LeaderSignal signal, Instrument instrument, Side side, decimal entry, decimal? stopLoss, decimal? takeProfit, out decimal wanted)
    {
        var sizing = copy.Settings.Sizing;
        wanted = 0m;
        switch (sizing.Mode)
        {
            case SizingMode.FixedVolume:
                wanted = sizing.Value ?? 0m;
                return null;
            case SizingMode.FixedRisk:
                return FixedRisk(copy, instrument, side, entry, stopLoss, out wanted);
            case SizingMode.Expression:
                return SizingVariables.Evaluate(copy, signal, instrument, entry, stopLoss, takeProfit, out wanted);
            case SizingMode.None:
                wanted = signal.Volume * (sizing.Value ?? 1m);
                return null;
        }

        // The proportional modes compare values, so a lot of another size counts as another size.
        if (copy.Context.LeaderMarket.FindInstrument(signal.Symbol) is not { } leaderInstrument)
            return new(CopyReasons.UnknownSymbol, $"{signal.Symbol} at the leader");
        var contracts = leaderInstrument.ContractSize / instrument.ContractSize;
        if (Ratio(copy, out var ratio) is { } refused)
            return refused;
        wanted = signal.Volume * contracts * ratio;
        return null;
    }

    private static Refused? Ratio(CopyCase copy, out decimal ratio)
    {
        var (context, sizing) = (copy.Context, copy.Settings.Sizing);
        ratio = sizing.Value ?? 1m;
        if (sizing.Mode == SizingMode.ContractSize)
            return null;
        if (sizing.Mode is SizingMode.Equity or SizingMode.FreeMargin && (!copy.LeaderFigures.IsComplete || !copy.FollowerFigures.IsComplete))
            return new(CopyReasons.NoQuote, $"no price for {string.Join(", ", copy.LeaderFigures.MissingSymbols.Concat(copy.FollowerFigures.MissingSymbols))}");
        var (leader, follower) = sizing.Mode switch
        {
            SizingMode.Equity => (copy.LeaderFigures.Equity, copy.FollowerFigures.Equity),
            SizingMode.FreeMargin => (copy.LeaderFigures.FreeMargin, copy.FollowerFigures.FreeMargin),
            _ => (context.LeaderBefore.Balance, context.Follower.Balance),
        };
        if (leader <= 0)
            return new(CopyReasons.LeaderHasNoMoney, $"{sizing.Mode} {leader:0.##} {context.LeaderBefore.Currency}");
        if (follower <= 0)
            return new(CopyReasons.FollowerHasNoMoney, $"{sizing.Mode} {follower:0.##} {context.Follower.Currency}");
        if (Exchange(context) is not { } rate)
            return new(CopyReasons.NoConversion, $"{context.Follower.Currency} to {context.LeaderBefore.Currency}");
        if (sizing.Mode == SizingMode.LeverageLoad)
            ratio = Stepped(follower * (sizing.Value ?? 0.95m) / leader * Math.Min(1m, (decimal)context.Follower.Leverage / Math.Max(1, context.LeaderBefore.Leverage)) * rate);
        else
            ratio *= follower * rate / leader;
        return null;
    }

    /// <summary>Units of the leader's currency for one of the follower's.</summary>
    internal static decimal? Exchange(CopyContext context) =>
        context.FollowerMarket.ConversionRate(context.Follower.Currency, context.LeaderBefore.Currency)
        ?? context.LeaderMarket.ConversionRate(context.Follower.Currency, context.LeaderBefore.Currency);

    /// <summary>MQL5 Signals' rounding of the copy percentage: under 1 % is 1 %, then down by 1 below 10 %, by 5 below 100 %, by 10 above.</summary>
    internal static decimal Stepped(decimal ratio)
    {
        var percent = ratio * 100m;
        var step = percent < 10m ? 1m : percent < 100m ? 5m : 10m;
        return percent < 1m ? 0.01m : VolumeMath.Floor(percent, step) / 100m;
    }

    private static Refused? FixedRisk(CopyCase copy, Instrument instrument, Side side, decimal entry, decimal? stopLoss, out decimal wanted)
    {
        wanted = 0m;
        if (stopLoss is not { } stop)
            return new(CopyReasons.NoStopLoss, "fixedRisk needs a stop-loss to measure the risk by");
        if (LossPerLot(copy.Context, instrument, side, entry, stop) is not { } loss)
            return new(CopyReasons.NoConversion, $"{instrument.QuoteCurrency} to {copy.Follower.Currency}");
        if (loss <= 0)
            return new(CopyReasons.PriceBeyondStopLoss, $"entry {entry}, stop-loss {stop}");
        wanted = copy.Follower.Balance * (copy.Settings.Sizing.Value ?? 0m) / loss;
        return null;
    }

    /// <summary>What one lot loses from the entry to the stop, in the follower's currency; null where no rate is quoted.</summary>
    internal static decimal? LossPerLot(CopyContext context, Instrument instrument, Side side, decimal entry, decimal stop) =>
        ProfitCalculator.Rate(instrument, context.Follower.Currency, stop, context.FollowerMarket) is { } rate
            ? -ProfitCalculator.Gross(instrument, side, 1m, entry, stop) * rate
            : null;

    /// <summary>From the wanted volume to one that can be traded.</summary>
    internal static Refused? Bring(SizingSettings sizing, Instrument instrument, decimal wanted, out decimal volume)
    {
        volume = 0m;
        if (wanted <= 0)
            return new(CopyReasons.VolumeTooSmall, $"computed {wanted:0.######} lots");
        var (min, step) = (instrument.VolumeMin, instrument.VolumeStep);
        var ceiling = VolumeMath.Floor(Math.Min(sizing.MaxTradeVolume ?? instrument.VolumeMax, instrument.VolumeMax), step);
        var asked = Math.Min(wanted, ceiling);
        var rounded = sizing.Rounding == VolumeRounding.Nearest ? VolumeMath.Nearest(asked, step) : VolumeMath.Floor(asked, step);
        if (rounded < min)
        {
            if (wanted < min - 0.5m * step && !sizing.ForceTinyTrades)
                return new(CopyReasons.VolumeTooSmall, $"computed {wanted:0.######} lots, the least is {min}");
            rounded = min;
        }
        // Only a small volume is rounded up; a large one might be too large to be multiplied.
        if (rounded > wanted && rounded > wanted * sizing.MaxRiskCoefficient)
        {
            rounded = VolumeMath.Floor(wanted * sizing.MaxRiskCoefficient, step);
            if (rounded < min)
                return new(CopyReasons.RiskCoefficient, $"computed {wanted:0.######} lots, the least of {min} is more than {sizing.MaxRiskCoefficient} times that");
        }
        if (rounded > ceiling)
            return new(CopyReasons.AboveMaxTradeVolume, $"the least of {min} lots is above the maximum of {sizing.MaxTradeVolume}");
        if (rounded < sizing.MinTradeVolume)
            return new(CopyReasons.BelowMinTradeVolume, $"{rounded} lots, at least {sizing.MinTradeVolume}");
        volume = rounded;
        return null;
    }
}
