using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Library;
using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine.Runtime;

/// <summary>What a run has once, whatever the number of charts it looks at: inputs, results, limits, the broker.</summary>
internal sealed class ScriptRuntime
{
    /// <summary>Loop iterations between two looks at the clock.</summary>
    public const int BudgetChunk = 64;

    private const long MemoryCheckBytes = 32L * 1024 * 1024;

    public required CompiledScript Script { get; init; }
    public required RunOptions Options { get; init; }
    public ScriptLimits Limits => Options.Limits;
    public required object?[] Inputs { get; init; }
    public double[]?[] Plots = [];
    public double[]?[] PlotColors = [];
    public readonly List<AlertEvent> Alerts = [];
    public readonly List<LogEntry> Logs = [];
    public BrokerEmulator? Broker;
    public ScriptContext Main = null!;
    public DrawingStore Drawings = null!;
    public SecurityData Security = null!;
    public CurrencyRates Rates => field ??= new CurrencyRates(this);
    /// <summary>Live updates so far: what was made from the chart's bars is stale after each.</summary>
    public int Updates;

    /// <summary>Root of everything the script can hold, measured against the memory limit.</summary>
    public required Func<long> MeasureMemory { get; init; }

    private long _started, _barStarted, _allocatedAtCheck;
    private int _timedBar = -1;
    private TimeProvider Clock => Options.Clock;

    public void StartRun()
    {
        _started = _barStarted = Clock.GetTimestamp();
        _allocatedAtCheck = GC.GetAllocatedBytesForCurrentThread();
    }

    public void CheckLimits()
    {
        Options.Cancellation.ThrowIfCancellationRequested();
        long now = Clock.GetTimestamp();
        // A bar's time runs from the first look at it, so that quick bars never cost a look at the clock.
        if (Main.Bar != _timedBar) (_timedBar, _barStarted) = (Main.Bar, now);
        if (Clock.GetElapsedTime(_started, now) > Limits.Time)
            throw new PineTimeOutException($"The script takes too long: it was stopped after {Limits.Time.TotalSeconds:0.##} seconds.");
        if (Clock.GetElapsedTime(_barStarted, now) > Limits.BarTime)
            throw new PineTimeOutException($"A loop takes too long: the script was stopped after {Limits.BarTime.TotalSeconds:0.##} seconds on one bar.");
        CheckMemory();
    }

    private void CheckMemory()
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        // A live run may be carried on by another thread, whose counter starts elsewhere.
        if (allocated < _allocatedAtCheck) _allocatedAtCheck = allocated;
        if (allocated - _allocatedAtCheck < MemoryCheckBytes) return;
        _allocatedAtCheck = allocated;
        if (MeasureMemory() > Limits.MemoryBytes)
            throw new PineRuntimeException($"The script uses too much memory: at most {Limits.MemoryBytes / (1024 * 1024)} MB are allowed.");
    }

    private readonly Dictionary<string, ZoneClock> _zones = [];
    private readonly Dictionary<string, TradingSession> _sessions = [];

    /// <exception cref="PineArgumentException">Unknown time zone.</exception>
    public ZoneClock Zone(string name)
    {
        if (_zones.TryGetValue(name, out var zone)) return zone;
        if (_zones.Count > 1000) _zones.Clear();
        return _zones[name] = TimeFormat.Zone(name);
    }

    public TradingSession Session(string text)
    {
        if (_sessions.TryGetValue(text, out var session)) return session;
        if (_sessions.Count > 1000) _sessions.Clear();
        return _sessions[text] = TradingSession.TryParse(text, out var parsed) ? parsed : throw new PineRuntimeException($"'{text}' is not a session: write \"0930-1600\" or \"0930-1600:23456\".");
    }

    public void Log(ScriptContext context, LogLevel level, string? message)
    {
        if (!context.IsMain) return;
        if (Logs.Count >= Limits.LogEntries) Logs.RemoveAt(0);
        Logs.Add(new LogEntry(context.Bar, (long)context.Time, level, message ?? "NaN"));
    }

    public void Alert(ScriptContext context, string? message, string? frequency)
    {
        if (!context.IsMain) return;
        if (Alerts.Count >= Limits.Alerts) Alerts.RemoveAt(0);
        Alerts.Add(new AlertEvent(context.Bar, (long)context.Time, message ?? "", frequency ?? "once_per_bar"));
    }
}
