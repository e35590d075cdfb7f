using ActorTrading.Pine.Library;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Builtins.Bindings;

/// <summary>barstate.*, last_bar_*, chart.*, session.*, bid and ask.</summary>
internal static class BarBindings
{
    [PineName("barstate.isconfirmed")] public static bool IsConfirmed(ScriptContext context) => context.IsConfirmed;
    [PineName("barstate.isfirst")] public static bool IsFirst(ScriptContext context) => context.IsFirst;
    [PineName("barstate.ishistory")] public static bool IsHistory(ScriptContext context) => context.IsHistory;
    [PineName("barstate.islast")] public static bool IsLast(ScriptContext context) => context.IsLast;
    [PineName("barstate.islastconfirmedhistory")] public static bool IsLastConfirmedHistory(ScriptContext context) => context.IsLastConfirmedHistory;
    [PineName("barstate.isnew")] public static bool IsNew(ScriptContext context) => context.IsNew;
    [PineName("barstate.isrealtime")] public static bool IsRealtime(ScriptContext context) => context.IsRealtime;

    [PineName("last_bar_index")] public static double LastBarIndex(ScriptContext context) => context.LastBarIndex;
    [PineName("last_bar_time")] public static double LastBarTime(ScriptContext context) => context.Times[context.LastBarIndex];
    [PineName("time_close")] public static double TimeClose(ScriptContext context) => context.CloseTime();
    [PineName("time_tradingday")] public static double TimeTradingDay(ScriptContext context) => context.Calendar.TradingDay((long)context.Time) * 86_400_000.0;
    [PineName("timenow")] public static double TimeNow(ScriptContext context) => context.Runtime.Options.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    // Bars carry no quotes: both are the close, as near as history knows.
    [PineName("bid")] public static double Bid(ScriptContext context) => context.IsRealtime ? context.Close : double.NaN;
    [PineName("ask")] public static double Ask(ScriptContext context) => context.IsRealtime ? context.Close : double.NaN;

    [PineName("session.ismarket")] public static bool IsMarket(ScriptContext context) => context.Calendar.InSession((long)context.Time);
    [PineName("session.ispremarket")] public static bool IsPreMarket(ScriptContext context) => false;
    [PineName("session.ispostmarket")] public static bool IsPostMarket(ScriptContext context) => false;
    [PineName("session.isfirstbar")] public static bool IsFirstBar(ScriptContext context) => context.SessionStart();
    [PineName("session.isfirstbar_regular")] public static bool IsFirstBarRegular(ScriptContext context) => context.SessionStart();
    [PineName("session.islastbar")] public static bool IsLastBar(ScriptContext context) => SessionEnd(context);
    [PineName("session.islastbar_regular")] public static bool IsLastBarRegular(ScriptContext context) => SessionEnd(context);

    /// <summary>Whether the bar reaches the end of its trading day.</summary>
    private static bool SessionEnd(ScriptContext context)
    {
        long time = (long)context.Time;
        return context.Calendar.PeriodEnd(time, context.Timeframe) >= context.Calendar.DayCloseMs(context.Calendar.TradingDay(time));
    }

    [PineName("chart.bg_color")] public static double BackgroundColor(ScriptContext context) => 0xFFFFFFFF;
    [PineName("chart.fg_color")] public static double ForegroundColor(ScriptContext context) => 0x000000FF;
    [PineName("chart.is_standard")] public static bool IsStandard(ScriptContext context) => true;
    [PineName("chart.is_heikinashi")] public static bool IsHeikinAshi(ScriptContext context) => false;
    [PineName("chart.is_kagi")] public static bool IsKagi(ScriptContext context) => false;
    [PineName("chart.is_linebreak")] public static bool IsLineBreak(ScriptContext context) => false;
    [PineName("chart.is_pnf")] public static bool IsPointAndFigure(ScriptContext context) => false;
    [PineName("chart.is_range")] public static bool IsRange(ScriptContext context) => false;
    [PineName("chart.is_renko")] public static bool IsRenko(ScriptContext context) => false;
    [PineName("chart.left_visible_bar_time")] public static double LeftVisibleBarTime(ScriptContext context) => context.Times[0];
    [PineName("chart.right_visible_bar_time")] public static double RightVisibleBarTime(ScriptContext context) => context.Times[context.LastBarIndex];

    [PineName("alert")] public static void Alert(ScriptContext context, string? message, string? freq) => context.Runtime.Alert(context, message, freq);

    [PineName("runtime.error")]
    public static void Error(ScriptContext context, string? message)
    {
        _ = context;
        throw new PineRuntimeException(message ?? "NaN");
    }
}
