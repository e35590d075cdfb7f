using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Runtime;

/// <summary>
/// An indicator that declares a timeframe: the whole script runs on bars of it, and what it plots is shown on the chart's bars as they
/// close, on the others na (<c>timeframe_gaps</c>) or the value before.
/// </summary>
internal sealed record OwnTimeframe(Timeframe Timeframe, bool Gaps)
{
    /// <summary>The timeframe that a declaration names; null where it names none.</summary>
    public static OwnTimeframe? Of(Checking.ScriptDeclaration declaration) =>
        declaration.Get("timeframe", "") is { Length: > 0 } text && Timeframe.TryParse(text, out var timeframe)
            ? new(timeframe, declaration.Get("timeframe_gaps", true)) : null;

    public RunResult Run(CompiledScript script, BarSeries chart, RunOptions options)
    {
        var own = options.Timeframe ?? chart.Timeframe;
        if (own == Timeframe) return RunOn(script, chart, options);
        if (Timeframe.Seconds < own.Seconds)
        {
            return RunOn(script, BarSeries.FromBars([], Timeframe), options) with
            {
                Error = new RuntimeError($"The timeframe of the indicator, {Timeframe}, must not be below the chart's, {own}.", 0, 0, 0),
            };
        }
        var calendar = new TradingCalendar(options.Symbol);
        var coarse = BarAggregation.Aggregate(chart, Timeframe, calendar);
        var result = RunOn(script, coarse, options with { Timeframe = null });
        var shown = Shown(chart, own, coarse, result.BarsExecuted, calendar);
        return result with { Plots = [.. result.Plots.Select(plot => plot with { Values = Spread(plot.Values, shown), Colors = plot.Colors is { } colors ? Spread(colors, shown) : null })] };
    }

    private static RunResult RunOn(CompiledScript script, BarSeries bars, RunOptions options)
    {
        var instance = script.CreateInstance(options);
        instance.RunHistory(bars);
        return instance.Result();
    }

    /// <summary>For each of the chart's bars the newest of ours that has closed with it, −1 for none; with gaps only where it is new.</summary>
    private int[] Shown(BarSeries chart, Timeframe own, BarSeries coarse, int executed, TradingCalendar calendar)
    {
        var shown = new int[chart.Count];
        int closed = 0;
        for (int i = 0; i < chart.Count; i++)
        {
            long end = calendar.PeriodEnd(chart.TimeMs[i], own);
            int before = closed;
            while (closed < executed && EndOf(closed) <= end) closed++;
            shown[i] = Gaps && closed == before ? -1 : closed - 1;
        }
        return shown;

        long EndOf(int bar)
        {
            long end = calendar.PeriodEnd(coarse.TimeMs[bar], Timeframe);
            return bar + 1 < coarse.Count ? Math.Min(end, coarse.TimeMs[bar + 1]) : end;
        }
    }

    private static double[] Spread(double[] values, int[] shown)
    {
        var result = new double[shown.Length];
        for (int i = 0; i < result.Length; i++) result[i] = shown[i] < 0 ? double.NaN : values[shown[i]];
        return result;
    }
}
