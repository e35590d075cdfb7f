namespace ActorTrading.Domain;

/// <summary>Whether a link opens at all on a signal, before any price or volume is looked at.</summary>
internal static class CopyFilters
{
    public static Refused? Check(CopyCase copy, in LeaderSignal signal, string symbol, Side side, bool anyAge)
    {
        var (context, settings) = (copy.Context, copy.Settings);
        if (context.Risk.IsStopped(context.Now))
            return new(CopyReasons.LinkStopped, $"{context.Risk.StopReason}{(context.Risk.StoppedUntil is { } until ? $" until {until:O}" : "")}");
        if (settings.CloseOnly != CloseOnlyMode.None && !(settings.CloseOnly == CloseOnlyMode.BySymbol && copy.Holdings.Exists(h => h.Symbol == symbol)))
            return new(CopyReasons.CloseOnly, $"closeOnly {settings.CloseOnly}");
        if (signal.Source is { } source)
        {
            if (source.CameThrough(settings.FollowerAccountId))
                return new(CopyReasons.CopyLoop, "the leader's trade copies this follower, itself or through others");
            if (!settings.CopyCopiedTrades)
                return new(CopyReasons.LeaderTradeIsCopied, $"it copies account {source.LeaderAccountId}");
            if (source.Links >= CopyOrigin.LinksMax)
                return new(CopyReasons.CopyLoop, $"it has come through {source.Links} links, at most {CopyOrigin.LinksMax}");
        }
        if (!Passes(settings.SymbolFilter, signal.Symbol, symbol))
            return new(CopyReasons.SymbolFiltered, signal.Symbol == symbol ? symbol : $"{signal.Symbol} as {symbol}");
        if (!Passes(settings.MagicFilter, signal.Magic))
            return new(CopyReasons.MagicFiltered, $"number {signal.Magic}");
        if (settings.AllowedSides is { } sides && !sides.Contains(side))
            return new(CopyReasons.SideNotAllowed, $"{side} {symbol}");
        if (!anyAge && Late(settings.Timing, signal.Age(context)) is { } late)
            return late;
        return Drawdown(copy) ?? EquityCurve(copy) ?? Correlation(copy, symbol, side);
    }

    public static bool Passes(SymbolFilter? filter, string leaderSymbol, string symbol)
    {
        if (filter is null)
            return true;
        if (filter.Exclude is { } exclude && (exclude.Contains(leaderSymbol) || exclude.Contains(symbol)))
            return false;
        return filter.Include is not { Count: > 0 } include || include.Contains(leaderSymbol) || include.Contains(symbol);
    }

    public static bool Passes(MagicFilter? filter, long magic)
    {
        if (filter is null)
            return true;
        if (filter.Exclude is { } exclude && exclude.Any(range => magic >= range.From && magic <= range.To))
            return false;
        return filter.Include is not { Count: > 0 } include || include.Any(range => magic >= range.From && magic <= range.To);
    }

    private static Refused? Late(TimingSettings timing, TimeSpan age)
    {
        var seconds = (decimal)age.TotalSeconds;
        var limit = SecondsAllowed(timing);
        return seconds > limit ? new(CopyReasons.LateSignal, $"{seconds:0.###} s old, at most {limit} s") : null;
    }

    /// <summary>When the signal becomes late: what comes of it must be at the broker by then, wherever it is held up.</summary>
    public static DateTimeOffset LateAfter(CopyContext context, in LeaderSignal signal) =>
        context.Now + TimeSpan.FromSeconds((double)SecondsAllowed(context.Settings.Timing)) - signal.Age(context);

    /// <summary>A signal delay, its own or that of one before it, is waited for on purpose and does not make a signal late.</summary>
    private static decimal SecondsAllowed(TimingSettings timing) =>
        Math.Min(timing.OpeningIntervalMinutes * 60m, timing.MaxDelaySeconds ?? decimal.MaxValue) + (timing.SignalDelay is { } delay ? delay.MaxSeconds ?? delay.MinSeconds : 0m);

    private static Refused? Drawdown(CopyCase copy)
    {
        if (copy.Settings.DrawdownFilter is not { } filter)
            return null;
        var figures = copy.LeaderFigures;
        if (!figures.IsComplete || figures.Balance <= 0)
            return new(CopyReasons.DrawdownFilter, "the leader's drawdown is not known");
        var drawdown = (figures.Balance - figures.Equity) / figures.Balance;
        var passes = filter.Action == FilterAction.Exclude ? drawdown < filter.MaxDrawdown : drawdown > filter.MaxDrawdown;
        return passes ? null : new(CopyReasons.DrawdownFilter, $"drawdown {drawdown:0.####}, {filter.Action} at {filter.MaxDrawdown}");
    }

    private static Refused? EquityCurve(CopyCase copy)
    {
        if (copy.Settings.EquityCurveFilter is not { } filter)
            return null;
        var closes = copy.Context.LeaderBalanceCloses;
        var figures = copy.LeaderFigures;
        if (closes is null || closes.Count < filter.Period || !figures.IsComplete)
            return new(CopyReasons.EquityCurveFilter, $"{closes?.Count ?? 0} of {filter.Period} closes are known");
        var sum = 0m;
        for (var i = closes.Count - filter.Period; i < closes.Count; i++)
            sum += closes[i];
        var mean = sum / filter.Period;
        return figures.Equity > mean ? null : new(CopyReasons.EquityCurveFilter, $"equity {figures.Equity:0.##} is not above {mean:0.##}");
    }

    private static Refused? Correlation(CopyCase copy, string symbol, Side side)
    {
        var mode = copy.Settings.ReduceCorrelations;
        if (mode == CorrelationMode.None)
            return null;
        foreach (var (otherSymbol, otherSide) in Open(copy, mode))
        {
            if (otherSymbol == symbol ? otherSide == side : mode != CorrelationMode.BySymbol && SharesLeg(copy, symbol, side, otherSymbol, otherSide))
                return new(CopyReasons.Correlated, $"{side} {symbol} with {otherSide} {otherSymbol}");
        }
        return null;
    }

    private static IEnumerable<(string, Side)> Open(CopyCase copy, CorrelationMode mode) => mode == CorrelationMode.ByStrategy
        ? copy.Holdings.Select(holding => (holding.Symbol, holding.Side))
        : copy.Follower.Positions.Values.Select(position => (position.Symbol, position.Side));

    /// <summary>Whether both are long, or both short, of one currency.</summary>
    private static bool SharesLeg(CopyCase copy, string symbol, Side side, string otherSymbol, Side otherSide)
    {
        var market = copy.Context.FollowerMarket;
        if (market.FindInstrument(symbol) is not { } a || market.FindInstrument(otherSymbol) is not { } b)
            return true;
        return side == otherSide
            ? a.BaseCurrency == b.BaseCurrency || a.QuoteCurrency == b.QuoteCurrency
            : a.BaseCurrency == b.QuoteCurrency || a.QuoteCurrency == b.BaseCurrency;
    }
}
