using System.Globalization;

namespace ActorTrading.Domain;

/// <summary>Says what is wrong with a link's settings before they are stored.</summary>
public static class LinkValidation
{
    public const int MaxListLength = 200;

    /// <summary>Every error found; empty for good settings.</summary>
    public static IReadOnlyList<FieldError> Validate(LinkSettings link)
    {
        var errors = new List<FieldError>();
        if (link.LeaderAccountId == Guid.Empty)
            errors.Add(new("leaderAccountId", "REQUIRED", "The leader's account is missing."));
        if (link.FollowerAccountId == Guid.Empty)
            errors.Add(new("followerAccountId", "REQUIRED", "The follower's account is missing."));
        else if (link.FollowerAccountId == link.LeaderAccountId)
            errors.Add(new("followerAccountId", "SAME_ACCOUNT", "An account cannot follow itself."));
        if (link.Sizing is null)
            errors.Add(new("sizing", "REQUIRED", "sizing is missing; leave it out for its default or give an object."));
        else
            Sizing(link.Sizing, errors);
        Symbols(link, errors);
        Filters(link, errors);
        if (link.Stops is { } stops)
        {
            Range(errors, "stops.fixedStopLossPips", stops.FixedStopLossPips, 0m, 1_000_000m);
            Range(errors, "stops.fixedTakeProfitPips", stops.FixedTakeProfitPips, 0m, 1_000_000m);
            Range(errors, "stops.maxStopLossPips", stops.MaxStopLossPips, 0m, 1_000_000m);
        }
        else
        {
            errors.Add(new("stops", "REQUIRED", "stops is null; leave it out for its default or give an object."));
        }
        LimitsOf(link, errors);
        TimingOf(link.Timing, errors);
        Known(errors, "closeOnly", link.CloseOnly);
        Known(errors, "removalMode", link.RemovalMode);
        Known(errors, "reduceCorrelations", link.ReduceCorrelations);
        Known(errors, "initialSync", link.InitialSync);
        return errors;
    }

    private static void Sizing(SizingSettings sizing, List<FieldError> errors)
    {
        Known(errors, "sizing.mode", sizing.Mode);
        Known(errors, "sizing.rounding", sizing.Rounding);
        switch (sizing.Mode)
        {
            case SizingMode.FixedVolume:
                Needed(errors, "sizing.value", sizing.Value, 100_000m, "lots");
                break;
            case SizingMode.FixedRisk:
                Needed(errors, "sizing.value", sizing.Value, 1m, "the fraction of the balance to lose at the stop-loss");
                break;
            case SizingMode.LeverageLoad:
                Range(errors, "sizing.value", sizing.Value, 0m, 1m);
                break;
            case SizingMode.Expression:
                if (string.IsNullOrWhiteSpace(sizing.Expression))
                    errors.Add(new("sizing.expression", "REQUIRED", "The expression mode needs an expression, e.g. leaderVolume * balance / leaderBalance."));
                else if (SizingExpression.Parse(sizing.Expression) is { Error: { } error })
                    errors.Add(new("sizing.expression", "INVALID_EXPRESSION", error));
                break;
            default:
                Range(errors, "sizing.value", sizing.Value, 0m, 1000m);
                break;
        }
        if (sizing.Expression is not null && sizing.Mode != SizingMode.Expression)
            errors.Add(new("sizing.expression", "NOT_USED", "Only the expression mode has an expression; leave it out."));
        Range(errors, "sizing.multiplier", sizing.Multiplier, 0m, 1000m);
        if (sizing.MaxRiskCoefficient is < 1 or > 100)
            errors.Add(new("sizing.maxRiskCoefficient", "OUT_OF_RANGE", $"{Number(sizing.MaxRiskCoefficient)} is out of range: 1 to 100 is right."));
        Range(errors, "sizing.minTradeVolume", sizing.MinTradeVolume, 0m, 100_000m);
        Range(errors, "sizing.maxTradeVolume", sizing.MaxTradeVolume, 0m, 100_000m);
        Range(errors, "sizing.minTradeAmount", sizing.MinTradeAmount, 0m, 1_000_000_000_000m);
        if (sizing.MinTradeVolume > sizing.MaxTradeVolume)
            errors.Add(new("sizing.maxTradeVolume", "OUT_OF_RANGE", $"{Number(sizing.MaxTradeVolume!.Value)} is below minTradeVolume ({Number(sizing.MinTradeVolume!.Value)})."));
    }

