using System.Collections.Immutable;

namespace ActorTrading.Domain;

/// <summary>All that a look at a link as a whole may depend on.</summary>
public sealed record CopyWatchContext
{
    public required Guid LinkId { get; init; }
    public required LinkSettings Settings { get; init; }
    public required LinkRiskState Risk { get; init; }
    public required AccountState Follower { get; init; }
    public required IMarketView FollowerMarket { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>
    /// The leader's account as of the last entry that this link has decided, to find holdings that follow nothing; null to leave
    /// that out. A later state would make a closing that is still to be decided look like one that was missed.
    /// </summary>
    public AccountState? Leader { get; init; }
}

/// <summary>What a look at a link has found.</summary>
/// <param name="Risk">The state to keep.</param>
/// <param name="Commands">For the follower's account, in this order.</param>
/// <param name="Reason">Why there are commands, or why the link stopped now; null when nothing happened.</param>
/// <param name="Stopped">The link was stopped by this look.</param>
public sealed record CopyWatchPlan(LinkRiskState Risk, ImmutableArray<TradeCommand> Commands, string? Reason, string? Detail, bool Stopped);

/// <summary>
/// Looks at a link as a whole, apart from any leader's entry: risk limits, equity stop, take-profit, lifetimes, holdings without
/// a leader. To be asked every few seconds, apart from any decision, which goes by what the last look has found. Pure.
/// </summary>
public static class CopyWatch
{
    public static CopyWatchPlan Check(CopyWatchContext context)
    {
        var (settings, follower, now) = (context.Settings, context.Follower, context.Now);
        // The link has gone on since somebody looked at the leader: what it has entered by then would look like an orphan.
        if (context.Leader?.Seq < follower.CopyCursors.GetValueOrDefault(context.LinkId))
            context = context with { Leader = null };
        var figures = AccountFigures.Of(follower, context.FollowerMarket);
        var present = new RiskSample(now, figures.Balance, figures.Equity, follower.Transfers, follower.Credit);
        var risk = context.Risk;
        if (risk.StopReason is not null && !risk.IsStopped(now))
            risk = risk with { StopReason = null, StopDetail = null, StoppedUntil = null };
        // Without every price nothing is known: no limit is judged on half a picture.
        if (figures.IsComplete && Profit(context) is { } profit)
        {
            risk = risk.Since is null ? risk with { Since = now, Baseline = profit } : risk;
            risk = risk with { PeakProfit = Math.Max(risk.PeakProfit, profit - risk.Baseline) };
            if (settings.RiskLimits is { Count: > 0 })
                risk = risk with { Samples = RiskSamples.Add(risk.Samples, present) };
            if (Breach(settings, risk, present, profit - risk.Baseline) is { } breach && (!risk.IsStopped(now) || TakesOver(context, breach)))
            {
                risk = risk with
                {
                    StopReason = breach.Reason,
                    StopDetail = breach.Detail,
                    StoppedUntil = risk.IsStopped(now) ? Later(risk.StoppedUntil, breach.Until) : breach.Until,
                    Closes = breach.Closes,
                    StopSequence = risk.StopSequence + 1,
                    AtStop = present,
                };
                var unwound = breach.Closes ? CopyUnwinding.Unwind(follower, context.FollowerMarket, context.LinkId, orders: true, static _ => true) : [];
                return CopyResting.Settle(context, new CopyWatchPlan(risk, unwound, breach.Reason, breach.Detail, Stopped: true));
            }
        }
        return CopyResting.Settle(context, Unwind(context, risk));
    }

    /// <summary>A limit that only stops leaves what is open to lose more: a stop that closes is judged all the same while there is something to close.</summary>
    private static bool TakesOver(CopyWatchContext context, Breached breach) =>
        breach.Closes && !context.Risk.Closes && !CopyRules.IsFlat(context.Follower, context.LinkId);

    private static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b is null ? null : a > b ? a : b;

    private static CopyWatchPlan Unwind(CopyWatchContext context, LinkRiskState risk)
    {
        var (settings, follower) = (context.Settings, context.Follower);
        var (reason, detail) = risk.Closes ? (risk.StopReason!, risk.StopDetail ?? "") : (CopyReasons.CloseOnly, "closeOnly Immediately");
        if (risk.Closes || settings.CloseOnly == CloseOnlyMode.Immediately)
        {
            var all = CopyUnwinding.Unwind(follower, context.FollowerMarket, context.LinkId, orders: true, static _ => true);
            if (all.IsEmpty && risk.Closes && CopyRules.IsFlat(follower, context.LinkId))
                risk = risk with { Closes = false };
            return new CopyWatchPlan(risk, all, all.IsEmpty ? null : reason, all.IsEmpty ? null : detail, Stopped: false);
        }
        var lifetime = TimeSpan.FromHours((double)settings.Timing.LifetimeHours);
        var old = CopyUnwinding.Unwind(follower, context.FollowerMarket, context.LinkId, orders: false, holding => Age(context, holding) >= lifetime);
        if (!old.IsEmpty)
            return new CopyWatchPlan(risk, old, CopyReasons.LifetimeOver, $"{settings.Timing.LifetimeHours} hours", Stopped: false);
        if (context.Leader is { } leader)
        {
            var orphans = CopyUnwinding.Unwind(follower, context.FollowerMarket, context.LinkId, orders: false, holding => IsOrphan(settings, leader, holding.LeaderPositionId, holding.LeaderOrderId, holding.Symbol));
            if (!orphans.IsEmpty)
                return new CopyWatchPlan(risk, orphans, CopyReasons.OrphanClosed, "the leader holds nothing that they follow", Stopped: false);
        }
        return new CopyWatchPlan(risk, [], null, null, Stopped: false);
    }

