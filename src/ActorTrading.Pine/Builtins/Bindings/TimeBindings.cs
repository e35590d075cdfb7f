using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Library;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Builtins.Bindings;

/// <summary>Calendar functions: of the bar in the symbol's time zone, or of a time in a given one.</summary>
internal static class TimeBindings
{
    private static ZoneClock Zone(ScriptContext context, string? timezone) => string.IsNullOrEmpty(timezone) ? context.Calendar.Zone : context.Runtime.Zone(timezone);

    [PineName("year")] public static double Year(ScriptContext context) => PineTime.Year(context.Time, context.Calendar.Zone);
    [PineName("month")] public static double Month(ScriptContext context) => PineTime.Month(context.Time, context.Calendar.Zone);
    [PineName("weekofyear")] public static double WeekOfYear(ScriptContext context) => PineTime.WeekOfYear(context.Time, context.Calendar.Zone);
    [PineName("dayofmonth")] public static double DayOfMonth(ScriptContext context) => PineTime.DayOfMonth(context.Time, context.Calendar.Zone);
    [PineName("dayofweek")] public static double DayOfWeek(ScriptContext context) => PineTime.DayOfWeek(context.Time, context.Calendar.Zone);
    [PineName("hour")] public static double Hour(ScriptContext context) => PineTime.Hour(context.Time, context.Calendar.Zone);
    [PineName("minute")] public static double Minute(ScriptContext context) => PineTime.Minute(context.Time, context.Calendar.Zone);
    [PineName("second")] public static double Second(ScriptContext context) => PineTime.Second(context.Time, context.Calendar.Zone);

    [PineName("year")] public static double Year(ScriptContext context, double time, string? timezone) => PineTime.Year(time, Zone(context, timezone));
    [PineName("month")] public static double Month(ScriptContext context, double time, string? timezone) => PineTime.Month(time, Zone(context, timezone));
    [PineName("weekofyear")] public static double WeekOfYear(ScriptContext context, double time, string? timezone) => PineTime.WeekOfYear(time, Zone(context, timezone));
    [PineName("dayofmonth")] public static double DayOfMonth(ScriptContext context, double time, string? timezone) => PineTime.DayOfMonth(time, Zone(context, timezone));
    [PineName("dayofweek")] public static double DayOfWeek(ScriptContext context, double time, string? timezone) => PineTime.DayOfWeek(time, Zone(context, timezone));
    [PineName("hour")] public static double Hour(ScriptContext context, double time, string? timezone) => PineTime.Hour(time, Zone(context, timezone));
    [PineName("minute")] public static double Minute(ScriptContext context, double time, string? timezone) => PineTime.Minute(time, Zone(context, timezone));
    [PineName("second")] public static double Second(ScriptContext context, double time, string? timezone) => PineTime.Second(time, Zone(context, timezone));

    [PineName("timestamp")]
    public static double Timestamp(ScriptContext context, double year, double month, double day, double hour, double minute, double second) =>
        PineTime.Timestamp(context.Calendar.Zone, year, month, day, hour, minute, second);

    [PineName("timestamp")]
    public static double Timestamp(ScriptContext context, string? timezone, double year, double month, double day, double hour, double minute, double second) =>
        PineTime.Timestamp(Zone(context, timezone), year, month, day, hour, minute, second);

    [PineName("timestamp")] public static double Timestamp(string? dateString) => PineTime.ParseDate(dateString);

    [PineName("str.format_time")]
    public static string? FormatTime(ScriptContext context, double time, string? format, string? timezone) =>
        TimeFormat.Format(time, format, string.IsNullOrEmpty(timezone) ? context.Symbol.TimeZone : timezone);

    /// <summary>Opening time of the bar of a timeframe that holds this bar; na outside the session given.</summary>
    [PineName("time")]
    public static double Time(ScriptContext context, string? timeframe, string? session, string? timezone, int bars_back, int timeframe_bars_back)
    {
        double at = Base(context, bars_back);
        if (double.IsNaN(at) || !Inside(context, at, session, timezone)) return double.NaN;
        var frame = string.IsNullOrEmpty(timeframe) ? context.Timeframe : SymbolBindings.Parse(timeframe);
        if (OfSession(context, (long)at, session, timezone, frame, timeframe_bars_back) is { } bar) return bar.Start;
        if (timeframe_bars_back == 0 && frame == context.Timeframe) return at;
        return Back(context, context.Calendar.PeriodStart((long)at, frame), frame, timeframe_bars_back);
    }