    private static void Symbols(LinkSettings link, List<FieldError> errors)
    {
        if (link.SymbolMapping is { } mapping)
        {
            if (mapping.Count > MaxListLength)
                errors.Add(new("symbolMapping", "TOO_MANY", $"{mapping.Count} entries: at most {MaxListLength} is right."));
            if (mapping.Any(pair => !IsSymbol(pair.Key) || !IsSymbol(pair.Value)))
                errors.Add(new("symbolMapping", "INVALID_SYMBOL", "A symbol has 1 to 32 visible ASCII characters."));
            // Two of the leader's symbols in one of the follower's could not be told apart when one of them is closed.
            if (mapping.Values.Distinct().Count() != mapping.Count)
                errors.Add(new("symbolMapping", "DUPLICATE", "Two symbols are mapped to the same one; each needs its own."));
        }
        foreach (var (name, list) in new[] { ("include", link.SymbolFilter?.Include), ("exclude", link.SymbolFilter?.Exclude) })
        {
            if (list is null)
                continue;
            if (list.Count > MaxListLength)
                errors.Add(new($"symbolFilter.{name}", "TOO_MANY", $"{list.Count} symbols: at most {MaxListLength} is right."));
            if (list.Any(symbol => !IsSymbol(symbol)))
                errors.Add(new($"symbolFilter.{name}", "INVALID_SYMBOL", "A symbol has 1 to 32 visible ASCII characters."));
        }
    }

    private static void Filters(LinkSettings link, List<FieldError> errors)
    {
        foreach (var (name, list) in new[] { ("include", link.MagicFilter?.Include), ("exclude", link.MagicFilter?.Exclude) })
        {
            if (list is { Count: > MaxListLength })
                errors.Add(new($"magicFilter.{name}", "TOO_MANY", $"{list.Count} ranges: at most {MaxListLength} is right."));
            else if (list is not null && list.Any(range => range.From > range.To))
                errors.Add(new($"magicFilter.{name}", "OUT_OF_RANGE", "A range's from is above its to."));
        }
        if (link.AllowedSides is { } sides && (sides.Count == 0 || sides.Any(side => !Enum.IsDefined(side))))
            errors.Add(new("allowedSides", "OUT_OF_RANGE", "Give buy, sell or both, or leave it out for both."));
        if (link.EquityCurveFilter is { } curve)
        {
            if (curve.Period is < 1 or > 1000)
                errors.Add(new("equityCurveFilter.period", "OUT_OF_RANGE", $"{curve.Period} is out of range: 1 to 1000 is right."));
            if (BalanceCurve.LengthOf(curve.Timeframe ?? "") is null)
                errors.Add(new("equityCurveFilter.timeframe", "UNKNOWN_TIMEFRAME", $"'{curve.Timeframe}' is not a timeframe for it: M1 to M30, H1 to H12, D1 and W1 are."));
        }
        if (link.DrawdownFilter is { } drawdown)
        {
            Given(errors, "drawdownFilter.action", drawdown.Action);
            Range(errors, "drawdownFilter.maxDrawdown", drawdown.MaxDrawdown, 0m, 1m);
        }
        if (link.SlippageGuard is { } guard)
        {
            Known(errors, "slippageGuard.action", guard.Action);
            Range(errors, "slippageGuard.maxPips", guard.MaxPips, 0m, 100_000m);
        }
        Range(errors, "waitForImprovementPips", link.WaitForImprovementPips, 0m, 100_000m);
    }