    /// <summary>By our clock or the market's, the smaller: in a market replayed from the past one of the two is far off.</summary>
    private static TimeSpan Age(CopyWatchContext context, in CopyHolding holding)
    {
        var age = context.Now - holding.OpenedAt;
        return context.FollowerMarket.LastQuote(holding.Symbol) is { } quote && quote.Time - holding.OpenedAt < age ? quote.Time - holding.OpenedAt : age;
    }

    private readonly record struct Breached(string Reason, string Detail, DateTimeOffset? Until, bool Closes);

    private static Breached? Breach(LinkSettings settings, LinkRiskState risk, RiskSample present, decimal profit)
    {
        var now = present.At;
        if (settings.EquityStop is { } stop)
        {
            var floor = (stop.Type == EquityStopType.Trailing ? risk.PeakProfit : 0m) - stop.Amount;
            if (profit <= floor)
                return new(CopyReasons.EquityStop, $"{RiskPeriods.NameOf(stop.Type ?? EquityStopType.Fixed)}: total profit {profit:0.##}, at least {floor:0.##}", null, true);
        }
        if (profit >= settings.TakeProfitAmount)
            return new(CopyReasons.TakeProfit, $"total profit {profit:0.##} of {settings.TakeProfitAmount}", null, true);
        // Of several limits reached at once, one that closes wins over one that only stops.
        Breached? found = null;
        foreach (var limit in settings.RiskLimits ?? [])
        {
            if (found is { Closes: true } || (found is not null && !limit.ClosePositions))
                continue;
            var start = RiskPeriods.Start(limit.Type, now);
            start = limit.StartTime > start ? limit.StartTime.Value : start;
            start = risk.Since > start ? risk.Since.Value : start;
            if (limit.StartTime > now)
                continue;
            var from = RiskSamples.ValueAt(risk.Samples, risk.AtStop, start, s => s.Value(limit.ApplyTo == RiskMeasure.EquityDifference, present));
            var loss = from - present.Value(limit.ApplyTo != RiskMeasure.BalanceDifference, present);
            if (loss > 0 && (loss >= limit.MaxAbsoluteRisk || loss >= limit.MaxRelativeRisk * from))
            {
                found = new(CopyReasons.RiskLimit, $"{RiskPeriods.NameOf(limit.Type)}-{RiskPeriods.NameOf(limit.ApplyTo)}: lost {loss:0.##} of {from:0.##}",
                    RiskPeriods.End(limit.Type, now), limit.ClosePositions);
            }
        }
        return found;
    }

    /// <summary>Realised and floating profit of the link, in the follower's currency; null without a price for everything it holds.</summary>
    private static decimal? Profit(CopyWatchContext context)
    {
        var (follower, market) = (context.Follower, context.FollowerMarket);
        var total = follower.Copying.Links.TryGetValue(context.LinkId, out var link) ? link.Realized : 0m;
        foreach (var holding in CopyHolding.Of(follower, context.LinkId))
        {
            if (market.FindInstrument(holding.Symbol) is not { } instrument || market.LastQuote(holding.Symbol) is not { } quote)
                return null;
            var close = quote.ClosePrice(holding.Side);
            if (ProfitCalculator.Rate(instrument, follower.Currency, close, market) is not { } rate)
                return null;
            total += ProfitCalculator.Gross(instrument, holding.Side, holding.Volume, holding.OpenPrice, close) * rate + holding.Swap;
        }
        return total;
    }

    /// <summary>A copy of a pending order that was filled, or rests, after the leader's was gone, or a closing that the follower's broker refused.</summary>
    internal static bool IsOrphan(LinkSettings settings, AccountState leader, Guid? leaderPositionId, Guid? leaderOrderId, string symbol)
    {
        if (leaderPositionId is { } position && leader.Positions.ContainsKey(position))
            return false;
        if (leaderOrderId is { } order && (leader.Orders.ContainsKey(order) || leader.Positions.ContainsKey(order)))
            return false;
        return leader.Mode == PositionMode.Hedging || !leader.Positions.Values.Any(open =>
            (settings.SymbolMapping is { } mapping && mapping.TryGetValue(open.Symbol, out var mapped) ? mapped : open.Symbol) == symbol);
    }
}
