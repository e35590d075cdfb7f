using ActorTrading.Api.Conventions;
using ActorTrading.Domain;

namespace ActorTrading.Api.Trading;

/// <summary>Refuses link settings that make no sense, before they are stored.</summary>
public static class LinkChecks
{
    private const int ListMax = 500;
    private const int ExpressionLengthMax = 500;

    public static void Check(LinkSettings s, Checks check)
    {
        check.That(s.LeaderAccountId != Guid.Empty, "leaderAccountId", "is required.");
        check.That(s.FollowerAccountId != Guid.Empty, "followerAccountId", "is required.");
        check.That(s.LeaderAccountId == Guid.Empty || s.LeaderAccountId != s.FollowerAccountId, "followerAccountId", "an account cannot follow itself.");
        Sizing(s.Sizing, check);
        foreach (var (from, to) in s.SymbolMapping ?? System.Collections.Immutable.ImmutableDictionary<string, string>.Empty)
            check.That(Checks.IsSymbol(from) && Checks.IsSymbol(to), "symbolMapping", $"'{from}' → '{to}' does not map a symbol to a symbol.");
        foreach (var symbol in (s.SymbolFilter?.Include ?? []).Concat(s.SymbolFilter?.Exclude ?? []))
            check.That(Checks.IsSymbol(symbol), "symbolFilter", $"'{symbol}' is no symbol's name.");
        check.That((s.SymbolMapping?.Count ?? 0) <= ListMax && (s.RiskLimits?.Count ?? 0) <= 20, "riskLimits", $"at most {ListMax} mappings and 20 limits.");
        check.OptionalPositive(s.Stops.FixedStopLossPips, "stops.fixedStopLossPips");
        check.OptionalPositive(s.Stops.FixedTakeProfitPips, "stops.fixedTakeProfitPips");
        check.OptionalPositive(s.Stops.MaxStopLossPips, "stops.maxStopLossPips");
        Fraction(s.Limits.MaxTradeRisk, "limits.maxTradeRisk", check);
        Fraction(s.Limits.ReservedMarginFraction, "limits.reservedMarginFraction", check);
        check.OptionalPositive(s.Limits.MaxLeverage, "limits.maxLeverage");
        foreach (var limit in s.RiskLimits ?? [])
        {
            check.That(limit.MaxAbsoluteRisk is not null || limit.MaxRelativeRisk is not null, "riskLimits", "each needs maxAbsoluteRisk or maxRelativeRisk.");
            check.OptionalPositive(limit.MaxAbsoluteRisk, "riskLimits");
            Fraction(limit.MaxRelativeRisk, "riskLimits", check);
        }
        check.OptionalPositive(s.EquityStop?.Amount, "equityStop.amount");
        check.OptionalPositive(s.TakeProfitAmount, "takeProfitAmount");
        check.That(s.Timing.OpeningIntervalMinutes is > 0 and <= 1_000_000, "timing.openingIntervalMinutes", $"must be above 0, was {s.Timing.OpeningIntervalMinutes}.");
        check.That(s.Timing.LifetimeHours is > 0 and <= 1_000_000, "timing.lifetimeHours", $"must be above 0, was {s.Timing.LifetimeHours}.");
        check.OptionalPositive(s.Timing.MaxDelaySeconds, "timing.maxDelaySeconds");
        if (s.Timing.SignalDelay is { } delay)
            check.That(delay.MinSeconds is >= 0 and <= 86_400 && !(delay.MaxSeconds < delay.MinSeconds) && !(delay.MaxSeconds > 86_400), "timing.signalDelay", "must be 0 to 86400 seconds, the least first.");
        check.OptionalPositive(s.SlippageGuard?.MaxPips, "slippageGuard.maxPips");
        check.OptionalPositive(s.WaitForImprovementPips, "waitForImprovementPips");
        if (s.EquityCurveFilter is { } curve)
        {
            check.OptionalCount(curve.Period, "equityCurveFilter.period", 1, 500);
            check.That(Enum.TryParse<Timeframe>(curve.Timeframe, out _), "equityCurveFilter.timeframe", $"must be one of {string.Join(", ", Timeframes.All)}.");
        }
        Fraction(s.DrawdownFilter?.MaxDrawdown, "drawdownFilter.maxDrawdown", check);
    }

    private static void Sizing(SizingSettings s, Checks check)
    {
        check.That(s.Multiplier is > 0 and <= 1000, "sizing.multiplier", $"must be above 0 and at most 1000, was {s.Multiplier}.");
        check.That(s.MaxRiskCoefficient is >= 1 and <= 100, "sizing.maxRiskCoefficient", $"must be 1 to 100, was {s.MaxRiskCoefficient}.");
        check.OptionalPositive(s.Value, "sizing.value");
        check.That(s.Mode is not (SizingMode.FixedVolume or SizingMode.FixedRisk) || s.Value is not null, "sizing.value", $"is required for {EnumNames<SizingMode>.NameOf(s.Mode)}.");
        if (s.Mode is SizingMode.FixedRisk or SizingMode.LeverageLoad)
            Fraction(s.Value, "sizing.value", check);
        check.OptionalPositive(s.MinTradeVolume, "sizing.minTradeVolume");
        check.OptionalPositive(s.MaxTradeVolume, "sizing.maxTradeVolume");
        check.OptionalPositive(s.MinTradeAmount, "sizing.minTradeAmount");
        check.That(!(s.MinTradeVolume > s.MaxTradeVolume), "sizing.maxTradeVolume", "must not be below minTradeVolume.");
        if (s.Mode == SizingMode.Expression)
            check.Text(s.Expression, "sizing.expression", ExpressionLengthMax);
    }

    private static void Fraction(decimal? value, string field, Checks check) =>
        check.That(value is null or (> 0 and <= 1), field, $"must be above 0 and at most 1, was {value}.");
}