    private static void LimitsOf(LinkSettings link, List<FieldError> errors)
    {
        if (link.Limits is { } limits)
        {
            Range(errors, "limits.maxTradeRisk", limits.MaxTradeRisk, 0m, 1m);
            Range(errors, "limits.maxLeverage", limits.MaxLeverage, 0m, 10_000m);
            if (limits.ReservedMarginFraction is < 0 or >= 1)
                errors.Add(new("limits.reservedMarginFraction", "OUT_OF_RANGE", $"{Number(limits.ReservedMarginFraction.Value)} is out of range: 0 or more and below 1 is right."));
        }
        else
        {
            errors.Add(new("limits", "REQUIRED", "limits is null; leave it out for its default or give an object."));
        }
        Range(errors, "takeProfitAmount", link.TakeProfitAmount, 0m, 1_000_000_000_000m);
        if (link.EquityStop is { } stop)
        {
            Given(errors, "equityStop.type", stop.Type);
            Range(errors, "equityStop.amount", stop.Amount, 0m, 1_000_000_000_000m);
        }
        if (link.RiskLimits is not { } list)
            return;
        if (list.Count > 30)
            errors.Add(new("riskLimits", "TOO_MANY", $"{list.Count} limits: at most 30 is right."));
        var given = list.OfType<RiskLimit>().ToList();
        if (given.DistinctBy(limit => (limit.Type, limit.ApplyTo, limit.ClosePositions)).Count() != given.Count)
            errors.Add(new("riskLimits", "DUPLICATE", "Two limits have the same type, applyTo and closePositions; one is right."));
        for (var i = 0; i < list.Count; i++)
        {
            var field = $"riskLimits[{i}]";
            if (list[i] is not { } limit)
            {
                errors.Add(new(field, "REQUIRED", "A limit is null; leave it out or give an object."));
                continue;
            }
            Known(errors, $"{field}.type", limit.Type);
            Known(errors, $"{field}.applyTo", limit.ApplyTo);
            if (limit.MaxAbsoluteRisk is null && limit.MaxRelativeRisk is null)
                errors.Add(new(field, "REQUIRED", "Give maxAbsoluteRisk, maxRelativeRisk or both."));
            Range(errors, $"{field}.maxAbsoluteRisk", limit.MaxAbsoluteRisk, 0m, 1_000_000_000_000m);
            Range(errors, $"{field}.maxRelativeRisk", limit.MaxRelativeRisk, 0m, 1m);
        }
    }

    private static void TimingOf(TimingSettings? timing, List<FieldError> errors)
    {
        if (timing is null)
        {
            errors.Add(new("timing", "REQUIRED", "timing is null; leave it out for its default or give an object."));
            return;
        }
        Range(errors, "timing.openingIntervalMinutes", timing.OpeningIntervalMinutes, 0m, 10_080m);
        Range(errors, "timing.lifetimeHours", timing.LifetimeHours, 0m, 87_600m);
        Range(errors, "timing.maxDelaySeconds", timing.MaxDelaySeconds, 0m, 604_800m);
        if (timing.SignalDelay is not { } delay)
            return;
        // Later entries of the link, closings among them, wait behind a delayed one.
        if (delay.MinSeconds is < 0 or > 300)
            errors.Add(new("timing.signalDelay.minSeconds", "OUT_OF_RANGE", $"{Number(delay.MinSeconds)} is out of range: 0 to 300 is right."));
        if (delay.MaxSeconds is { } max && (max < delay.MinSeconds || max > 300))
            errors.Add(new("timing.signalDelay.maxSeconds", "OUT_OF_RANGE", $"{Number(max)} is out of range: minSeconds to 300 is right."));
    }

    private static bool IsSymbol(string? symbol) => symbol is { Length: >= 1 and <= 32 } && symbol.All(c => c is > ' ' and <= '~');

    private static void Range(List<FieldError> errors, string field, decimal? value, decimal above, decimal max)
    {
        if (value is { } number && (number <= above || number > max))
            errors.Add(new(field, "OUT_OF_RANGE", $"{Number(number)} is out of range: above {Number(above)} and at most {Number(max)} is right."));
    }

    private static void Needed(List<FieldError> errors, string field, decimal? value, decimal max, string what)
    {
        if (value is null)
            errors.Add(new(field, "REQUIRED", $"This mode needs a value: {what}."));
        else
            Range(errors, field, value, 0m, max);
    }

    /// <summary>One that has no default: the first value would be as likely wrong as right.</summary>
    private static void Given<T>(List<FieldError> errors, string field, T? value) where T : struct, Enum
    {
        if (value is { } given)
            Known(errors, field, given);
        else
            errors.Add(new(field, "REQUIRED", $"Give one of {Choices.Of<T>()}: there is no default."));
    }

    private static void Known<T>(List<FieldError> errors, string field, T value) where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
            errors.Add(new(field, "UNKNOWN_VALUE", $"'{value}' is not one of {Choices.Of<T>()}."));
    }

    private static string Number(decimal value) => value.ToString(CultureInfo.InvariantCulture);
}