    [PineName("time_close")]
    public static double TimeClose(ScriptContext context, string? timeframe, string? session, string? timezone, int bars_back, int timeframe_bars_back)
    {
        double at = Base(context, bars_back);
        if (double.IsNaN(at) || !Inside(context, at, session, timezone)) return double.NaN;
        var frame = string.IsNullOrEmpty(timeframe) ? context.Timeframe : SymbolBindings.Parse(timeframe);
        if (OfSession(context, (long)at, session, timezone, frame, timeframe_bars_back) is { } bar) return bar.End;
        double start = Back(context, context.Calendar.PeriodStart((long)at, frame), frame, timeframe_bars_back);
        return context.Calendar.PeriodEnd((long)start, frame);
    }

    [PineName("time")]
    public static double Time(ScriptContext context, string? timeframe, string? session, int bars_back, int timeframe_bars_back) =>
        Time(context, timeframe, session, null, bars_back, timeframe_bars_back);

    [PineName("time")]
    public static double Time(ScriptContext context, string? timeframe, int bars_back, int timeframe_bars_back) =>
        Time(context, timeframe, null, null, bars_back, timeframe_bars_back);

    [PineName("time_close")]
    public static double TimeClose(ScriptContext context, string? timeframe, string? session, int bars_back, int timeframe_bars_back) =>
        TimeClose(context, timeframe, session, null, bars_back, timeframe_bars_back);

    [PineName("time_close")]
    public static double TimeClose(ScriptContext context, string? timeframe, int bars_back, int timeframe_bars_back) =>
        TimeClose(context, timeframe, null, null, bars_back, timeframe_bars_back);

    private static double Base(ScriptContext context, int back)
    {
        if (back == 0 || back == Operations.NaInt) return context.Time;
        if (back > 0) return ScriptContext.At(context.Times, context.Bar - back);
        return context.Time - back * context.Timeframe.Seconds * 1000.0;
    }

    private static double Back(ScriptContext context, double start, Timeframe frame, int count)
    {
        if (count == Operations.NaInt) return start;
        for (int i = Math.Clamp(count, 0, 10_000); i > 0; i--) start = context.Calendar.PeriodStart((long)start - 1, frame);
        for (int i = Math.Clamp(-count, 0, 10_000); i > 0; i--) start = context.Calendar.PeriodEnd((long)start, frame);
        return start;
    }

    /// <summary>A session has bars of its own: of a day its whole run, within the day parts counted from its opening, the last cut at its end.</summary>
    private static (double Start, double End)? OfSession(ScriptContext context, long at, string? session, string? timezone, Timeframe frame, int back)
    {
        if (string.IsNullOrEmpty(session) || session == "24x7" || (back != 0 && back != Operations.NaInt)) return null;
        bool day = frame == Timeframe.Daily;
        if (!day && !frame.IsMinutes && !frame.IsSeconds) return null;
        var zone = Zone(context, timezone);
        long local = zone.ToLocal(at);
        if (!context.Runtime.Session(session).Run(local, out long opening, out long end)) return null;
        long closing = zone.ToUtc(end - 60_000) + 60_000;
        opening = zone.ToUtc(opening);
        if (day) return (opening, closing);
        long step = frame.Seconds * 1000L, start = opening + (at - opening) / step * step;
        return (start, Math.Min(start + step, closing));
    }

    private static bool Inside(ScriptContext context, double time, string? session, string? timezone)
    {
        if (string.IsNullOrEmpty(session)) return true;
        return context.Runtime.Session(session).Contains(Zone(context, timezone).ToLocal((long)time));
    }
}

/// <summary>timeframe.change: whether a bar of the timeframe begins with this bar.</summary>
[PineName("timeframe.change")]
internal sealed class TimeframeChange
{
    private string? _text;
    private Timeframe _timeframe;
    private long _end = long.MinValue;

    public bool Update(ScriptContext context, string? timeframe)
    {
        long time = (long)context.Time;
        if (timeframe != _text)
        {
            _text = timeframe;
            _timeframe = string.IsNullOrEmpty(timeframe) ? context.Timeframe : SymbolBindings.Parse(timeframe);
            _end = long.MinValue;
        }
        if (time < _end) return false;
        // The first bar has none before it to differ from.
        bool first = _end == long.MinValue;
        _end = context.Calendar.PeriodEnd(time, _timeframe);
        return !first;
    }
}
