using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine;

/// <summary>An error while running: <c>runtime.error</c>, a bad index, a limit. Line and column count from 1, or are 0 when unknown.</summary>
public sealed record RuntimeError(string Message, int Line, int Column, int BarIndex)
{
    /// <summary>It took too long by the clock on the wall: another time, on a machine less busy, it may not.</summary>
    public bool IsTimeOut { get; init; }

    public override string ToString() => $"{Line}:{Column}: {Message} (bar {BarIndex})";
}

public enum PlotKind { Plot, Shape, Char, Arrow, Candle, Bar, BackgroundColor, BarColor, HorizontalLine, AlertCondition }

/// <summary>One plotted series: <see cref="Values"/> holds a number per bar, NaN for na. Colours are 0xTTRRGGBB-free doubles as in the script, NaN for none.</summary>
public sealed record PlotSeries(string Title, PlotKind Kind, double[] Values)
{
    /// <summary>Colour per bar where the colour varies, else null.</summary>
    public double[]? Colors { get; init; }
}

public sealed record AlertEvent(int BarIndex, long TimeMs, string Message, string Frequency);

public enum LogLevel { Info, Warning, Error }

public sealed record LogEntry(int BarIndex, long TimeMs, LogLevel Level, string Message);

/// <summary>Everything a run left behind. With <see cref="Error"/> set, the rest is what had happened until then.</summary>
public sealed record RunResult
{
    public required IReadOnlyList<PlotSeries> Plots { get; init; }
    public required IReadOnlyList<AlertEvent> Alerts { get; init; }
    public required IReadOnlyList<LogEntry> Logs { get; init; }
    /// <summary>The emulator after the last bar, null for indicators.</summary>
    public BrokerEmulator? Broker { get; init; }
    public RuntimeError? Error { get; init; }
    /// <summary>The run was cancelled through its token.</summary>
    public bool Cancelled { get; init; }
    public required int BarsExecuted { get; init; }
}
